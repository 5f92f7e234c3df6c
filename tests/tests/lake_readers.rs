//! DuckDB and pyarrow read a lake: every column in its type, every value as it was written.
//! (PySpark does too: `tests/python/pyspark_reads_lake.py`, started by hand; what its views say is compared in `trino/spark.rs`.)

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::{DataType, Schema};
use object_store::local::LocalFileSystem;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;
use smsvoice_event::{Event, EventTime, Timestamp, Usd};
use smsvoice_lake::{Lake, LakeWriter, Quarantined, Reason, Route, Source, schema};
use tests::random_events::{Arrival, arrivals, lake};
use tests::{answers, python, rows};

/// What the types of the lake are called elsewhere: in our schema, DuckDB, pyarrow.
fn names(data_type: &DataType) -> [&'static str; 2] {
    match data_type {
        DataType::Utf8 => ["VARCHAR", "string"],
        DataType::Boolean => ["BOOLEAN", "bool"],
        DataType::Int32 => ["INTEGER", "int32"],
        DataType::Int64 => ["BIGINT", "int64"],
        DataType::Binary => ["BLOB", "binary"],
        DataType::Decimal128(18, 6) => ["DECIMAL(18,6)", "decimal128(18, 6)"],
        DataType::Timestamp(..) => ["TIMESTAMP WITH TIME ZONE", "timestamp[ms, tz=UTC]"],
        DataType::Map(..) => ["MAP(VARCHAR, VARCHAR)", "map<string, string ('context')>"],
        other => panic!("no column of the lake is a {other}"),
    }
}

#[test]
fn duckdb_reads_every_value_in_its_type() {
    read_by("duckdb", 0);
}

#[test]
fn pyarrow_reads_every_value_in_its_type() {
    read_by("pyarrow", 1);
}

fn read_by(reader: &str, column: usize) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (deliveries, pieces) = (deliveries(), PAYLOADS.map(unreadable));
    let lake = runtime.block_on(full_lake(folder.path(), &deliveries, &pieces));
    let written =
        [deliveries.iter().flatten().map(rows::of_event).collect(), pieces.iter().map(rows::of_piece).collect()];
    let read = python::run("lake_reads.py", &[reader.as_ref(), folder.path().as_ref() as &OsStr], "");
    let read: BTreeMap<String, Value> = serde_json::from_str(&read).unwrap();
    let tables = [("events", schema::events(), 2), ("quarantine", schema::quarantine(), 1)];
    for ((table, columns, partitions), written) in tables.into_iter().zip(written) {
        let written = answers::sorted(written);
        assert_eq!(types_in(&read[table]), types_of(&columns, partitions, column), "{table}");
        let ours = runtime.block_on(answers::local(&lake, &format!("SELECT {} FROM {table}", names_in(&written))));
        let theirs: Vec<Value> = read[table]["rows"].as_array().unwrap().clone();
        assert_same(&format!("{table} by {reader}"), theirs, &written);
        assert_same(&format!("{table} by ourselves"), ours, &written);
    }
}

/// Fails with the rows that differ, not with all.
fn assert_same(what: &str, read: Vec<Value>, written: &[Value]) {
    let read = answers::sorted(read);
    assert_eq!(read.len(), written.len(), "{what}");
    for (read, written) in read.iter().zip(written) {
        assert_eq!(read, written, "{what}");
    }
}

/// The columns that are stored, for SQL: `payload_text` is computed.
fn names_in(rows: &[Value]) -> String {
    rows[0].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(", ")
}

fn types_in(table: &Value) -> BTreeMap<String, String> {
    let types = table["types"].as_object().unwrap().iter();
    types.map(|(name, kind)| (name.clone(), kind.as_str().unwrap().to_owned())).collect()
}

fn types_of(columns: &Schema, partitions: usize, column: usize) -> BTreeMap<String, String> {
    let stored = columns.fields().iter().map(|field| (field.name().clone(), names(field.data_type())[column].into()));
    let partitions = ["dt", "channel"].iter().take(partitions);
    stored.chain(partitions.map(|name| ((*name).to_owned(), names(&DataType::Utf8)[column].into()))).collect()
}

/// Pieces that are no event: broken off, no text, nothing.
const PAYLOADS: [&[u8]; 3] = [b"{\"eventType\":\"TEXT_SE", b"\xff\x00\xfe", b""];

/// Random events, and the ends of what columns can hold.
fn deliveries() -> Vec<Vec<Arrival>> {
    let random = arrivals(50, 200).new_tree(&mut TestRunner::deterministic()).unwrap().current();
    vec![random, vec![extremes(EventTime::LAST, Timestamp::LAST), extremes(EventTime::FIRST, Timestamp::EPOCH)]]
}

async fn full_lake(folder: &Path, deliveries: &[Vec<Arrival>], pieces: &[Quarantined]) -> Lake {
    let store = Arc::new(LocalFileSystem::new_with_prefix(folder).unwrap());
    let lake = lake(store, deliveries).await;
    let mut writer = LakeWriter::default();
    for piece in pieces {
        writer.reject(piece.clone());
    }
    for file in writer.finish().unwrap().0 {
        lake.put(&file).await.unwrap();
    }
    lake
}

fn extremes(at: EventTime, received_at: Timestamp) -> Arrival {
    let json = r#"{"eventType":"TEXT_DELIVERED","messageId":"Zoë \"\n","eventTimestamp":1795305600000,"newField":{"a":[1,-1]},
        "context":{"東京":"大阪, 'quoted'","empty":""},"messageStatusDescription":"C:\\d",
        "eventVersion":"1.0","isInternationalSend":true,"messageStatus":"DELIVERED","protectConfiguration":
        {"protectConfigurationId":"protect-1","protectStatus":"FILTER"},"protectConfigurationAssessment":
        {"protectRecommendation":"BLOCK","protectInsights":{"blockReason":"AIT_SUSPECTED"}},"rcsMetadata":
        {"billingEventType":"RICH"},"rcsBusinessId":"agent-7","agentIsoCountryCode":"CA"}"#;
    let mut event = Event::parse(json).unwrap();
    event.event_time = at;
    event.request_time = Some(EventTime::FIRST);
    event.price = Some(Usd::from_micros(999_999_999_999_999_999));
    event.carrier_fee = Some(Usd::from_micros(1));
    event.message_parts = Some(i32::MAX);
    (event, Route { received_at: Some(received_at), ..Route::of(Source::File) })
}

fn unreadable(payload: &[u8]) -> Quarantined {
    Quarantined {
        received_at: Timestamp::parse_rfc3339("2026-11-22T10:00:00.007Z").unwrap(),
        source: Source::File,
        account_id: Some("111122223333".to_owned()),
        aws_region: None,
        source_id: format!("events.json:{}", payload.len()),
        reason: Reason::InvalidJson,
        detail: "the text ends within an object".into(),
        payload: payload.into(),
    }
}
