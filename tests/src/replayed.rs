//! A lake in a folder, made by the command itself: generated events with faults, replayed.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::programs::program;

/// Generates `messages` messages over three days, with duplicates, lines that are broken off and types that nobody knows,
/// and replays them into `lake`. Returns the truth about them.
///
/// # Panics
/// If either fails.
pub fn generated(lake: &Path, messages: usize) -> Value {
    let events = lake.with_extension("ndjson");
    let faults = "--duplicates 0.05 --shuffled --late 0.01 --truncated 0.01 --unknown-types 0.01 --unknown-fields 0.02";
    let mut generate = Command::new(program("smsvoice"));
    generate.args(["generate", "--json", "--messages", &messages.to_string(), "--out"]).arg(&events);
    let truth = output(generate.args(faults.split(' ')), 0);
    let mut replay = Command::new(program("smsvoice"));
    output(replay.arg("replay").arg(events).arg("--lake").arg(lake), 3); // what is broken off is in quarantine
    serde_json::from_slice(&truth).expect("the truth is JSON")
}

/// The statements that `smsvoice views` prints for an engine.
///
/// # Panics
/// If it fails.
pub fn views(engine: &str, lake: &str, more: &[&str]) -> Vec<String> {
    let mut views = Command::new(program("smsvoice"));
    let printed = output(views.args(["views", "--engine", engine, "--lake", lake]).args(more), 0);
    let printed = String::from_utf8(printed).expect("SQL is UTF-8");
    printed.split(";\n\n").filter(|sql| !sql.is_empty()).map(str::to_owned).collect()
}

fn output(command: &mut Command, code: i32) -> Vec<u8> {
    let output = command.output().expect("smsvoice starts");
    assert_eq!(output.status.code(), Some(code), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
