//! What the emulator is told on its command line.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{Emulator, call, command, refused};

#[test]
fn a_key_pair_that_cannot_be_read_is_refused_and_does_not_leave_the_emulator_open() {
    for bad in ["AKIDEXAMPLE", ""] {
        let (code, said) = refused(&["--credentials", bad]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("--credentials takes ACCESS_KEY:SECRET"), "{said}");
    }
}

#[test]
fn with_a_key_pair_requests_of_others_are_refused() {
    let emulator = Emulator::start(&["--credentials", "AKIDEXAMPLE:secret"]);
    let answer = call(emulator.address(), "DescribePools", "{}").unwrap();
    assert_eq!(answer["__type"], "UnrecognizedClientException", "{answer}");
}

#[test]
fn a_mistake_in_the_rule_file_is_told_once_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.toml");
    std::fs::write(&rules, "[[rule]]\nending = \"eaten\"\n").unwrap();
    let (code, said) = refused(&["--rules", rules.to_str().unwrap()]);
    assert_eq!(code, 1, "{said}");
    assert!(said.starts_with(&format!("error: cannot use the rule file {}: ", rules.display())), "{said}");
    assert_eq!(said.matches("eaten").count(), 2, "once in the quoted line, once in the sentence about it: {said}");
}

#[test]
fn a_setting_that_no_emulator_can_have_is_refused_once_as_wrong_use() {
    for (arguments, what) in [
        (["--speed", "0"], "0 is no speed"),
        (["--speed", "fast"], "is no speed"),
        (["--account-id", "1234"], "twelve digits"),
        (["--region", "us-east-9"], "AWS has no region `us-east-9`"),
        (["--endpoint-url", "127.0.0.1:5000"], "not the address of an endpoint"),
    ] {
        let (code, said) = refused(&arguments);
        assert_eq!(code, 2, "{said}");
        assert_eq!(said.matches(what).count(), 1, "{said}");
    }
}

#[test]
fn a_rule_that_can_never_match_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.toml");
    std::fs::write(&rules, "[[rule]]\ncountry = \"us\"\nending = \"blocked\"\n").unwrap();
    let (code, said) = refused(&["--rules", rules.to_str().unwrap()]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("rule 1 can never match: `us` is no country"), "{said}");
}

#[test]
fn every_setting_can_come_from_the_environment() {
    let mut from_environment = command(&[]);
    from_environment.env("SMSVOICE_EMULATOR_NUMBER", "true").env("SMSVOICE_EMULATOR_SPEED", "60");
    from_environment.env("SMSVOICE_EMULATOR_REGION", "eu-west-1").env("SMSVOICE_EMULATOR_SANDBOX", "false");
    let emulator = Emulator::start_with(from_environment);
    let health = emulator.health();
    assert_eq!((health["speed"].as_f64(), health["home"].as_str()), (Some(60.0), Some("eu-west-1/000000000000")));
    let help = Command::new(env!("CARGO_BIN_EXE_smsvoice")).args(["emulate", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let flags = help.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 3);
    assert!(flags.count() > 15, "{help}");
    let mut wrong = command(&[]);
    wrong.env("SMSVOICE_EMULATOR_ACCOUNT_ID", "12");
    let output = wrong.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn sigterm_ends_it_and_the_log_has_a_line_a_request_without_numbers() {
    let mut logged = command(&["--log", "--number"]);
    logged.stderr(Stdio::piped());
    let mut emulator = Emulator::start_with(logged);
    let message = r#"{"DestinationPhoneNumber": "+14254147755", "MessageBody": "hello"}"#;
    call(emulator.address(), "SendTextMessage", message).unwrap();
    call(emulator.address(), "DeletePool", r#"{"PoolId": "pool-none"}"#).unwrap();
    emulator.request("GET", "/_smsvoice/messages?to=4147755", "");
    let process = emulator.process();
    let ended = Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap();
    assert!(ended.success());
    let end = Instant::now() + Duration::from_secs(20);
    let status = loop {
        if let Some(status) = process.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < end, "it goes on");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(0));
    let mut log = String::new();
    process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    let lines: Vec<_> = log.lines().collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(lines[0].contains(" POST / SendTextMessage us-east-1/000000000000 200 "), "{log}");
    assert!(lines[1].contains(" DeletePool us-east-1/000000000000 400 ResourceNotFoundException "), "{log}");
    assert!(lines[2].contains(" GET /_smsvoice/messages 200 ") && !log.contains("4147755"), "{log}");
}
