//! Rows of `quarantine` read back as they were.

use std::sync::Arc;

use arrow::array::{BinaryArray, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow::compute::concat_batches;
use bytes::Bytes;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use smsvoice_event::Timestamp;

use crate::decode::decode;
use crate::encode::quarantine_file;
use crate::reason::Reason;
use crate::route::Source;
use crate::schema::{self, QUARANTINE_COLUMNS};
use crate::writer::Quarantined;

fn expected(rows: &[Quarantined]) -> RecordBatch {
    let text = |of: fn(&Quarantined) -> Option<&str>| Arc::new(rows.iter().map(of).collect::<StringArray>());
    let received_at = rows.iter().map(|row| Some(row.received_at.millis()));
    let payloads = rows.iter().map(|row| Some(&row.payload));
    let columns: Vec<arrow::array::ArrayRef> = vec![
        Arc::new(received_at.collect::<TimestampMillisecondArray>().with_timezone("UTC")),
        text(|row| Some(row.source.as_str())),
        text(|row| row.account_id.as_deref()),
        text(|row| row.aws_region.as_deref()),
        text(|row| Some(&row.source_id)),
        text(|row| Some(row.reason.stage().as_str())),
        text(|row| Some(row.reason.as_str())),
        text(|row| Some(&row.detail)),
        Arc::new(payloads.collect::<BinaryArray>()),
    ];
    RecordBatch::try_new(schema::quarantine(), columns).unwrap()
}

fn row() -> impl Strategy<Value = Quarantined> {
    let reason = prop::sample::select(Reason::ALL);
    let route = (option::of("[0-9]{12}"), option::of("[a-z-]{0,12}"), "[ -~東]{0,80}", "[ -~]{0,30}");
    (0..Timestamp::LAST.millis(), reason, route, vec(any::<u8>(), 0..60)).prop_map(|(time, reason, route, payload)| {
        let (account_id, aws_region, source_id, detail) = route;
        let received_at = Timestamp::from_millis(time).unwrap();
        Quarantined {
            received_at,
            source: Source::Sqs,
            account_id,
            aws_region,
            source_id,
            reason,
            detail,
            payload: payload.into(),
        }
    })
}

fn read_back(rows: &[Quarantined]) -> RecordBatch {
    let file = Bytes::from(quarantine_file(rows).unwrap());
    concat_batches(&schema::quarantine(), &decode(&file, QUARANTINE_COLUMNS).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn quarantined_rows_read_back_as_they_were(rows in vec(row(), 1..40)) {
        prop_assert_eq!(read_back(&rows), expected(&rows));
    }
}

/// More rows than a page has, and payloads longer than a page may be.
#[test]
fn many_and_long_payloads_read_back_as_they_were() {
    let row = |at: usize| Quarantined {
        received_at: Timestamp::EPOCH,
        source: Source::File,
        account_id: None,
        aws_region: None,
        source_id: format!("events.jsonl:{at}"),
        reason: Reason::InvalidJson,
        detail: String::new(),
        payload: vec![at as u8; if at.is_multiple_of(700) { 1_500_000 } else { at % 50 }].into(),
    };
    let rows: Vec<Quarantined> = (0..2_500).map(row).collect();
    assert_eq!(read_back(&rows), expected(&rows));
}
