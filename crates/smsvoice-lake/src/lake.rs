//! The place itself: a URL or path, opened as an object store.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use url::Url;

use crate::error::{Doing, LakeError};
use crate::file::{LakeFile, Table};
use crate::folder::{Folder, Written};
use crate::s3;

/// A lake: where events and quarantine rest.
#[derive(Clone)]
pub struct Lake {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    url: String,
    /// Where its files are written directly, so that they are on the disk before they count.
    folder: Option<Folder>,
}

/// Whether a file was new to the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was written.
    Created,
    /// A file of this name, and so of these events, was there already; it was left as it is.
    Present,
    /// A file of this name was there, but damaged; it was written again.
    Repaired,
}

impl Lake {
    /// Opens a lake for writing. A local folder is made if it does not exist.
    ///
    /// `env` gives the standard `AWS_*` variables (`std::env::vars()` say): credentials, region, endpoint.
    pub fn create(url: &str, env: impl IntoIterator<Item = (String, String)>) -> Result<Self, LakeError> {
        if let Place::Folder(folder) = place(url)? {
            std::fs::create_dir_all(&folder).map_err(|error| invalid(url, &error))?;
            Folder::new(folder).remove_leftovers().map_err(|error| invalid(url, &error))?;
        }
        Self::open(url, env)
    }

    /// Opens a lake for reading. A local folder has to exist; whether objects exist is not asked.
    pub fn open(url: &str, env: impl IntoIterator<Item = (String, String)>) -> Result<Self, LakeError> {
        let place = place(url)?;
        let folder = if let Place::Folder(folder) = &place { Some(Folder::new(folder.clone())) } else { None };
        let (store, prefix): (Arc<dyn ObjectStore>, Path) = match place {
            Place::Folder(folder) if !folder.exists() => return Err(LakeError::NotFound { url: url.to_owned() }),
            Place::Folder(folder) => {
                let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| invalid(url, &error))?;
                (Arc::new(store), Path::default())
            }
            Place::Memory(prefix) => (Arc::new(InMemory::new()), prefix),
            Place::S3 { bucket, prefix } => {
                let store = s3::builder_for(&bucket, env).build().map_err(|error| invalid(url, &error))?;
                (Arc::new(store), prefix)
            }
        };
        Ok(Self { store, prefix, url: url.to_owned(), folder })
    }

    /// A lake in a store that is open already; `url` is for messages alone.
    pub fn in_store(store: Arc<dyn ObjectStore>, prefix: Path, url: impl Into<String>) -> Self {
        Self { store, prefix, url: url.into(), folder: None }
    }

    /// Whether everything in it is gone when this process ends.
    pub fn is_in_memory(&self) -> bool {
        self.url.starts_with("memory:")
    }

    /// As it was given.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The store it lies in.
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// The folder of the store it lies in.
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// Where a path below the lake lies in the store.
    pub fn path(&self, below: &str) -> Path {
        self.prefix.parts().chain(Path::from(below).parts()).collect()
    }

    /// What messages call an object of the store.
    pub(crate) fn name(&self, path: &Path) -> String {
        format!("{} ({path})", self.url)
    }

    /// Puts a finished file, whole or not at all. A file of the same name is left as it is, because names are hashes of
    /// content; unless it is damaged, which is looked for where its size is another one.
    pub async fn put(&self, file: &LakeFile) -> Result<Put, LakeError> {
        let path = self.path(&file.path());
        let put = |mode| self.put_object(&path, file.bytes.clone(), mode);
        let unwritten = |source| LakeError::store(self.name(&path), Doing::Writing, source);
        match put(PutMode::Create).await {
            Ok(()) => return Ok(Put::Created),
            Err(object_store::Error::AlreadyExists { .. }) => {}
            Err(source) => return Err(unwritten(source)),
        }
        // S3 says so, too, when it met another request for this name (409), which may come to nothing: only a look tells.
        match self.store.head(&path).await {
            Ok(there) if there.size == file.bytes.content_length() as u64 => Ok(Put::Present),
            // The same events by another route make a file of the same name and of another size.
            Ok(there) if self.check(file.table(), &there).await.is_ok() => Ok(Put::Present),
            Ok(_) => put(PutMode::Overwrite).await.map(|()| Put::Repaired).map_err(unwritten),
            Err(object_store::Error::NotFound { .. }) => Err(LakeError::conflict(self.name(&path))),
            Err(source) => Err(unwritten(source)),
        }
    }

    /// Puts an object. On disk it is synced before this returns: `object_store` leaves that to the system, and its temporary
    /// names look like files of the lake.
    pub(crate) async fn put_object(&self, path: &Path, bytes: PutPayload, mode: PutMode) -> object_store::Result<()> {
        let Some(folder) = &self.folder else {
            return self.store.put_opts(path, bytes, PutOptions::from(mode)).await.map(drop);
        };
        let parts: Vec<Bytes> = bytes.into_iter().collect();
        match folder.put(path.as_ref(), &parts, mode == PutMode::Overwrite) {
            Ok(Written::New) => Ok(()),
            Ok(Written::Present) => {
                let source = "a file of this name is there".into();
                Err(object_store::Error::AlreadyExists { path: path.to_string(), source })
            }
            Err(error) => Err(object_store::Error::Generic { store: "disk", source: Box::new(error) }),
        }
    }

    /// What is said of a file that the store has not answered about.
    pub fn no_answer(&self, file: &LakeFile) -> LakeError {
        LakeError::silence(self.name(&self.path(&file.path())), Doing::Writing)
    }

    /// Whether it lies in a store that is asked over a network: such a store may be busy, or out of reach for a moment.
    pub fn is_remote(&self) -> bool {
        self.url.starts_with("s3:")
    }

    /// The Parquet files of a table, ordered by path.
    pub async fn files(&self, table: Table) -> Result<Vec<ObjectMeta>, LakeError> {
        let folder = self.path(table.as_str());
        let files = self.store.list(Some(&folder)).try_collect().await;
        let mut files: Vec<ObjectMeta> =
            files.map_err(|source| LakeError::store(self.name(&folder), Doing::Listing, source))?;
        files.retain(|file| file.location.extension() == Some("parquet"));
        files.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(files)
    }

    pub(crate) async fn get(&self, path: &Path) -> Result<Bytes, LakeError> {
        let unread = |source| LakeError::store(self.name(path), Doing::Reading, source);
        self.store.get(path).await.map_err(unread)?.bytes().await.map_err(unread)
    }
}

impl fmt::Debug for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lake({})", self.url)
    }
}

enum Place {
    Folder(PathBuf),
    Memory(Path),
    S3 { bucket: String, prefix: Path },
}

fn invalid(url: &str, problem: &dyn fmt::Display) -> LakeError {
    LakeError::InvalidUrl { url: url.to_owned(), problem: problem.to_string() }
}

/// A path, unless it is a slip of the pen: a folder of that name would be made, and nobody would find the events.
fn folder(path: &str) -> Result<PathBuf, LakeError> {
    let scheme = path.split_once(":/").map(|(scheme, _)| scheme);
    if let Some(scheme) = scheme.filter(|scheme| ["s3", "s3a", "file", "memory", "http", "https"].contains(scheme)) {
        return Err(invalid(path, &format!("after {scheme}: two slashes belong before the name")));
    }
    if path.split('/').any(|part| part == "~") {
        return Err(invalid(
            path,
            &"only a shell knows what ~ stands for, and it did not replace this one; write the path out",
        ));
    }
    Ok(PathBuf::from(path))
}

/// Reads a URL; what has no scheme is a path.
fn place(url: &str) -> Result<Place, LakeError> {
    if url.is_empty() {
        return Err(invalid(url, &"it is empty"));
    }
    if !url.contains("://") {
        return folder(url).map(Place::Folder);
    }
    let parsed = Url::parse(url).map_err(|error| invalid(url, &error))?;
    let prefix = || Path::from_url_path(parsed.path()).map_err(|error| invalid(url, &error));
    match parsed.scheme() {
        "file" => parsed.to_file_path().map(Place::Folder).map_err(|()| invalid(url, &"not an absolute path")),
        "memory" => Ok(Place::Memory(prefix()?)),
        "s3" => {
            let bucket = parsed.host_str().ok_or_else(|| invalid(url, &"it names no bucket"))?;
            Ok(Place::S3 { bucket: bucket.to_owned(), prefix: prefix()? })
        }
        other => Err(invalid(url, &format!("the scheme {other:?} is not supported"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_are_no_lake_say_so() {
        for (url, word) in [
            ("s3:/bucket/x", "two slashes"),
            ("~/lake", "shell"),
            ("./~/lake", "shell"),
            ("", "empty"),
            ("ftp://x/y", "ftp"),
            ("s3:///x", "bucket"),
            ("file://host/x", "absolute"),
        ] {
            let message = Lake::create(url, []).unwrap_err().to_string();
            assert!(message.contains(word), "{url}: {message}");
        }
    }

    #[test]
    fn a_missing_folder_is_no_lake_to_read() {
        assert!(matches!(Lake::open("/nowhere/at/all", []), Err(LakeError::NotFound { .. })));
    }
}
