//! Rows back out of the lake.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch, new_null_array};
use arrow::datatypes::{Schema, TimestampMillisecondType};
use arrow::error::ArrowError;
use object_store::ObjectMeta;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use smsvoice_event::Timestamp;

use crate::error::LakeError;
use crate::file::Table;
use crate::lake::Lake;
use crate::route::Source;
use crate::schema;

/// Something kept in quarantine, read back.
#[derive(Clone, PartialEq, Eq)]
pub struct QuarantinedPayload {
    /// When it arrived.
    pub received_at: Timestamp,
    /// The route; none if a later version stored one that this version does not know.
    pub source: Option<Source>,
    /// The AWS account, where the route told it.
    pub account_id: Option<String>,
    /// The AWS region, where the route told it.
    pub aws_region: Option<String>,
    /// Where exactly it came from.
    pub source_id: String,
    /// Why it was kept: the word of a [`Reason`](crate::Reason), as it was stored.
    pub reason: String,
    /// The bytes as received (numbers in them masked, unless the privacy setting was `plain`).
    pub payload: Vec<u8>,
}

impl std::fmt::Debug for QuarantinedPayload {
    /// Without the payload: it may hold numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}, {} bytes", self.source_id, self.reason, self.payload.len())
    }
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
        let unreadable = |problem: &dyn std::fmt::Display| LakeError::Unreadable {
            object: self.name(&file.location),
            problem: problem.to_string(),
        };
        let stored =
            ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new()).map_err(|error| unreadable(&error))?;
        let typed = stored
            .schema()
            .fields()
            .iter()
            .map(|field| schema.field_with_name(field.name()).cloned().unwrap_or_else(|_| field.as_ref().clone()));
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(typed.collect::<Vec<_>>())));
        let metadata =
            ArrowReaderMetadata::try_new(stored.metadata().clone(), options).map_err(|error| unreadable(&error))?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata).build();
        let batches = reader.map_err(|error| unreadable(&error))?;
        batches.map(|batch| arranged(&batch?, schema)).collect::<Result<_, _>>().map_err(|error| unreadable(&error))
    }

    /// Refuses a file that lacks columns of its table: another program's.
    pub(crate) async fn check_columns(&self, table: Table, file: &ObjectMeta) -> Result<(), LakeError> {
        let schema = match table {
            Table::Events => schema::events(),
            Table::Quarantine => schema::quarantine(),
        };
        let unreadable = |problem: String| LakeError::Unreadable { object: self.name(&file.location), problem };
        let bytes = self.get(&file.location).await?;
        let stored = ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new())
            .map_err(|error| unreadable(error.to_string()))?;
        let missing: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let missing: Vec<&str> =
            missing.into_iter().filter(|name| stored.schema().field_with_name(name).is_err()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(unreadable(format!("it lacks the columns {} of {table}", missing.join(", "))))
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
    let text = |column: &str| {
        let column = batch.column_by_name(column)?.as_string_opt::<i32>()?;
        column.is_valid(row).then(|| column.value(row).to_owned())
    };
    let millis = batch.column(0).as_primitive::<TimestampMillisecondType>().value(row);
    QuarantinedPayload {
        received_at: Timestamp::from_millis(millis).unwrap_or(Timestamp::EPOCH),
        source: text("source").and_then(|word| Source::from_word(&word)),
        account_id: text("account_id"),
        aws_region: text("aws_region"),
        source_id: text("source_id").unwrap_or_default(),
        reason: text("reason").unwrap_or_default(),
        payload: batch
            .column_by_name("payload")
            .map(|bytes| bytes.as_binary::<i32>().value(row).to_vec())
            .unwrap_or_default(),
    }
}
