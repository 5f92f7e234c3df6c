//! A stream of any length, taken apart between its values: lines, concatenated values, or the items of one array.

use std::io::{self, Read, Write};
use std::mem;
use std::sync::{Mutex, PoisonError};

use smsvoice_event::{Event, ParseError};

use crate::reader::{LOG_HEAD, LogText, broken_len, is_item, log_text};

/// Bytes after which a chunk is handed on.
pub(crate) const CHUNK_BYTES: usize = 2 << 20;

/// The longest value that is read as one. A 6 MB Lambda payload kept in a file fits; what is longer is no event and no
/// envelope AWS makes, and is quarantined in pieces of this size.
pub(crate) const MAX_VALUE_BYTES: usize = 16 << 20;

/// What is wrong this close to the end may only be cut off: `tru`, `\ud83d\ude0`.
const LONGEST_TOKEN: usize = 12;

/// Who writes this much at once may have a whole chunk to write; a small file needs no large buffer.
const LARGE_WRITE: usize = 1 << 17;

/// A part of a stream that ends where a value ends.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// Values, one behind the other.
    pub(crate) bytes: Vec<u8>,
    /// The line of the stream it begins in, from 1.
    pub(crate) line: u64,
    /// Whether this is a piece of something longer than [`MAX_VALUE_BYTES`].
    pub(crate) oversize: bool,
}

/// Buffers of chunks that have been read, to be filled again: fresh memory has to be zeroed by the system first.
#[derive(Debug, Default)]
pub(crate) struct Spares(Mutex<Vec<Vec<u8>>>);

/// More than this many are not kept.
const MOST_SPARES: usize = 16;

impl Spares {
    /// Gives the buffer of a chunk back.
    pub(crate) fn give(&self, mut buffer: Vec<u8>) {
        let mut spares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spares.len() < MOST_SPARES && (CHUNK_BYTES..2 * CHUNK_BYTES).contains(&buffer.capacity()) {
            buffer.clear();
            spares.push(buffer);
        }
    }

    fn take(&self) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

/// Takes apart what is written to it, into [`Chunk`]s.
pub(crate) struct Chunker<'s, F: FnMut(Chunk)> {
    buffer: Vec<u8>,
    spares: Option<&'s Spares>,
    line: u64,
    /// Inside one array around everything: its brackets belong to no chunk.
    in_array: bool,
    started: bool,
    /// In something too long, until a line that begins a value.
    oversize: bool,
    /// No value ended in this many bytes: look again only when there are twice as many.
    searched: usize,
    on_chunk: F,
}

impl<'s, F: FnMut(Chunk)> Chunker<'s, F> {
    /// A chunker that hands its chunks to `on_chunk`.
    pub(crate) fn new(on_chunk: F) -> Self {
        let buffer = Vec::new();
        Self { buffer, spares: None, line: 1, in_array: false, started: false, oversize: false, searched: 0, on_chunk }
    }

    /// Uses the buffers of chunks before.
    #[must_use]
    pub(crate) fn with_spares(mut self, spares: &'s Spares) -> Self {
        self.spares = Some(spares);
        self
    }

    /// Reads a stream to its end; `progress` is told how many bytes came.
    pub(crate) fn read_from(&mut self, stream: &mut impl Read, progress: impl Fn(u64)) -> io::Result<()> {
        loop {
            if self.buffer.capacity() < CHUNK_BYTES {
                let large = self.fresh_buffer();
                let small = mem::replace(&mut self.buffer, large);
                self.buffer.extend_from_slice(&small);
            }
            let room = CHUNK_BYTES.max(self.searched).saturating_sub(self.buffer.len()).max(1);
            let read = Read::take(&mut *stream, room as u64).read_to_end(&mut self.buffer)?;
            progress(read as u64);
            if read == 0 {
                return Ok(());
            }
            if self.buffer.len() >= CHUNK_BYTES.max(self.searched) {
                self.hand_on_whole_values();
            }
        }
    }

    fn fresh_buffer(&self) -> Vec<u8> {
        self.spares.and_then(Spares::take).unwrap_or_else(|| Vec::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 4))
    }

    /// The stream has ended: hands on what is left.
    pub(crate) fn finish(mut self) {
        self.start();
        self.hand_on_all();
    }

    fn hand_on_all(&mut self) {
        if self.buffer.len() > CHUNK_BYTES {
            self.hand_on_whole_values();
        }
        if self.oversize {
            self.skip_oversize();
        }
        if self.in_array
            && let Some(end) = self.end_of_last_value()
        {
            self.emit(end);
        }
        let rest = self.buffer.len();
        self.emit(rest);
    }

    /// An array around everything is opened, so that its items are read one by one: but only if it is too long to be
    /// read as a whole.
    fn start(&mut self) {
        if mem::replace(&mut self.started, true) {
            return;
        }
        let start = self.buffer.iter().position(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte));
        if let Some(at) = start
            && self.buffer[at] == b'['
            && self.buffer.len() >= CHUNK_BYTES
        {
            self.in_array = true;
            self.buffer[at] = b' ';
        }
    }

    /// Hands on chunks while whole values are in the buffer.
    fn hand_on_whole_values(&mut self) {
        self.start();
        while self.buffer.len() >= CHUNK_BYTES.max(self.searched) {
            if self.oversize {
                self.skip_oversize();
            } else if let Some(end) = end_of_last_line(&self.buffer).or_else(|| self.end_of_last_value()) {
                self.searched = 0;
                self.emit(end);
            } else if self.buffer.len() >= MAX_VALUE_BYTES {
                self.oversize = true;
            } else {
                self.searched = (self.buffer.len() * 2).min(MAX_VALUE_BYTES);
            }
        }
    }

    fn emit(&mut self, end: usize) {
        if end == 0 {
            return;
        }
        let mut rest = if end < self.buffer.len() { self.fresh_buffer() } else { Vec::new() };
        rest.extend_from_slice(&self.buffer[end..]);
        let mut bytes = mem::replace(&mut self.buffer, rest);
        bytes.truncate(end);
        let line = self.line;
        self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        (self.on_chunk)(Chunk { bytes, line, oversize: self.oversize });
    }

    /// Where the last whole value ends, found by reading them: for streams without line ends between values.
    fn end_of_last_value(&mut self) -> Option<usize> {
        let valid = match std::str::from_utf8(&self.buffer) {
            Ok(_) => self.buffer.len(),
            Err(error) => error.valid_up_to(),
        };
        let mut closed = None;
        let mut end = 0;
        {
            let text = std::str::from_utf8(&self.buffer[..valid]).unwrap_or_default();
            loop {
                let rest = text[end..].trim_start_matches([' ', '\n', '\r', '\t', ',', '\u{feff}']);
                let at = text.len() - rest.len();
                if self.in_array && rest.starts_with(']') {
                    closed = Some(at);
                    end = at + 1;
                    break;
                }
                match piece_len(rest, self.in_array) {
                    Some(len) => end = at + len,
                    None => break,
                }
            }
        }
        if let Some(at) = closed {
            self.buffer[at] = b' ';
            self.in_array = false;
        }
        // The end of the line belongs to what stands on it.
        let line_end = self.buffer[end..].iter().position(|byte| !b" \t\r".contains(byte));
        if let Some(at) = line_end.filter(|at| end > 0 && self.buffer[end + at] == b'\n') {
            end += at + 1;
        }
        (end > 0).then_some(end)
    }

    /// Hands on pieces of something too long, up to a line that begins a value.
    fn skip_oversize(&mut self) {
        let begin = memchr::memchr_iter(b'\n', &self.buffer).find(|at| self.buffer.get(at + 1) == Some(&b'{'));
        match begin {
            Some(at) => {
                self.emit(at + 1);
                self.oversize = false;
            }
            None => self.emit(self.buffer.len()),
        }
    }
}

impl<F: FnMut(Chunk)> Write for Chunker<'_, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = (MAX_VALUE_BYTES + CHUNK_BYTES).saturating_sub(self.buffer.len()).max(1);
        let taken = bytes.len().min(room);
        if self.buffer.capacity() == 0 && taken >= LARGE_WRITE {
            self.buffer = self.fresh_buffer();
        }
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() >= CHUNK_BYTES.max(self.searched) {
            self.hand_on_whole_values();
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The last line end between two values: `}`, a line end, `{`. In valid JSON this stands nowhere else, since inside
/// one value a comma would stand between.
fn end_of_last_line(buffer: &[u8]) -> Option<usize> {
    // Only a line with a `{` is looked at from its end backwards: blank lines, each gone back over, would take their square.
    let starts = memchr::memrchr_iter(b'\n', buffer).filter(|at| buffer.get(at + 1) == Some(&b'{'));
    starts
        .map(|at| (at, buffer[..at].trim_ascii_end()))
        .find(|(_, before)| before.ends_with(b"}"))
        .map(|(at, _)| at + 1)
}

/// How long the piece is that a text begins with, whole or broken; nothing if only what comes next can tell. What is
/// broken is gone over here too: were each broken piece a chunk, all behind it would be copied each time.
fn piece_len(rest: &str, in_array: bool) -> Option<usize> {
    // A number may go on; or it is the year of a log's line.
    let is_number = rest.as_bytes().first().is_some_and(u8::is_ascii_digit);
    if is_number && !in_array && rest.len() < LOG_HEAD && memchr::memchr(b'\n', rest.as_bytes()).is_none() {
        return None;
    }
    match Event::parse_prefix(rest, |_| ()) {
        Ok(prefix) if in_array || rest.starts_with(['{', '[']) || is_item(rest, prefix.len) => Some(prefix.len),
        Err(ParseError::Syntax { offset, .. } | ParseError::TooDeep { offset, .. })
            if in_array || rest.starts_with('{') =>
        {
            broken_piece_len(rest, offset)
        }
        Err(ParseError::Syntax { offset, .. }) => log_len(rest, offset),
        Ok(prefix) => log_len(rest, prefix.len),
        Err(_) => None,
    }
}

/// The length of a log's text with the value behind it, which is not to be parted from it.
fn log_len(rest: &str, offset: usize) -> Option<usize> {
    match log_text(rest) {
        LogText::Before(at, _) if at > 0 => piece_len(&rest[at..], false).map(|len| at + len),
        LogText::Alone(len, _) if len < rest.len() => Some(len),
        LogText::Alone(..) => None,
        LogText::Before(..) | LogText::No => broken_piece_len(rest, offset),
    }
}

fn broken_piece_len(rest: &str, offset: usize) -> Option<usize> {
    let is_told = offset + LONGEST_TOKEN < rest.len();
    is_told.then(|| broken_len(rest, offset)).filter(|len| *len < rest.len())
}

#[cfg(test)]
mod tests;
