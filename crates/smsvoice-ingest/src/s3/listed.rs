//! The objects at and below a place, page by page, and which of them are to be read.

use std::sync::Arc;
use std::time::Duration;

use smsvoice_event::Timestamp;
use thiserror::Error;
use tokio::time::Instant;

use super::reading::again;
use super::{Bucket, Buckets, Listed, ObjectError, ObjectName, Objects, Part, S3Place, Scope};
use crate::walk::{Aside, Modified, is_passed_over};

/// How long is asked before anything is read: an endpoint that is misspelt will not answer later either.
const AT_THE_START: Duration = Duration::from_secs(20);

/// How long a store is asked again in the midst of it.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

/// Why there is nothing to read at a place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum S3Error {
    /// No key is, or begins like that.
    #[error("there is no object {url}, and none below it; all whose keys begin like that are {url}*")]
    Nothing {
        /// The place, as given.
        url: String,
    },
    /// There may be an object, and S3 does not give it.
    #[error("{url} cannot be read: {why}")]
    Unread {
        /// The place, as given.
        url: String,
        /// What S3 says.
        why: String,
    },
    /// The bucket says nothing about its objects.
    #[error("the objects of {url} cannot be listed: {why}")]
    Unlisted {
        /// The place, as given.
        url: String,
        /// What S3 says.
        why: String,
    },
}

/// The objects at and below a place.
pub struct Listing {
    bucket: Bucket,
    place: S3Place,
    /// The page that comes next.
    page: Vec<Listed>,
    /// What the one behind it is asked for with, if there is one.
    next: Option<String>,
    scope: Scope,
    /// What is read already.
    except: Vec<Scope>,
}

impl Listing {
    /// Looks whether there is anything.
    pub async fn begin(buckets: &Buckets, place: S3Place) -> Result<Self, S3Error> {
        let deadline = Instant::now() + AT_THE_START;
        let bucket = buckets.open(&place.bucket);
        let object = object(&bucket, &place, deadline).await;
        if let Ok(Some(object)) = object {
            let scope = Scope::Object(ObjectName::current(&place.bucket, &object.key));
            return Ok(Self { bucket, place, page: vec![object], next: None, scope, except: Vec::new() });
        }
        let scope = Scope::Below { bucket: place.bucket.clone(), prefix: place.prefix() };
        let mut listing = Self { bucket, place, page: Vec::new(), next: None, scope, except: Vec::new() };
        listing.ask(None, deadline).await?;
        if listing.page.is_empty() {
            let url = listing.place.url();
            return Err(object.err().map_or(S3Error::Nothing { url: url.clone() }, |why| S3Error::Unread { url, why }));
        }
        Ok(listing)
    }

    /// What the place turned out to be.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The same, but for what is read already.
    #[must_use]
    pub fn except(self, except: Vec<Scope>) -> Self {
        Self { except, ..self }
    }

    async fn ask(&mut self, after: Option<&str>, deadline: Instant) -> Result<(), S3Error> {
        let prefix = self.place.prefix();
        let page = again(deadline, || self.bucket.list(&prefix, after)).await.map_err(|error| {
            let why = match error {
                ObjectError::Missing => "there is no bucket of this name".to_owned(),
                ObjectError::Refused(why) | ObjectError::Store(why) => why,
            };
            S3Error::Unlisted { url: self.place.url(), why }
        })?;
        (self.page, self.next) = (page.objects, page.next);
        Ok(())
    }

    /// Those of the next page that are to be read; none when there are no more pages.
    pub(super) async fn next_page(&mut self, of: Modified, aside: &Aside) -> Result<Option<Vec<Listed>>, S3Error> {
        if self.page.is_empty() {
            let Some(after) = self.next.take() else { return Ok(None) };
            self.ask(Some(&after), Instant::now() + PATIENCE).await?;
        }
        let page = std::mem::take(&mut self.page);
        Ok(Some(page.into_iter().filter(|object| self.is_wanted(object, of, aside)).collect()))
    }

    fn is_wanted(&self, object: &Listed, of: Modified, aside: &Aside) -> bool {
        let (name, is_named) = (self.name(object), matches!(self.scope, Scope::Object(_)));
        if self.except.iter().any(|scope| scope.holds(&name)) {
            return false;
        }
        if !is_named && self.is_nobodys(object) {
            aside.pass_over(1);
        } else if !of.holds(object.last_modified) {
            aside.leave_out();
        } else if object.is_archived {
            aside.skip(name.url(), "it rests in an archive of S3; restore it first", true);
        } else {
            return true;
        }
        false
    }

    /// Whether it is hidden, of a lake, or stands for a folder. Of the key, what was given is meant as it is.
    fn is_nobodys(&self, object: &Listed) -> bool {
        let prefix = self.place.prefix();
        let given = prefix.rfind('/').map_or(0, |at| at + 1);
        let below = object.key.get(given..).unwrap_or(&object.key);
        let is_folder = object.size == 0 && object.key.ends_with('/');
        is_folder || below.split('/').any(|part| part != "." && part != ".." && is_passed_over(part))
    }

    pub(super) fn name(&self, object: &Listed) -> ObjectName {
        ObjectName::current(&self.place.bucket, &object.key)
    }

    pub(super) fn objects(&self) -> Arc<dyn Objects> {
        Arc::new(self.bucket.clone())
    }

    /// The place, as given.
    pub(super) fn url(&self) -> String {
        self.place.url()
    }
}

/// The object that the place is, if it is one. Whoever may read it need not be allowed to list others.
async fn object(bucket: &Bucket, place: &S3Place, deadline: Instant) -> Result<Option<Listed>, String> {
    let Some(key) = place.object() else { return Ok(None) };
    let object = ObjectName::current(&place.bucket, key);
    match again(deadline, || bucket.get(&object, 0..1, None)).await {
        Ok(Part { size, last_modified, .. }) => {
            let last_modified = last_modified.unwrap_or(Timestamp::EPOCH);
            Ok(Some(Listed { key: key.to_owned(), size, last_modified, is_archived: false }))
        }
        Err(ObjectError::Missing) => Ok(None),
        Err(ObjectError::Refused(why) | ObjectError::Store(why)) => Err(why),
    }
}
