//! How a value of an event or of its route is appended to the column that holds it.

use smsvoice_event::{EventTime, EventType, FailureReason, Outcome, PhoneNumber, Text, Timestamp};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::numbers::{AsNumber, Numbers};
use super::pairs::Pairs;
use super::texts::Texts;
use super::words::Words;
use crate::route::Source;

/// What became of a value.
pub(super) struct Pushed {
    /// Bytes by which the column's text has grown.
    pub(super) bytes: usize,
    /// A hash of the value.
    pub(super) hash: u64,
    /// How many fields of the event the value stands for: none where it is null, and all the pairs of a map.
    pub(super) fields: u32,
}

/// Appends a string to a column of strings that repeat.
#[inline]
pub(super) fn word(column: &mut Words, value: &impl AsText) -> Pushed {
    let (word, before) = (value.text(), column.text_len());
    let hash = column.push(word);
    Pushed { bytes: column.text_len() - before, hash, fields: word.is_some().into() }
}

/// Appends a string to a column of strings that hardly repeat.
#[inline]
pub(super) fn text(column: &mut Texts, value: &impl AsText) -> Pushed {
    let text = value.text();
    column.push(text);
    let text_or_empty = text.unwrap_or_default();
    Pushed { bytes: text_or_empty.len(), hash: xxh3_64(text_or_empty.as_bytes()), fields: text.is_some().into() }
}

/// Appends a number; `N` is the type that the column's kind stands for.
#[inline]
pub(super) fn number<N: AsNumber>(column: &mut Numbers, value: &(impl Copy + Into<Option<N>>)) -> Pushed {
    let number = (*value).into().map(N::number);
    column.push(number);
    Pushed { bytes: 0, hash: number.unwrap_or_default() as u64, fields: number.is_some().into() }
}

/// Appends a moment, of whatever type, to a column of times.
#[inline]
pub(super) fn time(column: &mut Numbers, value: &impl AsTime) -> Pushed {
    number::<i64>(column, &value.millis())
}

/// A value that a column of times holds, in milliseconds since 1970.
pub(super) trait AsTime {
    fn millis(&self) -> Option<i64>;
}

impl AsTime for EventTime {
    #[inline]
    fn millis(&self) -> Option<i64> {
        Some(EventTime::millis(*self))
    }
}

impl AsTime for Timestamp {
    #[inline]
    fn millis(&self) -> Option<i64> {
        Some(Timestamp::millis(*self))
    }
}

impl<T: AsTime> AsTime for Option<T> {
    #[inline]
    fn millis(&self) -> Option<i64> {
        self.as_ref()?.millis()
    }
}

/// Appends pairs to a column of maps.
#[inline]
pub(super) fn map(column: &mut Pairs, pairs: &[(Text<'_>, Text<'_>)]) -> Pushed {
    let (mut bytes, mut sum) = (0, 0u64);
    for (key, value) in pairs {
        bytes += key.len() + value.len();
        sum = sum.wrapping_add(pair(column.push(key, value), value));
    }
    column.end_row();
    Pushed { bytes, hash: sum, fields: pairs.len() as u32 }
}

/// Appends pairs of names and JSON texts, which make this JSON object, to a column of strings.
#[inline]
pub(super) fn json(column: &mut Texts, pairs: &[(Text<'_>, Text<'_>)], object: Option<&str>) -> Pushed {
    column.push(object);
    let hash = |(key, value): &(Text<'_>, Text<'_>)| pair(xxh3_64(key.as_bytes()), value);
    let sum = pairs.iter().map(hash).fold(0, u64::wrapping_add);
    Pushed { bytes: object.map_or(0, str::len), hash: sum, fields: pairs.len() as u32 }
}

/// Hash of a pair, whose key has the first hash. Such hashes are added up, so that the order of pairs does not count.
#[inline]
fn pair(key: u64, value: &str) -> u64 {
    xxh3_64_with_seed(value.as_bytes(), key)
}

/// A value that a column holds as a string.
pub(super) trait AsText {
    /// The string as it stands in the column; none where it is null.
    fn text(&self) -> Option<&str>;
}

impl AsText for Text<'_> {
    #[inline]
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl<T: AsText> AsText for Option<T> {
    #[inline]
    fn text(&self) -> Option<&str> {
        self.as_ref()?.text()
    }
}

macro_rules! as_str_is_its_text {
    ($($type:ty)*) => { $(
        impl AsText for $type {
            #[inline]
            fn text(&self) -> Option<&str> {
                Some(self.as_str())
            }
        }
    )* };
}
as_str_is_its_text!(EventType<'_> FailureReason Outcome PhoneNumber<'_> Source);
