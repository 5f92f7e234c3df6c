//! A disk that takes no more: it is told with advice, nothing is half there, and the same command goes on afterwards.
//!
//! A limit of the length of files stands for the disk that is full: it needs no rights, and refuses at the same places.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tests::programs::program;

/// Runs `smsvoice` in a folder, whose files may have so many KiB.
fn limited(folder: &Path, kib: Option<u32>, arguments: &[&str]) -> Output {
    let limit = kib.map_or_else(|| "unlimited".to_owned(), |kib| kib.to_string());
    let mut command = Command::new("bash");
    command.args(["-c", &format!("ulimit -c 0; ulimit -f {limit}; exec \"$0\" \"$@\"")]).arg(program("smsvoice"));
    command.args(arguments).current_dir(folder).output().unwrap()
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>());
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    entries.unwrap_or_default().into_iter().flat_map(below).collect()
}

#[test]
fn a_replay_onto_a_disk_that_takes_no_more_says_so_and_goes_on_once_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let generated = limited(folder, None, &["generate", "--messages", "3000", "--out", "events.ndjson", "--json"]);
    let truth: Value = serde_json::from_slice(&generated.stdout).unwrap();
    let replay = ["replay", "events.ndjson", "--lake", "lake", "--json"];
    let full = limited(folder, Some(24), &replay);
    let said = String::from_utf8(full.stderr).unwrap();
    assert_eq!(full.status.code(), Some(1), "{said}");
    assert!(said.contains("a file could not be put, so reading stopped; run the same command again"), "{said}");
    assert!(said.contains("tip: files of this size are not allowed here (see ulimit -f)"), "{said}");
    let ledger: Value = serde_json::from_slice(&full.stdout).unwrap();
    let count = |name: &str| ledger[name].as_u64().unwrap();
    assert!(count("to_retry") > 0, "{ledger}");
    let accounted = ["written", "already_there", "duplicates", "quarantined", "to_retry"].map(count);
    assert_eq!(count("received"), accounted.iter().sum::<u64>());
    for file in files(&folder.join("lake")).iter().filter(|file| file.extension().is_some_and(|kind| kind == "parquet"))
    {
        assert!(fs::read(file).unwrap().ends_with(b"PAR1"), "{} is half there", file.display());
    }

    let done = limited(folder, None, &replay);
    assert!(done.status.success(), "{done:?}");
    let counted = limited(folder, None, &["query", "--lake", "lake", "--json", "SELECT count(*) AS n FROM events"]);
    let counted: Value = serde_json::from_slice(&counted.stdout).unwrap();
    assert_eq!(counted[0]["n"], truth["events"]);
    let left: Vec<_> = files(&folder.join("lake"));
    let strange =
        |file: &&PathBuf| !["parquet", "json"].iter().any(|kind| file.extension().is_some_and(|e| e == *kind));
    assert_eq!(left.iter().find(strange), None, "nothing of the first attempt is left");

    let before = files(folder).len();
    for out in ["answer.csv", "answer.json", "answer.parquet", "answer.xlsx"] {
        let sql = "SELECT * FROM events ORDER BY message_id, event_time";
        let full = limited(folder, Some(16), &["query", "--lake", "lake", "--out", out, sql]);
        let said = String::from_utf8(full.stderr).unwrap();
        assert_eq!(full.status.code(), Some(1), "{out}: {said}");
        assert!(said.contains(&format!("{out} cannot be written")) && said.contains("see ulimit -f"), "{out}: {said}");
        assert!(!said.contains("panicked"), "{out}: {said}");
    }
    let full = limited(folder, Some(16), &["report", "--lake", "lake", "--out", "report.html"]);
    let said = String::from_utf8(full.stderr).unwrap();
    assert!(full.status.code() == Some(1) && said.contains("File too large"), "{said}");
    assert_eq!(files(folder).len(), before, "nothing is half there");
}
