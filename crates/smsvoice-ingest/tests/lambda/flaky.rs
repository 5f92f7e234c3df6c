//! A store that fails as S3 does: refusing, throttling, silent, or after the put but before the answer.

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
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

/// An in-memory store whose puts meet their fates in turn, and work when there are no more.
#[derive(Debug)]
pub(crate) struct Flaky {
    inner: InMemory,
    fates: Mutex<Vec<Fate>>,
}

impl Flaky {
    pub(crate) fn new(mut fates: Vec<Fate>) -> Self {
        fates.reverse();
        Self { inner: InMemory::new(), fates: Mutex::new(fates) }
    }
}

impl fmt::Display for Flaky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("flaky")
    }
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
        self.inner.get_opts(location, options).await
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
