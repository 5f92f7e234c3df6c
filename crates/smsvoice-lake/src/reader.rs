//! Rows back out of the lake.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::TimestampMillisecondType;
use object_store::ObjectMeta;
use smsvoice_event::Timestamp;

use crate::decode::{check_footer, decode};
use crate::error::LakeError;
use crate::file::Table;
use crate::lake::Lake;
use crate::route::Source;
use crate::schema::{Column, EVENT_COLUMNS, QUARANTINE_COLUMNS};

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
        decode(&bytes, columns).map_err(|undecodable| self.unreadable(file, &undecodable))
    }

    fn unreadable(&self, file: &ObjectMeta, problem: &impl std::fmt::Display) -> LakeError {
        LakeError::Unreadable { object: self.name(&file.location), problem: problem.to_string() }
    }

    /// Refuses a file that is not one of this table's: another program's.
    pub(crate) async fn check(&self, table: Table, file: &ObjectMeta) -> Result<(), LakeError> {
        let columns = match table {
            Table::Events => EVENT_COLUMNS,
            Table::Quarantine => QUARANTINE_COLUMNS,
        };
        let bytes = self.get(&file.location).await?;
        check_footer(&bytes, columns).map_err(|undecodable| self.unreadable(file, &undecodable))
    }
}

/// A row of `quarantine`; a column that is null, or that an older file does not have, reads as empty.
fn payload(batch: &RecordBatch, row: usize) -> QuarantinedPayload {
    let column = |name: &str| batch.column_by_name(name).filter(|column| column.is_valid(row));
    let text = |name: &str| column(name).map(|column| column.as_string::<i32>().value(row).to_owned());
    let millis = column("received_at").map(|column| column.as_primitive::<TimestampMillisecondType>().value(row));
    QuarantinedPayload {
        received_at: millis.and_then(Timestamp::from_millis).unwrap_or(Timestamp::EPOCH),
        source: text("source").and_then(|word| Source::from_word(&word)),
        account_id: text("account_id"),
        aws_region: text("aws_region"),
        source_id: text("source_id").unwrap_or_default(),
        reason: text("reason").unwrap_or_default(),
        payload: column("payload").map(|column| column.as_binary::<i32>().value(row).to_vec()).unwrap_or_default(),
    }
}
