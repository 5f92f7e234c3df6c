//! Files and folders of events, and the streams in them.

use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use smsvoice_event::Timestamp;
use smsvoice_lake::Source;
use thiserror::Error;

use crate::chunk::{Chunk, Chunker};
use crate::decoded::decompress;
use crate::inflate::{Compression, Damage};
use crate::origin::Origin;

/// The endings of files that a folder is searched for; each may be followed by `.gz` or `.zst`.
const ENDINGS: [&str; 5] = ["json", "jsonl", "ndjson", "log", "txt"];

/// Something to be replayed.
pub struct Input {
    /// Where it lies.
    pub place: Place,
    /// Bytes as they lie there, if known.
    pub len: Option<u64>,
    stream: Box<dyn FnOnce() -> io::Result<Box<dyn Read>> + Send>,
}

/// Where an input lies, and what is known of it before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What messages call it: its path, or `-`.
    pub name: String,
    /// When its content arrived, if nothing in it says better: of a file, its modification.
    pub arrival: Timestamp,
    /// What its bytes came in.
    pub carrier: Source,
    /// The AWS account, if it is known already: of what rests in quarantine.
    pub account_id: Option<String>,
    /// The AWS region, if it is known already.
    pub aws_region: Option<String>,
}

impl Place {
    /// A file, or a stream like one.
    pub fn file(name: impl Into<String>, arrival: Timestamp) -> Self {
        Self { name: name.into(), arrival, carrier: Source::File, account_id: None, aws_region: None }
    }

    pub(crate) fn origin(&self) -> Origin<'_> {
        Origin::new(self.carrier, self.arrival, &*self.name)
            .of_account(self.account_id.as_deref(), self.aws_region.as_deref())
    }
}

/// Why there is nothing to replay.
#[derive(Debug, Error)]
pub enum InputError {
    /// A path leads nowhere, or may not be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// As given or found.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A folder holds nothing that is read.
    #[error(
        "{path} holds no file of events: looked for *.json, *.jsonl, *.ndjson, *.log and *.txt, plain, .gz or .zst"
    )]
    NothingReadable {
        /// The folder.
        path: String,
    },
}

impl Input {
    /// An input of any kind, opened when its turn comes.
    pub fn new(place: Place, stream: impl FnOnce() -> io::Result<Box<dyn Read>> + Send + 'static) -> Self {
        Self { place, len: None, stream: Box::new(stream) }
    }

    /// One file.
    pub fn file(path: &Path) -> Result<Self, InputError> {
        let unreadable = |source| InputError::Unreadable { path: path.display().to_string(), source };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        // Opened at once, and closed again: what may not be read is told before anything is written.
        File::open(path).map_err(unreadable)?;
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let arrival = modified.and_then(|time| Timestamp::from_millis(i64::try_from(time.as_millis()).ok()?));
        let opened = path.to_owned();
        let place = Place::file(path.display().to_string(), arrival.unwrap_or(Timestamp::EPOCH));
        let mut input = Self::new(place, move || Ok(Box::new(File::open(opened)?)));
        input.len = Some(metadata.len());
        Ok(input)
    }

    /// The files that paths lead to: a file itself; of a folder all with a known ending that are not hidden, in the
    /// order of their paths.
    pub fn walk(paths: &[PathBuf]) -> Result<Vec<Self>, InputError> {
        let mut inputs = Vec::new();
        for path in paths {
            if !path.is_dir() {
                inputs.push(Self::file(path)?);
                continue;
            }
            let mut found = Vec::new();
            find(path, &mut found)?;
            if found.is_empty() {
                return Err(InputError::NothingReadable { path: path.display().to_string() });
            }
            found.sort();
            for file in found {
                inputs.push(Self::file(&file)?);
            }
        }
        Ok(inputs)
    }

    /// Reads the stream, decompressed, into chunks; `progress` is told the bytes read as they lie there.
    /// The outer error is of the input itself, the inner one of its compression.
    pub(crate) fn read_into<F: FnMut(Chunk)>(
        self,
        chunker: &mut Chunker<'_, F>,
        progress: impl Fn(u64),
    ) -> io::Result<Result<(), Damage>> {
        let mut stream = (self.stream)()?;
        let mut head = Vec::new();
        progress((&mut stream).take(HEAD).read_to_end(&mut head)? as u64);
        let compression = Compression::of(&head);
        let Some(compression) = compression else {
            chunker.write_all(&head)?;
            if (head.len() as u64) < HEAD {
                return Ok(Ok(()));
            }
            // Straight into the chunks: a file is read once, and not copied.
            return chunker.read_from(&mut stream, progress).map(Ok);
        };
        let stream = BufReader::with_capacity(1 << 18, Cursor::new(head).chain(Counted { stream, progress }));
        Ok(decompress(compression, stream, chunker))
    }
}

/// Bytes that are read first, to see what a stream is; of a small file all.
const HEAD: u64 = 1 << 17;

struct Counted<F> {
    stream: Box<dyn Read>,
    progress: F,
}

impl<F: Fn(u64)> Read for Counted<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        (self.progress)(read as u64);
        Ok(read)
    }
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), InputError> {
    let unreadable = |source| InputError::Unreadable { path: folder.display().to_string(), source };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            find(&path, found)?;
        } else if has_known_ending(&path) {
            found.push(path);
        }
    }
    Ok(())
}

fn has_known_ending(path: &Path) -> bool {
    let compressed = path.extension().is_some_and(|ending| ending == "gz" || ending == "zst");
    let stem = if compressed { path.with_extension("") } else { path.to_owned() };
    // Firehose names its objects without an ending, and with `.gz` when compressed.
    let bare = compressed
        && stem.extension().is_none_or(|ending| ending.to_string_lossy().bytes().any(|b| b.is_ascii_digit()));
    bare || stem.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}
