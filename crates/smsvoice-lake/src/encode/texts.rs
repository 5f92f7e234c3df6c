//! A column chunk of strings that hardly repeat: written as they are.

use std::ops::Range;

use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::schema::types::ColumnDescPtr;

use crate::columns::Texts;
use crate::encode::bounds::Bounds;
use crate::encode::compress::Effort;
use crate::encode::open_page::PAGE_BYTES;
use crate::encode::pages::{DictionaryPage, Pages, RowGroupBuffer};

/// Texts under construction.
pub(super) struct TextChunk {
    pub(super) pages: Pages,
    /// The level of a text that is there.
    level: u8,
    bloom_filter: Option<BloomFilter>,
}

/// What tells that a text is not in the chunk.
struct BloomFilter {
    filter: Option<Sbbf>,
}

/// How often it may say that a text could be there when it is not.
const FALSE_POSITIVES: f64 = 0.01;

impl TextChunk {
    pub(super) fn new(level: u8, with_bloom_filter: bool, effort: Effort) -> Self {
        let bloom_filter = with_bloom_filter.then_some(BloomFilter { filter: None });
        Self { pages: Pages::compressed_with(effort), level, bloom_filter }
    }

    /// Takes these rows of a batch.
    pub(super) fn append(&mut self, texts: &Texts, rows: Range<usize>) {
        let page = &mut self.pages.open;
        if texts.is_null() {
            page.push_nulls(rows.len());
        } else if let Some(plain) = texts.plain_run(rows.clone()) {
            page.push_present(rows.len());
            page.plain.extend_from_slice(plain);
        } else {
            for row in rows {
                match texts.plain(row) {
                    Some(plain) => {
                        page.push_present(1);
                        page.plain.extend_from_slice(plain);
                    }
                    None => page.push_nulls(1),
                }
            }
        }
    }

    /// Whether the page has enough bytes.
    pub(super) fn is_full(&self) -> bool {
        self.pages.open.plain.len() >= PAGE_BYTES
    }

    /// Ends the page that is being filled; so many rows are expected in the whole chunk.
    pub(super) fn end_page(&mut self, expected: usize) -> Result<()> {
        if let Some(bloom_filter) = &mut self.bloom_filter {
            bloom_filter.insert(&self.pages.open.plain, expected)?;
        }
        self.pages.end_page(self.level, 0, 0, Bounds::Unknown)
    }

    pub(super) fn close(&mut self, column: &ColumnDescPtr, buffer: &mut RowGroupBuffer) -> Result<ColumnCloseResult> {
        let filter = self.bloom_filter.as_mut().and_then(|bloom_filter| bloom_filter.filter.take());
        let folded = filter.map(|mut filter| {
            filter.fold_to_target_fpp(FALSE_POSITIVES); // a message has several rows, its id is one
            filter
        });
        self.pages.close(column, DictionaryPage::default(), folded, buffer)
    }
}

impl BloomFilter {
    /// Adds all texts of a page.
    fn insert(&mut self, mut plain: &[u8], expected: usize) -> Result<()> {
        let filter = match &mut self.filter {
            Some(filter) => filter,
            none => none.insert(Sbbf::new_with_ndv_fpp(expected as u64, FALSE_POSITIVES)?),
        };
        while let Some((length, rest)) = plain.split_first_chunk() {
            let (text, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
            filter.insert(text);
            plain = rest;
        }
        Ok(())
    }
}
