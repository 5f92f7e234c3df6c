//! Events at their destinations: SNS, Firehose and Logs on moto's server get exactly what was emitted, each event once.

use std::{collections::BTreeMap, net::TcpListener, process::Stdio};

use smsvoice_emulator::Config;

use crate::support::{Emulator, Running, python, python_program, run, wait_until};

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn moto(port: u16) -> (Running, String) {
    let mut command = python_program("moto_server");
    let quiet = command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    let server = Running(quiet.spawn().unwrap());
    let address = format!("127.0.0.1:{port}");
    wait_until("moto listens", || std::net::TcpStream::connect(&address).is_ok());
    (server, format!("http://{address}"))
}

type Counts = BTreeMap<String, BTreeMap<String, usize>>;

fn received(moto: &str, queue: &str) -> Counts {
    let mut counts = Counts::new();
    for line in run(python("destinations.py").args(["read", moto, queue])).lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let (name, event) = (row["destination"].as_str().unwrap(), row["event"].as_str().unwrap());
        *counts.entry(name.to_owned()).or_default().entry(event.to_owned()).or_default() += 1;
    }
    counts
}

/// Every event the emulator says it emitted, and how often.
fn emitted(emulator: &Emulator) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let lines = emulator.request("GET", "/_smsvoice/events", "");
    lines.lines().for_each(|line| *counts.entry(line.to_owned()).or_default() += 1);
    counts
}

/// Fails with figures, not with everything that was sent.
fn assert_all_there(got: &Counts, expected: &BTreeMap<String, usize>) {
    for (name, got) in got {
        let missing: Vec<_> = expected.keys().filter(|event| !got.contains_key(*event)).take(3).collect();
        let (has, wants) = (got.values().sum::<usize>(), expected.values().sum::<usize>());
        assert!(got == expected, "{name} has {has} of {wants} events; missing, among others: {missing:?}");
    }
}

#[test]
fn a_log_group_or_stream_that_vanished_is_set_up_again() {
    let (_server, url) = moto(free_port());
    let emulator = Emulator::start(Config { endpoint_url: Some(url.clone()), ..Config::default() });
    let made = run(python("destinations.py").args(["make", &url, &emulator.url]));
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    run(python("vanished.py").args([&url, &emulator.url, made["number"].as_str().unwrap()]));
}

#[test]
fn each_destination_gets_exactly_what_was_emitted() {
    let (_server, url) = moto(free_port());
    let emulator =
        Emulator::start(Config { speed: 2000.0, endpoint_url: Some(url.clone()), seed: Some(5), ..Config::default() });
    let made = run(python("destinations.py").args(["make", &url, &emulator.url]));
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let (queue, number) = (made["queue"].as_str().unwrap(), made["number"].as_str().unwrap());
    let sent = run(python("sender.py").args([&emulator.url, number, "set", "200", "20"]));
    assert_eq!(sent.lines().count(), 200);
    emulator.post("/_smsvoice/clock/advance", r#"{"seconds": 700000}"#);
    emulator.settle();
    let expected = emitted(&emulator);
    let count = expected.values().sum::<usize>();
    assert!(count > 400, "220 messages say more than {count} things");
    let got = received(&url, queue);
    assert_eq!(got.keys().collect::<Vec<_>>(), ["firehose", "logs", "sns"]);
    assert_all_there(&got, &expected);
    let health = emulator.get("/_smsvoice/health");
    assert_eq!(health["deliveries"]["undeliverable"], 0);
    assert_eq!(health["deliveries"]["since_start"]["delivered"], count * 3);
    println!("220 messages, {count} events, delivered to three destinations each");
}

#[test]
fn events_wait_for_destinations_that_are_away() {
    let port = free_port();
    let (server, url) = moto(port);
    let emulator = Emulator::start(Config { speed: 2000.0, endpoint_url: Some(url.clone()), ..Config::default() });
    let made = run(python("destinations.py").args(["make", &url, &emulator.url]));
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    drop(server);
    run(python("sender.py").args([&emulator.url, made["number"].as_str().unwrap(), "set", "10"]));
    emulator.post("/_smsvoice/clock/advance", r#"{"seconds": 700000}"#);
    wait_until("deliveries failed", || {
        emulator.get("/_smsvoice/health")["deliveries"]["since_start"]["failed_attempts"].as_u64().unwrap() > 0
    });
    let (_server, url) = moto(port);
    let made = run(python("destinations.py").args(["make", &url]));
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    emulator.settle();
    let mut got = received(&url, made["queue"].as_str().unwrap());
    // A topic takes events before anybody subscribed to it again; streams and log groups keep what they take.
    got.remove("sns");
    assert_eq!(got.keys().collect::<Vec<_>>(), ["firehose", "logs"]);
    assert_all_there(&got, &emitted(&emulator));
}

#[test]
fn what_cannot_be_delivered_at_all_is_counted_and_shown() {
    let (_server, url) = moto(free_port());
    let emulator = Emulator::start(Config { speed: 2000.0, ..Config::default() });
    let made = run(python("destinations.py").args(["make", &url, &emulator.url]));
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    run(python("sender.py").args([&emulator.url, made["number"].as_str().unwrap(), "set", "1"]));
    emulator.post("/_smsvoice/clock/advance", r#"{"seconds": 700000}"#);
    emulator.settle();
    let health = emulator.get("/_smsvoice/health");
    let emitted = health["events"]["emitted"].as_u64().unwrap();
    assert!(emitted > 0);
    assert_eq!(health["deliveries"]["undeliverable"].as_u64().unwrap(), emitted * 3);
    let message = &emulator.get("/_smsvoice/messages")[0];
    assert!(message["events"][0]["deliveries"][0]["error"].as_str().unwrap().contains("--endpoint-url"));
}
