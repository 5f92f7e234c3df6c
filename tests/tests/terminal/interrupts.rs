//! Ctrl-C during long work: what is durable is said, the exit code is 130, and the same command goes on.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{at_terminal, lake, piped, typed, wait};

/// Takes an hour and more.
const ENDLESS: &str =
    "SELECT count(*) FROM generate_series(1, 10000000) AS a CROSS JOIN generate_series(1, 10000000) AS b";

fn interrupted_after(seconds: f64) -> Value {
    json!([{"sleep": seconds}, typed("\u{3}"), wait("interrupted")])
}

/// The files of a folder, hidden ones as well.
fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_query_that_is_interrupted_leaves_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    lake(folder.path());
    let before = names(folder.path());
    let began = Instant::now();
    for out in [&[][..], &["--out", "answer.xlsx"], &["--out", "answer.csv"]] {
        let arguments = [&["query", "--lake", "lake", ENDLESS], out].concat();
        let seen = at_terminal(folder.path(), &arguments, &interrupted_after(2.0));
        assert_eq!(seen.code, Some(130), "{}", seen.last);
        assert!(
            seen.last.contains("error: interrupted; nothing was written, and the same command asks"),
            "{}",
            seen.last
        );
        assert_eq!(names(folder.path()), before);
    }
    assert!(began.elapsed() < Duration::from_mins(3), "an interrupt ends a command soon");
}

#[test]
fn a_replay_shows_its_progress_and_goes_on_after_an_interrupt() {
    let folder = tempfile::tempdir().unwrap();
    let generated = piped(folder.path(), &["generate", "--messages", "60000", "--out", "events.ndjson", "--json"]);
    let truth: Value = serde_json::from_slice(&generated.stdout).unwrap();
    let replay = ["replay", "events.ndjson", "--lake", "lake"];
    let steps =
        json!([wait(" of "), wait(" left"), {"see": "progress"}, typed("\u{3}"), wait("stopping; once more ends")]);
    let seen = at_terminal(folder.path(), &replay, &steps);
    assert!(seen.screen("progress").contains("iB of "), "{}", seen.screen("progress"));
    assert_eq!(seen.code, Some(130), "{}", seen.last);
    assert!(seen.last.contains("are in the lake for good, and the same"), "{}", seen.last);
    // The terminal's own ^C leaves one bar where it was; none is drawn afterwards.
    let (_, after) = seen.last.split_once("stopping; once more").unwrap();
    assert!(!after.contains(" left") && !after.contains("no events"), "the bar is gone: {}", seen.last);

    let rest = piped(folder.path(), &[&replay[..], &["--json"]].concat());
    assert!(rest.status.success() && rest.stderr.is_empty(), "no progress where nobody watches: {rest:?}");
    let rest: Value = serde_json::from_slice(&rest.stdout).unwrap();
    assert_eq!(rest["received"], truth["lines"]);
    let counted = piped(folder.path(), &["query", "--lake", "lake", "--json", "SELECT count(*) AS n FROM events_once"]);
    let counted: Value = serde_json::from_slice(&counted.stdout).unwrap();
    assert_eq!(counted[0]["n"], truth["events"]);

    let report = ["report", "--lake", "lake", "--out", "report.html"];
    let seen = at_terminal(folder.path(), &report, &interrupted_after(0.6));
    assert_eq!(seen.code, Some(130), "{}", seen.last);
    assert!(seen.last.contains("nothing was written"), "{}", seen.last);
    assert_eq!(names(folder.path()), ["events.ndjson", "events.ndjson.truth.json", "lake"]);
}
