//! One object, read to its end: all of one version of it, whatever breaks off on the way.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use object_store::Error;
use smsvoice_event::Timestamp;
use smsvoice_lake::{StoreFailure, said};
use tokio::time::{Instant, sleep, timeout_at};

use super::{ObjectName, Objects, Part};

/// Bytes asked for at once. A request for the whole would be open for as long as the rows take to be written, and is
/// given up after minutes.
const PART: u64 = 64 << 20;

/// A store that says nothing for so long will not answer this request: S3 does in well under a second.
const SILENCE: Duration = Duration::from_secs(10);

/// The pause before the store is asked again; doubled before each further time, up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Why an object cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ObjectError {
    /// It is not there. S3 shows an object as soon as it is put, so it was removed since.
    Missing,
    /// The store refuses, or there are no credentials to ask it with: asking again soon is in vain.
    Refused(String),
    /// The store does not answer, or breaks off: asking again may help.
    Store(String),
}

/// What is awaited from the store, but not for ever.
pub(crate) async fn within<T>(
    deadline: Instant,
    answer: impl Future<Output = object_store::Result<T>>,
) -> Result<T, ObjectError> {
    let begin = Instant::now();
    let error = match timeout_at(deadline.min(begin + SILENCE), answer).await {
        Ok(Ok(answer)) => return Ok(answer),
        Ok(Err(error)) => error,
        Err(_) => return Err(ObjectError::Store(format!("no answer within {:.1} s", begin.elapsed().as_secs_f64()))),
    };
    Err(match StoreFailure::of(&error) {
        StoreFailure::NotFound => ObjectError::Missing,
        StoreFailure::Refused => ObjectError::Refused(said(&error)),
        StoreFailure::Other if matches!(error, Error::Precondition { .. }) => ObjectError::Store(CHANGED.to_owned()),
        StoreFailure::Other => ObjectError::Store(said(&error)),
    })
}

/// Said of an object that is another one now.
const CHANGED: &str = "it was replaced while it was read";

/// Asks again while there is time, and the store fails or is silent.
pub(crate) async fn again<T, F: Future<Output = object_store::Result<T>>>(
    deadline: Instant,
    ask: impl Fn() -> F,
) -> Result<T, ObjectError> {
    let mut pause = PAUSE;
    loop {
        match within(deadline, ask()).await {
            Err(ObjectError::Store(why)) if why != CHANGED && Instant::now() + pause < deadline => sleep(pause).await,
            answer => return answer,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// An object that is being read.
pub(crate) struct Reading {
    objects: Arc<dyn Objects>,
    object: ObjectName,
    /// Bytes of the whole.
    pub(crate) size: u64,
    /// When it was last modified: that is its arrival, whenever it is read, so that reading it again makes the same rows.
    pub(crate) last_modified: Option<Timestamp>,
    tag: Option<String>,
    /// The byte that comes next.
    at: u64,
    /// The byte behind those that were asked for.
    end: u64,
    bytes: BoxStream<'static, object_store::Result<Bytes>>,
}

impl Reading {
    /// Asks for the first bytes.
    pub(crate) async fn open(
        objects: Arc<dyn Objects>,
        object: &ObjectName,
        deadline: Instant,
    ) -> Result<Self, ObjectError> {
        let Part { size, tag, last_modified, bytes } = again(deadline, || objects.get(object, 0..PART, None)).await?;
        let object = object.clone();
        Ok(Self { objects, object, size, last_modified, tag, at: 0, end: PART.min(size), bytes })
    }

    /// The next bytes; none at the end. Where they break off, they are asked for again from there on.
    pub(crate) async fn next(&mut self, deadline: Instant) -> Result<Option<Bytes>, ObjectError> {
        while self.at < self.size {
            let why = match within(deadline, self.bytes.try_next()).await {
                Ok(Some(bytes)) => {
                    self.at += bytes.len() as u64;
                    return Ok(Some(bytes));
                }
                Ok(None) if self.at >= self.end => None,
                Ok(None) => Some(format!("it breaks off after {} of {} bytes", self.at, self.size)),
                Err(ObjectError::Store(why)) => Some(why),
                Err(error) => return Err(error),
            };
            if let Some(why) = why {
                if Instant::now() + PAUSE >= deadline {
                    return Err(ObjectError::Store(why));
                }
                sleep(PAUSE).await;
            }
            self.go_on(deadline).await?;
        }
        Ok(None)
    }

    async fn go_on(&mut self, deadline: Instant) -> Result<(), ObjectError> {
        let (from, end) = (self.at, self.size.min(self.at + PART));
        let get = || self.objects.get(&self.object, from..end, self.tag.as_deref());
        let Part { size, bytes, .. } = again(deadline, get).await.map_err(|error| match error {
            ObjectError::Missing => ObjectError::Store("it was removed while it was read".to_owned()),
            error => error,
        })?;
        if size != self.size {
            return Err(ObjectError::Store(CHANGED.to_owned()));
        }
        (self.end, self.bytes) = (end, bytes);
        Ok(())
    }
}
