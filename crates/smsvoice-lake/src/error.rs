//! What can go wrong between rows and objects.

use std::error::Error;
use std::fmt;

use thiserror::Error;

use crate::credentials::NoCredentials;
use crate::file::Table;
use crate::s3_answer::{self, Sentence};

/// Why the lake could not be opened, written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LakeError {
    /// The URL names no place this version can keep a lake in.
    #[error("{url:?} is no lake: {problem}. Use a path (./lake), file:///…, s3://bucket/prefix or memory:///")]
    InvalidUrl {
        /// As given.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Reading was asked for, and there is nothing there.
    #[error("there is no lake at {url}: `smsvoice replay … --lake {url}` makes one")]
    NotFound {
        /// As given.
        url: String,
    },
    /// The object store refused, or gave no answer.
    #[error("{object} could not be {doing}")]
    Store {
        /// The object, with the lake it belongs to.
        object: String,
        /// What was being done.
        doing: Doing,
        /// What kind of failure it is.
        failure: StoreFailure,
        /// What the store said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// An object is not the Parquet file it should be: damaged, broken off, or of another program.
    #[error("{object} is not a file of this lake: {problem}")]
    Unreadable {
        /// The object.
        object: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Rows could not be encoded as Parquet. No input is known that leads here.
    #[error("rows of {table} could not be encoded as Parquet")]
    Encoding {
        /// Whose rows.
        table: Table,
        /// What the encoder said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// `_lake.json` cannot be read.
    #[error("{object} does not hold the settings of a lake: {problem}. `smsvoice lake set` writes it anew")]
    InvalidSettings {
        /// The object.
        object: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A writer asks for something that the lake does not do.
    #[error(
        "the lake {url} keeps {held}, and this writer asks for {asked}. Leave the setting out to go on as the lake does, \
         or change the lake with `smsvoice lake set --lake {url} {flag} {asked}`, which says what it cannot undo"
    )]
    OtherSettings {
        /// The lake.
        url: String,
        /// What it holds, in words: `phone numbers as mask`.
        held: String,
        /// What was asked for.
        asked: String,
        /// The flag that would change it.
        flag: &'static str,
    },
    /// There are rows, but nothing says how their numbers are stored.
    #[error(
        "the lake {url} has files but no _lake.json, so nobody knows how its phone numbers are stored. Say so with \
         `smsvoice lake set --lake {url} --phone-numbers plain|hmac|mask|drop`"
    )]
    NoSettings {
        /// The lake.
        url: String,
    },
}

/// What was done with an object when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It was being written.
    Writing,
    /// It was being read.
    Reading,
    /// The objects below it were being listed.
    Listing,
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Writing => "written",
            Self::Reading => "read",
            Self::Listing => "listed",
        })
    }
}

/// Whether asking the store again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFailure {
    /// The object is not there.
    NotFound,
    /// The store refuses: credentials, permissions, or the name of the object. Asking again is in vain.
    Refused,
    /// Anything else: throttled, unreachable, broken off. Asking again may help.
    Other,
}

impl StoreFailure {
    /// Of what a store answered.
    pub fn of(error: &object_store::Error) -> Self {
        match s3_answer::sentence(error) {
            Some(sentence) => sentence.failure,
            None => Self::by_kind(error),
        }
    }

    /// The same, but for what S3 says in words.
    pub(crate) fn by_kind(error: &object_store::Error) -> Self {
        use object_store::Error;
        match error {
            error if disk_refuses(error) || is_without_credentials(error) => Self::Refused,
            Error::NotFound { .. } => Self::NotFound,
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } | Error::InvalidPath { .. } => Self::Refused,
            _ => Self::Other,
        }
    }
}

/// Whether there are no credentials to ask with: a second later there are none either.
fn is_without_credentials(error: &object_store::Error) -> bool {
    any_cause(error, <dyn Error + 'static>::is::<NoCredentials>)
}

/// Whether a disk is full, or may not be written: that does not change within a minute.
fn disk_refuses(error: &object_store::Error) -> bool {
    use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let refusals = [PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull];
    any_cause(error, |cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| refusals.contains(&error.kind()))
    })
}

/// Whether the error, or anything that caused it, is such a one.
fn any_cause(error: &object_store::Error, is: impl Fn(&(dyn Error + 'static)) -> bool) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if is(error) {
            return true;
        }
        next = error.source();
    }
    false
}

impl LakeError {
    pub(crate) fn store(object: String, doing: Doing, source: object_store::Error) -> Self {
        match s3_answer::sentence(&source) {
            Some(Sentence { text, failure }) => Self::Store { object, doing, failure, source: text.into() },
            None => Self::Store { object, doing, failure: StoreFailure::of(&source), source: Box::new(source) },
        }
    }

    /// Another writer was putting the same object, which is not there yet.
    pub(crate) fn conflict(object: String) -> Self {
        let source = "another writer was putting it, and it is not there yet".into();
        Self::Store { object, doing: Doing::Writing, failure: StoreFailure::Other, source }
    }

    pub(crate) fn encoding(table: Table, source: impl Error + Send + Sync + 'static) -> Self {
        Self::Encoding { table, source: Box::new(source) }
    }

    /// The store has not said anything about an object.
    pub(crate) fn silence(object: String, doing: Doing) -> Self {
        Self::Store { object, doing, failure: StoreFailure::Other, source: "no answer".into() }
    }

    /// What kind of failure of the store it is, if it is one.
    pub const fn store_failure(&self) -> Option<StoreFailure> {
        match self {
            Self::Store { failure, .. } => Some(*failure),
            _ => None,
        }
    }

    /// The error and what caused it, on one line, each thing once.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut next = self.source();
        while let Some(error) = next {
            text = format!("{text}: {error}");
            next = error.source();
        }
        text
    }
}
