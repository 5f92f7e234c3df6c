//! Files and folders of events, and the streams in them.

use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

use smsvoice_event::Timestamp;
use smsvoice_lake::{Reason, Source};
use thiserror::Error;

use crate::chunk::{Chunk, Chunker};
use crate::decoded::decompress;
use crate::inflate::{Compression, Damage};
use crate::origin::Origin;

/// Something to be replayed.
pub struct Input {
    /// Where it lies.
    pub place: Place,
    /// Bytes as they lie there, if known.
    pub len: Option<u64>,
    pub(crate) content: InputContent,
}

pub(crate) type Stream = Box<dyn FnOnce() -> io::Result<Box<dyn Read>> + Send>;

pub(crate) enum InputContent {
    Stream(Stream),
    /// There is nothing to read, and that is kept.
    Rejected(Rejected),
}

/// What is kept in quarantine in place of an input that is not there.
pub(crate) struct Rejected {
    pub(crate) payload: Vec<u8>,
    pub(crate) reason: Reason,
    pub(crate) detail: &'static str,
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
}

impl Input {
    /// An input of any kind, opened when its turn comes.
    pub fn new(place: Place, stream: impl FnOnce() -> io::Result<Box<dyn Read>> + Send + 'static) -> Self {
        Self { place, len: None, content: InputContent::Stream(Box::new(stream)) }
    }

    /// An input that is not there.
    pub(crate) fn rejected(place: Place, rejected: Rejected) -> Self {
        Self { place, len: None, content: InputContent::Rejected(rejected) }
    }

    /// One file.
    pub fn file(path: &Path) -> Result<Self, InputError> {
        let unreadable = |source| InputError::Unreadable { path: path.display().to_string(), source };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        // Opened at once, and closed again: what may not be read is told before anything is written. A pipe is opened once.
        if metadata.is_file() {
            File::open(path).map_err(unreadable)?;
        }
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let arrival = modified.and_then(|time| Timestamp::from_millis(i64::try_from(time.as_millis()).ok()?));
        let opened = path.to_owned();
        let place = Place::file(path.display().to_string(), arrival.unwrap_or(Timestamp::EPOCH));
        let mut input = Self::new(place, move || Ok(Box::new(File::open(opened)?)));
        input.len = metadata.is_file().then_some(metadata.len());
        Ok(input)
    }
}

/// Reads the stream, decompressed, into chunks; `progress` is told the bytes read as they lie there.
/// The outer error is of the input itself, the inner one of its compression.
pub(crate) fn read_into<F: FnMut(Chunk)>(
    stream: Stream,
    chunker: &mut Chunker<'_, F>,
    progress: impl Fn(u64),
) -> io::Result<Result<(), Damage>> {
    let mut stream = stream()?;
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

/// A stream that breaks off as soon as `ended` says that nobody wants more of it.
pub(crate) struct Until<F> {
    pub(crate) stream: Box<dyn Read>,
    pub(crate) ended: F,
}

impl<F: Fn() -> bool> Read for Until<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.ended)() { Err(io::Error::other("nobody wants more of it")) } else { self.stream.read(buffer) }
    }
}
