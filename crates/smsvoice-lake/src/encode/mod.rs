//! From rows to the bytes of one Parquet file.
//!
//! The `parquet` crate has a writer of its own, Arrow's. It looks up every value of every column in a hash map again, and
//! sets up a compressor for each column; here a word is looked up once a batch, and a thread has one compressor. On the same
//! rows, with the same settings and on one thread this encoder took 264 ms where Arrow's writer took 591 ms (medians of one
//! run on a busy machine, `cargo bench -p smsvoice-lake --bench encode`), and its files were 5 % larger. A property test
//! holds both to the same rows, statistics, null counts and bloom filters (`tests/`).
//!
//! Give it up when that bench shows Arrow's writer at less than 1.3 times the time of this one: then a replay would be less
//! than a tenth slower without fifteen hundred lines of our own.

mod bounds;
mod column_chunk;
mod compress;
mod dictionary;
mod hybrid;
mod numbers;
mod open_page;
mod page_header;
mod pages;
mod pairs;
#[cfg(test)]
mod tests;
mod texts;
mod words;

use std::cell::Cell;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::TypePtr;

use self::column_chunk::ColumnChunk;
use self::pages::RowGroupBuffer;
use crate::checksum;
use crate::columns::{ColumnRef, Columns, QuarantineColumns};
use crate::file::CREATED_BY;
use crate::schema::{self, Column, EVENT_COLUMNS, QUARANTINE_COLUMNS};
use crate::writer::Quarantined;

/// Rows of a page, at most: these an open file holds as they came, not yet compressed.
pub(crate) const PAGE_ROWS: usize = 1 << 13;

/// How many rows become a page, and how many a row group.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    page_rows: usize,
    /// The pages of a row group are what an open file holds compressed, about 8 MiB.
    row_group_rows: usize,
}

/// A row group has a little more than half of the rows after which a file is closed. A file is closed at the end of a
/// batch, and so has a few rows more; with half of them, those few would make a third row group.
const SIZES: Sizes = Sizes { page_rows: PAGE_ROWS, row_group_rows: 17 * PAGE_ROWS };

/// A row of the quarantine has a payload, of a few hundred bytes as a rule, so that pages are shorter.
const QUARANTINE_SIZES: Sizes = Sizes { page_rows: 1 << 10, row_group_rows: 1 << 17 };

/// The file of these rows of `quarantine`.
pub(crate) fn quarantine_file(rows: &[Quarantined]) -> Result<Vec<u8>> {
    let columns = QuarantineColumns::of(rows);
    let mut encoder = FileEncoder::with_sizes(QUARANTINE_COLUMNS, schema::parquet_quarantine(), QUARANTINE_SIZES);
    encoder.write_columns(&columns.columns(), &(0..rows.len() as u32).collect::<Vec<_>>())?;
    Ok(encoder.finish()?.0)
}

/// Bytes of a file's footer and bloom filters, about.
const FOOTER: usize = 1 << 18;

/// A Parquet file under construction, in memory. It keeps to what every reader knows: pages of the first version, plain
/// and dictionary encoding, zstd; delta encodings, for one, are unreadable in older Spark and Athena.
pub(crate) struct FileEncoder {
    columns: &'static [Column],
    schema: TypePtr,
    sizes: Sizes,
    chunks: Vec<ColumnChunk>,
    writer: Option<SerializedFileWriter<Vec<u8>>>,
    rows: usize,
    /// Rows of the pages that are being filled.
    page_rows: usize,
    /// How many pages of each column have ended.
    pages: usize,
}

impl FileEncoder {
    /// A file of `events`.
    pub(crate) fn new(schema: TypePtr) -> Self {
        Self::with_sizes(EVENT_COLUMNS, schema, SIZES)
    }

    /// A file of these columns. Those that the schema has beyond them are strings that repeat.
    fn with_sizes(columns: &'static [Column], schema: TypePtr, sizes: Sizes) -> Self {
        Self { columns, schema, sizes, chunks: Vec::new(), writer: None, rows: 0, page_rows: 0, pages: 0 }
    }

    /// What the columns of its batches have to be.
    pub(crate) fn schema(&self) -> &TypePtr {
        &self.schema
    }

    /// Rows of the pages that are being filled.
    pub(crate) fn open_rows(&self) -> usize {
        self.page_rows
    }

    /// Takes these rows of a batch.
    pub(crate) fn write(&mut self, batch: &Columns, rows: &[u32]) -> Result<()> {
        self.write_columns(&batch.columns().collect::<Vec<_>>(), rows)
    }

    /// Takes these rows of columns, which stand in the order of the schema.
    fn write_columns(&mut self, batch: &[ColumnRef<'_>], mut rows: &[u32]) -> Result<()> {
        if self.chunks.is_empty() {
            let promoted = std::iter::repeat_with(ColumnChunk::promoted);
            self.chunks = self.columns.iter().map(ColumnChunk::new).chain(promoted).take(batch.len()).collect();
        }
        self.chunks.iter_mut().zip(batch).for_each(|(chunk, column)| chunk.begin_batch(*column));
        while !rows.is_empty() {
            let Sizes { page_rows, row_group_rows } = self.sizes;
            let room = (page_rows - self.page_rows).min(row_group_rows - self.rows % row_group_rows);
            let (now, later) = rows.split_at(rows.len().min(room));
            // Without duplicates all rows are one run.
            let run = |run: &[u32]| run[0] as usize..run[0] as usize + run.len();
            let runs: Vec<Range<usize>> = now.chunk_by(|a, b| a + 1 == *b).map(run).collect();
            for (chunk, column) in self.chunks.iter_mut().zip(batch) {
                chunk.append(*column, &runs, row_group_rows)?;
            }
            self.rows += now.len();
            self.page_rows += now.len();
            let is_last = self.rows.is_multiple_of(row_group_rows);
            if is_last || self.page_rows == page_rows {
                self.end_pages(row_group_rows)?;
            }
            if is_last {
                self.end_row_group()?;
            }
            rows = later;
        }
        Ok(())
    }

    /// Ends the pages that are being filled, of a row group of so many rows.
    fn end_pages(&mut self, row_group_rows: usize) -> Result<()> {
        self.pages += usize::from(self.page_rows > 0);
        self.page_rows = 0;
        self.chunks.iter_mut().try_for_each(|chunk| chunk.end_page(row_group_rows))
    }

    /// Compresses the rows that are held as they came, few as they may be, and gives their memory back.
    pub(crate) fn end_pages_early(&mut self) -> Result<()> {
        self.end_pages(self.sizes.row_group_rows)?;
        self.chunks.iter_mut().for_each(ColumnChunk::shrink);
        Ok(())
    }

    fn end_row_group(&mut self) -> Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(SerializedFileWriter::new(Vec::new(), self.schema.clone(), PROPERTIES.clone())?),
        };
        let schema = writer.schema_descr().clone();
        let mut buffer = RowGroupBuffer { bytes: BUFFER.take(), has_page_index: self.pages > 1 };
        let mut closed = Vec::with_capacity(schema.num_columns());
        for chunk in &mut self.chunks {
            chunk.close(&schema.columns()[closed.len()..], &mut buffer, &mut closed)?;
        }
        let bytes = Bytes::from(buffer.bytes);
        writer.inner_mut().reserve(bytes.len() + FOOTER);
        let mut row_group = writer.next_row_group()?;
        for chunk in closed {
            row_group.append_column(&bytes, chunk)?;
        }
        row_group.close()?;
        let mut buffer = Vec::from(bytes); // without a copy, as nobody else has them
        buffer.clear();
        BUFFER.set(buffer);
        Ok(())
    }

    /// The whole file, and its rows.
    pub(crate) fn finish(mut self) -> Result<(Vec<u8>, usize)> {
        let open = self.rows % self.sizes.row_group_rows;
        if open > 0 {
            self.end_pages(open)?;
            self.end_row_group()?;
        }
        let mut bytes = self.writer.map_or(Ok(Vec::new()), SerializedFileWriter::into_inner)?;
        checksum::fill_in(&mut bytes);
        Ok((bytes, self.rows))
    }
}

thread_local! {
    /// Where a row group is put together before it is appended to its file, used again for the next: fresh memory has to
    /// be zeroed by the system first.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

static PROPERTIES: LazyLock<Arc<WriterProperties>> = LazyLock::new(|| {
    let properties = WriterProperties::builder().set_created_by(CREATED_BY.to_owned());
    Arc::new(properties.set_key_value_metadata(Some(vec![checksum::entry()])).build())
});
