//! What the emulator is told on its command line.

use crate::process::{Emulator, SIGNED, command, exchange};

#[test]
fn a_key_pair_that_cannot_be_read_is_refused_and_does_not_leave_the_emulator_open() {
    for bad in ["AKIDEXAMPLE", ""] {
        let output = command(&["--credentials", bad]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("--credentials takes ACCESS_KEY:SECRET"), "{said}");
    }
}

#[test]
fn with_a_key_pair_requests_of_others_are_refused() {
    let emulator = Emulator::start(&["--credentials", "AKIDEXAMPLE:secret"]);
    let request = format!(
        "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{SIGNED}x-amz-target: PinpointSMSVoiceV2.DescribePools\r\ncontent-length: 0\r\n\r\n"
    );
    let answer = exchange(emulator.address(), &request).unwrap();
    assert!(answer.contains("UnrecognizedClientException"), "{answer}");
}

#[test]
fn a_mistake_in_the_rule_file_is_told_once_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.toml");
    std::fs::write(&rules, "[[rule]]\nending = \"eaten\"\n").unwrap();
    let output = command(&["--rules", rules.to_str().unwrap()]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with(&format!("error: cannot use the rule file {}: ", rules.display())), "{said}");
    assert_eq!(said.matches("eaten").count(), 2, "once in the quoted line, once in the sentence about it: {said}");
}
