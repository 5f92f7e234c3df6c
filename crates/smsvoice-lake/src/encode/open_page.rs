//! The page of a column chunk that is being filled.

use std::cell::RefCell;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::errors::Result;

use crate::encode::bounds::Bounds;
use crate::encode::{compress, hybrid};

/// Bytes after which a page ends, however few rows it has.
pub(super) const PAGE_BYTES: usize = 1 << 20;

/// Levels and values of one page, not yet put together.
#[derive(Default)]
pub(super) struct OpenPage {
    /// The definition level of each value or null: the largest one where there is a value, 0 where there is nothing.
    pub(super) definition: Vec<u8>,
    /// The repetition level of each, in a column of maps alone: 0 where a row begins.
    pub(super) repetition: Vec<u8>,
    /// The values, as keys into the chunk's dictionary.
    pub(super) keys: Vec<u16>,
    /// The values, where there is no dictionary: as Parquet's plain encoding has them.
    pub(super) plain: Vec<u8>,
    /// How many values, or maps, are null.
    pub(super) nulls: usize,
}

/// A page as it will lie in the file, and what is recorded about it elsewhere.
pub(super) struct FinishedPage {
    /// Compressed.
    pub(super) bytes: Bytes,
    /// Bytes before compression.
    pub(super) uncompressed: usize,
    pub(super) encoding: Encoding,
    /// Values and nulls.
    pub(super) values: usize,
    pub(super) rows: usize,
    pub(super) nulls: usize,
    pub(super) bounds: Bounds,
}

thread_local! {
    static BODY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl OpenPage {
    /// Rows so far.
    fn rows(&self) -> usize {
        if self.repetition.is_empty() {
            return self.definition.len();
        }
        self.repetition.len() - self.repetition.iter().map(|level| usize::from(*level)).sum::<usize>()
    }

    /// Appends so many nulls.
    pub(super) fn push_nulls(&mut self, count: usize) {
        self.definition.resize(self.definition.len() + count, 0);
        self.nulls += count;
    }

    /// Appends the levels of so many values.
    pub(super) fn push_present(&mut self, count: usize) {
        self.definition.resize(self.definition.len() + count, 1);
    }

    /// The page as it goes into the file; this one is empty then. `largest` is the definition level of a value that is
    /// there, `words` says how many words the dictionary has, and `codec` how to compress a page of so many bytes.
    pub(super) fn finish(
        &mut self,
        largest: u8,
        words: usize,
        codec: impl FnOnce(usize) -> Result<Compression>,
        bounds: Bounds,
    ) -> Result<FinishedPage> {
        BODY.with_borrow_mut(|body| {
            let encoding = self.write_to(body, largest, words);
            let finished = FinishedPage {
                bytes: compress::compress(body, codec(body.len())?)?,
                uncompressed: body.len(),
                encoding,
                values: self.definition.len(),
                rows: self.rows(),
                nulls: self.nulls,
                bounds,
            };
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

/// Appends levels, after the length of their encoding.
fn levels(levels: &[u8], largest: u8, body: &mut Vec<u8>) {
    let start = body.len();
    body.extend_from_slice(&[0; 4]);
    hybrid::encode(levels, hybrid::width(usize::from(largest)), body);
    let length = (body.len() - start - 4) as u32;
    body[start..start + 4].copy_from_slice(&length.to_le_bytes());
}
