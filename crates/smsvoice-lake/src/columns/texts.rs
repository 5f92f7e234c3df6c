//! A column of strings that hardly repeat.

use std::ops::Range;

/// Texts one after the other, each as Parquet's plain encoding has it: its length in four bytes, then itself.
pub(crate) struct Texts {
    plain: Vec<u8>,
    /// Where each begins; [`NULL`] where there is none.
    starts: Vec<u32>,
    nulls: usize,
}

const NULL: u32 = u32::MAX;

impl Texts {
    /// A column with room for so many texts of so many bytes.
    pub(crate) fn with_capacity(rows: usize, bytes: usize) -> Self {
        Self { plain: Vec::with_capacity(rows * (bytes + 4)), starts: Vec::with_capacity(rows), nulls: 0 }
    }

    /// Appends a text.
    #[inline]
    pub(crate) fn push(&mut self, text: Option<&str>) {
        let Some(text) = text else {
            self.starts.push(NULL);
            self.nulls += 1;
            return;
        };
        self.starts.push(self.plain.len() as u32);
        self.plain.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.plain.extend_from_slice(text.as_bytes());
    }

    /// The text of a row, with its length before it.
    #[inline]
    pub(crate) fn plain(&self, row: usize) -> Option<&[u8]> {
        let start = self.starts[row];
        (start != NULL).then(|| {
            let text = &self.plain[start as usize..];
            let length = u32::from_le_bytes([text[0], text[1], text[2], text[3]]);
            &text[..4 + length as usize]
        })
    }

    /// The texts of these rows, each with its length before it; none where some row has no text.
    pub(crate) fn plain_run(&self, rows: Range<usize>) -> Option<&[u8]> {
        let end = self.starts.get(rows.end).map_or(self.plain.len(), |end| *end as usize);
        (self.nulls == 0 && !rows.is_empty()).then(|| &self.plain[self.starts[rows.start] as usize..end])
    }

    /// Whether there is no text in it.
    pub(crate) fn is_null(&self) -> bool {
        self.nulls == self.starts.len()
    }
}
