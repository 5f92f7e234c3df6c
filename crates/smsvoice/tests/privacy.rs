//! Privacy as the command keeps it: rows that are read again, CSV that is opened by a person.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;
use smsvoice_event::Timestamp;
use smsvoice_lake::{LakeWriter, Quarantined, Reason, Source};

fn smsvoice(args: &[&str]) -> Output {
    let mut command = Command::cargo_bin("smsvoice").unwrap();
    command.args(args).env_remove("SMSVOICE_LAKE").env("KEY", "0123456789abcdef").output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Puts rows into a lake's quarantine, as a function would have done.
fn keep(lake: &Path, payloads: &[Vec<u8>]) {
    let mut writer = LakeWriter::default();
    for (at, payload) in payloads.iter().enumerate() {
        writer.reject(Quarantined {
            received_at: Timestamp::parse_rfc3339("2026-11-18T12:00:00Z").unwrap(),
            source: Source::Sqs,
            account_id: None,
            aws_region: None,
            source_id: format!("invocation message-{at}"),
            reason: Reason::NotAnEvent,
            detail: String::new(),
            payload: payload.clone(),
        });
    }
    for file in writer.finish().unwrap().0 {
        let bytes: Vec<u8> = file.bytes.iter().flatten().copied().collect();
        std::fs::create_dir_all(lake.join(file.path()).parent().unwrap()).unwrap();
        std::fs::write(lake.join(file.path()), bytes).unwrap();
    }
}

/// An empty lake with these settings.
fn lake(folder: &Path, settings: &[&str]) -> String {
    let lake = folder.join("lake").to_str().unwrap().to_owned();
    let set = smsvoice(&[&["lake", "set", "--lake", &lake], settings].concat());
    assert!(set.status.success(), "{set:?}");
    lake
}

#[test]
fn a_number_that_is_masked_in_quarantine_is_null_afterwards_and_never_hashed() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path(), &["--phone-numbers", "hmac"]);
    let event = |n: u32, number: &str| {
        format!(
            r#"{{"eventType":"TEXT_SENT","messageId":"m-{n}","eventTimestamp":1795000000000,"destinationPhoneNumber":"{number}"}}"#
        )
    };
    let numbers = ["+1********42", "+1********42", "*********42", "[number]", "+14255550142", "0014255550142"];
    let payloads = numbers.iter().zip(0..).map(|(number, n)| event(n, number).into_bytes());
    keep(Path::new(&lake), &payloads.collect::<Vec<_>>());
    let again = smsvoice(&["replay", "--from-quarantine", "--lake", &lake, "--phone-key", "env:KEY"]);
    let shown = text(&again.stdout);
    assert!(shown.lines().any(|line| line.starts_with("without_number") && line.contains('4')), "{shown}");
    let sql = "SELECT destination_phone_number AS n, count(*) AS rows FROM events GROUP BY 1 ORDER BY 2";
    let rows = json(&smsvoice(&["query", "--lake", &lake, "--format", "json", sql]));
    assert_eq!((rows[0]["rows"].as_u64(), rows[1]["rows"].as_u64()), (Some(2), Some(4)), "{rows}");
    assert!(rows[0]["n"].as_str().is_some_and(|hash| hash.starts_with("v1:")) && rows[1]["n"].is_null(), "{rows}");
}

#[test]
fn csv_is_for_people_unless_it_is_asked_for_raw() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path(), &[]);
    let event = r#"{"eventType":"TEXT_SENT","messageId":"=1+1","eventTimestamp":1795000000000,"carrierName":"a\tb"}"#;
    std::fs::write(folder.path().join("event.json"), event).unwrap();
    smsvoice(&["replay", folder.path().join("event.json").to_str().unwrap(), "--lake", &lake]);
    let csv = |format: &[&str]| {
        let query = ["query", "--lake", &lake, "SELECT message_id, carrier_name FROM events"];
        text(&smsvoice(&[&query[..], format].concat()).stdout)
    };
    assert_eq!(csv(&["--format", "csv"]), "message_id,carrier_name\n'=1+1,a\\tb\n");
    for raw in [&["--csv-raw"][..], &["--format", "csv", "--csv-raw"]] {
        assert_eq!(csv(raw), "message_id,carrier_name\n=1+1,a\tb\n");
    }
}

#[test]
fn a_file_whose_name_is_a_number_is_told_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path(), &[]);
    let inputs = folder.path().join("in");
    std::fs::create_dir(&inputs).unwrap();
    std::fs::write(inputs.join("+14255550142.json"), "{\"broken").unwrap();
    std::fs::write(inputs.join("0014255550143.zip"), "PK\x03\x04").unwrap();
    let output = smsvoice(&["replay", inputs.to_str().unwrap(), "--lake", &lake]);
    assert!(text(&output.stderr).contains("+1********43.zip was skipped"), "{output:?}");
    let sql = "SELECT source_id FROM quarantine";
    let row = json(&smsvoice(&["query", "--lake", &lake, "--format", "json", sql]))[0]["source_id"].clone();
    assert!(row.as_str().is_some_and(|name| name.ends_with("/+1********42.json:1")), "{row}");
    assert!(!text(&output.stderr).contains("5555014"));
}
