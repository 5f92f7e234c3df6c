//! What S3 answers to a request for an object: its bytes, or why not.

use std::ops::Range;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use chrono::DateTime;
use object_store::Error;
use smsvoice_event::Timestamp;

/// What the head of an answer tells of an object.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) size: u64,
    pub(super) tag: Option<String>,
    pub(super) last_modified: Option<Timestamp>,
}

/// The object's size, tag and time, by the head of an answer with bytes that begin at `from`.
pub(super) fn known(answer: &HttpResponse, from: u64) -> object_store::Result<Known> {
    let header = |name: &str| answer.headers().get(name);
    let size = match header("content-range") {
        Some(range) => size_in_range(range, from),
        // The whole, then: from its begin.
        None if from == 0 => header("content-length").and_then(|length| length.parse().ok()),
        None => None,
    };
    let last_modified = header("last-modified").and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    Ok(Known {
        size: size
            .ok_or_else(|| generic("the store does not say how long the object is, or gives other bytes of it"))?,
        tag: header("etag").map(str::to_owned),
        last_modified: last_modified.and_then(|time| Timestamp::from_millis(time.timestamp_millis())),
    })
}

/// The size of the whole in `bytes 0-9/100`, if the bytes begin where they should.
fn size_in_range(range: &str, from: u64) -> Option<u64> {
    let (bytes, size) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (begin, _) = bytes.split_once('-')?;
    (begin.parse() == Ok(from)).then(|| size.parse().ok()).flatten()
}

/// How a range is asked for. The last byte of it is named, not the one behind it.
pub(super) fn range_header(range: &Range<u64>) -> String {
    format!("bytes={}-{}", range.start, range.end.saturating_sub(1))
}

/// What an answer says that brings no bytes; its XML is read where it is told to somebody.
pub(super) fn refusal(status: u16, key: &str, region: Option<&str>, body: &str) -> Error {
    // S3 names the region of the bucket in a header, and not always in the XML.
    let region = region.map(|region| format!("<Region>{region}</Region>")).unwrap_or_default();
    let source = format!("{status}: {body}{region}").into();
    let path = key.to_owned();
    match status {
        301 | 307 | 308 if body.is_empty() => generic(&format!("<Code>PermanentRedirect</Code>{region}")),
        // 405 is said of a version that only marks a deletion.
        404 | 405 => Error::NotFound { path, source },
        403 => Error::PermissionDenied { path, source },
        401 => Error::Unauthenticated { path, source },
        412 => Error::Precondition { path, source },
        _ => Error::Generic { store: "S3", source },
    }
}

pub(super) fn generic(what: &str) -> Error {
    Error::Generic { store: "S3", source: what.to_owned().into() }
}

#[cfg(test)]
mod tests {
    use smsvoice_lake::{StoreFailure, said};

    use super::*;

    #[test]
    fn the_size_is_that_of_the_whole_and_bytes_of_another_place_are_refused() {
        assert_eq!(size_in_range("bytes 0-9/100", 0), Some(100));
        assert_eq!(size_in_range("bytes 10-19/100", 10), Some(100));
        for other in ["bytes 0-9/100", "bytes 10-19/*", "bytes 10", "items 10-19/100"] {
            assert_eq!(size_in_range(other, 10), None, "{other}");
        }
        assert_eq!(range_header(&(10..20)), "bytes=10-19");
    }

    #[test]
    fn refusals_are_told_in_a_sentence_and_those_that_stay_are_not_tried_again() {
        let error =
            |code: &str| format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>So.</Message></Error>");
        for (status, body, region, sentence, failure) in [
            (404, error("NoSuchKey"), None, "S3 says NoSuchKey: So.", StoreFailure::NotFound),
            (404, error("NoSuchVersion"), None, "S3 says NoSuchVersion: So.", StoreFailure::NotFound),
            (405, error("MethodNotAllowed"), None, "S3 says MethodNotAllowed: So.", StoreFailure::NotFound),
            (404, error("NoSuchBucket"), None, "there is no bucket of this name", StoreFailure::NotFound),
            (403, error("AccessDenied"), None, "these credentials may not do that", StoreFailure::Refused),
            (403, String::new(), None, "these credentials may not do that", StoreFailure::Refused),
            (400, error("ExpiredToken"), None, "the credentials have expired", StoreFailure::Refused),
            (301, error("PermanentRedirect"), Some("eu-west-2"), "AWS_REGION = eu-west-2", StoreFailure::Refused),
            (307, String::new(), Some("eu-west-2"), "AWS_REGION = eu-west-2", StoreFailure::Refused),
            (503, error("SlowDown"), None, "S3 says SlowDown: So.", StoreFailure::Other),
            (500, String::new(), None, "500", StoreFailure::Other),
        ] {
            let refused = refusal(status, "key", region, &body);
            let told = said(&refused);
            assert!(told.contains(sentence) && !told.contains('<'), "{status}: {told}");
            assert_eq!(StoreFailure::of(&refused), failure, "{status}: {told}");
        }
        assert!(matches!(refusal(412, "key", None, ""), Error::Precondition { .. }));
    }
}
