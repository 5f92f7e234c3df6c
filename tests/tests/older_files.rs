//! A file that a version wrote before there was the column `destination_prefix_hash` lies beside one with it, and both are
//! read: there, the column is null.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use smsvoice_lake::{Lake, Table};
use tests::programs::program;
use tests::replayed::views;
use tests::{answers, python};

/// Two events of the message `older-1`, written by that version with `phone_numbers = hmac` under [`KEY`].
const OLDER: &[u8] = include_bytes!("../older/before-prefixes.parquet");
const KEY: &str = "an older key of 32 bytes, fictional";

/// Of a message to the same prefix.
const NEWER: &str = r#"{"eventType":"TEXT_DELIVERED","isFinal":true,"messageId":"newer-1","eventTimestamp":1795305700000,"destinationPhoneNumber":"+16135550199"}"#;

/// A lake with the older file, and with a newer one beside it in the same partition.
fn lake(folder: &Path) -> String {
    let (lake, events) = (folder.join("lake"), folder.join("newer.ndjson"));
    std::fs::write(&events, NEWER).unwrap();
    let mut replay = Command::new(program("smsvoice"));
    replay.arg("replay").arg(&events).arg("--lake").arg(&lake).args(["--phone-numbers", "hmac"]);
    let output = replay.args(["--phone-key", "env:OLDER_KEY"]).env("OLDER_KEY", KEY).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let partition = lake.join("events/channel=text/dt=2026-11-22");
    assert_eq!(partition.read_dir().unwrap().count(), 1, "the newer file is in the partition of the older one");
    std::fs::write(partition.join("part-fb31ee81ec5746bedabc9bbad7b89a0e.parquet"), OLDER).unwrap();
    lake.to_str().unwrap().to_owned()
}

const PREFIXES: &str = "SELECT message_id, destination_prefix_hash, event_count FROM messages ORDER BY message_id";

#[test]
fn what_was_written_before_there_were_prefixes_is_read_with_none() {
    let folder = tempfile::tempdir().unwrap();
    let url = lake(folder.path());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let lake = Lake::open(&url, []).unwrap();
    let ours = runtime.block_on(answers::local(&lake, PREFIXES));
    let rows: Vec<_> = ours.iter().map(|row| (row["message_id"].as_str().unwrap(), &row["event_count"])).collect();
    assert_eq!(rows, [("newer-1", &json!(1)), ("older-1", &json!(2))]);
    assert_eq!(ours[1]["destination_prefix_hash"], Value::Null);
    assert!(ours[0]["destination_prefix_hash"].as_str().unwrap().starts_with("v1:"), "{ours:?}");

    let input = json!({"statements": views("duckdb", &url, &[]), "queries": [PREFIXES]});
    let told: Vec<Value> = serde_json::from_str(&python::run("duckdb_views.py", &[], &input.to_string())).unwrap();
    assert_eq!(told[0]["rows"], json!(ours));

    // The lake itself reads it, and finds nothing wrong with it.
    let files = runtime.block_on(lake.files(Table::Events)).unwrap();
    for file in &files {
        runtime.block_on(lake.check(Table::Events, file)).unwrap();
    }
    assert_eq!(files.len(), 2);
}

/// Athena and Trino find columns by their names unless a table says otherwise, and none does.
#[test]
fn no_table_asks_for_columns_by_their_place() {
    let template = std::fs::read_to_string(tests::template::path()).unwrap();
    let texts = ["athena", "trino"].map(|engine| views(engine, "s3://example-lake/sms", &[]).join("\n"));
    for text in texts.iter().chain([&template]) {
        assert!(text.contains("destination_prefix_hash"));
        assert!(!text.contains("index.access") && !text.contains("use-column-names"), "columns by place");
    }
}
