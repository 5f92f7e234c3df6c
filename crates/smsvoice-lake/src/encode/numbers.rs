//! A column chunk of numbers, times or booleans.

use std::ops::Range;

use parquet::basic::Type;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::schema::types::ColumnDescPtr;

use crate::columns::{NO_NUMBER, Numbers};
use crate::encode::bounds::Bounds;
use crate::encode::compress::Effort;
use crate::encode::dictionary::NumberDictionary;
use crate::encode::pages::{DictionaryPage, Pages, RowGroupBuffer};

/// Numbers under construction.
pub(super) struct NumberChunk {
    pub(super) pages: Pages,
    physical: Type,
    /// For numbers that repeat; none, too, once there were too many.
    dictionary: Option<NumberDictionary>,
    repeats: bool,
    /// The smallest and the largest of the page.
    range: (i64, i64),
    /// Numbers the dictionary had, which pages before refer to, when it was given up.
    given_up: Vec<i64>,
}

const NO_RANGE: (i64, i64) = (i64::MAX, i64::MIN);

impl NumberChunk {
    /// A chunk of a physical type; with a dictionary if its numbers repeat.
    pub(super) fn new(physical: Type, repeats: bool, effort: Effort) -> Self {
        let dictionary = repeats.then(NumberDictionary::default);
        Self {
            pages: Pages::compressed_with(effort),
            physical,
            dictionary,
            repeats,
            range: NO_RANGE,
            given_up: Vec::new(),
        }
    }

    /// Takes these rows of a batch.
    pub(super) fn append(&mut self, numbers: &Numbers, rows: Range<usize>) {
        let values = &numbers.values[rows];
        let page = &mut self.pages.open;
        if numbers.nulls == numbers.values.len() {
            page.push_nulls(values.len());
            return;
        }
        if numbers.nulls == 0 {
            page.push_present(values.len());
        } else {
            page.definition.extend(values.iter().map(|value| u8::from(*value != NO_NUMBER)));
            page.nulls += values.iter().filter(|value| **value == NO_NUMBER).count();
        }
        for value in values {
            self.range.1 = self.range.1.max(*value);
            self.range.0 = self.range.0.min(if *value == NO_NUMBER { i64::MAX } else { *value });
        }
        let there = values.iter().copied().filter(|value| *value != NO_NUMBER);
        let Some(dictionary) = &mut self.dictionary else {
            return push_plain(self.physical, there, &mut page.plain);
        };
        for (at, value) in there.clone().enumerate() {
            match dictionary.key(value) {
                Some(key) => page.keys.push(key),
                None => return self.give_up(there.skip(at)),
            }
        }
    }

    /// Writes numbers as they are from now on, those of the page too.
    fn give_up(&mut self, rest: impl Iterator<Item = i64>) {
        let page = &mut self.pages.open;
        self.given_up = self.dictionary.take().map_or_else(Vec::new, NumberDictionary::into_values);
        let before = page.keys.iter().map(|key| self.given_up[usize::from(*key)]);
        push_plain(self.physical, before.chain(rest), &mut page.plain);
        page.keys.clear();
        if self.pages.is_first() {
            self.given_up.clear();
        }
    }

    /// Ends the page that is being filled.
    pub(super) fn end_page(&mut self) -> Result<()> {
        if self.physical == Type::BOOLEAN {
            let packed = self.pages.open.plain.chunks(8).map(|eight| {
                eight.iter().rev().fold(0, |byte, bit| byte << 1 | bit) // the first value is the lowest bit
            });
            self.pages.open.plain = packed.collect();
        }
        let range = std::mem::replace(&mut self.range, NO_RANGE);
        let words = self.words().len();
        self.pages.end_page(1, words, words * self.width(), Bounds::Numbers(range.0, range.1))
    }

    /// Those of the dictionary, by key.
    fn words(&self) -> &[i64] {
        self.dictionary.as_ref().map_or(&*self.given_up, NumberDictionary::values)
    }

    /// The dictionary as it is written.
    fn plain(&self) -> Vec<u8> {
        let values = self.words();
        let mut plain = Vec::with_capacity(8 * values.len());
        push_plain(self.physical, values.iter().copied(), &mut plain);
        plain
    }

    /// Bytes of a number that is written as it is.
    fn width(&self) -> usize {
        if self.physical == Type::INT32 { 4 } else { 8 }
    }

    pub(super) fn close(&mut self, column: &ColumnDescPtr, buffer: &mut RowGroupBuffer) -> Result<ColumnCloseResult> {
        let plain = self.plain();
        let words = plain.len() / self.width();
        let close = self.pages.close(column, DictionaryPage { bytes: &plain, words }, None, buffer);
        *self =
            Self { pages: std::mem::take(&mut self.pages), ..Self::new(self.physical, self.repeats, Effort::Little) };
        close
    }
}

fn push_plain(physical: Type, values: impl Iterator<Item = i64>, plain: &mut Vec<u8>) {
    match physical {
        Type::BOOLEAN => plain.extend(values.map(|value| value as u8)), // packed when the page ends
        Type::INT32 => values.for_each(|value| plain.extend_from_slice(&(value as i32).to_le_bytes())),
        _ => values.for_each(|value| plain.extend_from_slice(&value.to_le_bytes())),
    }
}
