//! Rows back out of the lake.

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, new_null_array};
use arrow::datatypes::{Schema, TimestampMillisecondType};
use arrow::error::ArrowError;
use object_store::ObjectMeta;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
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
    /// The rows of one file of `events`: the columns of [`schema::events`] in their order and types, then the columns of
    /// promoted context keys that the file has. A column that the file has not, being older than it, is null.
    pub async fn read_events(&self, file: &ObjectMeta) -> Result<Vec<RecordBatch>, LakeError> {
        self.read(file, &schema::events()).await
    }

    /// The rows of one file of `quarantine`.
    pub async fn read_quarantine(&self, file: &ObjectMeta) -> Result<Vec<QuarantinedPayload>, LakeError> {
        let batches = self.read(file, &schema::quarantine()).await?;
        Ok(batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| payload(batch, row))).collect())
    }

    async fn read(&self, file: &ObjectMeta, schema: &Schema) -> Result<Vec<RecordBatch>, LakeError> {
        let bytes = self.get(&file.location).await?;
        let stored = ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new())?;
        let typed = stored
            .schema()
            .fields()
            .iter()
            .map(|field| schema.field_with_name(field.name()).cloned().unwrap_or_else(|_| field.as_ref().clone()));
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(typed.collect::<Vec<_>>())));
        let metadata = ArrowReaderMetadata::try_new(stored.metadata().clone(), options)?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata).build()?;
        reader.map(|batch| Ok(arranged(&batch?, schema)?)).collect()
    }
}

/// The batch with the columns of `schema` first.
fn arranged(batch: &RecordBatch, schema: &Schema) -> Result<RecordBatch, ArrowError> {
    let known = schema.fields().iter().map(|field| {
        let column = batch.column_by_name(field.name()).cloned();
        (field.clone(), column.unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows())))
    });
    let stored = batch.schema();
    let others =
        stored.fields().iter().zip(batch.columns()).filter(|(field, _)| schema.field_with_name(field.name()).is_err());
    let (fields, columns): (Vec<_>, Vec<_>) =
        known.chain(others.map(|(field, column)| (field.clone(), column.clone()))).unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
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
