//! The inbox in a real browser: a message sent by a client appears with its events, on a desk and on a phone.

use std::{fs, path::Path};

use smsvoice_emulator::Config;

use crate::support::{Emulator, node, python, run};
use crate::tools::CHROMIUM;

#[test]
fn a_message_sent_by_boto3_appears_live_with_its_events() {
    let emulator = Emulator::start(Config { speed: 60.0, ..Config::default() });
    let number = run(python("number.py").arg(&emulator.url));
    // Nothing is there to deliver to, so that deliveries fail.
    let destination = serde_json::json!({"ConfigurationSetName": "set", "EventDestinationName": "topic",
        "MatchingEventTypes": ["ALL"], "SnsDestination": {"TopicArn": "arn:aws:sns:us-east-1:000000000000:events"}});
    emulator.call("CreateEventDestination", &destination);
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("inbox");
    fs::create_dir_all(&pictures).unwrap();
    let sender = format!("{:?}", python("sender.py").get_program()).replace('"', "");
    let script = crate::support::here("python/sender.py");
    let mut browser = node("inbox.mjs");
    browser.env("CHROMIUM", CHROMIUM.path());
    browser.args([&emulator.url, pictures.to_str().unwrap(), &sender, script.to_str().unwrap(), number.trim()]);
    let said = run(&mut browser);
    println!("{said}{}", pictures.display());
    assert!(said.contains("inbox: ok"), "{said}");
}
