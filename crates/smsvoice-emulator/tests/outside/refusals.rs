//! Every reason for a refusal is given to boto3 at least once, with its error code and what it names.

use std::{collections::BTreeSet, fs};

use smsvoice_emulator::{Config, Terms};

use crate::{
    rules::rule_file,
    support::{Emulator, here, python, run},
};

/// The words of one of the lists in `src/refusal.rs`.
pub(crate) fn words(list: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(here("../src/refusal.rs")).unwrap();
    let body = source.split(&format!("    {list} {{")).nth(1).unwrap().split("\n    }").next().unwrap();
    body.lines().filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect()
}

#[test]
fn every_refusal_is_provoked_and_names_its_reason_and_its_resource() {
    let emulator = Emulator::start(Config::default());
    let sandbox = Emulator::start(Config { terms: Terms { sandbox: true, ..Terms::default() }, ..Config::default() });
    let rules = rule_file("[delays]\nphone_number_seconds = 3600\npool_seconds = 3600\n");
    let terms = Terms { rate_limits: true, ..Terms::default() };
    let slow = Emulator::start(Config { terms, rules: Some(rules.path().to_owned()), ..Config::default() });
    let said = run(python("refusals.py").args([&emulator.url, &sandbox.url, &slow.url]));
    let provoked: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |code: &str, member: &str| -> BTreeSet<String> {
        let of_code = provoked.iter().filter(|one| one["code"] == code);
        of_code.filter_map(|one| one[member].as_str()).map(str::to_owned).collect()
    };
    assert_eq!(of("ValidationException", "reason"), words("Invalid"));
    assert_eq!(of("ConflictException", "reason"), words("Clash"));
    assert_eq!(of("ServiceQuotaExceededException", "reason"), words("Quota"));
    let mut absent = of("ResourceNotFoundException", "resource");
    // The account is always there; refusals name it alone, where nothing in it can send.
    absent.insert("account".to_owned());
    assert_eq!(absent, words("Resource"));
    assert!(of("ConflictException", "resource").contains("account"));
    println!(
        "{} refusals of {} reasons",
        provoked.len(),
        words("Invalid").len() + words("Clash").len() + words("Quota").len()
    );
}
