//! Hard kills: no accepted message, and no event owed for it, is lost.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::process::{Emulator, call, wait_until};

/// Clients that send at once.
const CLIENTS: usize = 16;

#[test]
fn nothing_accepted_is_lost_when_the_emulator_is_killed() {
    let state = tempfile::tempdir().unwrap();
    let arguments = ["--state", state.path().to_str().unwrap(), "--speed", "60", "--seed", "9", "--number"];
    let accepted = Mutex::new(BTreeSet::new());
    for kill_after in [150, 90, 220] {
        let mut emulator = Emulator::start(&arguments);
        let until = accepted.lock().unwrap().len() + kill_after;
        thread::scope(|scope| {
            for _ in 0..CLIENTS {
                let (address, accepted) = (emulator.address().to_owned(), &accepted);
                scope.spawn(move || send_until_it_is_gone(&address, accepted));
            }
            while accepted.lock().unwrap().len() < until {
                thread::sleep(Duration::from_millis(1));
            }
            emulator.kill();
        });
    }
    let accepted = accepted.into_inner().unwrap();
    let emulator = Emulator::start(&arguments);
    emulator.request("POST", "/_smsvoice/clock/advance", r#"{"seconds": 700000}"#);
    wait_until("all events are emitted", || emulator.health()["events"]["to_come"] == 0);
    let events = emulator.request("GET", "/_smsvoice/events", "");
    let event = |line| serde_json::from_str::<Value>(line).unwrap();
    let said: BTreeSet<_> = events.lines().map(|line| event(line)["messageId"].as_str().unwrap().to_owned()).collect();
    assert!(accepted.len() >= 460, "{} were accepted", accepted.len());
    let lost: Vec<_> = accepted.difference(&said).collect();
    assert!(lost.is_empty(), "{} of {} messages have no event: {lost:?}", lost.len(), accepted.len());
    assert!(emulator.health()["messages"].as_u64().unwrap() >= accepted.len() as u64);
}

/// Sends one text after the other to AWS's simulator, and keeps the ids in the answers.
fn send_until_it_is_gone(address: &str, accepted: &Mutex<BTreeSet<String>>) {
    let message = r#"{"DestinationPhoneNumber": "+14254147755", "MessageBody": "hello"}"#;
    while let Some(answer) = call(address, "SendTextMessage", message) {
        let id = answer["MessageId"].as_str().unwrap_or_else(|| panic!("not accepted: {answer}"));
        accepted.lock().unwrap().insert(id.to_owned());
    }
}
