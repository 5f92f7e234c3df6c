//! Numbers in a text, replaced where they stand; JSON stays JSON.

use std::borrow::Cow;
use std::ops::Range;

use super::number::Number;
use super::run::{Before, Digit, Run, occurrences};
use super::shape::{Surroundings, number_shaped};
use crate::privacy::keys::Key;

/// What kind of text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A text, which may hold JSON.
    Text,
    /// JSON.
    Json,
    /// Something that could not be read: JSON that breaks off, lines of a log, CSV.
    Payload,
    /// The name of a file, an object, a record.
    Name,
}

/// A number that is known, and what stands for it.
pub(crate) struct Known {
    pub(crate) number: Number,
    pub(crate) stored: String,
}

/// What is looked for, and what is put in its place.
pub(crate) struct Search<'s> {
    /// Numbers that are replaced wherever they stand.
    pub(crate) known: &'s [Known],
    /// What is stored for any other text that looks like a number; none if such text stays. A null stands for itself.
    pub(crate) others: Option<&'s dyn Fn(&Number) -> String>,
    /// Keys under which only known numbers are replaced.
    pub(crate) kept: &'s [String],
    /// Whether a number that stands in JSON by itself, without quotes, becomes null.
    pub(crate) drops: bool,
}

/// Whether a text has so many digits that a number could be in it. Nearly all texts have none, and are not looked at
/// further.
#[inline]
pub(crate) fn could_hold(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(last) = bytes.last_chunk::<8>() else { return bytes.len() == Number::MIN_LOCAL && has_many_digits(bytes) };
    let whole = bytes.as_chunks::<8>().0.iter();
    whole.chain([last]).fold(0, |found, eight| found | digits(*eight)) != 0 && has_many_digits(bytes)
}

/// The highest bit of each byte that is an ASCII digit, or no ASCII at all.
#[inline]
fn digits(eight: [u8; 8]) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let eight = u64::from_le_bytes(eight);
    let distance = (eight ^ (0x30 * EACH)) & (0x7f * EACH);
    (!(distance + 0x76 * EACH) | eight) & (0x80 * EACH)
}

#[inline(never)]
fn has_many_digits(bytes: &[u8]) -> bool {
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let count: u32 = eights.iter().chain([&last]).map(|eight| digits(*eight).count_ones()).sum();
    count as usize >= Number::MIN_LOCAL
}

impl Search<'_> {
    /// The text without the numbers.
    pub(crate) fn text<'t>(&self, text: &'t str, form: Form, key: Key) -> Cow<'t, str> {
        match self.bytes(text.as_bytes(), form, key) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            // What is cut out begins and ends where characters do, so that it is UTF-8 still.
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// The same for bytes that may be no text.
    pub(crate) fn bytes<'t>(&self, bytes: &'t [u8], form: Form, key: Key) -> Cow<'t, [u8]> {
        let mut place = Place { bytes, form, key, ..Place::new(bytes) };
        let (mut run, mut output, mut copied, mut at) = (Run::default(), Vec::new(), 0, 0);
        while at < bytes.len() {
            let byte = bytes[at];
            if !Run::can_begin(byte) {
                place.see(byte, at, self.kept);
                at += 1;
                continue;
            }
            let end = run.read(bytes, at);
            for (span, number) in self.numbers_in(run.digits(), &place) {
                if span.start < copied || span.start >= run.read_again_from() {
                    continue;
                }
                let span = place.with_bracket(span, copied);
                let (span, stored) = self.replacement(&place, span, &number);
                output.extend_from_slice(&bytes[copied..span.start]);
                output.extend_from_slice(stored.as_bytes());
                copied = span.end;
            }
            at = end.max(copied.min(bytes.len())).max(at + 1);
        }
        if copied == 0 {
            return Cow::Borrowed(bytes);
        }
        output.extend_from_slice(&bytes[copied..]);
        Cow::Owned(output)
    }

    /// Numbers among the digits of a run, in order: where they stand in the text, and what is stored for them.
    fn numbers_in(&self, digits: &[Digit], place: &Place<'_>) -> Vec<(Range<usize>, String)> {
        if digits.len() < Number::MIN_LOCAL {
            return Vec::new();
        }
        let mut known: Vec<(Range<usize>, &str)> = Vec::new();
        for Known { number, stored } in self.known {
            known.extend(occurrences(digits, number).into_iter().map(|at| (at, &**stored)));
        }
        known.sort_by_key(|(at, _)| at.start);
        let mut found = Vec::new();
        let mut from = 0;
        for (at, stored) in known {
            if at.start < from {
                continue;
            }
            self.others_in(&digits[from..at.start], place, &mut found);
            found.push((span(&digits[at.clone()]), stored.to_owned()));
            from = at.end;
        }
        self.others_in(&digits[from..], place, &mut found);
        found
    }

    fn others_in(&self, digits: &[Digit], place: &Place<'_>, found: &mut Vec<(Range<usize>, String)>) {
        let Some(stored) = self.others.filter(|_| digits.len() >= Number::MIN_LOCAL) else { return };
        let around = Surroundings { bytes: place.bytes, key: place.key, is_name: place.form == Form::Name };
        for (at, has_plus) in number_shaped(digits, around) {
            let number = Number::of(digits[at.clone()].iter().map(|digit| digit.value), has_plus);
            found.push((span(&digits[at]), stored(&number)));
        }
    }

    /// What is put in place of a number. In JSON, a number without quotes gets them, or becomes null.
    fn replacement(&self, place: &Place<'_>, span: Range<usize>, stored: &str) -> (Range<usize>, String) {
        let Some(span_of_value) = place.bare_value(&span) else { return (span, stored.to_owned()) };
        let quote = place.quote();
        let stored = if self.drops { "null".to_owned() } else { format!("{quote}{stored}{quote}") };
        (span_of_value, stored)
    }
}

/// From the first digit, or the plus before it, to the last.
fn span(digits: &[Digit]) -> Range<usize> {
    let start = match digits[0].before {
        Before::Plus(plus) => plus,
        Before::Nothing | Before::Separator(_) | Before::Break => digits[0].start,
    };
    start..digits[digits.len() - 1].end
}

/// What is known of the place in the text where reading is.
struct Place<'t> {
    bytes: &'t [u8],
    form: Form,
    /// What the last key says.
    key: Key,
    /// Where the last two quotes are, and with how many backslashes.
    quotes: [(usize, usize); 2],
    /// The colon behind the last key, and the backslashes of its quotes.
    colon: Option<(usize, usize)>,
    /// Whether reading is inside a JSON string.
    in_string: bool,
}

impl<'t> Place<'t> {
    fn new(bytes: &'t [u8]) -> Self {
        Self { bytes, form: Form::Text, key: Key::Unknown, quotes: [(0, 0); 2], colon: None, in_string: false }
    }

    /// Takes note of what stands between runs.
    fn see(&mut self, byte: u8, at: usize, kept: &[String]) {
        match byte {
            b'"' | b'\'' => {
                let slashes = self.bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
                self.quotes = [self.quotes[1], (at, slashes)];
                self.in_string ^= byte == b'"' && slashes % 2 == 0;
            }
            b':' => {
                let [(open, _), (close, slashes)] = self.quotes;
                let between = self.bytes.get(close + 1..at).unwrap_or_default();
                if close > open && between.len() < 16 && between.iter().all(u8::is_ascii_whitespace) {
                    self.key = Key::of(&self.bytes[open + 1..close - slashes.min(close - open - 1)], kept);
                    self.colon = Some((at, slashes));
                }
            }
            _ => {}
        }
    }

    /// `(425) 555-0142`: the bracket before the first digit belongs to the one behind.
    fn with_bracket(&self, span: Range<usize>, copied: usize) -> Range<usize> {
        let number = &self.bytes[span.clone()];
        let closes = memchr::memchr2(b')', b'(', number).is_some_and(|at| number[at] == b')');
        let opens = span.start > copied && self.bytes[span.start - 1] == b'(';
        if closes && opens { span.start - 1..span.end } else { span }
    }

    /// The JSON number that these digits are part of, if they are not in a string.
    fn bare_value(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let bytes = self.bytes;
        let left = bytes[..span.start].iter().rev().take(64).take_while(is_part).count();
        let right = bytes[span.end..].iter().take(64).take_while(is_part).count();
        let value = span.start - left..span.end + right;
        if self.form == Form::Json && !self.in_string {
            return Some(value);
        }
        let is_number = bytes[value.clone()].iter().all(u8::is_ascii_digit);
        let near = |byte: &&u8| !byte.is_ascii_whitespace();
        let before = bytes[..value.start].iter().rev().take(64).find(near);
        let colon = bytes[..value.start].iter().rposition(|byte| !byte.is_ascii_whitespace());
        let begins = match before {
            Some(b':') => self.colon.is_some_and(|(at, _)| Some(at) == colon),
            Some(b'[' | b',') => self.form == Form::Payload,
            _ => false,
        };
        let ends = bytes[value.end..].iter().take(64).find(near).is_none_or(|next| matches!(next, b',' | b']' | b'}'));
        (is_number && begins && ends).then_some(value)
    }

    /// A quote as it is written here: inside a JSON string with backslashes.
    fn quote(&self) -> String {
        let is_outside = self.form == Form::Json && !self.in_string;
        let slashes = self.colon.map_or(0, |(_, slashes)| slashes.min(16));
        "\\".repeat(if is_outside { 0 } else { slashes }) + "\""
    }
}
