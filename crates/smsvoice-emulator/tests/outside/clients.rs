//! The clients people use, changed in nothing but the endpoint, each through every family of operations.

use std::process::Command;

use smsvoice_emulator::{Config, Credentials};

use crate::support::{Emulator, node, python, python_program, run};

#[test]
fn boto3_works_every_family_of_both_apis() {
    let emulator = Emulator::start(Config { speed: 60.0, ..Config::default() });
    let said = run(python("scenario.py").arg(&emulator.url));
    assert!(said.contains("boto3: 45 v2 operations, 8 v1 operations"), "{said}");
}

#[test]
fn boto3_reaches_recipients_all_over_the_world_and_they_write_back() {
    let emulator = Emulator::start(Config::default());
    run(python("recipients.py").arg(&emulator.url));
}

#[test]
fn npm_clients_work_every_family_of_both_apis() {
    let emulator = Emulator::start(Config::default());
    let said = run(node("scenario.mjs").arg(&emulator.url));
    assert!(said.contains("npm: "), "{said}");
    println!("{said}");
}

#[test]
fn http2_is_spoken_to_whoever_begins_with_it() {
    let emulator = Emulator::start(Config::default());
    assert!(run(node("http2.mjs").arg(&emulator.url)).contains("http2: ok"));
}

#[test]
fn a_wrong_secret_is_refused_and_the_right_one_is_not() {
    let credentials = Credentials { access_key: "AKIDEXAMPLE".to_owned(), secret_key: "right".to_owned() };
    let emulator = Emulator::start(Config { credentials: Some(credentials), ..Config::default() });
    let call = |key: &str, secret: &str| {
        let mut aws = aws(&emulator, "pinpoint-sms-voice-v2");
        aws.arg("describe-account-limits").env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", secret);
        let output = aws.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (ok, why) = call("AKIDEXAMPLE", "right");
    assert!(ok, "{why}");
    assert!(call("AKIDEXAMPLE", "wrong").1.contains("InvalidSignatureException"));
    assert!(call("AKIDOTHER", "right").1.contains("UnrecognizedClientException"));
    let mut v1 = aws(&emulator, "pinpoint-sms-voice");
    v1.args(["get-configuration-set-event-destinations", "--configuration-set-name", "not there"]);
    let output = v1.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "right").output().unwrap();
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(why.contains("NotFoundException"), "a path that needs encoding is signed right: {why}");
}

fn aws(emulator: &Emulator, service: &str) -> Command {
    let mut aws = python_program("aws");
    aws.args(["--endpoint-url", &emulator.url, "--output", "json", service]);
    aws
}

/// One line an operation: `service operation arguments`; `{name}` is filled from an earlier answer.
const COMMANDS: &str = include_str!("aws.txt");

#[test]
fn the_aws_cli_works_every_family_of_both_apis() {
    let emulator = Emulator::start(Config { speed: 60.0, ..Config::default() });
    let mut known = std::collections::BTreeMap::new();
    let mut count = 0;
    for line in COMMANDS.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let mut command = aws(&emulator, words.next().unwrap());
        for word in words {
            let filled = known.iter().fold(word.to_owned(), |word, (name, value): (&String, &String)| {
                word.replace(&format!("{{{name}}}"), value)
            });
            command.arg(filled.replace('~', " "));
        }
        let answer: serde_json::Value = serde_json::from_str(&run(&mut command)).unwrap_or_default();
        for (name, value) in answer.as_object().into_iter().flatten() {
            if let Some(text) = value.as_str() {
                known.insert(name.clone(), text.to_owned());
            }
        }
        count += 1;
    }
    println!("AWS CLI: {count} commands");
    assert_eq!(count, COMMANDS.lines().filter(|line| !line.is_empty()).count());
}
