//! From rows to the bytes of one Parquet file.

use std::sync::LazyLock;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use crate::error::LakeError;
use crate::schema::{Column, EVENT_COLUMNS};

/// Rows of a row group: its encoded pages are what an open file holds in memory, about 8 MiB.
const ROW_GROUP_ROWS: usize = 1 << 17;

/// Rows buffered before they are encoded, so that a stream of small batches does not make small pages.
pub(crate) const BUFFERED_ROWS: usize = 8192;

/// Pieces buffered before they are joined to one: of a thousand partitions, each gets a row or two of a batch, and forty
/// arrays of one row are 10 KiB.
pub(crate) const MOST_PIECES: usize = 16;

/// What is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Events,
    Quarantine,
}

/// A Parquet file under construction, in memory.
pub(crate) struct FileEncoder {
    table: Table,
    buffered: Vec<RecordBatch>,
    buffered_rows: usize,
    writer: Option<ArrowWriter<Vec<u8>>>,
    rows: usize,
}

impl FileEncoder {
    pub(crate) fn new(table: Table) -> Self {
        Self { table, buffered: Vec::new(), buffered_rows: 0, writer: None, rows: 0 }
    }

    pub(crate) fn write(&mut self, rows: RecordBatch) -> Result<(), LakeError> {
        self.rows += rows.num_rows();
        self.buffered_rows += rows.num_rows();
        self.buffered.push(rows);
        if self.buffered_rows >= BUFFERED_ROWS {
            return self.encode_buffered();
        }
        if self.buffered.len() == MOST_PIECES {
            let joined = concat_batches(&self.buffered[0].schema(), &self.buffered)?;
            self.buffered = vec![joined];
        }
        Ok(())
    }

    fn encode_buffered(&mut self) -> Result<(), LakeError> {
        let Some(schema) = self.buffered.first().map(RecordBatch::schema) else { return Ok(()) };
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                // Without Arrow's own schema in the footer every reader sees plain Parquet types, no dictionaries.
                let properties = match self.table {
                    Table::Events if self.rows < BUFFERED_ROWS => &SMALL_EVENTS,
                    Table::Events => &EVENTS,
                    Table::Quarantine => &QUARANTINE,
                };
                let options =
                    ArrowWriterOptions::new().with_properties((*properties).clone()).with_skip_arrow_metadata(true);
                none.insert(ArrowWriter::try_new_with_options(Vec::new(), schema, options)?)
            }
        };
        for rows in self.buffered.drain(..) {
            writer.write(&rows)?;
        }
        self.buffered_rows = 0;
        Ok(())
    }

    /// The whole file, and its rows.
    pub(crate) fn finish(mut self) -> Result<(Vec<u8>, usize), LakeError> {
        self.encode_buffered()?;
        let bytes = self.writer.map_or(Ok(Vec::new()), ArrowWriter::into_inner)?;
        Ok((bytes, self.rows))
    }
}

/// zstd, dictionaries, page statistics: what Athena prunes by. Encodings are those every reader knows (plain and
/// dictionary): delta-length byte arrays, for one, are unreadable in older Spark and Athena.
fn properties() -> WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_created_by(concat!("smsvoice ", env!("CARGO_PKG_VERSION")).to_owned())
}

/// Columns of text whose range can rule a file out: routes and kinds that some files have, and others have not.
const RANGED: [&str; 7] =
    ["event_type", "outcome", "iso_country_code", "origination_identity", "configuration_set", "account_id", "source"];

static EVENTS: LazyLock<WriterProperties> = LazyLock::new(|| event_properties(ROW_GROUP_ROWS).build());

/// For the few events of one invocation. A column of words is a page of a few bytes there, and setting up a compressor for
/// each of forty columns costs more than all the rest.
static SMALL_EVENTS: LazyLock<WriterProperties> = LazyLock::new(|| {
    let words = EVENT_COLUMNS.iter().filter(|column| !LONG.contains(&column.name));
    let uncompressed = |builder: WriterPropertiesBuilder, column: &Column| {
        builder.set_column_compression(ColumnPath::from(column.name), Compression::UNCOMPRESSED)
    };
    words.fold(event_properties(BUFFERED_ROWS), uncompressed).build()
});

static QUARANTINE: LazyLock<WriterProperties> = LazyLock::new(|| {
    let payload = ColumnPath::from("payload");
    let builder = properties()
        .set_column_dictionary_enabled(payload.clone(), false)
        .set_column_statistics_enabled(payload, EnabledStatistics::None);
    builder.build()
});

/// Columns worth compressing in a small file.
const LONG: [&str; 5] = ["event_id", "message_id", "destination_phone_number", "context", "extra"];

/// A bloom filter on `message_id` for so many rows of a row group, and no dictionary where values hardly repeat.
fn event_properties(rows: usize) -> WriterPropertiesBuilder {
    let message_id = ColumnPath::from("message_id");
    let mut builder = properties()
        .set_column_bloom_filter_enabled(message_id.clone(), true)
        .set_column_bloom_filter_fpp(message_id.clone(), 0.01)
        .set_column_bloom_filter_max_ndv(message_id.clone(), rows as u64);
    for unique in ["event_id", "message_id", "event_time", "request_time", "latency_ms", "extra"] {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(unique), false);
    }
    // A smallest and a largest value are written where they can rule a file or a page out: of ids that are random, and
    // of words that every page has, they cannot, and comparing every value costs.
    for column in EVENT_COLUMNS.iter().filter(|column| column.is_text() && !RANGED.contains(&column.name)) {
        builder = builder.set_column_statistics_enabled(ColumnPath::from(column.name), EnabledStatistics::None);
    }
    for entry in ["key", "value"] {
        let path = ColumnPath::new(["context", "key_value", entry].map(str::to_owned).into());
        builder = builder.set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    builder
}
