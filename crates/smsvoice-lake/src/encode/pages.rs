//! The pages of one column chunk, and how they are put into the file with what readers prune by.

use parquet::basic::{Compression, Encoding, Type};
use parquet::bloom_filter::Sbbf;
use parquet::column::page::{CompressedPage, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder, PageEncodingStats};
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use crate::encode::compress;
use crate::encode::page::{self, Bounds, Finished, Page};

/// A column chunk under construction.
#[derive(Default)]
pub(super) struct Pages {
    /// The page that is being filled.
    pub(super) page: Page,
    finished: Vec<Finished>,
    codec: Option<Compression>,
}

/// The dictionary of a chunk, as it is written.
#[derive(Clone, Copy, Default)]
pub(super) struct Plain<'d> {
    pub(super) bytes: &'d [u8],
    pub(super) words: usize,
}

/// Where chunks are put together, one after the other.
pub(super) struct Sink {
    pub(super) bytes: TrackedWrite<Vec<u8>>,
    /// Whether each page is told of. In a file of one page a column that would say again what is told of the whole.
    pub(super) index: bool,
}

impl Pages {
    /// Whether the page that is being filled is the first.
    pub(super) fn is_first(&self) -> bool {
        self.finished.is_empty()
    }

    /// Ends the page that is being filled, if there is anything in it. The dictionary has so many words of so many bytes.
    pub(super) fn cut(&mut self, largest: u8, words: usize, bytes: usize, bounds: Bounds) -> Result<()> {
        if self.page.definition.is_empty() {
            return Ok(());
        }
        let codec = &mut self.codec;
        let codec = |first: usize| match *codec {
            Some(codec) => Ok(codec),
            None => Ok(*codec.insert(compress::codec(first + bytes)?)),
        };
        let bounds = if self.page.nulls == self.page.definition.len() { Bounds::Nothing } else { bounds };
        self.finished.push(self.page.finish(largest, words, codec, bounds)?);
        Ok(())
    }

    /// Writes the chunk; it is empty then.
    pub(super) fn close(
        &mut self,
        column: &ColumnDescPtr,
        dictionary: Plain<'_>,
        bloom_filter: Option<Sbbf>,
        sink: &mut Sink,
    ) -> Result<ColumnCloseResult> {
        let finished = std::mem::take(&mut self.finished);
        let codec = self.codec.take().unwrap_or(Compression::UNCOMPRESSED);
        let mut chunk = Chunk { kind: column.physical_type(), nulls: 0, values: 0, bounds: Bounds::Nothing };
        let mut written = Written::new(sink);
        let dictionary_offset = match dictionary.words {
            0 => None,
            words => Some(written.write(page::dictionary(dictionary.bytes, words, codec)?)?.0),
        };
        let data_offset = written.sink.bytes.bytes_written() as i64;
        let (mut offsets, mut index) = (OffsetIndexBuilder::new(), ColumnIndexBuilder::new(chunk.kind));
        let mut rows = 0;
        for page in finished {
            chunk.add(&page, &mut index);
            offsets.append_row_count(page.rows as i64);
            rows += page.rows as u64;
            let (offset, size) = written.write(page.page)?;
            offsets.append_offset_and_size(offset, size);
        }
        let metadata = ColumnChunkMetaData::builder(column.clone())
            .set_encodings(written.encodings())
            .set_page_encoding_stats(std::mem::take(&mut written.pages))
            .set_compression(codec)
            .set_total_compressed_size(written.compressed as i64)
            .set_total_uncompressed_size(written.uncompressed as i64)
            .set_num_values(chunk.values as i64)
            .set_data_page_offset(data_offset)
            .set_dictionary_page_offset(dictionary_offset)
            .set_statistics(chunk.statistics())
            .build()?;
        let is_indexed = written.sink.index;
        let column_index = (is_indexed && index.valid()).then(|| index.build()).transpose()?;
        Ok(ColumnCloseResult {
            bytes_written: written.compressed as u64,
            rows_written: rows,
            metadata,
            bloom_filter,
            column_index,
            offset_index: is_indexed.then(|| offsets.build()),
        })
    }
}

/// What is told of a chunk as a whole.
struct Chunk {
    kind: Type,
    nulls: usize,
    values: usize,
    bounds: Bounds,
}

impl Chunk {
    fn add(&mut self, page: &Finished, index: &mut ColumnIndexBuilder) {
        self.nulls += page.nulls;
        self.values += page.page.num_values() as usize;
        self.bounds = std::mem::replace(&mut self.bounds, Bounds::Nothing).and(&page.bounds);
        let only_nulls = page.bounds == Bounds::Nothing;
        match self.bytes(&page.bounds) {
            Some((smallest, largest)) => index.append(only_nulls, smallest, largest, page.nulls as i64),
            None => index.to_invalid(),
        }
    }

    /// Bounds as the index has them.
    fn bytes(&self, bounds: &Bounds) -> Option<(Vec<u8>, Vec<u8>)> {
        let number = |value: i64| match self.kind {
            Type::BOOLEAN => vec![value as u8],
            Type::INT32 => (value as i32).to_le_bytes().to_vec(),
            _ => value.to_le_bytes().to_vec(),
        };
        match bounds {
            Bounds::Unknown => None,
            Bounds::Nothing => Some(Default::default()),
            Bounds::Numbers(smallest, largest) => Some((number(*smallest), number(*largest))),
            Bounds::Words(smallest, largest) => Some((smallest.clone(), largest.clone())),
        }
    }

    fn statistics(&self) -> Statistics {
        let nulls = Some(self.nulls as u64);
        let numbers = match self.bounds {
            Bounds::Numbers(smallest, largest) => Some((smallest, largest)),
            _ => None,
        };
        let (min, max) = numbers.unzip();
        match self.kind {
            Type::BOOLEAN => Statistics::boolean(min.map(|v| v != 0), max.map(|v| v != 0), None, nulls, false),
            Type::INT32 => {
                let of = ValueStatistics::new(min.map(|v| v as i32), max.map(|v| v as i32), None, nulls, false);
                Statistics::Int32(of.with_backwards_compatible_min_max(true))
            }
            Type::INT64 => {
                let of = ValueStatistics::new(min, max, None, nulls, false);
                Statistics::Int64(of.with_backwards_compatible_min_max(true))
            }
            _ => {
                let (min, max) = match &self.bounds {
                    Bounds::Words(min, max) => (Some(min.clone().into()), Some(max.clone().into())),
                    _ => (None, None),
                };
                Statistics::byte_array(min, max, None, nulls, false)
            }
        }
    }
}

/// Pages in the sink, counted.
struct Written<'s> {
    sink: &'s mut Sink,
    compressed: usize,
    uncompressed: usize,
    pages: Vec<PageEncodingStats>,
}

impl<'s> Written<'s> {
    fn new(sink: &'s mut Sink) -> Self {
        Self { sink, compressed: 0, uncompressed: 0, pages: Vec::new() }
    }

    /// Where the page begins, and its length with its header.
    fn write(&mut self, page: CompressedPage) -> Result<(i64, i32)> {
        let (page_type, encoding) = (page.page_type(), page.encoding());
        match self.pages.last_mut() {
            Some(last) if last.page_type == page_type && last.encoding == encoding => last.count += 1,
            _ => self.pages.push(PageEncodingStats { page_type, encoding, count: 1 }),
        }
        let spec = SerializedPageWriter::new(&mut self.sink.bytes).write_page(page)?;
        self.compressed += spec.compressed_size;
        self.uncompressed += spec.uncompressed_size;
        Ok((spec.offset as i64, spec.compressed_size as i32))
    }

    /// Levels are always run lengths; the values are what the pages say.
    fn encodings(&self) -> Vec<Encoding> {
        let of_pages = self.pages.iter().map(|page| page.encoding);
        std::iter::once(Encoding::RLE).chain(of_pages).collect()
    }
}
