//! What paths lead to: every file is read, or named with the reason why it is not.

use std::collections::BTreeSet;
use std::fs::{self, File, FileType};
use std::io::Read;
use std::path::{Path, PathBuf};

use smsvoice_lake::{SETTINGS_FILE, WRITING};

use crate::input::{Input, InputError};

/// What paths lead to.
#[derive(Default)]
pub struct Found {
    /// What is to be read, in the order of the paths.
    pub inputs: Vec<Input>,
    /// What is not.
    pub skipped: Vec<Skipped>,
    /// Hidden files, and those of a lake: nobody means them.
    pub passed_over: u64,
}

/// A file that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its path.
    pub path: String,
    /// Why, and what to do.
    pub reason: &'static str,
    /// Whether there could be events in it.
    pub may_hold_events: bool,
}

/// What a file is by the bytes at a place near its begin, if it is nothing that can be read as events.
const OTHER_FORMATS: [(usize, &[u8], &str, bool); 22] = [
    (0, b"PAR1", "Parquet; only JSON is read, so export it as JSON", true),
    (0, b"ORC", "ORC; only JSON is read, so export it as JSON", true),
    (0, b"Obj\x01", "Avro; only JSON is read, so export it as JSON", true),
    (0, b"ARROW1", "Arrow; only JSON is read, so export it as JSON", true),
    (0, b"PK\x03\x04", "a zip archive; unpack it first", true),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first", true),
    (0, b"Rar!\x1a\x07", "a rar archive; unpack it first", true),
    (257, b"ustar", "a tar archive; unpack it first", true),
    (0, b"BZh", "compressed with bzip2; decompress it first", true),
    (0, b"\xfd7zXZ\x00", "compressed with xz; decompress it first", true),
    (0, b"\x04\x22\x4d\x18", "compressed with lz4; decompress it first", true),
    (0, b"\xff\x06\x00\x00sNaPpY", "compressed with snappy; decompress it first", true),
    (0, b"\x1f\x9d", "compressed with compress; decompress it first", true),
    (0, b"SQLite format 3\x00", "an SQLite database; export it as JSON", true),
    (0, b"\x89PNG", "an image", false),
    (0, b"\xff\xd8\xff", "an image", false),
    (0, b"GIF8", "an image", false),
    (8, b"WEBP", "an image", false),
    (0, b"%PDF", "a PDF document", false),
    (0, b"\x7fELF", "a program", false),
    (4, b"ftyp", "a film or an image", false),
    (0, b"ID3", "sound", false),
];

/// The most bytes that tell a format.
const MARK: u64 = 262;

impl Found {
    /// What these paths lead to: a file itself, and of a folder every file in it and below it. No file is read twice.
    pub fn at(paths: &[PathBuf]) -> Result<Self, InputError> {
        let mut found = Self::default();
        let mut seen = BTreeSet::new();
        for path in paths {
            let unreadable = |source| InputError::Unreadable { path: path.display().to_string(), source };
            let kind = fs::metadata(path).map_err(unreadable)?.file_type();
            if kind.is_dir() {
                found.folder(path, &mut seen)?;
            } else if kind.is_file() {
                File::open(path).map_err(unreadable)?; // a file that is named has to be there, and readable
                found.file(path, kind, &mut seen);
            } else {
                found.inputs.push(Input::file(path)?); // a pipe that is named is meant
            }
        }
        Ok(found)
    }

    /// A folder is gone through once, whichever way it is come to: symbolic links can lead round in circles.
    fn folder(&mut self, folder: &Path, seen: &mut BTreeSet<PathBuf>) -> Result<(), InputError> {
        let unreadable = |source| InputError::Unreadable { path: folder.display().to_string(), source };
        if !seen.insert(fs::canonicalize(folder).map_err(unreadable)?) {
            return Ok(());
        }
        let mut entries: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            entries.push(entry.map_err(unreadable)?.path());
        }
        entries.sort();
        for path in entries {
            if is_passed_over(&path) {
                self.passed_over += files_in(&path);
                continue;
            }
            let Ok(metadata) = fs::metadata(&path) else {
                self.skip(&path, "it cannot be read: a link that leads nowhere, or no permission", true);
                continue;
            };
            if metadata.is_dir() {
                self.folder(&path, seen)?;
            } else {
                self.file(&path, metadata.file_type(), seen);
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, kind: FileType, seen: &mut BTreeSet<PathBuf>) {
        if !kind.is_file() {
            return self.skip(path, "it is no file but a pipe, a socket or a device; name it alone to read it", true);
        }
        if let Ok(whole) = fs::canonicalize(path)
            && !seen.insert(whole)
        {
            return self.skip(path, "the same file is read by another path", false);
        }
        match first_bytes(path) {
            Err(_) => self.skip(path, "it cannot be read: no permission", true),
            Ok(head) => match OTHER_FORMATS.iter().find(|(at, mark, ..)| head[head.len().min(*at)..].starts_with(mark))
            {
                Some((.., reason, may_hold_events)) => self.skip(path, reason, *may_hold_events),
                None => match Input::file(path) {
                    Ok(input) => self.inputs.push(input),
                    Err(_) => self.skip(path, "it cannot be read", true),
                },
            },
        }
    }

    fn skip(&mut self, path: &Path, reason: &'static str, may_hold_events: bool) {
        self.skipped.push(Skipped { path: path.display().to_string(), reason, may_hold_events });
    }
}

/// Hidden files and folders, and the files of a lake.
fn is_passed_over(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.starts_with('.')
        || name == SETTINGS_FILE
        || name == WRITING
        || name.starts_with("part-") && name.ends_with(".parquet")
}

/// How many files a path stands for: itself, or all in and below a folder. Links are not followed.
fn files_in(path: &Path) -> u64 {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    let Some(entries) = is_folder.then(|| fs::read_dir(path).ok()).flatten() else { return 1 };
    entries.flatten().map(|entry| files_in(&entry.path())).sum()
}

fn first_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(MARK).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_folder_is_read_or_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        for name in ["a.json", "b", "c.weird", "firehose/2026/11/22/sms-1-2026-11-22-07-47-38-uuid", "d.csv", "e.gz"] {
            write(name, b"{}");
        }
        write("f.parquet", b"PAR1...");
        write("g.zip", b"PK\x03\x04...");
        write("h.png", b"\x89PNG...");
        write(".hidden", b"{}");
        write(".git/objects/a", b"{}");
        write(".git/objects/b", b"{}");
        write("lake/_lake.json", b"{}");
        write("lake/events/channel=text/dt=2026-11-22/part-0.parquet", b"PAR1");
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("a.json"), folder.path().join("again")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("dangling")).unwrap();
        let pipe = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
        assert!(pipe.success());
        let found = Found::at(&[folder.path().to_owned()]).unwrap();
        assert_eq!((found.inputs.len(), found.passed_over), (6, 5));
        let named = |name: &str| found.skipped.iter().find(|one| one.path.ends_with(name)).unwrap();
        assert_eq!(found.skipped.len(), 6);
        assert!(named("f.parquet").may_hold_events && named("g.zip").reason.contains("unpack"));
        assert!(!named("h.png").may_hold_events && named("pipe").may_hold_events && named("dangling").may_hold_events);
        assert!(!named("again").may_hold_events);
    }

    #[test]
    fn a_file_that_is_named_is_looked_at_as_those_in_a_folder_are() {
        let folder = tempfile::tempdir().unwrap();
        let [events, archive] = ["events", "events.zip"].map(|name| folder.path().join(name));
        fs::write(&events, b"{}").unwrap();
        fs::write(&archive, b"PK\x03\x04").unwrap();
        let found = Found::at(&[events.clone(), archive, events, folder.path().to_owned()]).unwrap();
        assert_eq!((found.inputs.len(), found.skipped.len()), (1, 4), "each is read once");
        assert!(Found::at(&[folder.path().join("nowhere")]).is_err());
    }
}
