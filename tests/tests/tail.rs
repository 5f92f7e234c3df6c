//! `smsvoice tail` prints what lands in a lake, a log group and an emulator while it looks, and nothing that was there.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tests::programs::{aws_environment, emulate, moto, program, wait_until};
use tests::{emulator, python};

/// A running `smsvoice tail --format ndjson`, and the events it has printed.
struct Tail {
    process: Child,
    events: Arc<Mutex<Vec<Value>>>,
}

impl Tail {
    fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(program("smsvoice"));
        command.args(["tail", "--every", "0.2", "--format", "ndjson"]).args(arguments);
        let mut process = command.envs(environment.iter().copied()).stdout(Stdio::piped()).spawn().unwrap();
        let events = Arc::new(Mutex::new(Vec::new()));
        let (told, lines) = (events.clone(), BufReader::new(process.stdout.take().unwrap()).lines());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                told.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Self { process, events }
    }

    /// Waits for so many events, and ends it as a person does.
    fn ended_after(mut self, count: usize) -> Vec<Value> {
        wait_until("the events are printed", || self.events.lock().unwrap().len() >= count);
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        assert_eq!(self.process.wait().unwrap().code(), Some(0), "an interrupt is how it ends");
        let events = self.events.lock().unwrap().clone();
        assert_eq!(events.len(), count, "{events:?}");
        events
    }
}

fn event(id: &str, kind: &str) -> String {
    json!({"eventType": kind, "messageId": id, "eventTimestamp": 1_793_000_000_000_u64, "isFinal": true,
        "destinationPhoneNumber": "+14255550123", "isoCountryCode": "US"})
    .to_string()
}

fn replay(file: &std::path::Path, lake: &str) {
    let mut replay = Command::new(program("smsvoice"));
    let output = replay.arg("replay").arg(file).args(["--lake", lake]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_lands_in_a_lake_is_printed_if_it_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, file) = (folder.path().join("lake"), folder.path().join("events.ndjson"));
    let lake = lake.to_str().unwrap();
    fs::write(&file, event("before", "TEXT_DELIVERED")).unwrap();
    replay(&file, lake);
    let tail = Tail::start(&["--lake", lake, "--where", "outcome=!pending", "--where", "iso_country_code=US"], &[]);
    // What is written before its first look counts as there already: so it is written until it is seen.
    let mut written = 0;
    wait_until("the tail looks", || {
        written += 1;
        fs::write(&file, event(&format!("probe-{written}"), "TEXT_DELIVERED")).unwrap();
        replay(&file, lake);
        std::thread::sleep(std::time::Duration::from_millis(500));
        !tail.events.lock().unwrap().is_empty()
    });
    let seen = tail.events.lock().unwrap().len();
    fs::write(&file, [event("waits", "TEXT_PENDING"), event("after", "TEXT_DELIVERED")].join("\n")).unwrap();
    replay(&file, lake);
    let events = tail.ended_after(seen + 1);
    let last = events.last().unwrap();
    assert_eq!((&last["message_id"], &last["outcome"]), (&json!("after"), &json!("delivered")));
    assert_eq!(last["destination_phone_number"], "+1********23", "as the lake has it");
    assert!(events.iter().all(|event| event["message_id"] != "before"));
}

#[test]
fn what_the_emulator_emits_is_printed_with_masked_numbers() {
    let (_emulator, url) = emulate(&["--number", "--speed", "1000"]);
    let tail = Tail::start(&["--emulator", &url, "--from-start", "--where", "event_type=!TEXT_QUEUED"], &[]);
    let request = json!({"DestinationPhoneNumber": "+14254147755", "MessageBody": "hello"});
    emulator::call(&url, "SendTextMessage", &request).unwrap();
    wait_until("an event is printed", || !tail.events.lock().unwrap().is_empty());
    let count = tail.events.lock().unwrap().len();
    let events = tail.ended_after(count);
    assert!(events.iter().all(|event| event["destination_phone_number"] == "+1********55"), "{events:?}");
    assert!(events.iter().all(|event| event["source"] == "emulator" && event["event_type"] != "TEXT_QUEUED"));
}

#[test]
fn what_lands_in_a_log_group_is_printed_once() {
    let (_moto, url) = moto();
    python::run("log_group.py", &[OsStr::new("make"), OsStr::new(&url)], "");
    let put = |id: &str| {
        let line = event(id, "TEXT_DELIVERED");
        python::run("log_group.py", &[OsStr::new("put"), OsStr::new(&url)], &line);
    };
    let tail = Tail::start(&["--log-group", "events"], &aws_environment(&url));
    let mut written = 0;
    wait_until("the tail looks", || {
        written += 1;
        put(&format!("m-{written}"));
        !tail.events.lock().unwrap().is_empty()
    });
    let seen = tail.events.lock().unwrap().len();
    put("last");
    wait_until("the last one is printed", || {
        tail.events.lock().unwrap().iter().any(|event| event["message_id"] == "last")
    });
    assert!(seen >= 1);
    let count = tail.events.lock().unwrap().len();
    let events = tail.ended_after(count);
    let ids: Vec<_> = events.iter().map(|event| event["message_id"].to_string()).collect();
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "each once: {ids:?}");
    assert!(events.iter().all(|event| event["destination_phone_number"] == "+1********23"), "{events:?}");
}
