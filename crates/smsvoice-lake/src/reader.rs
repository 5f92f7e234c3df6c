//! Rows back out of the lake.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::TimestampMillisecondType;
use object_store::ObjectMeta;
use smsvoice_event::Timestamp;

use crate::decode::decode;
use crate::error::LakeError;
use crate::lake::Lake;
use crate::schema::{Column, EVENT_COLUMNS, QUARANTINE_COLUMNS};

/// Something kept in quarantine, read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantinedPayload {
    /// When it arrived.
    pub received_at: Timestamp,
    /// The route, as it was stored.
    pub source: String,
    /// The AWS account, where the route told it.
    pub account_id: Option<String>,
    /// The AWS region, where the route told it.
    pub aws_region: Option<String>,
    /// Where exactly it came from.
    pub source_id: String,
    /// Why it was kept.
    pub reason: String,
    /// The bytes as received (numbers in them masked, unless the privacy setting was `plain`).
    pub payload: Vec<u8>,
}

impl Lake {
    /// The rows of one file of `events`: the columns of [`schema::events`](crate::schema::events) in their order and types,
    /// then the columns of promoted context keys that the file has. A column that the file does not have, because it is
    /// older than the column, is null.
    ///
    /// Fails with [`LakeError::Unreadable`] if the file is damaged, broken off, or not one of this table's.
    pub async fn read_events(&self, file: &ObjectMeta) -> Result<Vec<RecordBatch>, LakeError> {
        self.read(file, EVENT_COLUMNS).await
    }

    /// The rows of one file of `quarantine`. Fails as [`Self::read_events`] does.
    pub async fn read_quarantine(&self, file: &ObjectMeta) -> Result<Vec<QuarantinedPayload>, LakeError> {
        let batches = self.read(file, QUARANTINE_COLUMNS).await?;
        Ok(batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| payload(batch, row))).collect())
    }

    async fn read(&self, file: &ObjectMeta, columns: &'static [Column]) -> Result<Vec<RecordBatch>, LakeError> {
        let bytes = self.get(&file.location).await?;
        decode(&bytes, columns).map_err(|undecodable| LakeError::Unreadable {
            object: format!("{} ({})", self.url(), file.location),
            problem: undecodable.to_string(),
        })
    }
}

/// A row of `quarantine`; a column that is null, or that an older file does not have, reads as empty.
fn payload(batch: &RecordBatch, row: usize) -> QuarantinedPayload {
    let column = |name: &str| batch.column_by_name(name).filter(|column| column.is_valid(row));
    let text = |name: &str| column(name).map(|column| column.as_string::<i32>().value(row).to_owned());
    let millis = column("received_at").map(|column| column.as_primitive::<TimestampMillisecondType>().value(row));
    QuarantinedPayload {
        received_at: millis.and_then(Timestamp::from_millis).unwrap_or(Timestamp::EPOCH),
        source: text("source").unwrap_or_default(),
        account_id: text("account_id"),
        aws_region: text("aws_region"),
        source_id: text("source_id").unwrap_or_default(),
        reason: text("reason").unwrap_or_default(),
        payload: column("payload").map(|column| column.as_binary::<i32>().value(row).to_vec()).unwrap_or_default(),
    }
}
