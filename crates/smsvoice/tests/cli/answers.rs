//! Answers that are empty, and arguments that cannot be meant, explain themselves; the quarantine can be looked into.

use std::process::Output;

use serde_json::Value;

use crate::{Folder, json, smsvoice, text};

/// A lake with three messages, two of whose ids begin alike, and two pieces in quarantine.
fn lake(folder: &Folder) -> String {
    let event = |id: &str, context: &str| {
        format!(
            r#"{{"eventType":"TEXT_DELIVERED","messageId":"{id}","eventTimestamp":1795305600000,"context":{context}}}"#
        )
    };
    let events = [
        event("ab12-one", r#"{"campaign":"autumn","team":"identity"}"#),
        event("ab12-two", "{}"),
        event("cd34", "{}"),
        r#"{"eventType":"TEXT_SENT","messageId":"m"}"#.to_owned(),
        r#"{"eventType":"TEXT_SE"#.to_owned(),
    ];
    let file = folder.write("events.ndjson", events.join("\n").as_bytes());
    let lake = folder.path("lake");
    smsvoice(&["replay", &file, "--lake", &lake]);
    lake
}

fn said(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), text(&output.stderr))
}

#[test]
fn a_period_that_ends_before_it_begins_is_a_wrong_use() {
    let folder = Folder::new();
    let lake = lake(&folder);
    for until in ["2026-11-22", "2026-11-01"] {
        let output = smsvoice(&["metrics", "--lake", &lake, "--since", "2026-11-22", "--until", until]);
        let (code, said) = said(&output);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("--since has to be before --until") && said.contains("try '--help'"), "{said}");
    }
}

#[test]
fn a_period_without_messages_says_which_days_there_are() {
    let folder = Folder::new();
    let lake = lake(&folder);
    let (code, said) = said(&smsvoice(&["metrics", "--lake", &lake, "--until", "2026-11-20"]));
    assert_eq!(code, Some(0));
    assert!(said.contains("events of 2026-11-22 to 2026-11-22"), "{said}");
}

#[test]
fn an_unknown_context_key_is_told_the_keys_there_are() {
    let folder = Folder::new();
    let lake = lake(&folder);
    let by = |key: &str| said(&smsvoice(&["metrics", "--lake", &lake, "--by", &format!("context.{key}")]));
    let (code, unknown) = by("campain");
    assert_eq!(code, Some(0));
    assert!(unknown.contains("context.campain; of context keys there are campaign, team\n"), "{unknown}");
    assert_eq!(by("campaign"), (Some(0), String::new()), "a key that one message has is none to complain of");
}

#[test]
fn a_trace_takes_the_begin_of_an_id_in_any_case() {
    let folder = Folder::new();
    let lake = lake(&folder);
    let trace = |id: &str| smsvoice(&["trace", "--lake", &lake, id, "--format", "json"]);
    for id in ["cd34", "CD34", "c", "AB12-O"] {
        assert_eq!(json(&trace(id)).as_array().map(Vec::len), Some(1), "{id}");
    }
    let (code, several) = said(&trace("AB"));
    assert_eq!(code, Some(1));
    assert!(several.contains("ab12-one, ab12-two"), "{several}");
    let (code, none) = said(&trace("cd345"));
    assert_eq!(code, Some(1));
    assert!(none.contains("no message in the lake has the id \"cd345\""), "{none}");
    assert_eq!(said(&trace("_b12-one")).0, Some(1), "nothing in an id stands for something else");
}

#[test]
fn the_quarantine_is_listed_by_reason_and_its_payloads_are_written() {
    let folder = Folder::new();
    let lake = lake(&folder);
    let list =
        |arguments: &[&str]| smsvoice(&[&["quarantine", "--lake", &lake, "--format", "json"], arguments].concat());
    let by_reason = list(&[]);
    let shown = json(&by_reason);
    let shown: Vec<(&str, u64, &str)> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (row["reason"].as_str().unwrap(), row["pieces"].as_u64().unwrap(), row["payload_begins"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("invalid_json", 1, r#"{"eventType":"TEXT_SE"#),
            ("missing_field", 1, r#"{"eventType":"TEXT_SENT","messageId":"m"}"#)
        ]
    );
    assert!(text(&by_reason.stderr).contains("replay --from-quarantine --lake"), "{by_reason:?}");
    let one = json(&list(&["--reason", "invalid_json"]));
    assert_eq!(one[0]["payload_text"], r#"{"eventType":"TEXT_SE"#);
    assert!(one[0]["source_id"].as_str().unwrap().ends_with("events.ndjson:5"), "{one}");
    let out = folder.path("payloads");
    assert!(list(&["--out", &out]).status.success());
    let payloads = std::fs::read_to_string(&out).unwrap();
    assert_eq!(payloads.lines().count(), 2, "{payloads}");
    let (code, said) = said(&list(&["--reason", "bad_luck"]));
    assert!(code == Some(2) && said.contains("invalid_json"), "{said}");
    let sql = "SELECT payload_text FROM quarantine WHERE reason = 'missing_field'";
    let rows: Value = json(&smsvoice(&["query", "--lake", &lake, "--format", "json", sql]));
    assert_eq!(rows[0]["payload_text"], r#"{"eventType":"TEXT_SENT","messageId":"m"}"#);
}
