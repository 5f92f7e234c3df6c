//! Rows back out of the lake.

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampMillisecondType;
use object_store::ObjectMeta;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use smsvoice_event::Timestamp;

use crate::error::LakeError;
use crate::lake::Lake;
use crate::schema;

/// Something kept in quarantine, read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantinedPayload {
    /// When it arrived.
    pub received_at: Timestamp,
    /// The route, as it was stored.
    pub source: String,
    /// Where exactly it came from.
    pub source_id: String,
    /// Why it was kept.
    pub reason: String,
    /// The bytes as received (numbers in them masked, unless the privacy setting was `plain`).
    pub payload: Vec<u8>,
}

impl Lake {
    /// The rows of one file of `events`, in the types of [`schema::events`].
    pub async fn read_events(&self, file: &ObjectMeta) -> Result<Vec<RecordBatch>, LakeError> {
        self.read(file, schema::events()).await
    }

    /// The rows of one file of `quarantine`.
    pub async fn read_quarantine(&self, file: &ObjectMeta) -> Result<Vec<QuarantinedPayload>, LakeError> {
        let batches = self.read(file, schema::quarantine()).await?;
        Ok(batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| payload(batch, row))).collect())
    }

    async fn read(&self, file: &ObjectMeta, schema: arrow::datatypes::SchemaRef) -> Result<Vec<RecordBatch>, LakeError> {
        let bytes = self.get(&file.location).await?;
        let options = ArrowReaderOptions::new().with_schema(schema);
        let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options)?.build()?;
        Ok(reader.collect::<Result<_, _>>()?)
    }
}

fn payload(batch: &RecordBatch, row: usize) -> QuarantinedPayload {
    let text = |column: usize| batch.column(column).as_string::<i32>().value(row).to_owned();
    let millis = batch.column(0).as_primitive::<TimestampMillisecondType>().value(row);
    QuarantinedPayload {
        received_at: Timestamp::from_millis(millis).unwrap_or(Timestamp::EPOCH),
        source: text(1),
        source_id: text(2),
        reason: text(4),
        payload: batch.column(6).as_binary::<i32>().value(row).to_vec(),
    }
}
