//! Faults of the API, as clients see them.

use std::{fs, path::PathBuf};

use smsvoice_emulator::{Config, FaultError, StartError, serve};

use crate::support::{Emulator, python, python_program, run};

#[test]
fn boto3_sees_each_fault_as_it_would_at_the_service() {
    let emulator = Emulator::start(Config { seed: Some(3), ..Config::default() });
    let said = run(python("faults.py").arg(&emulator.url));
    assert!(said.contains("faults: as told"), "{said}");
}

fn rule_file(folder: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("rules.toml");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn faults_of_the_rule_file_befall_the_aws_cli_and_begin_again_with_a_reset() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[[api_fault]]\noperations = [\"DescribePools\"]\nerror = \"AccessDenied\"\ntimes = 1\n";
    let emulator = Emulator::start(Config { rules: Some(rule_file(&folder, text)), ..Config::default() });
    let ask = || {
        let mut aws = python_program("aws");
        aws.args(["--endpoint-url", &emulator.url, "pinpoint-sms-voice-v2", "describe-pools"]);
        String::from_utf8_lossy(&aws.output().unwrap().stderr).into_owned()
    };
    assert!(ask().contains("(AccessDeniedException) when calling the DescribePools operation"), "{}", ask());
    assert_eq!(ask(), "");
    emulator.post("/_smsvoice/reset", "");
    assert!(ask().contains("AccessDeniedException"));
}

#[test]
fn an_emulator_does_not_start_with_a_fault_that_could_befall_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[[api_fault]]\ndelay_ms = 5\n\n[[api_fault]]\nerror = \"Tired\"\n";
    let config = Config { rules: Some(rule_file(&folder, text)), ..Config::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ended = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        serve(config, listener, std::future::ready(())).await
    });
    let Err(StartError::Fault { number: 2, source: FaultError::NoSuchError(_) }) = ended else { panic!("{ended:?}") };
}
