//! What a person sees at 80, 100 and 140 columns, and what programs get: every answer fits, and no number is broken.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;

use crate::{Folder, json, smsvoice, text};

/// A lake of generated messages: the same on every machine.
fn lake(folder: &Folder) -> String {
    let (events, lake) = (folder.path("events.ndjson"), folder.path("lake"));
    assert!(smsvoice(&["generate", "--messages", "3000", "--seed", "11", "--out", &events]).status.success());
    assert!(smsvoice(&["replay", &events, "--lake", &lake]).status.success());
    lake
}

fn at_width(width: u16, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(cargo_bin("smsvoice"));
    command.args(arguments).current_dir(folder).env_remove("SMSVOICE_LAKE").env("COLUMNS", width.to_string());
    command.output().unwrap()
}

#[test]
fn every_answer_fits_the_screen() {
    let folder = Folder::new();
    let lake = lake(&folder);
    let id = json(&smsvoice(&["query", "--lake", &lake, "--json", "SELECT min(message_id) AS id FROM events"]));
    let id = id[0]["id"].as_str().unwrap().to_owned();
    let metrics = |metric: &'static str| {
        vec!["metrics", "--metric", metric, "--by", "channel,country", "--top", "4", "--as-of", "2026-11-10"]
    };
    let mut questions: Vec<Vec<&str>> =
        ["rates", "failures", "latency", "cost", "voice"].map(metrics).into_iter().collect();
    questions.push(vec![
        "metrics",
        "--by",
        "carrier",
        "--where",
        "country=us",
        "--sort",
        "-messages",
        "--min-messages",
        "100",
        "--as-of",
        "2026-11-10",
    ]);
    questions.push(vec!["trace", &id]);
    questions.push(vec!["query", "SELECT * FROM messages ORDER BY message_id LIMIT 1"]);
    questions.push(vec!["quarantine"]);
    for width in [80_u16, 100, 140] {
        let mut screens = String::new();
        for question in &questions {
            let output = at_width(width, folder.0.path(), &[question.as_slice(), &["--lake", &lake]].concat());
            assert!(output.status.success(), "{output:?}");
            let screen = text(&output.stdout);
            for line in screen.lines() {
                assert!(line.chars().count() <= width.into(), "{question:?} at {width}: {line}");
            }
            screens += &format!("$ smsvoice {}\n{screen}\n", question.join(" "));
        }
        insta::assert_snapshot!(format!("screens_of_{width}_columns"), screens);
    }
}

#[test]
fn a_day_is_that_of_the_zone_whichever_way_its_clocks_go() {
    let folder = Folder::new();
    let event = |id: &str, time: &str| {
        format!(
            r#"{{"eventType":"TEXT_DELIVERED","messageId":"{id}","eventTimestamp":"{time}","messageRequestTimestamp":"{time}"}}"#
        )
    };
    // Toronto: an evening that ends after midnight in UTC, and the night in which summer time ends, with two hours of 01:00.
    let events = [
        event("evening", "2026-10-31T23:30:00Z"),
        event("late", "2026-11-01T02:30:00Z"),
        event("first-one", "2026-11-01T05:30:00Z"),
        event("second-one", "2026-11-01T06:30:00Z"),
        event("last", "2026-11-02T04:59:59Z"),
        event("next", "2026-11-02T05:00:00Z"),
    ];
    let (file, lake) = (folder.write("events.ndjson", events.join("\n").as_bytes()), folder.path("lake"));
    smsvoice(&["replay", &file, "--lake", &lake]);
    let rows = |arguments: &[&str]| {
        let zone = ["metrics", "--lake", &lake, "--json", "--time-zone", "America/Toronto"];
        let rows = json(&smsvoice(&[&zone, arguments].concat()));
        let key = |row: &Value| {
            row.as_object().unwrap().iter().find_map(|(name, value)| {
                ["day", "week", "month", "hour"].contains(&name.as_str()).then(|| value.as_str().unwrap().to_owned())
            })
        };
        let rows = rows.as_array().unwrap().clone();
        rows.iter().map(|row| (key(row).unwrap_or_default(), row["messages"].as_u64().unwrap())).collect::<Vec<_>>()
    };
    let told = |day: &str, messages| (day.to_owned(), messages);
    assert_eq!(rows(&["--by", "day"]), [told("2026-10-31", 2), told("2026-11-01", 3), told("2026-11-02", 1)]);
    assert_eq!(rows(&["--by", "month"]), [told("2026-10-01", 2), told("2026-11-01", 4)]);
    assert_eq!(rows(&["--by", "week"]), [told("2026-10-26", 5), told("2026-11-02", 1)]);
    let day = ["--since", "2026-11-01", "--until", "2026-11-02"];
    assert_eq!(rows(&[&day[..], &["--by", "day"]].concat()), [told("2026-11-01", 3)]);
    assert_eq!(
        rows(&[&day[..], &["--by", "hour"]].concat()),
        [
            told("2026-11-01T01:00:00.000-04:00", 1),
            told("2026-11-01T01:00:00.000-05:00", 1),
            told("2026-11-01T23:00:00.000-05:00", 1),
        ]
    );
    assert_eq!(rows(&["--where", "day=2026-11-01"]), [told("", 3)]);
    assert_eq!(rows(&["--by", "day", "--where", "hour=2026-11-01T23:00"]), [told("2026-11-01", 1)]);
}

#[test]
fn an_answer_is_written_as_the_ending_says_and_whole() {
    let folder = Folder::new();
    let lake = lake(&folder);
    let sql = "SELECT country, count(*) AS n FROM messages GROUP BY country ORDER BY n DESC, country LIMIT 2";
    let file = folder.write("question.sql", sql.as_bytes());
    for ending in ["csv", "json", "ndjson", "parquet"] {
        let out = folder.path(&format!("answer.{ending}"));
        let output = smsvoice(&["query", "--lake", &lake, "--file", &file, "--out", &out]);
        assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    }
    let read = |ending: &str| std::fs::read_to_string(folder.path(&format!("answer.{ending}"))).unwrap();
    let array: Value = serde_json::from_str(&read("json")).unwrap();
    let lines: Vec<Value> = read("ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(array, Value::from(lines));
    assert!(read("csv").starts_with("country,n\nUS,"), "{}", read("csv"));
    assert_eq!(&std::fs::read(folder.path("answer.parquet")).unwrap()[..4], b"PAR1");
    let refused = smsvoice(&["metrics", "--lake", &lake, "--out", &folder.path("answer.doc")]);
    assert!(refused.status.code() == Some(2) && text(&refused.stderr).contains(".parquet"), "{refused:?}");
    let names: Vec<_> = std::fs::read_dir(folder.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().starts_with(".smsvoice")), "{names:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::new();
    let lake = lake(&folder);
    let all = format!("{} query --lake {lake} 'SELECT * FROM events' --format json", cargo_bin("smsvoice").display());
    for command in [all, format!("{} completions bash", cargo_bin("smsvoice").display())] {
        let script = format!("set -o pipefail; {command} | head -c 10");
        let output = Command::new("bash").args(["-c", &script]).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{command}: {output:?}");
        assert_eq!(output.stdout.len(), 10);
    }
}

#[test]
fn settings_of_the_file_count_behind_flags_and_variables() {
    let folder = Folder::new();
    let lake = lake(&folder);
    folder.write("smsvoice.toml", format!("lake = {lake:?}\ntime_zone = \"America/Toronto\"\n").as_bytes());
    std::fs::create_dir(folder.path("below")).unwrap();
    let below = folder.0.path().join("below");
    let metrics = at_width(80, &below, &["metrics", "--json"]);
    assert_eq!(json(&metrics)[0]["messages"], 3000, "{metrics:?}");
    let flag = at_width(80, &below, &["metrics", "--json", "--lake", "nowhere"]);
    assert!(text(&flag.stderr).contains("nowhere"), "{flag:?}");
    let held = json(&at_width(80, &below, &["config", "--json"]));
    assert_eq!(held[2]["value"], "America/Toronto");
    assert!(held[2]["from"].as_str().unwrap().ends_with("smsvoice.toml:2"), "{held}");
    folder.write("wrong.toml", b"\n[privacy]\nphone_numbers = \"masc\"\n");
    let wrong = at_width(80, &below, &["metrics", "--config", "../wrong.toml"]);
    assert!(text(&wrong.stderr).contains("wrong.toml:3: privacy.phone_numbers: \"masc\" is none of"), "{wrong:?}");
}

#[test]
fn a_full_disk_is_told_with_advice_and_quiet_says_nothing_else() {
    let folder = Folder::new();
    let full = smsvoice(&["generate", "--messages", "10", "--out", "/dev/full"]);
    assert_eq!(full.status.code(), Some(1));
    assert!(text(&full.stderr).contains("  tip: the disk is full; make room"), "{full:?}");
    let lake = lake(&folder);
    let quiet = smsvoice(&["quarantine", "--lake", &lake, "--quiet"]);
    assert!(quiet.status.success() && quiet.stderr.is_empty(), "{quiet:?}");
    let version = text(&smsvoice(&["--version"]).stdout);
    assert!(version.starts_with("smsvoice 0.1.0 (") && version.contains('-'), "{version}");
    let man = folder.path("man");
    assert!(smsvoice(&["man", "--out", &man]).status.success());
    assert!(Path::new(&man).join("smsvoice-metrics.1").exists());
    let completions = text(&smsvoice(&["completions", "bash"]).stdout);
    assert!(completions.contains("latency") && completions.contains("origination_identity"));
}
