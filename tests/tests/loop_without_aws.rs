//! The whole loop: boto3 sends to the emulator, its events come by their destinations into a lake, and the rates are those
//! of what the emulator says it emitted.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::ffi::OsStr;

use serde_json::Value;
use tests::programs::{emulate, moto, program, wait_until};
use tests::python;
use tests::tallies::{messages, told_by, told_by_metrics};

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
    let expected = told_by(&events);
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
    let expected = told_by(&python::run("event_bridge.py", &arguments, ""));
    assert_eq!(messages(&expected, ""), 60);
    assert_eq!(told_by_metrics(lake.path()), expected);
}

#[test]
fn straight_into_a_lake_the_rates_are_those_of_what_was_emitted() {
    let lake = tempfile::tempdir().unwrap();
    let (_emulator, emulator) = emulate(&["--speed", "2000", "--seed", "12", "--lake", lake.path().to_str().unwrap()]);
    let events = python::run("send_and_settle.py", &[emulator.as_ref(), "200".as_ref(), "20".as_ref()], "");
    let expected = told_by(&events);
    assert_eq!(messages(&expected, ""), 220);
    assert_eq!(told_by_metrics(lake.path()), expected);
}

#[test]
fn a_newcomer_s_first_message_is_delivered_with_nothing_prepared() {
    let lake = tempfile::tempdir().unwrap();
    // Under this seed the receipt comes from the handset, and not from the carrier alone.
    let arguments = ["--number", "--seed", "0", "--speed", "3600", "--lake", lake.path().to_str().unwrap()];
    let (_emulator, emulator) = emulate(&arguments);
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
    let expected = told_by(&events);
    assert_eq!(messages(&expected, ""), 100);
    assert!(messages(&expected, "blocked") >= 25, "every fourth text goes to +1425555: {expected:?}");
    assert_eq!(told_by_metrics(&lake), expected);
}
