//! What the emulator is told on its command line.

use crate::process::{Emulator, call, refused};

#[test]
fn a_key_pair_that_cannot_be_read_is_refused_and_does_not_leave_the_emulator_open() {
    for bad in ["AKIDEXAMPLE", ""] {
        let (code, said) = refused(&["--credentials", bad]);
        assert_eq!(code, 1, "{said}");
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
