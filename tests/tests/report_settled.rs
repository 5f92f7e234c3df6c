//! "When all is in": what the report foretells from the lake's own past comes true as often as it says.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::process::Command;

use serde_json::Value;
use tests::programs::program;

fn smsvoice(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program("smsvoice")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Ranges are meant to hold 95 of 100. Of some hundred predictions that are not independent (four ages of one country), a
/// test in which they held 88 of 100 would be one of chance; in less, something is wrong.
const LEAST: f64 = 0.88;

#[test]
fn ranges_hold_what_came_later_as_often_as_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (events, lake) = (path("events.ndjson"), path("lake"));
    let generate = "generate --messages 20000 --days 60 --late 0.01 --seed 7 --quiet --out";
    smsvoice(&generate.split(' ').chain([events.as_str()]).collect::<Vec<_>>());
    smsvoice(&["replay", &events, "--lake", &lake, "--quiet"]);
    let report = smsvoice(&["report", "--lake", &lake, "--as-of", "2027-01-10", "--format", "json", "--out", "-"]);
    let report: Value = serde_json::from_slice(&report).unwrap();
    let sections = report["sections"].as_array().unwrap();
    let tried = sections.iter().find_map(|section| section["figures"]["back-test"]["rows"].as_array()).unwrap();
    let sum = |name: &str| tried.iter().map(|row| row[name].as_f64().unwrap()).sum::<f64>();
    let (cohorts, hits) = (sum("cohorts"), sum("hits"));
    println!("{hits} of {cohorts} ranges held what came later; by age {tried:#?}");
    assert!(cohorts >= 60.0, "only {cohorts} were tried");
    assert!(hits / cohorts >= LEAST, "{hits} of {cohorts}");
    let width = sum("mean_width") / 4.0;
    assert!(width < 0.15, "a range that is always right because it is always wide: {width}");
}
