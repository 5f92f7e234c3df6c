//! The table of constraints and the answers, held to AWS's own models as botocore ships them.

use std::fs;

use smsvoice_emulator::Config;

use crate::refusals::words;
use crate::support::{Emulator, exchange, here, python, run, signed_post};

fn table() -> String {
    fs::read_to_string(here("../src/api/constraints.txt")).unwrap()
}

fn v2_operations() -> Vec<String> {
    let table = table();
    let calls = table.lines().filter(|line| line.split(' ').nth(1) == Some("call") && line.contains("call ( "));
    calls.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

#[test]
fn the_table_of_constraints_says_what_the_botocore_model_says() {
    let printed = run(python("constraints.py").args(v2_operations()));
    assert_eq!(
        table(),
        printed,
        "regenerate: python tests/python/constraints.py <operations> > src/api/constraints.txt"
    );
}

#[test]
fn every_reason_the_emulator_gives_is_one_of_the_models() {
    for (ours, shape) in [
        ("Invalid", "ValidationExceptionReason"),
        ("Clash", "ConflictExceptionReason"),
        ("Quota", "ServiceQuotaExceededExceptionReason"),
        ("Resource", "ResourceType"),
    ] {
        let words = words(ours);
        assert!(words.len() > 5, "{ours} was not found in the source");
        run(python("enumeration.py").arg(shape).args(words));
    }
}

/// What the conformance script tries at least: two requests of each operation, and one of each constraint of their
/// models, which only grow.
const TRIED: [(&str, usize); 6] = [
    ("v2 minimal", 45),
    ("v2 full", 45),
    ("v2 violation", 660),
    ("v1 minimal", 8),
    ("v1 full", 8),
    ("v1 violation", 2),
];

#[test]
fn every_operation_answers_as_its_model_says_and_every_constraint_is_held() {
    let emulator = Emulator::start(Config { speed: 60.0, ..Config::default() });
    let report = run(python("conformance.py").arg(&emulator.url).arg(v2_operations().join(",")));
    println!("{report}");
    // A script that tries nothing finds nothing wrong.
    for (what, least) in TRIED {
        let line = report.lines().find_map(|line| line.strip_prefix(&format!("{what}: ")));
        let (passed, tried) = line.unwrap_or_else(|| panic!("no `{what}` in {report}")).split_once(" of ").unwrap();
        assert_eq!(passed, tried, "{what}");
        assert!(tried.parse::<usize>().unwrap() >= least, "{tried} requests of {what}, fewer than {least}");
    }
}

#[test]
fn the_readme_lists_every_operation_that_is_not_emulated_and_they_answer_so() {
    let readme = fs::read_to_string(here("../README.md")).unwrap();
    let table = table();
    let others = table.lines().find_map(|line| line.strip_prefix("others ")).unwrap();
    let emulator = Emulator::start(Config::default());
    for operation in others.split(' ') {
        assert!(readme.contains(&format!("`{operation}`")), "README.md does not list {operation}");
        let answer = exchange(emulator.address(), &signed_post(operation, "{}"));
        assert!(answer.contains("UNKNOWN_OPERATION") && answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
}
