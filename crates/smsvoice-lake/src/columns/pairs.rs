//! A column of maps.

use super::texts::Texts;
use super::words::Words;

/// Maps, one a row, as the pairs of all rows one after the other. Their keys repeat, their values hardly do.
pub(crate) struct Pairs {
    /// Where the pairs of each row end.
    pub(crate) ends: Vec<u32>,
    pub(crate) keys: Words,
    pub(crate) values: Texts,
}

/// Pairs of a row and bytes of a value that there is room for at first.
const PAIRS: usize = 3;
const VALUE_BYTES: usize = 14;

impl Pairs {
    /// A column with room for so many rows.
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            ends: Vec::with_capacity(rows),
            keys: Words::with_capacity(PAIRS * rows),
            values: Texts::with_capacity(PAIRS * rows, VALUE_BYTES),
        }
    }

    /// Appends a pair to the row that is being filled; returns the hash of its key.
    #[inline]
    pub(super) fn push(&mut self, key: &str, value: &str) -> u64 {
        self.values.push(Some(value));
        self.keys.push(Some(key))
    }

    /// Ends the row. One without pairs has no map.
    pub(super) fn end_row(&mut self) {
        self.ends.push(self.keys.keys().len() as u32);
    }
}
