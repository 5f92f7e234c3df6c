//! Text: JSON values one behind the other, lines of a log, and what is broken among them.

use smsvoice_event::{Event, ParseError, Prefix, Timestamp};
use smsvoice_lake::{Reason, Source};

use super::{LogText, MAX_DEPTH, Output, Reader, TOO_DEEP, broken_len, is_item, log_text};
use crate::envelope::Envelope;
use crate::envelope::members::each_item;
use crate::origin::Origin;

/// What stands right before a value.
#[derive(Clone, Copy)]
enum Before {
    /// Nothing of its own line.
    Nothing,
    /// Text of a log, and the time in it.
    LogText(Option<Timestamp>),
}

/// Where reading is in a text.
struct Cursor<'t> {
    text: &'t str,
    pos: usize,
    /// Lines are counted up to what was last told a place, so that counting stays linear.
    counted: usize,
    lines: u64,
    /// Whether a value was found so far. What a log writes behind its last value is then known to be a log's.
    found: bool,
    /// What stands right before the next value.
    before: Before,
}

impl<'t> Cursor<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, pos: 0, counted: 0, lines: 0, found: false, before: Before::Nothing }
    }

    /// Goes over what may stand between values; returns what is left.
    fn rest(&mut self) -> &'t str {
        let rest = &self.text[self.pos..];
        let rest = rest.trim_start_matches([' ', '\n', '\r', '\t', ',', '\u{feff}']);
        self.pos = self.text.len() - rest.len();
        rest
    }

    /// Lines before the place where reading is.
    fn lines(&mut self) -> u64 {
        self.lines += memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.counted..self.pos]).count() as u64;
        self.counted = self.pos;
        self.lines
    }

    /// A value was read.
    fn value(&mut self, len: usize) {
        self.pos += len;
        self.found = true;
        self.before = Before::Nothing;
    }
}

impl<O: Output> Reader<'_, O> {
    /// Reads JSON values one behind the other, with or without white space or commas between them, or lines of an
    /// exported log. What is broken goes to quarantine up to the next place where an event can begin.
    pub fn text(&mut self, text: &str, origin: &Origin<'_>) {
        let mut cursor = Cursor::new(text);
        loop {
            let rest = cursor.rest();
            if rest.is_empty() || self.time.is_over() {
                return;
            }
            let begin = cursor.pos;
            if let Before::LogText(time) = cursor.before {
                // Its line is told here: inside an envelope it stays that of the envelope.
                let origin = origin.lines_on(cursor.lines());
                let origin = origin.inside(Source::Logs).at(time);
                self.value(rest, &mut cursor, &origin);
            } else {
                self.value(rest, &mut cursor, origin);
            }
            self.time.spend(cursor.pos - begin);
        }
    }

    /// The value that comes next.
    fn value(&mut self, rest: &str, cursor: &mut Cursor<'_>, origin: &Origin<'_>) {
        let read = Event::parse_prefix(rest, |event| self.event(event, origin));
        if let Ok(Prefix { event: Ok(()), len }) = read {
            return cursor.value(len);
        }
        let origin = &origin.lines_on(cursor.lines());
        match (rest.as_bytes()[0], read) {
            (b'{', Ok(Prefix { event: Err(why), len })) => {
                cursor.value(len);
                self.object(&rest[..len], &why, origin);
            }
            (b'[', Ok(Prefix { len, .. })) => {
                cursor.value(len);
                self.array(&rest[..len], origin);
            }
            (b'{', Err(why)) => self.broken(rest, &why, cursor, origin),
            (first, Ok(Prefix { event, len })) if is_item(rest, len) => {
                let item = rest[..len].trim_end();
                cursor.value(len);
                let why = event.err().unwrap_or(ParseError::NotAnObject);
                if first == b'"' {
                    self.string_item(item, &why, origin);
                } else {
                    self.reject(item.as_bytes(), origin, &why);
                }
            }
            (_, read) => self.log_text(rest, &read.err().unwrap_or(ParseError::NotAnObject), cursor, origin),
        }
    }

    /// Text that is no value: a log's, perhaps.
    fn log_text(&mut self, rest: &str, why: &ParseError, cursor: &mut Cursor<'_>, origin: &Origin<'_>) {
        match log_text(rest) {
            LogText::Before(at, time) if at > 0 => {
                cursor.pos += at;
                cursor.before = Before::LogText(time);
            }
            // Of a text without any value nothing is passed over.
            LogText::Alone(len, time)
                if cursor.found || time.is_some() || memchr::memchr(b'{', rest.as_bytes()).is_some() =>
            {
                cursor.found = true;
                cursor.pos += len;
            }
            _ => self.broken(rest, why, cursor, origin),
        }
    }

    /// A piece that breaks off, or is no JSON at all.
    fn broken(&mut self, rest: &str, why: &ParseError, cursor: &mut Cursor<'_>, origin: &Origin<'_>) {
        let offset = match why {
            ParseError::Syntax { offset, .. } | ParseError::TooDeep { offset, .. } => *offset,
            _ => 0,
        };
        let len = broken_len(rest, offset);
        cursor.pos += len;
        cursor.before = Before::Nothing;
        let piece = rest[..len].trim_end();
        // A quote is doubled in CSV, and a value can be on several lines: what is exported as JSON can be read.
        if piece.starts_with("{\"\"") {
            let detail = "this looks like CSV, in which JSON cannot be told apart; export the same as JSON";
            return self.unreadable(piece.as_bytes(), origin, Reason::InvalidJson, detail);
        }
        self.reject(piece.as_bytes(), origin, why);
    }

    /// An object that is no event: an envelope, something with an event inside, or nothing of ours.
    fn object(&mut self, object: &str, why: &ParseError, origin: &Origin<'_>) {
        if origin.depth > MAX_DEPTH {
            return self.unreadable(object.as_bytes(), origin, Reason::TooDeep, TOO_DEEP);
        }
        if is_a_whole_event(why) {
            return self.reject(object.as_bytes(), origin, why);
        }
        match Envelope::detect(object) {
            Ok(Some(envelope)) => self.open(&envelope, object, origin),
            Ok(None) => self.search_object(object, why, origin),
            Err(misfit) => self.search_misfit(object, misfit, origin),
        }
    }

    fn array(&mut self, array: &str, origin: &Origin<'_>) {
        if origin.depth > MAX_DEPTH {
            return self.unreadable(array.as_bytes(), origin, Reason::TooDeep, TOO_DEEP);
        }
        let inner = origin.deeper();
        // It was gone over as JSON before: an error is not to be expected.
        if each_item(array, |item| self.text(item.get(), &inner)).is_err() {
            self.reject(array.as_bytes(), origin, &ParseError::NotAnObject);
        }
    }
}

/// Whether the object has all that makes an event, and only a value of it is wrong.
fn is_a_whole_event(why: &ParseError) -> bool {
    !matches!(why, ParseError::NotAnEvent | ParseError::MissingField { .. })
}
