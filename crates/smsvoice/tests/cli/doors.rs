//! Every door of the command: standard input and output, URLs, periods, keys from files and variables, routes.

use std::process::Output;

use assert_cmd::Command;
use serde_json::{Value, json};

use crate::{Folder, json, text};

/// The key that the hashes below were made with, by `openssl`.
const KEY: &str = "0123456789abcdef0123456789abcdef";

/// `printf %s 12065550142 | openssl dgst -sha256 -hmac KEY`, its first 32 digits: the hash is of the digits of E.164, without the plus.
const HASH: &str = "7074324c2d8de311fe56197d7385f056";

const EVENT: &str = r#"{"eventType":"TEXT_DELIVERED","messageId":"m-1","eventTimestamp":1795305600000,"destinationPhoneNumber":"+12065550142"}"#;

fn smsvoice(arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Output {
    let mut command = Command::cargo_bin("smsvoice").unwrap();
    command.env_clear().envs(variables.iter().copied()).args(arguments).write_stdin(input).output().unwrap()
}

fn rows(lake: &str, sql: &str) -> Value {
    json(&smsvoice(&["query", "--lake", lake, "--format", "json", sql], &[], ""))
}

#[test]
fn events_come_by_standard_input_and_go_to_a_lake_by_its_url() {
    let folder = Folder::new();
    let lake = format!("file://{}", folder.path("a lake%20"));
    let output = smsvoice(&["replay", "-", "--lake", &lake, "--json"], &[], EVENT);
    assert_eq!(json(&output)["written"], 1, "{output:?}");
    // In a URL a blank is written %20, and %20 is %2520; the path has what is meant.
    assert_eq!(rows(&lake, "SELECT message_id, source FROM events"), json!([{"message_id": "m-1", "source": "file"}]));
    let named = smsvoice(&["replay", "-", "--json"], &[("SMSVOICE_LAKE", &lake)], EVENT);
    assert_eq!(json(&named)["already_there"], 1, "the variable names the same lake: {named:?}");
}

#[test]
fn generated_events_go_to_standard_output_as_they_go_to_a_file() {
    let folder = Folder::new();
    let file = folder.path("events.ndjson");
    let generate = |out: &str| smsvoice(&["generate", "--messages", "20", "--seed", "3", "--out", out], &[], "");
    let piped = generate("-");
    assert!(generate(&file).status.success());
    assert_eq!(text(&piped.stdout), std::fs::read_to_string(&file).unwrap());
    assert!(piped.stdout.len() > 1000);
}

#[test]
fn a_period_takes_messages_from_since_to_before_until() {
    let folder = Folder::new();
    let lake = folder.path("lake");
    let event = |id: &str, time: &str| {
        format!(
            r#"{{"eventType":"TEXT_DELIVERED","messageId":"{id}","eventTimestamp":"{time}","messageRequestTimestamp":"{time}"}}"#
        )
    };
    let events = [
        event("before", "2026-11-19T23:59:59.999Z"),
        event("first", "2026-11-20T00:00:00.000Z"),
        event("last", "2026-11-20T23:59:59.999Z"),
        event("after", "2026-11-21T00:00:00.000Z"),
    ];
    smsvoice(&["replay", "-", "--lake", &lake], &[], &events.join("\n"));
    let messages = |period: &[&str]| {
        let metrics = ["metrics", "--lake", &lake, "--format", "json", "--as-of", "2026-12-01"];
        json(&smsvoice(&[&metrics, period].concat(), &[], ""))[0]["messages"].as_u64()
    };
    assert_eq!(messages(&[]), Some(4));
    assert_eq!(messages(&["--since", "2026-11-20"]), Some(3));
    assert_eq!(messages(&["--until", "2026-11-21"]), Some(3));
    assert_eq!(messages(&["--since", "2026-11-20", "--until", "2026-11-21"]), Some(2));
    assert_eq!(messages(&["--since", "2026-11-20T00:00:00.001Z", "--until", "2026-11-20T23:59:59.999Z"]), None);
}

#[test]
fn hashes_are_the_same_whether_the_key_is_in_a_file_or_in_a_variable() {
    let folder = Folder::new();
    let file = format!("file:{}", folder.write("key", format!("{KEY}\n").as_bytes()));
    let stored = |name: &str, arguments: &[&str], variables: &[(&str, &str)]| {
        let lake = folder.path(name);
        let replay = ["replay", "-", "--lake", &lake, "--phone-numbers", "hmac"];
        let output = smsvoice(&[&replay, arguments].concat(), variables, EVENT);
        assert!(output.status.success(), "{output:?}");
        rows(&lake, "SELECT destination_phone_number AS number FROM events")[0]["number"].as_str().unwrap().to_owned()
    };
    let by_file = stored("file", &["--phone-key", &file, "--phone-key-version", "2026-11"], &[]);
    assert_eq!(by_file, format!("2026-11:{HASH}"));
    let by_flag = stored("flag", &["--phone-key", "env:PEPPER", "--phone-key-version", "2026-11"], &[("PEPPER", KEY)]);
    assert_eq!(by_flag, by_file);
    let variables = [("PEPPER", KEY), ("SMSVOICE_PHONE_KEY", "env:PEPPER"), ("SMSVOICE_PHONE_KEY_VERSION", "next")];
    assert_eq!(stored("variable", &[], &variables), format!("next:{HASH}"), "the version is told beside the hash");
}

#[test]
fn a_route_tells_configuration_set_and_account_of_what_came_through_a_queue() {
    let folder = Folder::new();
    let lake = folder.path("lake");
    let message = |queue: &str, id: &str| {
        json!({"messageId": id, "receiptHandle": "r", "eventSource": "aws:sqs", "body": EVENT.replace("m-1", id),
            "eventSourceARN": format!("arn:aws:sqs:eu-west-2:111122223333:{queue}"), "attributes": {"SentTimestamp": "1795305600001"}})
    };
    let payload = json!({"Records": [message("otp", "known"), message("else", "unknown")]}).to_string();
    let routes = "arn:aws:sqs:eu-west-2:111122223333:otp=one-time@444455556666";
    let output = smsvoice(&["replay", "-", "--lake", &lake], &[("SMSVOICE_ROUTES", routes)], &payload);
    assert!(output.status.success(), "{output:?}");
    let sql = "SELECT message_id, configuration_set, account_id, aws_region FROM events ORDER BY message_id";
    assert_eq!(
        rows(&lake, sql),
        json!([
            {"message_id": "known", "configuration_set": "one-time", "account_id": "444455556666", "aws_region": "eu-west-2"},
            {"message_id": "unknown", "configuration_set": null, "account_id": "111122223333", "aws_region": "eu-west-2"},
        ])
    );
}
