//! From rows to the bytes of one Parquet file of `events`.
//!
//! Arrow's own writer looks up every value of every column again in a hash map, and sets up a compressor for each column.
//! Here a batch's words are looked up once a batch, and a thread has one compressor.

mod compress;
mod dictionary;
mod hybrid;
mod numbers;
mod page;
mod pages;
mod pairs;
mod texts;
mod words;

use std::cell::Cell;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use parquet::basic::Type;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, TrackedWrite};
use parquet::schema::types::TypePtr;

use self::numbers::NumberChunk;
use self::page::Page;
use self::pages::Sink;
use self::pairs::PairChunk;
use self::texts::TextChunk;
use self::words::WordChunk;
use crate::columns::Columns;
use crate::file::CREATED_BY;
use crate::schema::{Column, EVENT_COLUMNS, Shape};

/// Rows of a page, at most: what an open file holds as it came, not yet compressed.
pub(crate) const PAGE_ROWS: usize = 1 << 13;

/// Rows of a row group: its pages are what an open file holds compressed, about 8 MiB. A little more than half of the rows
/// after which a file is closed, because that is at the end of a batch: else a third row group would have the few more.
const ROW_GROUP_ROWS: usize = 17 * PAGE_ROWS;

/// Bytes of a file's footer and bloom filters, about.
const FOOTER: usize = 1 << 18;

/// Columns of words whose range can rule a file or a page out: routes and kinds that some files have, and others have not.
/// Of ids that are random, and of words that every page has, a smallest and a largest one tell nothing.
const RANGED: [&str; 7] =
    ["event_type", "outcome", "iso_country_code", "origination_identity", "configuration_set", "account_id", "source"];

/// Columns of numbers that hardly repeat.
const UNIQUE: [&str; 3] = ["event_time", "request_time", "latency_ms"];

/// A Parquet file under construction, in memory. It keeps to what every reader knows: pages of the first version, plain
/// and dictionary encoding, zstd; delta encodings, for one, are unreadable in older Spark and Athena.
pub(crate) struct FileEncoder {
    schema: TypePtr,
    chunks: Vec<Chunk>,
    writer: Option<SerializedFileWriter<Vec<u8>>>,
    rows: usize,
    /// Rows of the pages that are being filled, and how many were filled.
    page_rows: usize,
    pages: usize,
}

/// A column under construction, and which of the batch's columns of its sort it takes.
enum Chunk {
    Ids(TextChunk),
    Words(usize, WordChunk),
    Texts(usize, TextChunk),
    Numbers(usize, NumberChunk),
    Pairs(PairChunk),
}

impl FileEncoder {
    pub(crate) fn new(schema: TypePtr) -> Self {
        Self { schema, chunks: Vec::new(), writer: None, rows: 0, page_rows: 0, pages: 0 }
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
    pub(crate) fn write(&mut self, batch: &Columns, mut rows: &[u32]) -> Result<()> {
        if self.chunks.is_empty() {
            self.chunks = chunks(batch.words.len());
        }
        self.chunks.iter_mut().for_each(|chunk| chunk.begin(batch));
        while !rows.is_empty() {
            let room = (PAGE_ROWS - self.page_rows).min(ROW_GROUP_ROWS - self.rows % ROW_GROUP_ROWS);
            let (now, later) = rows.split_at(rows.len().min(room));
            // Without duplicates all rows are one run.
            let run = |run: &[u32]| run[0] as usize..run[0] as usize + run.len();
            let runs: Vec<Range<usize>> = now.chunk_by(|a, b| a + 1 == *b).map(run).collect();
            for chunk in &mut self.chunks {
                chunk.append(batch, &runs)?;
            }
            self.rows += now.len();
            self.page_rows += now.len();
            let is_last = self.rows.is_multiple_of(ROW_GROUP_ROWS);
            if is_last || self.page_rows == PAGE_ROWS {
                self.cut(ROW_GROUP_ROWS)?;
            }
            if is_last {
                self.end_row_group()?;
            }
            rows = later;
        }
        Ok(())
    }

    /// Ends the pages that are being filled, of a row group of so many rows.
    fn cut(&mut self, expected: usize) -> Result<()> {
        self.pages += usize::from(self.page_rows > 0);
        self.page_rows = 0;
        self.chunks.iter_mut().try_for_each(|chunk| chunk.cut(expected))
    }

    /// Compresses the rows that are held as they came, few as they may be, and gives their memory back.
    pub(crate) fn cut_early(&mut self) -> Result<()> {
        self.cut(ROW_GROUP_ROWS)?;
        self.chunks.iter_mut().for_each(Chunk::shrink);
        Ok(())
    }

    fn end_row_group(&mut self) -> Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(SerializedFileWriter::new(Vec::new(), self.schema.clone(), PROPERTIES.clone())?),
        };
        let schema = writer.schema_descr().clone();
        let mut columns = schema.columns();
        let mut sink = Sink { bytes: TrackedWrite::new(SINK.take()), index: self.pages > 1 };
        let mut closed = Vec::with_capacity(columns.len());
        for chunk in &mut self.chunks {
            let column = &columns[0];
            match chunk {
                Chunk::Ids(chunk) | Chunk::Texts(_, chunk) => closed.push(chunk.close(column, &mut sink)?),
                Chunk::Words(_, chunk) => closed.push(chunk.close(column, &mut sink)?),
                Chunk::Numbers(_, chunk) => closed.push(chunk.close(column, &mut sink)?),
                Chunk::Pairs(chunk) => closed.extend(chunk.close(columns, &mut sink)?),
            }
            columns = &schema.columns()[closed.len()..];
        }
        let bytes = Bytes::from(sink.bytes.into_inner()?);
        writer.inner_mut().reserve(bytes.len() + FOOTER);
        let mut row_group = writer.next_row_group()?;
        for chunk in closed {
            row_group.append_column(&bytes, chunk)?;
        }
        row_group.close()?;
        let mut sink = Vec::from(bytes); // nobody else has them: without a copy
        sink.clear();
        SINK.set(sink);
        Ok(())
    }

    /// The whole file, and its rows.
    pub(crate) fn finish(mut self) -> Result<(Vec<u8>, usize)> {
        let open = self.rows % ROW_GROUP_ROWS;
        if open > 0 {
            self.cut(open)?;
            self.end_row_group()?;
        }
        let bytes = self.writer.map_or(Ok(Vec::new()), SerializedFileWriter::into_inner)?;
        Ok((bytes, self.rows))
    }
}

impl Chunk {
    fn begin(&mut self, batch: &Columns) {
        match self {
            Self::Words(at, chunk) => chunk.begin(&batch.words[*at]),
            Self::Pairs(chunk) => chunk.keys.begin(&batch.context.keys),
            Self::Ids(_) | Self::Texts(..) | Self::Numbers(..) => {}
        }
    }

    fn append(&mut self, batch: &Columns, runs: &[Range<usize>]) -> Result<()> {
        for run in runs.iter().cloned() {
            match self {
                Self::Ids(chunk) => chunk.append_ids(&batch.identities[run]),
                Self::Words(at, chunk) => chunk.append(&batch.words[*at], run)?,
                Self::Texts(at, chunk) => chunk.append(&batch.texts[*at], run),
                Self::Numbers(at, chunk) => chunk.append(&batch.numbers[*at], run),
                Self::Pairs(chunk) => chunk.append(&batch.context, run)?,
            }
        }
        match self {
            Self::Texts(_, chunk) if chunk.is_full() => chunk.cut(ROW_GROUP_ROWS),
            _ => Ok(()),
        }
    }

    fn shrink(&mut self) {
        match self {
            Self::Ids(chunk) | Self::Texts(_, chunk) => chunk.pages.page = Page::default(),
            Self::Words(_, chunk) => chunk.pages.page = Page::default(),
            Self::Numbers(_, chunk) => chunk.pages.page = Page::default(),
            Self::Pairs(chunk) => chunk.shrink(),
        }
    }

    fn cut(&mut self, expected: usize) -> Result<()> {
        match self {
            Self::Ids(chunk) | Self::Texts(_, chunk) => chunk.cut(expected),
            Self::Words(_, chunk) => chunk.cut(),
            Self::Numbers(_, chunk) => chunk.cut(),
            Self::Pairs(chunk) => chunk.cut(),
        }
    }
}

/// The columns of the schema, then words for the promoted context keys, until there are so many columns of words.
fn chunks(words: usize) -> Vec<Chunk> {
    let mut taken = [0; 3];
    let mut next = |sort: usize| {
        taken[sort] += 1;
        taken[sort] - 1
    };
    let chunk = |column: &Column| match (column.name, column.shape()) {
        ("event_id", _) => Chunk::Ids(TextChunk::new(1, false)),
        (name, Shape::Words) => Chunk::Words(next(0), WordChunk::new(RANGED.contains(&name), 1)),
        (name, Shape::Texts) => Chunk::Texts(next(1), TextChunk::new(1, name == "message_id")),
        (name, Shape::Numbers(kind)) => {
            Chunk::Numbers(next(2), NumberChunk::new(kind, kind != Type::BOOLEAN && !UNIQUE.contains(&name)))
        }
        (_, Shape::Pairs) => Chunk::Pairs(PairChunk::new()),
    };
    let mut chunks: Vec<Chunk> = EVENT_COLUMNS.iter().map(chunk).collect();
    chunks.extend((taken[0]..words).map(|at| Chunk::Words(at, WordChunk::new(false, 1))));
    chunks
}

thread_local! {
    /// Where a row group is put together before it is appended to its file, used again for the next: fresh memory has to
    /// be zeroed by the system first.
    static SINK: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

static PROPERTIES: LazyLock<Arc<WriterProperties>> =
    LazyLock::new(|| Arc::new(WriterProperties::builder().set_created_by(CREATED_BY.to_owned()).build()));
