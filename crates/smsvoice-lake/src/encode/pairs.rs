//! The two column chunks of a map: its keys, and its values.

use std::ops::Range;

use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::schema::types::ColumnDescPtr;

use crate::columns::Pairs;
use crate::encode::compress::Effort;
use crate::encode::pages::RowGroupBuffer;
use crate::encode::texts::TextChunk;
use crate::encode::words::WordChunk;

/// Maps under construction. Keys repeat, values hardly do.
pub(super) struct PairChunk {
    keys: WordChunk,
    values: TextChunk,
}

/// The level of a key: the map is there, and has a pair.
const KEY: u8 = 2;
/// That of a value: it is there, too.
const VALUE: u8 = 3;

impl PairChunk {
    pub(super) fn new() -> Self {
        Self { keys: WordChunk::new(false, KEY), values: TextChunk::new(VALUE, false, Effort::Little) }
    }

    /// Says which batch is taken next.
    pub(super) fn begin_batch(&mut self, pairs: &Pairs) {
        self.keys.begin_batch(&pairs.keys);
    }

    /// Takes these rows of the batch: a row without pairs has no map.
    pub(super) fn append(&mut self, pairs: &Pairs, rows: Range<usize>) -> Result<()> {
        let end_of = |row: usize| pairs.ends[row] as usize;
        let first = rows.start.checked_sub(1).map_or(0, end_of);
        let (keys, values) = (&mut self.keys.pages.open, &mut self.values.pages.open);
        let mut last = first;
        for row in rows {
            let count = end_of(row) - last;
            last = end_of(row);
            for (page, level) in [(&mut *keys, KEY), (&mut *values, VALUE)] {
                page.repetition.push(0);
                if count == 0 {
                    page.push_nulls(1);
                } else {
                    page.repetition.resize(page.repetition.len() + count - 1, 1);
                    page.definition.resize(page.definition.len() + count, level);
                }
            }
        }
        self.keys.push(&pairs.keys, &pairs.keys.keys()[first..last]);
        if let Some(plain) = pairs.values.plain_run(first..last) {
            self.values.pages.open.plain.extend_from_slice(plain);
        }
        if self.values.is_full() { self.end_page() } else { Ok(()) }
    }

    /// Gives the memory of the pages that are being filled back.
    pub(super) fn shrink(&mut self) {
        self.keys.pages.shrink();
        self.values.pages.shrink();
    }

    /// Ends the pages that are being filled.
    pub(super) fn end_page(&mut self) -> Result<()> {
        self.keys.end_page()?;
        self.values.end_page(0)
    }

    pub(super) fn close(
        &mut self,
        columns: &[ColumnDescPtr],
        buffer: &mut RowGroupBuffer,
    ) -> Result<[ColumnCloseResult; 2]> {
        Ok([self.keys.close(&columns[0], buffer)?, self.values.close(&columns[1], buffer)?])
    }
}
