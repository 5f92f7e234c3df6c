//! The emulator is killed again and again while it sends events to a lake and to an event destination: none is lost, and
//! `metrics` counts each once.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on fails; figures are printed

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tests::emulator::{call, control, health};
use tests::programs::{emulate, moto, program, wait_until};
use tests::python;
use tests::tallies::{told_by, told_by_metrics};

/// Clients that send at once.
const CLIENTS: usize = 8;
/// How many messages are accepted between one kill and the next.
const KILL_AFTER: [usize; 4] = [120, 70, 150, 90];
/// The most events that one recipient is handed at once: so many can have arrived without anybody having noted it.
const HANDED_AT_ONCE: usize = 500;

/// A configuration set with a log group as its destination, and a number for all channels. Its id.
fn set_up(emulator: &str, moto: &str) -> String {
    let group = python::run("log_group.py", &["make".as_ref(), moto.as_ref()], "");
    let named = json!({"ConfigurationSetName": "set"});
    call(emulator, "CreateConfigurationSet", &named).unwrap();
    let target = json!({"IamRoleArn": "arn:aws:iam::123456789012:role/events", "LogGroupArn": group.trim()});
    let destination = json!({"ConfigurationSetName": "set", "EventDestinationName": "logs",
        "MatchingEventTypes": ["ALL"], "CloudWatchLogsDestination": target});
    let made = call(emulator, "CreateEventDestination", &destination).unwrap();
    assert_eq!(made["EventDestination"]["Enabled"], true, "{made}");
    let number = json!({"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberType": "LONG_CODE",
        "NumberCapabilities": ["SMS", "VOICE", "MMS"], "InternationalSendingEnabled": true});
    call(emulator, "RequestPhoneNumber", &number).unwrap()["PhoneNumberId"].as_str().unwrap().to_owned()
}

/// Sends texts, calls and media messages by turns, and keeps the ids in the answers, until there is no answer.
fn send_until_it_is_gone(emulator: &str, number: &str, client: usize, accepted: &Mutex<BTreeSet<String>>) {
    let kinds = [("SendTextMessage", "+447700900"), ("SendVoiceMessage", "+1425555"), ("SendMediaMessage", "+1206555")];
    for n in 0.. {
        let (operation, to) = kinds[(client + n) % kinds.len()];
        let destination = if to.len() > 8 { format!("{to}{:03}", n % 100) } else { format!("{to}01{:02}", n % 100) };
        let message = json!({"DestinationPhoneNumber": destination, "MessageBody": "hello", "ConfigurationSetName": "set",
            "OriginationIdentity": number, "Context": {"client": client.to_string()}});
        let Some(answer) = call(emulator, operation, &message) else { return };
        let id = answer["MessageId"].as_str().unwrap_or_else(|| panic!("{operation} is not accepted: {answer}"));
        accepted.lock().unwrap().insert(id.to_owned());
    }
}

/// How often each line is there.
fn counts(lines: &str) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    lines.lines().for_each(|line| *counts.entry(line).or_default() += 1);
    counts
}

/// The one number that a query answers.
fn count(lake: &Path, sql: &str) -> usize {
    let mut query = Command::new(program("smsvoice"));
    let output = query.args(["query", "--format", "json", "--lake"]).arg(lake).arg(sql).output().unwrap();
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    rows[0]["n"].as_u64().unwrap() as usize
}

#[test]
fn what_was_accepted_and_what_was_owed_reaches_every_destination_however_often_it_is_killed() {
    let (_server, moto) = moto();
    let folder = tempfile::tempdir().unwrap();
    let (state, lake) = (folder.path().join("state"), folder.path().join("lake"));
    let arguments = [
        "--state",
        state.to_str().unwrap(),
        "--lake",
        lake.to_str().unwrap(),
        "--endpoint-url",
        &moto,
        "--seed",
        "9",
        "--speed",
        "200",
    ];
    let accepted = Mutex::new(BTreeSet::new());
    let mut number = None;
    let (mut owed, mut to_come) = (0, 0);
    for kill_after in KILL_AFTER {
        let (running, emulator) = emulate(&arguments);
        let number = number.get_or_insert_with(|| set_up(&emulator, &moto));
        let until = accepted.lock().unwrap().len() + kill_after;
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (emulator, number, accepted) = (&emulator, &*number, &accepted);
                scope.spawn(move || send_until_it_is_gone(emulator, number, client, accepted));
            }
            wait_until("enough is accepted", || accepted.lock().unwrap().len() >= until);
            let health = health(&emulator);
            owed += health["deliveries"]["owed"].as_u64().unwrap();
            to_come += health["events"]["to_come"].as_u64().unwrap();
            drop(running); // kill -9
        });
        thread::sleep(Duration::from_millis(50));
    }
    assert!(owed > 50 && to_come > 50, "it was killed with {owed} deliveries owed and {to_come} events to come");
    let accepted = accepted.into_inner().unwrap();
    let (_running, emulator) = emulate(&arguments);
    control(&emulator, "POST", "clock/advance", r#"{"seconds": 700000}"#);
    wait_until("everything is delivered", || {
        let health = health(&emulator);
        health["events"]["to_come"] == 0 && health["deliveries"]["owed"] == 0
    });
    let health = health(&emulator);
    assert_eq!(health["deliveries"]["undeliverable"], 0, "{health}");
    let events = control(&emulator, "GET", "events", "");
    assert_all_accepted(&events, &accepted, health["messages"].as_u64().unwrap());
    assert_in_destination(&events, &python::run("log_group.py", &["read".as_ref(), moto.as_ref()], ""));
    assert_in_lake(&events, &lake);
}

/// Every accepted message has its events, and nothing else has; several events a message, of all three channels.
fn assert_all_accepted(events: &str, accepted: &BTreeSet<String>, kept: u64) {
    let id = |line| serde_json::from_str::<Value>(line).unwrap()["messageId"].as_str().unwrap().to_owned();
    let told: BTreeSet<String> = events.lines().map(id).collect();
    let lost: Vec<_> = accepted.difference(&told).collect();
    assert!(lost.is_empty(), "{} of {} accepted messages have no event: {lost:?}", lost.len(), accepted.len());
    // A client that was killed off may not have heard that its last message was accepted.
    let unheard = told.len() - accepted.len();
    assert!(unheard <= CLIENTS * KILL_AFTER.len() && told.len() as u64 == kept, "{unheard} unheard, {kept} kept");
    assert!(events.lines().count() > 2 * told.len(), "{} events of {} messages", events.lines().count(), told.len());
    for channel in ["TEXT_", "VOICE_", "MEDIA_"] {
        assert!(events.contains(&format!("\"eventType\":\"{channel}")), "{channel} is among them");
    }
}

/// The destination got every event, none that was not sent, and again only what a kill left undecided.
fn assert_in_destination(events: &str, got: &str) {
    let (sent, got) = (counts(events), counts(got));
    let lost: Vec<_> = sent.keys().filter(|event| !got.contains_key(*event)).take(3).collect();
    assert!(lost.is_empty(), "of {} events {} arrived; not these: {lost:?}", sent.len(), got.len());
    assert!(got.keys().all(|event| sent.contains_key(event)), "nothing arrives that was not sent");
    let again = got.values().sum::<usize>() - got.len();
    println!("{} events at the destination, {again} of them again", got.len());
    assert!(again <= KILL_AFTER.len() * HANDED_AT_ONCE && got.values().all(|times| *times <= 1 + KILL_AFTER.len()));
}

/// The lake has every event once, and `metrics` says of the messages what their events say.
fn assert_in_lake(events: &str, lake: &Path) {
    let sent = counts(events).len();
    let rows = count(lake, "SELECT count(*) AS n FROM events");
    let once = count(lake, "SELECT count(*) AS n FROM events_once");
    println!("{rows} rows of {sent} events in the lake");
    assert_eq!(once, sent);
    assert!((sent..=sent + KILL_AFTER.len() * HANDED_AT_ONCE).contains(&rows), "{rows} rows of {sent} events");
    assert_eq!(count(lake, "SELECT count(*) AS n FROM quarantine"), 0);
    assert_eq!(told_by_metrics(lake), told_by(events));
}
