//! What is told when a command fails: what was wrong, and what to do where that follows from it.

use std::error::Error;
use std::io::{self, ErrorKind, Write};

use crate::interrupt::Interrupted;
use crate::usage::UsageError;
use crate::{Exit, World};

/// Tells an error as clap tells those that it sees, and says how the command ended.
pub(crate) fn complain(error: &anyhow::Error, world: &World) -> Exit {
    world.say("error", &format!("{error:#}"));
    if let Some(advice) = advice(error.as_ref()) {
        // As clap gives advice.
        let _ = writeln!(io::stderr(), "\n  tip: {advice}");
    }
    if error.is::<UsageError>() {
        let _ = writeln!(io::stderr(), "\nFor more information, try '--help'.");
        return Exit::WronglyUsed;
    }
    if error.is::<Interrupted>() {
        return Exit::Interrupted;
    }
    Exit::Failed
}

/// What to do about it, if the disk is the cause.
pub(crate) fn advice(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(advice) = error.downcast_ref::<io::Error>().and_then(|error| of_disk(error.kind())) {
            return Some(advice);
        }
        next = error.source();
    }
    None
}

fn of_disk(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::StorageFull => {
            Some("the disk is full; make room (df tells how much there is), and run the same command again")
        }
        ErrorKind::QuotaExceeded => {
            Some("this user may not store more on that disk; make room, and run the same command again")
        }
        ErrorKind::FileTooLarge => {
            Some("files of this size are not allowed here (see ulimit -f); allow them, and run the same command again")
        }
        ErrorKind::ReadOnlyFilesystem => {
            Some("that disk is mounted for reading only; name a folder that can be written, or mount it for writing")
        }
        ErrorKind::PermissionDenied => {
            Some("this user lacks the right to that; ls -l says who has it, and id who this is")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn a_disk_that_refuses_gets_advice_that_fits_however_deep_it_is_told() {
        let advised = |kind: ErrorKind| {
            let error = Err::<(), _>(io::Error::from(kind)).context("the lake cannot be written").unwrap_err();
            advice(error.context("outermost").as_ref())
        };
        for (kind, word) in [
            (ErrorKind::StorageFull, "make room"),
            (ErrorKind::ReadOnlyFilesystem, "reading only"),
            (ErrorKind::PermissionDenied, "right"),
            (ErrorKind::FileTooLarge, "ulimit"),
        ] {
            assert!(advised(kind).is_some_and(|advice| advice.contains(word)), "{kind}");
        }
        assert_eq!(advised(ErrorKind::NotFound), None);
    }
}
