//! From the bytes of a Parquet file to its rows. The file may be damaged, broken off, or another program's: whatever the
//! bytes are, the answer is rows or the reason why there are none.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::array::{RecordBatch, new_null_array};
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::ParquetMetaData;
use thiserror::Error;

use crate::checksum;
use crate::schema::Column;
use crate::schema_check::ColumnDifferences;

/// Why bytes are not a file of a table. Each reads on after "the file cannot be read: ".
#[derive(Debug, Error)]
pub(crate) enum Undecodable {
    #[error("it is empty")]
    Empty,
    #[error("it is not a Parquet file")]
    NotParquet,
    #[error("it breaks off, or its end is damaged")]
    NoEnd,
    #[error("its footer is damaged: {0}")]
    Footer(String),
    #[error("{0}")]
    OtherColumns(String),
    #[error("its pages are damaged: {0}")]
    Pages(String),
    #[error("it is not as it was written: its checksum is another")]
    Changed,
}

/// The first and the last four bytes of a Parquet file. Before the last ones stands the length of the footer, four bytes.
const MAGIC: &[u8; 4] = b"PAR1";

/// The rows of a file, with the columns of the table first, in their order and types. A column that the file does not have
/// is null.
pub(crate) fn decode(bytes: &Bytes, table: &'static [Column]) -> Result<Vec<RecordBatch>, Undecodable> {
    caught(|| {
        let metadata = footer(bytes)?;
        let rows = rows(bytes, &metadata, table)?;
        unchanged(bytes).map(|_| rows)
    })
}

/// Whether a file is one of this table's, and as it was written. Only of one without a checksum the rows are read.
pub(crate) fn check(bytes: &Bytes, table: &'static [Column]) -> Result<(), Undecodable> {
    caught(|| {
        let metadata = footer(bytes)?;
        foreign(table, &metadata)?;
        if unchanged(bytes)? { Ok(()) } else { rows(bytes, &metadata, table).map(drop) }
    })
}

/// Whether there is a checksum, which then is right.
fn unchanged(bytes: &Bytes) -> Result<bool, Undecodable> {
    match checksum::is_right(bytes) {
        Some(false) => Err(Undecodable::Changed),
        Some(true) => Ok(true),
        None => Ok(false),
    }
}

/// The `parquet` crate panics at some footers that no writer makes: at negative lengths, for one. Here is the only place
/// where bytes from outside reach it, so that a panic is caught here and becomes an error like any other.
fn caught<T>(read: impl FnOnce() -> Result<T, Undecodable>) -> Result<T, Undecodable> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(Undecodable::Footer(text.unwrap_or_default()))
    })
}

fn footer(bytes: &Bytes) -> Result<ArrowReaderMetadata, Undecodable> {
    if bytes.is_empty() {
        return Err(Undecodable::Empty);
    }
    if !bytes.starts_with(MAGIC) {
        return Err(Undecodable::NotParquet);
    }
    if bytes.len() < 3 * MAGIC.len() || !bytes.ends_with(MAGIC) {
        return Err(Undecodable::NoEnd);
    }
    // The types are to be those of Parquet, whatever Arrow schema another program has put beside them.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(bytes, options).map_err(|error| Undecodable::Footer(error.to_string()))?;
    plausible(metadata.metadata(), bytes.len())?;
    Ok(metadata)
}

/// Whether the footer speaks of this file: its column chunks lie inside the file, and its row groups have all of its rows.
fn plausible(metadata: &ParquetMetaData, length: usize) -> Result<(), Undecodable> {
    let damaged = |what: &str| Err(Undecodable::Footer(what.to_owned()));
    let mut rows = 0i64;
    for row_group in metadata.row_groups() {
        rows = rows.saturating_add(row_group.num_rows().max(0));
        for chunk in row_group.columns() {
            let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
            let end = start.checked_add(chunk.compressed_size());
            let is_inside = start >= MAGIC.len() as i64
                && chunk.data_page_offset() >= start
                && end.is_some_and(|end| end >= start && end <= length as i64);
            if !is_inside {
                return damaged("a column chunk lies outside the file");
            }
        }
    }
    if rows == metadata.file_metadata().num_rows() {
        Ok(())
    } else {
        damaged("the row groups have not all of the rows")
    }
}

fn foreign(table: &'static [Column], footer: &ArrowReaderMetadata) -> Result<(), Undecodable> {
    let differences = ColumnDifferences::of(table, footer.schema(), footer.parquet_schema());
    differences.problem().map_or(Ok(()), |problem| Err(Undecodable::OtherColumns(problem)))
}

fn rows(
    bytes: &Bytes,
    footer: &ArrowReaderMetadata,
    table: &'static [Column],
) -> Result<Vec<RecordBatch>, Undecodable> {
    foreign(table, footer)?;
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes.clone(), footer.clone()).build();
    let reader = reader.map_err(|error| Undecodable::Pages(error.to_string()))?;
    let batches: Result<Vec<_>, ArrowError> = reader.map(|batch| arranged(&batch?, table)).collect();
    let batches = batches.map_err(|error| Undecodable::Pages(error.to_string()))?;
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    if rows as i64 == footer.metadata().file_metadata().num_rows() {
        Ok(batches)
    } else {
        Err(Undecodable::Pages("there are fewer rows than the footer says".to_owned()))
    }
}

/// The batch with the columns of the table first.
fn arranged(batch: &RecordBatch, table: &'static [Column]) -> Result<RecordBatch, ArrowError> {
    let known = table.iter().map(|column| {
        let field = Arc::new(column.field());
        let stored = batch.column_by_name(column.name).cloned();
        let column = stored.unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows()));
        (field, column)
    });
    let stored = batch.schema();
    let others = stored.fields().iter().zip(batch.columns());
    let others = others.filter(|(field, _)| table.iter().all(|column| column.name != field.name()));
    let (fields, columns): (Vec<_>, Vec<_>) =
        known.chain(others.map(|(field, column)| (field.clone(), column.clone()))).unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}
