//! A store that fails as S3 does: refusing, throttling, silent, after the put but before the answer, or in the midst of
//! an object.

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// What happens to one put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Works,
    /// 503 SlowDown.
    Throttled,
    /// 403.
    Denied,
    /// The connection hangs.
    Silent,
    /// It was written, and the answer got lost.
    AnswerLost,
    /// 409: another request for the same name was under way, and came to nothing.
    Conflict,
    /// 409: another request for the same name was under way, and wrote it.
    ConflictWritten,
}

/// What happens to one request for an object, or for what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    Works,
    /// 503 SlowDown.
    Fails,
    /// The connection hangs.
    Hangs,
    /// Half of the bytes come, then the connection is reset.
    BreaksOff,
    /// Half of the bytes come, then nothing.
    FallsSilent,
}

/// An in-memory store whose puts and gets meet their fates in turn, and work when there are no more.
#[derive(Debug)]
pub(crate) struct Flaky {
    inner: InMemory,
    fates: Mutex<Vec<Fate>>,
    reads: Mutex<Vec<Read>>,
}

impl Flaky {
    pub(crate) fn new(mut fates: Vec<Fate>) -> Self {
        fates.reverse();
        Self { inner: InMemory::new(), fates: Mutex::new(fates), reads: Mutex::default() }
    }

    /// The same, for what is read.
    pub(crate) fn reading(mut reads: Vec<Read>) -> Self {
        reads.reverse();
        Self { inner: InMemory::new(), fates: Mutex::default(), reads: Mutex::new(reads) }
    }
}

impl fmt::Display for Flaky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("flaky")
    }
}

fn nothing() -> GetResultPayload {
    GetResultPayload::Stream(stream::empty().boxed())
}

fn generic(what: &str) -> Error {
    Error::Generic { store: "flaky", source: what.to_owned().into() }
}

#[async_trait::async_trait]
impl ObjectStore for Flaky {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let fate = self.fates.lock().unwrap().pop().unwrap_or(Fate::Works);
        match fate {
            Fate::Works => self.inner.put_opts(location, payload, opts).await,
            Fate::Throttled => Err(generic("503 SlowDown")),
            Fate::Denied => Err(Error::PermissionDenied { path: location.to_string(), source: "403".into() }),
            Fate::Silent => {
                tokio::time::sleep(Duration::from_hours(1)).await;
                Err(generic("never told"))
            }
            Fate::Conflict => Err(Error::AlreadyExists { path: location.to_string(), source: "409".into() }),
            Fate::ConflictWritten => {
                self.inner.put_opts(location, payload, opts).await?;
                Err(Error::AlreadyExists { path: location.to_string(), source: "409".into() })
            }
            Fate::AnswerLost => {
                self.inner.put_opts(location, payload, opts).await?;
                Err(generic("connection reset"))
            }
        }
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let read = self.reads.lock().unwrap().pop().unwrap_or(Read::Works);
        match read {
            Read::Fails => return Err(generic("503 SlowDown")),
            Read::Hangs => tokio::time::sleep(Duration::from_hours(1)).await,
            Read::Works | Read::BreaksOff | Read::FallsSilent => {}
        }
        let is_head = options.head;
        let mut got = self.inner.get_opts(location, options).await?;
        if is_head || matches!(read, Read::Works | Read::Hangs) {
            return Ok(got);
        }
        let GetResultPayload::Stream(whole) = std::mem::replace(&mut got.payload, nothing()) else { unreachable!() };
        let bytes = whole.try_fold(Vec::new(), |all, part| async move { Ok([all, part.to_vec()].concat()) }).await?;
        let half = bytes[..bytes.len() / 2].to_vec();
        let then = async move {
            if read == Read::FallsSilent {
                tokio::time::sleep(Duration::from_hours(1)).await;
            }
            Err(generic("connection reset"))
        };
        got.payload = GetResultPayload::Stream(stream::iter([Ok(half.into())]).chain(stream::once(then)).boxed());
        Ok(got)
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
