//! What a replay and the function take of memory and disk, held to what was measured: these do not depend on how busy the
//! machine is, as times do. All of it is unoptimised here; the scripts in `tests/python` measure the deployed programs.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on fails; figures are printed

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tests::programs::program;
use tests::python;

/// Measured: 26.3, of 180,617 events and of four times as many.
const MOST_BYTES_OF_AN_EVENT: f64 = 28.0;
/// Measured: 229,028 for 180,617 events of one day, 238,472 to 241,572 for four times as many.
const MOST_KIB_OF_A_REPLAY: u64 = 300_000;
/// Measured: 25,864, of which 17,084 before the first invocation.
const MOST_KIB_OF_THE_FUNCTION: u64 = 36_000;

/// A file of the events of so many messages, the same on every machine, and how many events they are.
fn generated(folder: &Path, messages: u32) -> (PathBuf, u64) {
    let file = folder.join(format!("{messages}.ndjson"));
    let mut generate = Command::new(program("smsvoice"));
    generate.args(["generate", "--days", "1", "--messages", &messages.to_string(), "--out"]).arg(&file);
    assert!(generate.stdout(Stdio::null()).status().unwrap().success());
    let lines = fs::read_to_string(&file).unwrap().lines().count();
    (file, lines as u64)
}

/// The most memory in KiB that the process holds until it ends.
fn peak_kib(process: &mut Child) -> u64 {
    let mut peak = 0;
    while process.try_wait().unwrap().is_none() {
        // Gone once the process has ended.
        let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        peak = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(peak).max(peak);
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

/// Bytes of the Parquet files in a folder.
fn parquet_bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let size = |path: PathBuf| match path.extension() {
        _ if path.is_dir() => parquet_bytes(&path),
        Some(end) if end == "parquet" => fs::metadata(path).unwrap().len(),
        _ => 0,
    };
    entries.map(size).sum()
}

/// Replays into a new lake: peak memory in KiB, and bytes of Parquet.
fn replayed(events: &Path, lake: &Path) -> (u64, u64) {
    let mut replay = Command::new(program("smsvoice"));
    replay.arg("replay").arg(events).arg("--lake").arg(lake);
    let mut process = replay.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let peak = peak_kib(&mut process);
    assert!(process.wait().unwrap().success());
    (peak, parquet_bytes(&lake.join("events")))
}

#[test]
fn a_replay_takes_few_bytes_an_event_on_disk_and_no_more_memory_for_four_times_the_events() {
    let folder = tempfile::tempdir().unwrap();
    let (few, _) = generated(folder.path(), 60_000);
    let (many, events) = generated(folder.path(), 240_000);
    let (of_few, _) = replayed(&few, &folder.path().join("few"));
    let (of_many, bytes) = replayed(&many, &folder.path().join("many"));
    let each = bytes as f64 / events as f64;
    println!("{events} events: {each:.1} bytes each; peak {of_many} KiB, of a quarter of them {of_few} KiB");
    assert!(each < MOST_BYTES_OF_AN_EVENT, "{each:.1} bytes an event in the lake");
    assert!(of_many < of_few + of_few / 5, "the peak grows with the events: {of_few} KiB, {of_many} KiB");
    assert!(of_many < MOST_KIB_OF_A_REPLAY, "peak {of_many} KiB");
}

#[test]
fn the_function_holds_no_more_memory_after_two_hundred_invocations_than_after_forty() {
    let folder = tempfile::tempdir().unwrap();
    let (events, _) = generated(folder.path(), 10_000);
    let lake = folder.path().join("lake");
    let arguments = [program("bootstrap").into_os_string(), events.into_os_string(), lake.into_os_string()];
    let said = python::run("lambda_steady.py", &arguments.each_ref().map(std::ffi::OsString::as_os_str), "");
    println!("{said}");
    let held: Value = serde_json::from_str(&said).unwrap();
    let kib = |name: &str| held[name].as_u64().unwrap();
    assert!(kib("after_200") < kib("after_40") + 4_096, "it grows from invocation to invocation: {said}");
    assert!(kib("peak") < MOST_KIB_OF_THE_FUNCTION, "{said}");
}
