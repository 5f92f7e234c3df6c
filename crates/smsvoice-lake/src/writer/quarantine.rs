//! What could not be read, kept with the reason, to be read again after a fix.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryBuilder, RecordBatch, StringBuilder, TimestampMillisecondBuilder};
use arrow::error::ArrowError;
use chrono::NaiveDate;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use smsvoice_event::Timestamp;
use xxhash_rust::xxh3::Xxh3;

use crate::error::LakeError;
use crate::file::{CREATED_BY, LakeFile, PartName, Table, TablePartition};
use crate::reason::Reason;
use crate::route::Source;
use crate::schema;

/// One piece of input that is no event.
#[derive(Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// When it arrived.
    pub received_at: Timestamp,
    /// The outermost envelope.
    pub source: Source,
    /// The AWS account, where the route tells it.
    pub account_id: Option<String>,
    /// The AWS region, where the route tells it.
    pub aws_region: Option<String>,
    /// Where exactly: file and line, record id, message id.
    pub source_id: String,
    /// Why.
    pub reason: Reason,
    /// Why, for a person; never holds a value of the payload.
    pub detail: String,
    /// The bytes as received.
    pub payload: Vec<u8>,
}

impl Quarantined {
    /// The memory it takes, in bytes, about.
    fn held(&self) -> usize {
        size_of::<Self>() + self.payload.len() + self.detail.len() + self.source_id.len()
    }
}

impl std::fmt::Debug for Quarantined {
    /// Without the payload: it may hold numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} ({}), {} bytes", self.source_id, self.reason, self.detail, self.payload.len())
    }
}

/// Bytes held in memory, after which files are closed. Six megabytes of `[1,1,1,…` are millions of rows.
const MAX_HELD: usize = 8 << 20;

/// Collects what is quarantined into files by date of arrival.
#[derive(Default)]
pub(super) struct QuarantineWriter {
    open: BTreeMap<NaiveDate, Vec<Quarantined>>,
    held: usize,
    rows: u64,
    full: Vec<LakeFile>,
    failed: Option<LakeError>,
    /// How many files of each name there are so far.
    names: HashMap<String, u64>,
}

impl QuarantineWriter {
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn push(&mut self, row: Quarantined) {
        self.rows += 1;
        self.held += row.held();
        self.open.entry(row.received_at.date()).or_default().push(row);
        if self.held >= MAX_HELD {
            self.close();
        }
    }

    fn close(&mut self) {
        self.held = 0;
        for (date, rows) in std::mem::take(&mut self.open) {
            match encoded(&rows) {
                Ok(bytes) => {
                    let file = LakeFile {
                        partition: TablePartition::Quarantine(date),
                        rows: rows.len() as u64,
                        bytes: bytes.into(),
                        name: self.name(&rows),
                    };
                    self.full.push(file);
                }
                Err(error) => self.failed = Some(LakeError::encoding(Table::Quarantine, error)),
            }
        }
    }

    /// A hash of the rows. The time of arrival is not part of it, so that a batch delivered twice makes one file. Of the
    /// same pieces again and again, all at one place, several files can be made: each then has its number in its name.
    fn name(&mut self, rows: &[Quarantined]) -> String {
        let mut hashes: Vec<u128> = rows.iter().map(identity).collect();
        hashes.sort_unstable();
        let mut name = PartName::default();
        hashes.iter().for_each(|hash| name.add(&hash.to_be_bytes()));
        let before = self.names.entry(name.finish()).or_default();
        if *before > 0 {
            name.add(&before.to_be_bytes());
        }
        *before += 1;
        name.finish()
    }

    /// The files that became full.
    pub(super) fn full_files(&mut self) -> Result<Vec<LakeFile>, LakeError> {
        self.failed.take().map_or_else(|| Ok(std::mem::take(&mut self.full)), Err)
    }

    /// All that is held, as files.
    pub(super) fn finish(&mut self) -> Result<Vec<LakeFile>, LakeError> {
        self.close();
        self.full_files()
    }
}

/// The place belongs to a row's identity: two files that break off leave the same payload, none.
fn identity(row: &Quarantined) -> u128 {
    let mut hash = Xxh3::new();
    for part in [row.source_id.as_bytes(), row.reason.as_str().as_bytes(), &row.payload] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.digest128()
}

fn encoded(rows: &[Quarantined]) -> Result<Vec<u8>, ParquetError> {
    // Without Arrow's own schema in the footer every reader sees plain Parquet types.
    let options = ArrowWriterOptions::new().with_properties(properties()).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), schema::quarantine(), options)?;
    writer.write(&columns(rows)?)?;
    writer.into_inner()
}

fn properties() -> WriterProperties {
    let payload = ColumnPath::from("payload");
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_column_dictionary_enabled(payload.clone(), false)
        .set_column_statistics_enabled(payload, EnabledStatistics::None)
        .set_created_by(CREATED_BY.to_owned())
        .build()
}

fn columns(rows: &[Quarantined]) -> Result<RecordBatch, ArrowError> {
    fn text<'r>(rows: &'r [Quarantined], of: impl Fn(&'r Quarantined) -> Option<&'r str>) -> ArrayRef {
        let mut column = StringBuilder::new();
        rows.iter().for_each(|row| column.append_option(of(row)));
        Arc::new(column.finish())
    }
    let mut received_at = TimestampMillisecondBuilder::new().with_timezone("UTC");
    let mut payload = BinaryBuilder::new();
    for row in rows {
        received_at.append_value(row.received_at.millis());
        payload.append_value(&row.payload);
    }
    RecordBatch::try_new(
        schema::quarantine(),
        vec![
            Arc::new(received_at.finish()),
            text(rows, |row| Some(row.source.as_str())),
            text(rows, |row| row.account_id.as_deref()),
            text(rows, |row| row.aws_region.as_deref()),
            text(rows, |row| Some(&row.source_id)),
            text(rows, |row| Some(row.reason.stage().as_str())),
            text(rows, |row| Some(row.reason.as_str())),
            text(rows, |row| Some(&row.detail)),
            Arc::new(payload.finish()),
        ],
    )
}
