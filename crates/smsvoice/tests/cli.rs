//! The command as a person or a script runs it: the real binary, real files.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

#[path = "cli/answers.rs"]
mod answers;
#[path = "cli/deploy.rs"]
mod deploy;
#[path = "cli/doors.rs"]
mod doors;
#[path = "cli/folders.rs"]
mod folders;
#[path = "cli/screens.rs"]
mod screens;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;
use smsvoice_event::Timestamp;
use smsvoice_lake::{LakeWriter, Quarantined, Reason, Source};
use tempfile::TempDir;

fn smsvoice(args: &[&str]) -> Output {
    Command::cargo_bin("smsvoice").unwrap().args(args).env_remove("SMSVOICE_LAKE").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }
}

/// Every file of a lake with its bytes.
fn objects(lake: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut objects, mut folders) = (BTreeMap::new(), vec![PathBuf::from(lake)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                objects.insert(path.clone(), std::fs::read(path).unwrap());
            }
        }
    }
    objects
}

/// The rates and the costs of a lake by channel and country.
fn rates(lake: &str) -> Vec<Value> {
    let rows = |metric| {
        let by = ["--by", "channel,country", "--as-of", "2027-01-01", "--format", "json"];
        let output = smsvoice(&[&["metrics", "--lake", lake, "--metric", metric][..], &by].concat());
        json(&output).as_array().unwrap().clone()
    };
    let (mut rates, costs) = (rows("rates"), rows("cost"));
    assert_eq!(rates.len(), costs.len());
    for (row, cost) in rates.iter_mut().zip(costs) {
        assert_eq!((&row["channel"], &row["country"]), (&cost["channel"], &cost["country"]));
        row.as_object_mut().unwrap().extend(cost.as_object().unwrap().clone());
    }
    rates
}

/// Outcome counts and money by channel and country, as the truth has them and as the metrics say.
fn compare_with_truth(truth: &Value, rates: &[Value]) {
    let mut compared = 0;
    for (channel, of_channel) in truth["by_channel"].as_object().unwrap() {
        for (country, tally) in of_channel["by_country"].as_object().unwrap() {
            let row = rates.iter().find(|row| row["channel"] == **channel && row["country"] == **country);
            let row = row.unwrap_or_else(|| panic!("{channel} {country} is missing"));
            for outcome in ["delivered", "accepted", "blocked", "failed", "unknown", "pending"] {
                let wanted = tally["outcomes"].get(outcome).and_then(Value::as_u64).unwrap_or(0);
                assert_eq!(row[outcome].as_u64().unwrap(), wanted, "{channel} {country} {outcome}");
            }
            for money in ["price_usd", "carrier_fee_usd"] {
                let given = row[money].as_str().unwrap_or("0.000000");
                assert_eq!(given, tally[money].as_str().unwrap(), "{channel} {country} {money}");
            }
            compared += 1;
        }
    }
    assert_eq!(compared, rates.len(), "the lake has rows that the truth does not know");
}

#[test]
fn metrics_equal_the_truth_whatever_is_done_to_the_events() {
    let folder = Folder::new();
    let (events, lake) = (folder.path("events.ndjson"), folder.path("lake"));
    let generated = smsvoice(&[
        "generate",
        "--messages",
        "100000",
        "--seed",
        "7",
        "--duplicates",
        "0.05",
        "--shuffled",
        "--truncated",
        "0.01",
        "--out",
        &events,
    ]);
    assert!(generated.status.success(), "{generated:?}");
    let truth: Value = serde_json::from_slice(&std::fs::read(events.clone() + ".truth.json").unwrap()).unwrap();

    let replayed = smsvoice(&["replay", &events, "--lake", &lake, "--json"]);
    assert_eq!(replayed.status.code(), Some(3), "something is in quarantine");
    let account = json(&replayed);
    let count = |name: &str| account[name].as_u64().unwrap();
    assert_eq!(count("received"), truth["lines"].as_u64().unwrap());
    let became = ["written", "already_there", "duplicates", "quarantined", "to_retry"].map(count);
    assert_eq!(count("received"), became.iter().sum::<u64>());
    assert_eq!(count("quarantined"), truth["truncated_lines"].as_u64().unwrap());
    let by_truth = rates(&lake);
    compare_with_truth(&truth, &by_truth);

    // The same file again: no number and no object changes.
    let before = objects(&lake);
    let again = json(&smsvoice(&["replay", &events, "--lake", &lake, "--json"]));
    assert_eq!((again["written"].as_u64(), &again["already_there"]), (Some(0), &account["written"]));
    assert!(objects(&lake) == before, "an object changed");
    assert_eq!(rates(&lake), by_truth);

    // In two halves, in either order: no number changes.
    let lines = std::fs::read(&events).unwrap();
    let middle = lines.len() / 2 + lines[lines.len() / 2..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let halves = [folder.write("first.ndjson", &lines[..middle]), folder.write("second.ndjson", &lines[middle..])];
    for (name, order) in [("forwards", [0, 1]), ("backwards", [1, 0])] {
        let lake = folder.path(name);
        for half in order {
            smsvoice(&["replay", &halves[half], "--lake", &lake]);
        }
        assert_eq!(rates(&lake), by_truth, "{name}");
    }
}

#[test]
fn the_samples_replay_and_show_rates_as_the_readme_says() {
    let folder = Folder::new();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    let path = |name: &str| samples.join(name).to_str().unwrap().to_owned();
    let lake = folder.path("lake");
    let output =
        smsvoice(&["replay", &path("events"), &path("envelopes"), "--lake", &lake, "--rates", "channel,country"]);
    assert!(output.status.success(), "{output:?}");
    let shown = text(&output.stdout);
    for word in
        ["received", "written", "duplicates", "quarantined", "delivery_rate", "text", "voice", "media", "rcs", "US"]
    {
        assert!(shown.contains(word), "{word} is missing in\n{shown}");
    }
    let quarantined = smsvoice(&["replay", &path("invalid"), "--lake", &lake]);
    assert_eq!(quarantined.status.code(), Some(3));
    assert!(text(&quarantined.stdout).contains("invalid_json"));
    let rows =
        json(&smsvoice(&["query", "--lake", &lake, "--format", "json", "SELECT count(*) AS rows FROM quarantine"]));
    let shown = text(&quarantined.stdout);
    let counted =
        shown.lines().find(|line| line.starts_with("quarantined")).and_then(|line| line.split_whitespace().nth(1));
    assert_eq!(
        counted.map(str::parse),
        Some(Ok(rows[0]["rows"].as_u64().unwrap())),
        "the ledger says what the table has"
    );
    let again = json(&smsvoice(&["replay", "--from-quarantine", "--lake", &lake, "--json"]));
    assert_eq!(again["written"].as_u64(), Some(0), "nothing became readable: {again}");
}

#[test]
fn quarantine_is_read_again_after_a_fix() {
    let folder = Folder::new();
    let lake = folder.path("lake");
    let broken = folder.write("broken.json", br#"{"eventTy"#);
    assert_eq!(smsvoice(&["replay", &broken, "--lake", &lake]).status.code(), Some(3));
    // Kept by a version that did not know how to read it; this one does.
    let row = Quarantined {
        received_at: Timestamp::parse_rfc3339("2026-11-18T12:00:00Z").unwrap(),
        source: Source::Sqs,
        account_id: Some("111122223333".to_owned()),
        aws_region: Some("eu-west-1".to_owned()),
        source_id: "invocation message-1".to_owned(),
        reason: Reason::NotAnEvent,
        detail: String::new(),
        payload: br#"{"detail":{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795000000000}}"#[..].into(),
    };
    let mut writer = LakeWriter::default();
    writer.reject(row);
    for file in writer.finish().unwrap().0 {
        let bytes: Vec<u8> = file.bytes.iter().flatten().copied().collect();
        std::fs::create_dir_all(Path::new(&lake).join(file.path()).parent().unwrap()).unwrap();
        std::fs::write(Path::new(&lake).join(file.path()), bytes).unwrap();
    }
    let before = objects(&lake).len();
    let output = smsvoice(&["replay", "--from-quarantine", "--lake", &lake, "--json"]);
    assert_eq!((json(&output)["written"].as_u64(), json(&output)["quarantined"].as_u64()), (Some(1), Some(1)));
    assert_eq!(objects(&lake).len(), before + 1, "what is still unreadable stays where it is");
    let sql = "SELECT source, account_id, aws_region, received_at FROM events";
    let row = json(&smsvoice(&["query", "--lake", &lake, "--format", "json", sql]))[0].clone();
    assert_eq!(
        (&row["source"], &row["account_id"], &row["aws_region"]),
        (&"sqs".into(), &"111122223333".into(), &"eu-west-1".into())
    );
    assert_eq!(row["received_at"], "2026-11-18T12:00:00.000Z", "it came when it came first");
}

#[test]
fn bad_input_is_told_and_spares_its_neighbours() {
    let folder = Folder::new();
    let good = br#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795000000000}"#;
    let mut long = vec![b'x'; 40 << 20];
    long.push(b'\n');
    long.extend_from_slice(good);
    let mut invalid = good.to_vec();
    invalid.extend_from_slice(b"\n{\"eventType\":\"\xff\"}\n");
    let cases = [
        ("empty.json", Vec::new(), 0, 0, 0),
        ("binary.json", (0u8..=255).cycle().take(4000).collect(), 3, 0, 1),
        ("long-line.ndjson", long, 3, 1, 1),
        ("invalid-utf8.ndjson", invalid, 3, 1, 1),
    ];
    for (name, bytes, code, written, at_least_quarantined) in cases {
        let (file, lake) = (folder.write(name, &bytes), folder.path(&format!("lake-{name}")));
        let output = smsvoice(&["replay", &file, "--lake", &lake, "--json"]);
        assert_eq!(output.status.code(), Some(code), "{name}: {output:?}");
        let account = json(&output);
        assert_eq!(account["written"].as_u64(), Some(written), "{name}");
        assert!(account["quarantined"].as_u64().unwrap() >= at_least_quarantined, "{name}: {account}");
        assert!(!text(&output.stderr).contains("panicked"), "{name}");
    }
}

#[test]
fn what_cannot_be_read_or_written_fails_with_its_name() {
    let folder = Folder::new();
    let event =
        folder.write("event.json", br#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795305600000}"#);
    let (missing, blocked) = (folder.path("missing.json"), folder.write("file", b""));
    std::fs::create_dir(folder.path("nothing")).unwrap();
    folder.write("nothing/.hidden", b"");
    let (nothing, lake, below_a_file) = (folder.path("nothing"), folder.path("lake"), format!("{blocked}/lake"));
    let cases: [(&[&str], i32, &str); 7] = [
        (&["replay", &missing, "--lake", &lake], 1, "missing.json"),
        (&["replay", &nothing, "--lake", &lake], 1, "there is no file to read"),
        (&["replay", &event, "--lake", &below_a_file], 1, "lake"),
        (&["replay", &event, "--lake", "ftp://host/lake"], 1, "ftp"),
        (&["replay", &event], 2, "--lake"),
        (&["metrics", "--lake", &lake], 1, "there is no lake"),
        (&["metrics", "--lake", &lake, "--by", "colour"], 2, "there is no dimension"),
    ];
    for (args, code, word) in cases {
        let output = smsvoice(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {output:?}");
        assert!(text(&output.stderr).contains(word), "{args:?}: {}", text(&output.stderr));
    }
    assert!(!Path::new(&lake).exists(), "a replay that cannot begin leaves no lake behind");
}

#[test]
fn queries_print_in_every_format_and_change_nothing() {
    let folder = Folder::new();
    let lake = folder.path("lake");
    let event = folder.write(
        "e.json",
        br#"{"eventType":"TEXT_DELIVERED","messageId":"m","eventTimestamp":1795000000000,"totalMessagePrice":0.1}"#,
    );
    smsvoice(&["replay", &event, "--lake", &lake]);
    let query = |format, sql| smsvoice(&["query", "--lake", &lake, "--format", format, sql]);
    let sql = "SELECT message_id, price_usd, event_time FROM events";
    assert_eq!(
        text(&query("json", sql).stdout).trim(),
        r#"[{"message_id":"m","price_usd":"0.100000","event_time":"2026-11-18T11:06:40.000Z"}]"#
            .replace("},{", "},\n{")
    );
    assert_eq!(
        text(&query("csv", sql).stdout),
        "message_id,price_usd,event_time\nm,0.100000,2026-11-18T11:06:40.000Z\n"
    );
    assert!(text(&query("table", sql).stdout).contains("0.1"));
    let refused = query("json", "DROP TABLE events");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("only queries"), "{refused:?}");
    let traced = smsvoice(&["trace", "--lake", &lake, "m", "--format", "json"]);
    assert_eq!(json(&traced).as_array().unwrap().len(), 1);
}

#[test]
fn a_lake_keeps_its_privacy_whatever_a_later_writer_asks_for() {
    let folder = Folder::new();
    let lake = folder.path("lake");
    let event = folder.write(
        "e.json",
        br#"{"eventType":"TEXT_DELIVERED","messageId":"m","eventTimestamp":1795000000000,"destinationPhoneNumber":"+14255550156"}"#,
    );
    assert!(smsvoice(&["replay", &event, "--lake", &lake]).status.success());
    let number = || {
        let rows = smsvoice(&[
            "query",
            "--lake",
            &lake,
            "--format",
            "json",
            "SELECT destination_phone_number AS n FROM events",
        ]);
        json(&rows)[0]["n"].as_str().unwrap().to_owned()
    };
    assert_eq!(number(), "+1********56", "a new lake masks numbers, on a laptop as in the cloud");
    for command in [&["replay", &event][..], &["emulate", "--port", "0"]] {
        let refused = smsvoice(&[command, &["--lake", &lake, "--phone-numbers", "plain"]].concat());
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        assert!(text(&refused.stderr).contains("keeps phone numbers as mask"), "{refused:?}");
        assert!(text(&refused.stderr).contains("smsvoice lake set"), "{refused:?}");
    }
    let changed = smsvoice(&["lake", "set", "--lake", &lake, "--phone-numbers", "plain"]);
    assert!(text(&changed.stderr).contains("stay masked"), "{changed:?}");
    assert!(smsvoice(&["replay", &event, "--lake", &lake, "--phone-numbers", "plain"]).status.success());
    let shown = smsvoice(&["lake", "show", "--lake", &lake]);
    assert_eq!(json(&shown)["phone_numbers"], "plain");
}

#[test]
fn the_lake_of_another_program_is_refused_with_what_its_files_lack() {
    let folder = Folder::new();
    let lake = folder.path("lake");
    let event = folder.write("e.json", br#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795000000000}"#);
    std::fs::create_dir_all(folder.path("lake/events")).unwrap();
    std::fs::write(folder.path("lake/events/other.parquet"), b"PAR1 and something else").unwrap();
    let refused = smsvoice(&["replay", &event, "--lake", &lake]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("other.parquet"), "{refused:?}");
}

#[test]
fn a_misspelt_variable_is_refused() {
    let output =
        Command::cargo_bin("smsvoice").unwrap().args(["completions", "bash"]).env("SMSVOICE_LAEK", "x").output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("SMSVOICE_LAEK is no setting"), "{output:?}");
}

#[test]
fn what_a_folder_holds_that_is_not_read_is_named_and_counted() {
    let folder = Folder::new();
    let lake = folder.path("lake");
    std::fs::create_dir(folder.path("in")).unwrap();
    folder.write("in/no-ending", br#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795000000000}"#);
    folder.write("in/picture.png", b"\x89PNG");
    let output = smsvoice(&["replay", &folder.path("in"), "--lake", &lake, "--json"]);
    assert_eq!(output.status.code(), Some(0), "a picture holds no events: {output:?}");
    assert_eq!((json(&output)["written"].as_u64(), json(&output)["skipped"].as_u64()), (Some(1), Some(1)));
    folder.write("in/events.zip", b"PK\x03\x04");
    let output = smsvoice(&["replay", &folder.path("in"), "--lake", &lake, "--json"]);
    assert_eq!(output.status.code(), Some(3), "an archive may hold events: {output:?}");
    assert!(text(&output.stderr).contains("events.zip was skipped: a zip archive"), "{output:?}");
}
