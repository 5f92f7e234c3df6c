//! Events at their destinations: SNS, Firehose and Logs on moto's server get exactly what was emitted, each event once.

use std::{collections::BTreeMap, net::TcpListener, process::Stdio};

use crate::support::{Emulator, Running, python, python_program, run, wait_until};

fn moto() -> (Running, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
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

#[test]
fn each_destination_gets_exactly_what_was_emitted_even_if_it_was_away_at_first() {
    let (server, url) = moto();
    let emulator = Emulator::start(&["--speed", "2000", "--endpoint-url", &url, "--seed", "5"]);
    let made = run(python("destinations.py").args(["make", &url, &emulator.url]));
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let (queue, number) = (made["queue"].as_str().unwrap(), made["number"].as_str().unwrap());
    let sent = run(python("sender.py").args([&emulator.url, number, "set", "200", "20"]));
    assert_eq!(sent.lines().count(), 200);
    emulator.post("/_smsvoice/clock/advance", r#"{"seconds": 700000}"#);
    emulator.settle();
    let emitted = emulator.request("GET", "/_smsvoice/events", "");
    let mut expected = BTreeMap::new();
    emitted.lines().for_each(|line| *expected.entry(line.to_owned()).or_default() += 1);
    assert!(expected.len() > 400, "220 messages say more than {} things", expected.len());
    for (name, got) in received(&url, queue) {
        assert_eq!(got, expected, "{name}");
    }
    let health = emulator.get("/_smsvoice/health");
    assert_eq!(health["deliveries"]["undeliverable"], 0);
    assert_eq!(health["deliveries"]["since_start"]["delivered"], expected.values().sum::<usize>() * 3);
    println!("220 messages, {} events, delivered to three destinations each", expected.values().sum::<usize>());
    drop(server);
}

#[test]
fn what_cannot_be_delivered_is_retried_then_counted_and_shown_and_can_be_sent_again() {
    // Nobody listens there.
    let emulator = Emulator::start(&["--speed", "2000"]);
    let (server, url) = moto();
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
    drop(server);
}
