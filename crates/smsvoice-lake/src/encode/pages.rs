//! The pages of one column chunk, and how they are put into the file with what readers prune by.

use parquet::basic::{Compression, Encoding, PageType};
use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder, PageEncodingStats};
use parquet::schema::types::ColumnDescPtr;

use crate::encode::bounds::{Bounds, ChunkStatistics};
use crate::encode::compress::{self, Effort};
use crate::encode::open_page::{FinishedPage, OpenPage};
use crate::encode::page_header::PageHeader;

/// The pages of a column chunk under construction.
#[derive(Default)]
pub(super) struct Pages {
    /// The page that is being filled.
    pub(super) open: OpenPage,
    finished: Vec<FinishedPage>,
    codec: Option<Compression>,
    /// How hard they are compressed.
    effort: Effort,
}

/// The dictionary of a column chunk, in plain encoding.
#[derive(Clone, Copy, Default)]
pub(super) struct DictionaryPage<'d> {
    pub(super) bytes: &'d [u8],
    pub(super) words: usize,
}

/// Where the column chunks of a row group are put together, one after the other.
pub(super) struct RowGroupBuffer {
    pub(super) bytes: Vec<u8>,
    /// Whether the file has an index of its pages. With one page a column it would repeat the statistics of the chunk.
    pub(super) has_page_index: bool,
}

impl Pages {
    /// No pages yet; those to come are compressed with this effort.
    pub(super) fn compressed_with(effort: Effort) -> Self {
        Self { effort, ..Self::default() }
    }

    /// Whether the page that is being filled is the first.
    pub(super) fn is_first(&self) -> bool {
        self.finished.is_empty()
    }

    /// Gives the memory of the page that is being filled back; it has to be empty.
    pub(super) fn shrink(&mut self) {
        self.open = OpenPage::default();
    }

    /// Ends the page that is being filled, if there is anything in it. `largest` is the definition level of a value that is
    /// there; `words` and `bytes` tell the size of the dictionary.
    pub(super) fn end_page(&mut self, largest: u8, words: usize, bytes: usize, bounds: Bounds) -> Result<()> {
        if self.open.definition.is_empty() {
            return Ok(());
        }
        let (codec, effort) = (&mut self.codec, self.effort);
        let codec = |first: usize| match *codec {
            Some(codec) => Ok(codec),
            None => Ok(*codec.insert(compress::codec(first + bytes, effort)?)),
        };
        let bounds = if self.open.nulls == self.open.definition.len() { Bounds::OnlyNulls } else { bounds };
        self.finished.push(self.open.finish(largest, words, codec, bounds)?);
        Ok(())
    }

    /// Writes the chunk, which is empty then.
    pub(super) fn close(
        &mut self,
        column: &ColumnDescPtr,
        dictionary: DictionaryPage<'_>,
        bloom_filter: Option<Sbbf>,
        buffer: &mut RowGroupBuffer,
    ) -> Result<ColumnCloseResult> {
        let codec = self.codec.take().unwrap_or(Compression::UNCOMPRESSED);
        let mut statistics = ChunkStatistics::new(column.physical_type());
        let mut writer = PageWriter::new(&mut buffer.bytes);
        let dictionary_offset = match dictionary.words {
            0 => None,
            _ => Some(writer.write_dictionary(dictionary, codec)?),
        };
        let data_offset = writer.offset();
        let (mut offsets, mut index) = (OffsetIndexBuilder::new(), ColumnIndexBuilder::new(column.physical_type()));
        let mut rows = 0;
        for page in self.finished.drain(..) {
            statistics.add(&page, &mut index);
            offsets.append_row_count(page.rows as i64);
            rows += page.rows as u64;
            let (offset, size) =
                writer.write(PageType::DATA_PAGE, page.encoding, page.values, page.uncompressed, &page.bytes)?;
            offsets.append_offset_and_size(offset, size);
        }
        let metadata = ColumnChunkMetaData::builder(column.clone())
            .set_encodings(writer.encodings())
            .set_page_encoding_stats(std::mem::take(&mut writer.pages))
            .set_compression(codec)
            .set_total_compressed_size(writer.compressed as i64)
            .set_total_uncompressed_size(writer.uncompressed as i64)
            .set_num_values(statistics.values as i64)
            .set_data_page_offset(data_offset)
            .set_dictionary_page_offset(dictionary_offset)
            .set_statistics(statistics.finish())
            .build()?;
        let bytes_written = writer.compressed as u64;
        let is_indexed = buffer.has_page_index;
        let column_index = (is_indexed && index.valid()).then(|| index.build()).transpose()?;
        let offset_index = is_indexed.then(|| offsets.build());
        Ok(ColumnCloseResult { bytes_written, rows_written: rows, metadata, bloom_filter, column_index, offset_index })
    }
}

/// Appends the pages of one column chunk to a buffer, and counts.
struct PageWriter<'b> {
    out: &'b mut Vec<u8>,
    /// Bytes of the pages with their headers, as they lie in the file, and with the pages as they were before compression.
    compressed: usize,
    uncompressed: usize,
    pages: Vec<PageEncodingStats>,
}

impl<'b> PageWriter<'b> {
    fn new(out: &'b mut Vec<u8>) -> Self {
        Self { out, compressed: 0, uncompressed: 0, pages: Vec::new() }
    }

    /// Where the next page begins.
    fn offset(&self) -> i64 {
        self.out.len() as i64
    }

    /// Writes a dictionary; returns where it begins.
    fn write_dictionary(&mut self, dictionary: DictionaryPage<'_>, codec: Compression) -> Result<i64> {
        let DictionaryPage { bytes, words } = dictionary;
        let compressed = compress::compress(bytes, codec)?;
        Ok(self.write(PageType::DICTIONARY_PAGE, Encoding::PLAIN, words, bytes.len(), &compressed)?.0)
    }

    /// Writes a page; returns where it begins, and its length with its header.
    fn write(
        &mut self,
        page_type: PageType,
        encoding: Encoding,
        values: usize,
        uncompressed: usize,
        bytes: &[u8],
    ) -> Result<(i64, i32)> {
        match self.pages.last_mut() {
            Some(last) if last.page_type == page_type && last.encoding == encoding => last.count += 1,
            _ => self.pages.push(PageEncodingStats { page_type, encoding, count: 1 }),
        }
        let start = self.out.len();
        let crc = crc32fast::hash(bytes);
        PageHeader { page_type, uncompressed, compressed: bytes.len(), crc, values, encoding }.write_to(self.out)?;
        let header = self.out.len() - start;
        self.out.extend_from_slice(bytes);
        self.compressed += header + bytes.len();
        self.uncompressed += header + uncompressed;
        Ok((start as i64, i32::try_from(header + bytes.len())?))
    }

    /// Levels are always in the hybrid of run lengths and bit packing; the values are in what the pages say.
    fn encodings(&self) -> Vec<Encoding> {
        let of_pages = self.pages.iter().map(|page| page.encoding);
        std::iter::once(Encoding::RLE).chain(of_pages).collect()
    }
}
