//! Screens of 80 columns and 24 lines: what commands answer, and how they complain.

use std::fs;

use serde_json::json;

use super::{at_terminal, lake, samples};

#[test]
fn answers_and_complaints_are_seen_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    lake(folder.path());
    let (events, invalid) = (samples().join("events"), samples().join("invalid/missing-message-id.json"));
    let events = events.to_str().unwrap();
    fs::copy(invalid, folder.path().join("invalid.json")).unwrap();
    fs::write(folder.path().join("sets.toml"), "[[configuration_set]]\nname = 3\n").unwrap();
    let asked: [(&str, &[&str]); 29] = [
        ("replay_again", &["replay", events, "--lake", "lake"]),
        ("replay_nowhere", &["replay", "nowhere", "--lake", "lake"]),
        ("metrics", &["metrics", "--lake", "lake", "--by", "channel", "--as-of", "2026-11-20"]),
        ("metrics_unknown_dimension", &["metrics", "--lake", "lake", "--by", "contry"]),
        ("metrics_no_lake", &["metrics", "--lake", "nowhere"]),
        ("query", &["query", "--lake", "lake", "SELECT channel, count(*) AS n FROM messages GROUP BY 1 ORDER BY 1"]),
        ("query_unknown_table", &["query", "--lake", "lake", "SELECT * FROM message"]),
        ("query_wrong_ending", &["query", "--lake", "lake", "--out", "answer.doc", "SELECT 1"]),
        ("trace_unknown", &["trace", "--lake", "lake", "nobody"]),
        ("quarantine", &["quarantine", "--lake", "lake"]),
        ("watch", &["watch", "--lake", "lake", "--as-of", "2026-11-20"]),
        ("report_wrong_kind", &["report", "--lake", "lake", "--out", "report.csv", "--format", "json"]),
        ("generate", &["generate", "--messages", "20", "--out", "generated.ndjson"]),
        ("generate_refused", &["generate", "--messages", "20", "--out", "/nowhere/generated.ndjson"]),
        ("cost", &["cost", "--messages-per-day", "100000"]),
        ("lake_show", &["lake", "show", "--lake", "lake"]),
        ("plan_wrong_file", &["plan", "sets.toml"]),
        ("views_no_engine", &["views", "--lake", "s3://bucket/lake"]),
        ("tail_nothing", &["tail"]),
        ("roles_wrong_file", &["roles", "sets.toml"]),
        ("apply_wrong_file", &["apply", "sets.toml"]),
        ("destroy_wrong_file", &["destroy", "sets.toml"]),
        ("adopt_unknown_api", &["adopt", "--api", "v9"]),
        ("doctor_unknown_flag", &["doctor", "--lakes", "lake"]),
        ("backfill_nothing", &["backfill"]),
        ("emulate_wrong_speed", &["emulate", "--speed", "0"]),
        ("export_nowhere", &["export"]),
        ("completions", &["completions", "tcsh"]),
        ("no_command", &["repaly"]),
    ];
    let mut screens = String::new();
    for (name, arguments) in asked {
        let seen = at_terminal(folder.path(), arguments, &json!([]));
        let told = arguments.join(" ").replace(events, "samples/events");
        screens += &format!("== {name}\n$ smsvoice {told}\n{}\nexit code {}\n\n", seen.last, seen.code.unwrap());
    }
    let speed = regex_of_speed(&screens);
    insta::assert_snapshot!("screens_of_80_by_24", speed);
}

/// The screens without what the clock tells.
fn regex_of_speed(screens: &str) -> String {
    let timed = |line: &str| line.contains(" rows/s");
    let lines = screens.lines().map(|line| if timed(line) { "(bytes and speed)" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}
