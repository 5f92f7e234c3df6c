//! The files of a lake as queries see them: those that are damaged stop a query with their name, or are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use smsvoice_lake::{Lake, LakeError, Table};

/// The store of a lake, for reading. On disk a file is checked from its first to its last byte before it is read the first
/// time, or before its rows are. S3 keeps checksums of its own: there a check would fetch the whole of files of which a query needs little.
pub(crate) struct SoundFiles {
    lake: Lake,
    checked: Mutex<BTreeSet<Path>>,
    /// Whether a file is checked when its rows are read, and not already when its footer is: then files that statistics and
    /// bloom filters rule out are not read whole.
    when_rows_are_read: bool,
    /// Files that are left out, each with what is wrong with it.
    left_out: BTreeMap<Path, LakeError>,
}

impl SoundFiles {
    /// All files, or an error as soon as a damaged one is come to.
    pub(crate) fn all(lake: &Lake) -> Self {
        let (checked, left_out) = (Mutex::default(), BTreeMap::new());
        Self { lake: lake.clone(), checked, when_rows_are_read: false, left_out }
    }

    /// All files, each checked when rows are read from it: for a search of few rows. If what rules a file out is damaged
    /// itself, its rows are missed; so an answer of no rows has to be asked of [`Self::all`] again.
    pub(crate) fn sought(lake: &Lake) -> Self {
        Self { when_rows_are_read: true, ..Self::all(lake) }
    }

    /// Those that are whole: each is read once, and checked.
    pub(crate) async fn only(lake: &Lake) -> std::result::Result<Self, LakeError> {
        let mut files = Self::all(lake);
        for table in Table::ALL {
            for file in lake.files(table).await? {
                match lake.check(table, &file).await {
                    Ok(()) => files.note_checked(file.location),
                    Err(error @ LakeError::Unreadable { .. }) => drop(files.left_out.insert(file.location, error)),
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(files)
    }

    /// What is wrong with each file that is left out.
    pub(crate) fn left_out(&self) -> Vec<String> {
        self.left_out.values().map(LakeError::chain).collect()
    }

    /// A path below the lake, as the store knows it.
    fn full(&self, below: &Path) -> Path {
        self.lake.path(below.as_ref())
    }

    fn below(&self, mut meta: ObjectMeta) -> ObjectMeta {
        let below = meta.location.prefix_match(self.lake.prefix()).map(Iterator::collect);
        meta.location = below.unwrap_or(meta.location);
        meta
    }

    async fn check(&self, location: &Path) -> Result<()> {
        let is_checked = || self.checked.lock().unwrap_or_else(PoisonError::into_inner).contains(location);
        if self.lake.is_remote() || is_checked() {
            return Ok(());
        }
        let table = Table::ALL.into_iter().find(|table| location.prefix_matches(&self.lake.path(table.as_str())));
        if let Some(table) = table {
            let meta = self.lake.store().head(location).await?;
            self.lake.check(table, &meta).await.map_err(damaged)?;
        }
        self.note_checked(location.clone());
        Ok(())
    }

    /// Whether this is the end of a file and nothing else.
    async fn is_footer(&self, location: &Path, ranges: &[Range<u64>]) -> Result<bool> {
        let [range] = ranges else { return Ok(false) };
        Ok(!self.lake.is_remote() && range.end == self.lake.store().head(location).await?.size && range.start > 0)
    }

    fn note_checked(&self, location: Path) {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).insert(location);
    }
}

fn damaged(error: LakeError) -> Error {
    Error::Generic { store: "lake", source: Box::new(error) }
}

impl fmt::Debug for SoundFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoundFiles({})", self.lake.url())
    }
}

impl fmt::Display for SoundFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What a query never does.
fn read_only<T>(operation: &str) -> Result<T> {
    Err(Error::NotImplemented { operation: operation.to_owned(), implementer: "SoundFiles".to_owned() })
}

#[async_trait]
impl ObjectStore for SoundFiles {
    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        read_only("put")
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        read_only("put_multipart")
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let location = self.full(location);
        if !self.when_rows_are_read {
            self.check(&location).await?;
        }
        let mut got = self.lake.store().get_opts(&location, options).await?;
        got.meta = self.below(got.meta);
        Ok(got)
    }

    /// By this, rows are read, and footers: indexes and bloom filters come by single ranges.
    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let location = self.full(location);
        if !(self.when_rows_are_read && self.is_footer(&location, ranges).await?) {
            self.check(&location).await?;
        }
        self.lake.store().get_ranges(&location, ranges).await
    }

    fn delete_stream(&self, _: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        stream::once(async { read_only("delete") }).boxed()
    }

    /// An empty file is an error here: DataFusion passes over it as if it were none.
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let full = self.full(prefix.unwrap_or(&Path::default()));
        let left_out: BTreeSet<Path> = self.left_out.keys().cloned().collect();
        let files = self.lake.store().list(Some(&full));
        let files = files.try_filter(move |file| futures::future::ready(!left_out.contains(&file.location)));
        let (lake, this) = (self.lake.clone(), Self::all(&self.lake));
        let files = files.and_then(move |file| {
            let lake = lake.clone();
            async move {
                if file.size == 0 && file.location.extension() == Some("parquet") {
                    lake.check(Table::Events, &file).await.map_err(damaged)?;
                }
                Ok(file)
            }
        });
        files.map_ok(move |file| this.below(file)).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let full = self.full(prefix.unwrap_or(&Path::default()));
        let ListResult { common_prefixes, objects } = self.lake.store().list_with_delimiter(Some(&full)).await?;
        let prefixes = common_prefixes.into_iter();
        let prefixes = prefixes.map(|path| match path.prefix_match(self.lake.prefix()) {
            Some(below) => below.collect(),
            None => path.clone(),
        });
        let prefixes = prefixes.collect();
        let objects = objects.into_iter().filter(|file| !self.left_out.contains_key(&file.location));
        Ok(ListResult { common_prefixes: prefixes, objects: objects.map(|file| self.below(file)).collect() })
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        read_only("copy")
    }
}
