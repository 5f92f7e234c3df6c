//! Objects in S3 that notifications name: streamed, however large.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt};
use smsvoice_event::Timestamp;
use smsvoice_lake::{Lake, LakeError, StoreFailure, Table, said};
use tokio::time::{Instant, sleep, timeout_at};

use crate::envelope::ObjectName;

/// Bytes asked for at once. A request for the whole would be open for as long as the rows take to be written, and is
/// given up after minutes.
const PART: u64 = 64 << 20;

/// Opens the store of a bucket.
pub type Buckets = Arc<dyn Fn(&str) -> Result<Arc<dyn ObjectStore>, LakeError> + Send + Sync>;

/// Whether the object is one of the lake's own: ingesting those would go round in circles.
pub(crate) fn is_of_lake(lake: &Lake, object: &ObjectName) -> bool {
    let Some(rest) = lake.url().strip_prefix("s3://") else { return false };
    let (bucket, _) = rest.split_once('/').unwrap_or((rest, ""));
    let below = |table: Table| object.key.starts_with(&format!("{}/", lake.path(table.as_str())));
    bucket == object.bucket && Table::ALL.into_iter().any(below)
}

/// Why an object cannot be read.
#[derive(Debug)]
pub(crate) enum ObjectError {
    /// Its key cannot be asked for: asking again is in vain.
    Key,
    /// It is not there. S3 shows an object as soon as it is put, so it was removed since.
    Missing,
    /// The store refuses, or there are no credentials to ask it with: within this invocation, asking again is in vain.
    Refused(String),
    /// The store does not answer, or breaks off: asking again may help.
    Store(String),
}

/// A store that says nothing for so long will not answer this request: S3 does in well under a second.
const SILENCE: Duration = Duration::from_secs(10);

/// What is awaited from the store, but not for ever.
pub(crate) async fn within<T>(
    deadline: Instant,
    place: &str,
    answer: impl Future<Output = object_store::Result<T>>,
) -> Result<T, ObjectError> {
    let begin = Instant::now();
    match timeout_at(deadline.min(begin + SILENCE), answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(object_store::Error::NotFound { .. })) => Err(ObjectError::Missing),
        Ok(Err(error)) if StoreFailure::of(&error) == StoreFailure::Refused => {
            Err(ObjectError::Refused(format!("{place}: {}", said(&error))))
        }
        Ok(Err(error)) => Err(ObjectError::Store(format!("{place}: {}", said(&error)))),
        Err(_) => Err(ObjectError::Store(format!("{place}: no answer within {:.1} s", begin.elapsed().as_secs_f64()))),
    }
}

/// The pause before the store is asked again.
const PAUSE: Duration = Duration::from_millis(250);

/// What is known of an object; asked for again while there is time and the store fails or is silent.
async fn head(store: &dyn ObjectStore, path: &Path, place: &str, deadline: Instant) -> Result<ObjectMeta, ObjectError> {
    loop {
        match within(deadline, place, store.head(path)).await {
            Err(ObjectError::Store(_)) if Instant::now() + PAUSE < deadline => sleep(PAUSE).await,
            answer => return answer,
        }
    }
}

/// The object's bytes, as they come; all of one version of it. And when it was last modified: that is its arrival,
/// whenever the notification comes, so that a redelivery makes the same rows.
pub(crate) async fn open(
    buckets: &Buckets,
    object: &ObjectName,
    place: &str,
    deadline: Instant,
) -> Result<(impl futures::Stream<Item = object_store::Result<Bytes>> + Unpin, Option<Timestamp>), ObjectError> {
    let store = buckets(&object.bucket).map_err(|error| ObjectError::Store(format!("{place}: {}", error.chain())))?;
    // Keys are any text, but this library's paths have no empty, `.` or `..` parts.
    let path = Path::parse(&object.key).ok().filter(|path| path.as_ref() == object.key).ok_or(ObjectError::Key)?;
    let ObjectMeta { size, e_tag, last_modified, .. } = head(&*store, &path, place, deadline).await?;
    let parts = (0..size.div_ceil(PART)).map(move |part| part * PART..size.min((part + 1) * PART));
    let get = move |range: Range<u64>| {
        let options = GetOptions { range: Some(range.into()), if_match: e_tag.clone(), ..GetOptions::default() };
        let (store, path) = (store.clone(), path.clone());
        async move { store.get_opts(&path, options).await.map(GetResult::into_stream) }
    };
    let stream = futures::stream::iter(parts).then(get).try_flatten().boxed();
    Ok((stream, Timestamp::from_millis(last_modified.timestamp_millis())))
}
