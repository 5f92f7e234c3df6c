//! The whole loop: boto3 sends to the emulator, its events come by their destinations into a lake, and the rates are those
//! of what the emulator says it emitted.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use smsvoice_event::Event;
use smsvoice_lake::{Route, Source};
use tests::oracle;
use tests::programs::{emulate, moto, program, wait_until};
use tests::python;

/// Messages by outcome, and their money in millionths of a dollar, of one channel and country.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    outcomes: BTreeMap<String, u64>,
    price: i64,
    carrier_fee: i64,
}

type Tallies = BTreeMap<(String, String), Tally>;

fn micros(usd: &Value) -> i64 {
    usd.as_str().map_or(0, |usd| usd.replace('.', "").parse().unwrap())
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What the events say, by the definitions and not by SQL.
fn told_by(events: String) -> Tallies {
    let events: &'static str = events.leak(); // the oracle's events borrow for as long as they like
    let mut seen = BTreeSet::new();
    let parsed = events.lines().map(|line| Event::parse(line).unwrap());
    let once: Vec<_> =
        parsed.filter(|event| seen.insert(event.id())).map(|event| (event, Route::of(Source::File))).collect();
    let mut tallies = Tallies::new();
    for message in oracle::messages(&once) {
        let tally = tallies.entry((word(&message["channel"]), word(&message["iso_country_code"]))).or_default();
        *tally.outcomes.entry(word(&message["outcome"])).or_default() += 1;
        tally.price += micros(&message["price_usd"]);
        tally.carrier_fee += micros(&message["carrier_fee_usd"]);
    }
    tallies
}

/// What `smsvoice metrics` says of a lake.
fn told_by_metrics(lake: &Path) -> Tallies {
    let rows = |metric: &str| -> Vec<Value> {
        let mut command = Command::new(program("smsvoice"));
        command.args([
            "metrics",
            "--metric",
            metric,
            "--by",
            "channel,country",
            "--as-of",
            "2027-06-01",
            "--format",
            "json",
        ]);
        let output = command.arg("--lake").arg(lake).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    };
    let mut tallies = Tallies::new();
    for (rates, cost) in rows("rates").into_iter().zip(rows("cost")) {
        let key = (word(&rates["channel"]), word(&rates["country"]));
        assert_eq!(key, (word(&cost["channel"]), word(&cost["country"])));
        let outcomes = ["delivered", "accepted", "blocked", "failed", "unknown", "pending"];
        let counts = outcomes.map(|outcome| (outcome.to_owned(), rates[outcome].as_u64().unwrap()));
        let tally = Tally {
            outcomes: counts.into_iter().filter(|(_, count)| *count > 0).collect(),
            price: micros(&cost["price_usd"]),
            carrier_fee: micros(&cost["carrier_fee_usd"]),
        };
        assert!(tallies.insert(key, tally).is_none());
    }
    tallies
}

/// Messages whose outcome's name begins so.
fn messages(tallies: &Tallies, outcome: &str) -> u64 {
    let outcomes = tallies.values().flat_map(|tally| &tally.outcomes);
    outcomes.filter(|(name, _)| name.starts_with(outcome)).map(|(_, count)| count).sum()
}

#[test]
fn by_three_event_destinations_and_the_function_the_rates_are_those_of_what_was_emitted() {
    let (_server, moto) = moto();
    let lake = tempfile::tempdir().unwrap();
    let notifications = tempfile::NamedTempFile::new().unwrap();
    let notifications = notifications.path().as_os_str();
    let (_emulator, emulator) = emulate(&["--speed", "2000", "--seed", "11", "--endpoint-url", &moto]);
    let events = python::run(
        "send_and_settle.py",
        &[emulator.as_ref(), "1000".as_ref(), "100".as_ref(), moto.as_ref(), notifications],
        "",
    );
    let pumped = python::run(
        "pump.py",
        &[program("bootstrap").as_ref(), moto.as_ref(), notifications, lake.path().as_ref() as &OsStr],
        "",
    );
    let pumped: Value = serde_json::from_str(&pumped).unwrap();
    for route in ["sns_in_sqs", "firehose_in_s3", "logs_subscription"] {
        assert_eq!(pumped[route]["events"], events.lines().count(), "{pumped}");
    }
    let expected = told_by(events);
    assert_eq!(messages(&expected, ""), 1100);
    assert!(expected.len() > 3, "several countries and channels: {expected:?}");
    assert_eq!(told_by_metrics(lake.path()), expected);
}

#[test]
fn by_an_eventbridge_rule_each_event_arrives_once_and_the_rates_are_those_of_what_was_emitted() {
    let (_server, moto) = moto();
    let lake = tempfile::tempdir().unwrap();
    let (_emulator, emulator) = emulate(&["--eventbridge", "--speed", "2000", "--seed", "13", "--endpoint-url", &moto]);
    let bootstrap = program("bootstrap");
    let arguments: [&OsStr; 5] =
        [emulator.as_ref(), moto.as_ref(), bootstrap.as_ref(), lake.path().as_ref(), "60".as_ref()];
    let expected = told_by(python::run("event_bridge.py", &arguments, ""));
    assert_eq!(messages(&expected, ""), 60);
    assert_eq!(told_by_metrics(lake.path()), expected);
}

#[test]
fn straight_into_a_lake_the_rates_are_those_of_what_was_emitted() {
    let lake = tempfile::tempdir().unwrap();
    let (_emulator, emulator) = emulate(&["--speed", "2000", "--seed", "12", "--lake", lake.path().to_str().unwrap()]);
    let events = python::run("send_and_settle.py", &[emulator.as_ref(), "200".as_ref(), "20".as_ref()], "");
    let expected = told_by(events);
    assert_eq!(messages(&expected, ""), 220);
    assert_eq!(told_by_metrics(lake.path()), expected);
}

#[test]
fn a_newcomer_s_first_message_is_delivered_with_nothing_prepared() {
    let lake = tempfile::tempdir().unwrap();
    let (_emulator, emulator) = emulate(&["--number", "--speed", "3600", "--lake", lake.path().to_str().unwrap()]);
    let id = python::run("send_one.py", &[emulator.as_ref()], "");
    assert_eq!(id.trim().len(), 36);
    wait_until("the message is delivered", || {
        lake.path().join("events").exists() && messages(&told_by_metrics(lake.path()), "delivered") == 1
    });
}

#[test]
fn a_rule_pins_the_outcome_and_events_delivered_twice_count_once() {
    let folder = tempfile::tempdir().unwrap();
    let (rules, lake) = (folder.path().join("rules.toml"), folder.path().join("lake"));
    let text = "[[rule]]\nprefix = \"+1425555\"\nending = \"blocked\"\n\n[faults]\nduplicates = 1.0\n";
    std::fs::write(&rules, text).unwrap();
    let arguments = ["--speed", "2000", "--rules", rules.to_str().unwrap(), "--lake", lake.to_str().unwrap()];
    let (_emulator, emulator) = emulate(&arguments);
    let events = python::run("send_and_settle.py", &[emulator.as_ref(), "100".as_ref(), "0".as_ref()], "");
    let expected = told_by(events);
    assert_eq!(messages(&expected, ""), 100);
    assert!(messages(&expected, "blocked") >= 25, "every fourth text goes to +1425555: {expected:?}");
    assert_eq!(told_by_metrics(&lake), expected);
}
