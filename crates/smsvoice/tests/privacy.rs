//! Privacy as the command keeps it: rows that are read again, payloads that are encrypted, CSV that is opened by a person.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use base64_simd::STANDARD;
use serde_json::Value;
use smsvoice_event::Timestamp;
use smsvoice_lake::{LakeWriter, Quarantined, Reason, Source};

/// A pair of keys of age, made for this test, and another private key.
const RECIPIENT: &str = "age17wnhmgrf3rztww5g385z4la0f0rh9hxr6xwv9aszwnrkagaf8v6s6mkdxz";
const IDENTITY: &str = "AGE-SECRET-KEY-1NFNK83RN2RJ9NN582GJ95893Q6CQ4KS965ZU2URDZ5E4R3JYN5UQH9A8NX";
const OTHER_IDENTITY: &str = "AGE-SECRET-KEY-1KTXTE9QQKGWU8T8F53VKT657LJV4H3LN73C2Z6VVJK8EWMDE8AWQTFVFRH";

/// An event, encrypted for the recipient by age itself.
const SEALED_EVENT: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBMZHZLMzI3MElISHc5Y0I4dkJmaTRSb0gzREVWYVpvQVN1SlJlTmR1MVdVCkdqODZIdmliZ2hxVDN4RTNoaHBkelRlaUpjdktmMWhtOVNrdnkreTB1eWMKLT4gNW5nPE5WKjUtZ3JlYXNlCnQzVUhNWU5Ha1pqQWpEYStrRmxvL0dKcEZ2QjVZR0ZIRE0xd2NsNmMwQ0JWZUNSWHdSVkxTbWtzNi9OQ25acWoKV2xsMzR1eDIxb1hOd1NWQVJxSERBcnlPMmpwVmtNbVlMNEZrV2hOSXdYcW9NaUw5NTh3Ci0tLSBIRE5MemJUdzNlcDFUZGJVZFE1SXkrMUpjVXd1aVd5NUNXbkJYN0k1dG53CuLiqsMcVV46cf8jY0BZv/4pl5K7zwQtxkDfzu8N7jRc8eODGDgi4VPqMJm+myBu2GCUR2soOizt0jN3OvFEgE14gSeZT/SMQnOJDTkcHjQ0E3PMWcsH39F07ItT3KGsYYxiacgJKK1NguVuIPawHKzLL8AmcUPOxHC3rehHpmWg8spx9xnH6zSQLilxm4JKfwb5b7DzS8A=";

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
            payload: payload.clone().into(),
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
fn what_cannot_be_searched_rests_encrypted_and_only_its_identity_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let lake = lake(folder.path(), &["--quarantine-recipient", RECIPIENT]);
    let binary: Vec<u8> = (0..4000u32).map(|n| (n * 7919 % 251) as u8).chain(*b"\x00").collect();
    std::fs::write(path("binary"), &binary).unwrap();
    let replayed = smsvoice(&["replay", &path("binary"), "--lake", &lake, "--json"]);
    let rows = json(&replayed)["quarantined"].as_u64().unwrap();
    assert!(rows > 0, "{replayed:?}");
    let again = json(&smsvoice(&["replay", &path("binary"), "--lake", &lake, "--json"]));
    assert_eq!(
        (again["files_already_there"].as_u64(), again["files"].as_u64()),
        (Some(1), Some(1)),
        "the same is one file"
    );
    let sql = "SELECT count(*) AS rows FROM quarantine";
    assert_eq!(json(&smsvoice(&["query", "--lake", &lake, "--format", "json", sql]))[0]["rows"].as_u64(), Some(rows));
    let bytes: Vec<u8> = walk(Path::new(&lake)).concat();
    assert!(!bytes.windows(12).any(|window| binary.starts_with(window)), "nothing of it stands there as it came");

    keep(Path::new(&lake), &[STANDARD.decode_to_vec(SEALED_EVENT).unwrap()]);
    std::fs::write(path("identity"), format!("# for a test\n{IDENTITY}\n")).unwrap();
    std::fs::write(path("other"), OTHER_IDENTITY).unwrap();
    std::fs::write(path("none"), "nothing").unwrap();
    let from_quarantine =
        |more: &[&str]| smsvoice(&[&["replay", "--from-quarantine", "--lake", &lake, "--json"][..], more].concat());
    let without = from_quarantine(&[]);
    assert_eq!((json(&without)["written"].as_u64(), without.status.code()), (Some(0), Some(3)));
    assert!(text(&without.stderr).contains("payloads are encrypted; --identity FILE reads them"), "{without:?}");
    let other = from_quarantine(&["--identity", &path("other")]);
    assert_eq!(other.status.code(), Some(1));
    assert!(text(&other.stderr).contains("no identity opens it"), "{other:?}");
    let none = from_quarantine(&["--identity", &path("none")]);
    assert!(text(&none.stderr).contains("no age identity in it"), "{none:?}");
    let with = from_quarantine(&["--identity", &path("identity")]);
    assert_eq!(
        (json(&with)["written"].as_u64(), json(&with)["quarantined"].as_u64()),
        (Some(1), Some(rows)),
        "{with:?}"
    );
    let sql = "SELECT destination_phone_number AS n FROM events WHERE message_id = 'm-sealed'";
    assert_eq!(json(&smsvoice(&["query", "--lake", &lake, "--format", "json", sql]))[0]["n"], "+1********42");
}

fn walk(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![std::fs::read(path).unwrap()] }).collect()
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
