//! What paths lead to: every file is read, or named with the reason why it is not.

use std::collections::BTreeSet;
use std::fs::{self, File, FileType};
use std::io::Read;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use smsvoice_event::Timestamp;
use smsvoice_lake::{SETTINGS_FILE, WRITING};

use crate::input::{Input, InputError};

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

/// What is not read of all that was pointed at; those who look for inputs share it.
#[derive(Debug, Default)]
pub struct Aside(Mutex<LeftAside>);

/// What was not read, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftAside {
    /// What might have been meant, each named.
    pub skipped: Vec<Skipped>,
    /// Hidden files, and those of a lake: nobody means them.
    pub passed_over: u64,
    /// What was modified at another time than was asked for.
    pub out_of_period: u64,
}

impl Aside {
    /// What was left aside so far.
    pub fn left(&self) -> LeftAside {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, LeftAside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn skip(&self, path: String, reason: &'static str, may_hold_events: bool) {
        self.lock().skipped.push(Skipped { path, reason, may_hold_events });
    }

    pub(crate) fn pass_over(&self, count: u64) {
        self.lock().passed_over += count;
    }

    pub(crate) fn leave_out(&self) {
        self.lock().out_of_period += 1;
    }
}

/// A time of modification: from the one on, up to, but not at, the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modified {
    /// From this moment on, if any.
    pub since: Option<Timestamp>,
    /// Before this moment, if any.
    pub until: Option<Timestamp>,
}

impl Modified {
    pub(crate) fn holds(self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until)
    }
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
pub(crate) const MARK: usize = 262;

/// What something is that begins with these bytes, and whether it could hold events, if it is nothing that can be read.
pub(crate) fn other_format(head: &[u8]) -> Option<(&'static str, bool)> {
    let format = OTHER_FORMATS.iter().find(|(at, mark, ..)| head[head.len().min(*at)..].starts_with(mark));
    format.map(|(.., reason, may_hold_events)| (*reason, *may_hold_events))
}

/// Files, by the paths that lead to them.
pub struct Files<'a> {
    inputs: Vec<Input>,
    seen: BTreeSet<PathBuf>,
    modified: Modified,
    aside: &'a Aside,
}

impl<'a> Files<'a> {
    /// None yet. Those of another time are left out, and those that are not read are told `aside`.
    pub fn new(modified: Modified, aside: &'a Aside) -> Self {
        Self { inputs: Vec::new(), seen: BTreeSet::new(), modified, aside }
    }

    /// What this path leads to: a file itself, and of a folder every file in it and below it. No file is read twice,
    /// whichever paths lead to it.
    pub fn at(&mut self, path: &Path) -> Result<Vec<Input>, InputError> {
        let unreadable = |source| InputError::Unreadable { path: path.display().to_string(), source };
        let kind = fs::metadata(path).map_err(unreadable)?.file_type();
        if kind.is_dir() {
            self.folder(path)?;
        } else if kind.is_file() {
            File::open(path).map_err(unreadable)?; // a file that is named has to be there, and readable
            self.file(path, kind);
        } else {
            self.inputs.push(Input::file(path)?); // a pipe that is named is meant
        }
        Ok(mem::take(&mut self.inputs))
    }

    /// A folder is gone through once, whichever way it is come to: symbolic links can lead round in circles.
    fn folder(&mut self, folder: &Path) -> Result<(), InputError> {
        let unreadable = |source| InputError::Unreadable { path: folder.display().to_string(), source };
        if !self.seen.insert(fs::canonicalize(folder).map_err(unreadable)?) {
            return Ok(());
        }
        let mut entries: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            entries.push(entry.map_err(unreadable)?.path());
        }
        entries.sort();
        for path in entries {
            if is_passed_over(&path.file_name().unwrap_or_default().to_string_lossy()) {
                self.aside.pass_over(files_in(&path));
                continue;
            }
            let Ok(metadata) = fs::metadata(&path) else {
                self.skip(&path, "it cannot be read: a link that leads nowhere, or no permission", true);
                continue;
            };
            if metadata.is_dir() {
                self.folder(&path)?;
            } else {
                self.file(&path, metadata.file_type());
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, kind: FileType) {
        if !kind.is_file() {
            return self.skip(path, "it is no file but a pipe, a socket or a device; name it alone to read it", true);
        }
        if let Ok(whole) = fs::canonicalize(path)
            && !self.seen.insert(whole)
        {
            return self.skip(path, "the same file is read by another path", false);
        }
        let Ok(input) = Input::file(path) else { return self.skip(path, "it cannot be read", true) };
        if !self.modified.holds(input.place.arrival) {
            return self.aside.leave_out();
        }
        match first_bytes(path) {
            Err(_) => self.skip(path, "it cannot be read: no permission", true),
            Ok(head) => match other_format(&head) {
                Some((reason, may_hold_events)) => self.skip(path, reason, may_hold_events),
                None => self.inputs.push(input),
            },
        }
    }

    fn skip(&self, path: &Path, reason: &'static str, may_hold_events: bool) {
        self.aside.skip(path.display().to_string(), reason, may_hold_events);
    }
}

/// Whether a name is hidden, or one that the files of a lake have.
pub(crate) fn is_passed_over(name: &str) -> bool {
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
    File::open(path)?.take(MARK as u64).read_to_end(&mut head)?;
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
        let aside = Aside::default();
        let inputs = Files::new(Modified::default(), &aside).at(folder.path()).unwrap();
        let LeftAside { skipped, passed_over, out_of_period } = aside.left();
        assert_eq!((inputs.len(), passed_over, out_of_period), (6, 5, 0));
        let named = |name: &str| skipped.iter().find(|one| one.path.ends_with(name)).unwrap();
        assert_eq!(skipped.len(), 6);
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
        let aside = Aside::default();
        let mut files = Files::new(Modified::default(), &aside);
        let read = [&*events, &*archive, &*events, folder.path()].map(|path| files.at(path).unwrap().len());
        assert_eq!((read, aside.left().skipped.len()), ([1, 0, 0, 0], 4), "each is read once");
        assert!(files.at(&folder.path().join("nowhere")).is_err());
    }

    #[test]
    fn files_of_another_time_are_left_out_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let at = |seconds: u64| std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        for seconds in [9, 10, 19, 20] {
            let path = folder.path().join(seconds.to_string());
            fs::write(&path, b"{}").unwrap();
            File::options().write(true).open(&path).unwrap().set_modified(at(seconds)).unwrap();
        }
        let moment = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        for (since, until, read) in [(None, None, 4), (Some(10), None, 3), (None, Some(20), 3), (Some(10), Some(20), 2)]
        {
            let aside = Aside::default();
            let modified = Modified { since: since.and_then(moment), until: until.and_then(moment) };
            let inputs = Files::new(modified, &aside).at(folder.path()).unwrap();
            assert_eq!((inputs.len(), aside.left().out_of_period), (read, 4 - read as u64));
        }
    }
}
