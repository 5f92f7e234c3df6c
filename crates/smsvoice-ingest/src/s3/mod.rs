//! Objects in S3 by their keys as they are: asked for, listed, and read to their end.
//!
//! A key is any text of up to 1,024 bytes: `/a.json`, `a//b` and `a/../b` are objects of their own. The paths of
//! `object_store`, which the lake uses for names that it chose itself, cannot say them, and the URLs of its HTTP client
//! would make `b` of `a/../b`. So objects that others named are asked for here.

mod address;
mod answer;
mod bucket;
mod inputs;
mod listed;
mod listing;
mod name;
mod reading;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use smsvoice_event::Timestamp;

pub use self::bucket::{Bucket, Buckets};
pub use self::inputs::{Reach, S3Inputs};
pub use self::listed::{Listing, S3Error};
pub use self::listing::Listed;
pub(crate) use self::listing::url_decoded;
pub use self::name::{ObjectName, S3Place, S3PlaceError, Scope};
pub(crate) use self::reading::{ObjectError, Reading};

/// Why there are no events of an object, in words.
pub(crate) const MISSING: &str = "the object is not there (any more)";

/// Whatever holds objects: a bucket of S3, or what a test has in its place.
pub trait Objects: Send + Sync {
    /// Some of an object's bytes, at most those of `range`, and what is known of the object. If a tag is given, only of the
    /// bytes that have it.
    ///
    /// Fails with `NotFound` where there is no such object or version of it, and with `Precondition` where there are bytes
    /// with another tag.
    fn get<'a>(
        &'a self,
        object: &'a ObjectName,
        range: Range<u64>,
        tag: Option<&'a str>,
    ) -> BoxFuture<'a, object_store::Result<Part>>;
}

/// Opens the bucket of a name.
pub type Opener = Arc<dyn Fn(&str) -> Arc<dyn Objects> + Send + Sync>;

/// Some bytes of an object.
pub struct Part {
    /// Bytes of the whole object.
    pub size: u64,
    /// The tag of its bytes (`ETag`).
    pub tag: Option<String>,
    /// When it was last modified, to the second.
    pub last_modified: Option<Timestamp>,
    /// The bytes, as they come.
    pub bytes: BoxStream<'static, object_store::Result<Bytes>>,
}
