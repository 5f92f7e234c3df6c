//! A hard kill in the middle: no accepted message, and no event owed for it, is lost.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    process::Stdio,
};

use crate::support::{Emulator, python, run};

#[test]
fn nothing_accepted_is_lost_when_the_emulator_is_killed() {
    let state = tempfile::tempdir().unwrap();
    let arguments = ["--state", state.path().to_str().unwrap(), "--speed", "60", "--seed", "9"];
    let mut emulator = Emulator::start(&arguments);
    let number = run(python("number.py").arg(&emulator.url));
    let mut accepted = BTreeSet::new();
    for kill_after in [150, 90, 220] {
        let mut sender = python("sender.py");
        sender.args([emulator.url.as_str(), number.trim(), "set", "4000"]).stdout(Stdio::piped());
        let mut sender = sender.spawn().unwrap();
        let mut lines = BufReader::new(sender.stdout.take().unwrap()).lines();
        accepted.extend(lines.by_ref().take(kill_after).map(Result::unwrap));
        emulator.process.0.kill().unwrap();
        emulator.process.0.wait().unwrap();
        // Answers that were on their way when the emulator died were accepted too.
        accepted.extend(lines.map_while(Result::ok));
        sender.wait().unwrap();
        emulator = Emulator::start(&arguments);
    }
    emulator.post("/_smsvoice/clock/advance", r#"{"seconds": 700000}"#);
    emulator.settle();
    let health = emulator.get("/_smsvoice/health");
    let events = emulator.request("GET", "/_smsvoice/events", "");
    let said: BTreeSet<String> = events
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["messageId"].as_str().unwrap().to_owned())
        .collect();
    assert!(accepted.len() >= 460, "{} were accepted", accepted.len());
    let lost: Vec<_> = accepted.difference(&said).collect();
    assert!(lost.is_empty(), "{} of {} messages have no event: {lost:?}", lost.len(), accepted.len());
    assert!(health["messages"].as_u64().unwrap() >= accepted.len() as u64);
    assert_eq!(health["events"]["to_come"], 0);
    println!(
        "three kills, {} accepted messages, all with their events ({})",
        accepted.len(),
        health["events"]["emitted"]
    );
}
