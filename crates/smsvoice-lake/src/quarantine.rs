//! What could not be read, kept with the reason, to be read again after a fix.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{BinaryBuilder, RecordBatch, StringArray, StringBuilder, TimestampMillisecondBuilder};
use chrono::NaiveDate;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use smsvoice_event::Timestamp;
use xxhash_rust::xxh3::Xxh3;

use crate::error::LakeError;
use crate::file::{CREATED_BY, LakeFile, part_name};
use crate::route::Source;
use crate::schema;

/// How far reading came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// No envelope this version knows.
    Envelope,
    /// An envelope whose content could not be decoded: base64, gzip, UTF-8.
    Decode,
    /// Decoded, but no event.
    Parse,
}

impl Stage {
    /// The word in the column `stage`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Decode => "decode",
            Self::Parse => "parse",
        }
    }
}

/// One piece of input that is no event.
#[derive(Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// When it arrived.
    pub received_at: Timestamp,
    /// The outermost envelope.
    pub source: Source,
    /// Where exactly: file and line, record id, message id.
    pub source_id: String,
    /// How far reading came.
    pub stage: Stage,
    /// Why, in snake_case.
    pub reason: &'static str,
    /// Why, for a person.
    pub detail: String,
    /// The bytes as received.
    pub payload: Vec<u8>,
}

impl std::fmt::Debug for Quarantined {
    /// Without the payload: it may hold numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {} ({})", self.stage.as_str(), self.source_id, self.reason, self.detail)?;
        write!(f, ", {} bytes", self.payload.len())
    }
}

/// Bytes of payload after which a file is closed, and so about what is held in memory.
const FILE_BYTES: usize = 16 << 20;

/// Collects what is quarantined into files by date of arrival.
#[derive(Default)]
pub struct QuarantineWriter {
    open: BTreeMap<NaiveDate, Vec<Quarantined>>,
    bytes: usize,
    rows: u64,
}

impl QuarantineWriter {
    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes one; returns the files that became full.
    pub fn push(&mut self, row: Quarantined) -> Result<Vec<LakeFile>, LakeError> {
        self.rows += 1;
        self.bytes += row.payload.len() + row.detail.len() + row.source_id.len();
        self.open.entry(row.received_at.date()).or_default().push(row);
        if self.bytes >= FILE_BYTES { self.flush() } else { Ok(Vec::new()) }
    }

    /// All that is held, as files.
    pub fn flush(&mut self) -> Result<Vec<LakeFile>, LakeError> {
        self.bytes = 0;
        std::mem::take(&mut self.open).into_iter().map(|(date, rows)| file(date, &rows)).collect()
    }
}

fn file(date: NaiveDate, rows: &[Quarantined]) -> Result<LakeFile, LakeError> {
    let mut hashes: Vec<u128> = rows.iter().map(identity).collect();
    hashes.sort_unstable();
    let path = format!("quarantine/dt={}/{}", date.format("%Y-%m-%d"), part_name(hashes.into_iter()));
    // Without Arrow's own schema in the footer every reader sees plain Parquet types.
    let options = ArrowWriterOptions::new().with_properties(properties()).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), schema::quarantine(), options)?;
    writer.write(&columns(rows)?)?;
    Ok(LakeFile { path, rows: rows.len(), bytes: writer.into_inner()?.into() })
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

/// Of what the file's name is made. The place belongs to it: two files that break off leave the same payload, none. The
/// time does not, so that a batch delivered twice makes one file.
fn identity(row: &Quarantined) -> u128 {
    let mut hash = Xxh3::new();
    for part in [row.source_id.as_bytes(), row.reason.as_bytes(), &row.payload] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.digest128()
}

fn columns(rows: &[Quarantined]) -> Result<RecordBatch, LakeError> {
    let text = |of: &dyn Fn(&Quarantined) -> String| {
        let mut column = StringBuilder::new();
        for row in rows {
            column.append_value(of(row));
        }
        Arc::new(column.finish())
    };
    let mut received_at = TimestampMillisecondBuilder::new().with_timezone("UTC");
    let mut payload = BinaryBuilder::new();
    for row in rows {
        received_at.append_value(row.received_at.millis());
        payload.append_value(&row.payload);
    }
    let batch = RecordBatch::try_new(
        schema::quarantine(),
        vec![
            Arc::new(received_at.finish()),
            text(&|row| row.source.as_str().to_owned()),
            Arc::new(StringArray::new_null(rows.len())),
            Arc::new(StringArray::new_null(rows.len())),
            text(&|row| row.source_id.clone()),
            text(&|row| row.stage.as_str().to_owned()),
            text(&|row| row.reason.to_owned()),
            text(&|row| row.detail.clone()),
            Arc::new(payload.finish()),
        ],
    )?;
    Ok(batch)
}
