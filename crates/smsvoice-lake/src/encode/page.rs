//! The page of a column that is being filled.

use std::cell::RefCell;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page as ParquetPage};
use parquet::errors::Result;

use crate::encode::{compress, hybrid};

/// Bytes after which a page is cut, however few rows it has.
pub(super) const PAGE_BYTES: usize = 1 << 20;

/// Levels and values of one column, not yet put together.
#[derive(Default)]
pub(super) struct Page {
    /// Of each value or null: how much of it is there. As much as possible is a value.
    pub(super) definition: Vec<u8>,
    /// Of each value or null in a column of lists: 0 where a row begins.
    pub(super) repetition: Vec<u8>,
    /// The values, as keys into the chunk's dictionary.
    pub(super) keys: Vec<u16>,
    /// The values, where there is no dictionary: as Parquet's plain encoding has them.
    pub(super) plain: Vec<u8>,
    /// Values that are null, or lists that are.
    pub(super) nulls: usize,
}

/// A page as it will stand in the file, and what is told of it elsewhere.
pub(super) struct Finished {
    pub(super) page: CompressedPage,
    pub(super) rows: usize,
    pub(super) nulls: usize,
    pub(super) bounds: Bounds,
}

/// The smallest and the largest value of a page or a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bounds {
    /// Not told.
    Unknown,
    /// There are only nulls.
    Nothing,
    Numbers(i64, i64),
    Words(Vec<u8>, Vec<u8>),
}

impl Bounds {
    pub(super) fn and(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Nothing, other) => other.clone(),
            (this, Self::Nothing) => this,
            (Self::Numbers(a, b), Self::Numbers(c, d)) => Self::Numbers(a.min(*c), b.max(*d)),
            (Self::Words(a, b), Self::Words(c, d)) => Self::Words(a.min(c.clone()), b.max(d.clone())),
            _ => Self::Unknown,
        }
    }
}

thread_local! {
    static BODY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Page {
    /// Rows so far.
    pub(super) fn rows(&self) -> usize {
        if self.repetition.is_empty() {
            return self.definition.len();
        }
        self.repetition.len() - self.repetition.iter().map(|level| usize::from(*level)).sum::<usize>()
    }

    /// So many nulls.
    pub(super) fn push_nulls(&mut self, count: usize) {
        self.definition.resize(self.definition.len() + count, 0);
        self.nulls += count;
    }

    /// That so many values are there.
    pub(super) fn push_present(&mut self, count: usize) {
        self.definition.resize(self.definition.len() + count, 1);
    }

    /// The page as it goes into the file; this one is empty then. `largest` is the level of a value that is there, `words`
    /// how many the dictionary has, `codec` told by the length of the page where it is the chunk's first.
    pub(super) fn finish(
        &mut self,
        largest: u8,
        words: usize,
        codec: impl FnOnce(usize) -> Result<Compression>,
        bounds: Bounds,
    ) -> Result<Finished> {
        BODY.with_borrow_mut(|body| {
            let encoding = self.write_to(body, largest, words);
            let page = ParquetPage::DataPage {
                buf: compress::compress(body, codec(body.len())?)?,
                num_values: self.definition.len() as u32,
                encoding,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            };
            let page = CompressedPage::new(page, body.len());
            let finished = Finished { page, rows: self.rows(), nulls: self.nulls, bounds };
            self.clear();
            Ok(finished)
        })
    }

    fn write_to(&self, body: &mut Vec<u8>, largest: u8, words: usize) -> Encoding {
        body.clear();
        if !self.repetition.is_empty() {
            levels(&self.repetition, 1, body);
        }
        levels(&self.definition, largest, body);
        if self.keys.is_empty() {
            body.extend_from_slice(&self.plain);
            return Encoding::PLAIN;
        }
        let width = hybrid::width(words - 1);
        body.push(width);
        hybrid::encode(&self.keys, width, body);
        Encoding::RLE_DICTIONARY
    }

    fn clear(&mut self) {
        self.definition.clear();
        self.repetition.clear();
        self.keys.clear();
        self.plain.clear();
        self.nulls = 0;
    }
}

/// Levels, with the length of what they are encoded to before them.
fn levels(levels: &[u8], largest: u8, body: &mut Vec<u8>) {
    let start = body.len();
    body.extend_from_slice(&[0; 4]);
    hybrid::encode(levels, hybrid::width(usize::from(largest)), body);
    let length = (body.len() - start - 4) as u32;
    body[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

/// A dictionary as it goes into the file.
pub(super) fn dictionary(plain: &[u8], words: usize, codec: Compression) -> Result<CompressedPage> {
    let buf: Bytes = compress::compress(plain, codec)?;
    let page =
        ParquetPage::DictionaryPage { buf, num_values: words as u32, encoding: Encoding::PLAIN, is_sorted: false };
    Ok(CompressedPage::new(page, plain.len()))
}
