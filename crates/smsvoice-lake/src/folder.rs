//! Files of a lake on disk: there whole or not at all, and still there after the power fails.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

/// Where files lie while they are written. Readers pass over names that begin with `_`.
pub const WRITING: &str = "_writing";

/// A lake that is a folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self(root)
    }

    /// Removes what writers left that were killed. Each writer holds a lock on its file, which ends with its process.
    pub(crate) fn remove_leftovers(&self) -> io::Result<()> {
        let entries = match fs::read_dir(self.0.join(WRITING)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            // A name that is gone by now was another writer's, who has finished.
            let Ok(file) = File::open(&path) else { continue };
            match file.try_lock() {
                Ok(()) => drop(fs::remove_file(&path)),
                Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
            }
        }
        Ok(())
    }

    /// Writes a file below the lake, or says that one of this name is there (unless it is to be replaced). When this
    /// returns, file and folders are on the disk.
    pub(crate) fn put(&self, below: &str, parts: &[Bytes], replace: bool) -> io::Result<Written> {
        let path = self.0.join(below);
        let folder = path.parent().unwrap_or(&self.0).to_owned();
        Self::make_folders(&folder)?;
        let mut attempts = 0;
        let (temporary, mut file) = loop {
            let (temporary, file) = self.temporary(&path)?;
            // Between its making and its lock, another writer can have taken the file for a leftover.
            file.lock()?;
            attempts += 1;
            if temporary.exists() || attempts > 9 {
                break (temporary, file);
            }
        };
        let written = write(&mut file, parts).and_then(|()| place(&temporary, &path, replace));
        if !matches!(written, Ok(Written::New) if replace) {
            let _ = fs::remove_file(&temporary);
        }
        let written = written?;
        sync(&folder)?;
        Ok(written)
    }

    fn temporary(&self, path: &Path) -> io::Result<(PathBuf, File)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = self.0.join(WRITING);
        fs::create_dir_all(&folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!("{name}.{}-{count}", process::id()));
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&temporary)?;
        Ok((temporary, file))
    }

    /// Makes the folders down to this one, and syncs those that got a new one in them.
    fn make_folders(folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.is_dir()).collect();
        fs::create_dir_all(folder)?;
        missing.iter().filter_map(|folder| folder.parent()).try_for_each(sync)
    }
}

/// Whether a file was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    New,
    /// One of this name was there, and was left as it is.
    Present,
}

fn write(file: &mut File, parts: &[Bytes]) -> io::Result<()> {
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

/// Gives a finished file its name. A link fails if the name is there, which a change of names does not.
fn place(temporary: &Path, path: &Path, replace: bool) -> io::Result<Written> {
    if replace {
        return fs::rename(temporary, path).map(|()| Written::New);
    }
    match fs::hard_link(temporary, path) {
        Ok(()) => Ok(Written::New),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Written::Present),
        Err(error) => Err(error),
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).map(|entries| entries.flatten().collect::<Vec<_>>()).unwrap_or_default();
        entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_is_there_whole_under_its_name_and_under_no_other() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::new(root.path().to_owned());
        let parts = [Bytes::from_static(b"PAR1"), Bytes::from_static(b"rest")];
        let below = "events/channel=text/dt=2026-11-22/part-0.parquet";
        assert_eq!(folder.put(below, &parts, false).unwrap(), Written::New);
        assert_eq!(folder.put(below, &parts[..1], false).unwrap(), Written::Present);
        assert_eq!(fs::read(root.path().join(below)).unwrap(), b"PAR1rest");
        assert_eq!(folder.put(below, &parts[..1], true).unwrap(), Written::New);
        assert_eq!(fs::read(root.path().join(below)).unwrap(), b"PAR1");
        assert_eq!(names(&root.path().join(WRITING)), [""; 0]);
        assert_eq!(names(root.path().join(below).parent().unwrap()), ["part-0.parquet"]);
    }

    #[test]
    fn leftovers_are_removed_and_what_a_living_writer_has_is_not() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::new(root.path().to_owned());
        folder.remove_leftovers().unwrap();
        let (living, file) = folder.temporary(Path::new("part-1.parquet")).unwrap();
        file.lock().unwrap();
        let (dead, _) = folder.temporary(Path::new("part-2.parquet")).unwrap();
        folder.remove_leftovers().unwrap();
        assert!(living.exists() && !dead.exists());
        drop(file);
        folder.remove_leftovers().unwrap();
        assert_eq!(names(&root.path().join(WRITING)), [""; 0]);
    }
}
