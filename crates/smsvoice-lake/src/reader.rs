//! Rows back out of the lake.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::TimestampMillisecondType;
use object_store::ObjectMeta;
use smsvoice_event::Timestamp;

use crate::decode::{check, decode};
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

    /// Whether a file is whole and one of this table's. It is read for that from its first to its last byte.
    pub async fn check(&self, table: Table, file: &ObjectMeta) -> Result<(), LakeError> {
        let columns = match table {
            Table::Events => EVENT_COLUMNS,
            Table::Quarantine => QUARANTINE_COLUMNS,
        };
        let bytes = self.get(&file.location).await?;
        check(&bytes, columns).map_err(|undecodable| self.unreadable(file, &undecodable))
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

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on fails
mod tests {
    use std::sync::Arc;

    use object_store::ObjectStoreExt;
    use object_store::memory::InMemory;
    use object_store::path::Path;
    use proptest::prelude::*;
    use smsvoice_event::Event;

    use super::*;
    use crate::columns::Columns;
    use crate::encode::FileEncoder;
    use crate::route::{Route, Source};
    use crate::schema;

    fn file(rows: u32) -> Vec<u8> {
        let mut columns = Columns::with_capacity(0, 0);
        for row in 0..rows {
            let text = format!(
                r#"{{"eventType":"TEXT_DELIVERED","messageId":"message-{row}","eventTimestamp":{},"carrierName":"{}",
                    "totalMessagePrice":0.{row:06},"isFinal":true,"context":{{"k":"v{row}"}},"new":{row}}}"#,
                1_795_000_000_000u64 + u64::from(row),
                ["one", "two", "three"][row as usize % 3],
            );
            columns.push(&Event::parse(&text).unwrap(), &Route::of(Source::File), &[]);
        }
        let mut encoder = FileEncoder::new(schema::parquet(&[]));
        encoder.write(&columns, &(0..rows).collect::<Vec<_>>()).unwrap();
        encoder.finish().unwrap().0
    }

    /// What a lake reads that has these bytes as a file of `events`.
    fn read(bytes: Vec<u8>) -> Result<Vec<RecordBatch>, LakeError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let lake = Lake::in_store(Arc::new(InMemory::new()), Path::from("lake"), "memory");
            let path = lake.path("events/part-1.parquet");
            lake.store().put(&path, bytes.into()).await.unwrap();
            lake.read_events(&lake.store().head(&path).await.unwrap()).await
        })
    }

    fn problem(bytes: Vec<u8>) -> String {
        read(bytes).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_file_of_the_lake_is_named_with_its_problem() {
        let whole = file(100);
        let name = "memory (lake/events/part-1.parquet) is not a file of this lake: ";
        let of = |problem: &str| format!("{name}{problem}");
        assert_eq!(problem(Vec::new()), of("it is empty"));
        assert_eq!(problem(b"{\"eventType\":\"TEXT_SENT\"}".to_vec()), of("it is not a Parquet file"));
        assert_eq!(problem(whole[..whole.len() / 2].to_vec()), of("it breaks off, or its end is damaged"));
        assert_eq!(problem(b"PAR1PAR1".to_vec()), of("it breaks off, or its end is damaged"));
        // The length of the footer is larger than the file.
        let mut forged = whole.clone();
        let at = whole.len() - 8;
        forged[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(problem(forged).starts_with(&of("its footer is damaged: ")));
        // One bit of a page.
        let mut flipped = whole.clone();
        let carrier = whole.windows(5).position(|bytes| bytes == b"three").unwrap();
        flipped[carrier] ^= 1;
        assert!(problem(flipped).starts_with(&of("its pages are damaged: ")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_corrupted_file_reads_as_it_was_or_not_at_all(at in any::<prop::sample::Index>(), bits in 1u8.., what in 0..10) {
            let whole = file(40);
            let (at, mut bytes) = (at.index(whole.len()), whole.clone());
            match what {
                0 => bytes.truncate(at),
                1 => bytes[at..].fill(bits),
                2 => drop(bytes.remove(at)),
                _ => bytes[at] ^= bits,
            }
            match read(bytes) {
                Ok(rows) => prop_assert_eq!(rows, read(whole).unwrap()),
                Err(error) => {
                    prop_assert!(matches!(error, LakeError::Unreadable { .. }), "{error:?}");
                    prop_assert!(error.to_string().contains("events/part-1.parquet"));
                }
            }
        }
    }
}
