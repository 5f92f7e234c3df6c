//! What commands print for programs is as their schemas say, and every field of it is documented.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tests::programs::{aws_environment, emulate, program};
use tests::schemas;

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

struct Asked {
    folder: tempfile::TempDir,
    /// Documents by the names of their schemas.
    told: Vec<(&'static str, Value)>,
}

impl Asked {
    /// Keeps what a command prints, as a document of this schema.
    fn ask(&mut self, schema: &'static str, arguments: &[&str]) -> &mut Self {
        self.ask_at(None, schema, arguments)
    }

    fn ask_at(&mut self, url: Option<&str>, schema: &'static str, arguments: &[&str]) -> &mut Self {
        let mut command = Command::new(program("smsvoice"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        if let Some(url) = url {
            command.envs(aws_environment(url)).env_remove("AWS_PROFILE");
        }
        let output = command.output().unwrap();
        let document = serde_json::from_slice(&output.stdout);
        self.told.push((schema, document.unwrap_or_else(|_| panic!("{arguments:?}: {output:?}"))));
        self
    }
}

fn asked() -> Asked {
    Asked { folder: tempfile::tempdir().unwrap(), told: Vec::new() }
}

#[test]
fn answers_about_a_lake_are_documented() {
    let mut asked = asked();
    let samples = root().join("samples");
    let samples = samples.to_str().unwrap();
    let faults = ["--duplicates", "0.05", "--late", "0.01", "--unknown-types", "0.01", "--pumping", "2"];
    asked.ask(
        "generate",
        &[&["generate", "--messages", "2500", "--days", "20", "--out", "events.ndjson", "--json"], &faults[..]]
            .concat(),
    );
    asked.ask("replay", &["replay", samples, "events.ndjson", "--lake", "lake", "--json", "--phone-numbers", "plain"]);
    let by = "channel,country,carrier,network,origination_identity,message_type,message_encoding,configuration_set,account,\
        region,protect_status,day,week,month,hour,context.campaign";
    for metric in ["rates", "failures", "latency", "cost", "voice"] {
        asked.ask("metrics", &["metrics", "--lake", "lake", "--metric", metric, "--by", by, "--json"]);
    }
    asked.ask("query", &["query", "--lake", "lake", "--json", "SELECT * FROM messages LIMIT 50"]);
    asked.ask("query", &["query", "--lake", "lake", "--json", "SELECT * FROM quarantine LIMIT 50"]);
    asked.ask("quarantine", &["quarantine", "--lake", "lake", "--json"]);
    asked.ask("quarantine", &["quarantine", "--lake", "lake", "--json", "--reason", "invalid_json"]);
    let output = Command::new(program("smsvoice"))
        .args(["query", "--lake", "lake", "--format", "csv", "--csv-raw"])
        .arg("SELECT min(message_id) AS id FROM messages GROUP BY channel ORDER BY 1")
        .current_dir(asked.folder.path())
        .output()
        .unwrap();
    for id in String::from_utf8(output.stdout).unwrap().lines().skip(1) {
        asked.ask("trace", &["trace", "--lake", "lake", "--json", "--", id]);
    }
    asked.ask("report", &["report", "--lake", "lake", "--format", "json", "--out", "-", "--as-of", "2026-11-20"]);
    asked.ask("watch", &["watch", "--lake", "lake", "--as-of", "2026-11-22", "--hours", "500", "--json"]);
    let signs = asked.told.last().unwrap().1["signs"].as_array().unwrap().len();
    assert!(signs > 0, "an attack is among them");
    asked.ask("lake", &["lake", "show", "--lake", "lake", "--json"]);
    let mut tail = Command::new(program("smsvoice"));
    tail.args(["tail", "--lake", "lake", "--from-start", "--format", "ndjson"]).current_dir(asked.folder.path());
    let mut tail = tail.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(tail.stdout.take().unwrap()).lines().take(300);
    asked.told.extend(lines.map(|line| ("tail", serde_json::from_str(&line.unwrap()).unwrap())));
    tail.kill().unwrap();
    tail.wait().unwrap();
    schemas::assert_documented(&asked.told);
}

/// The lines that a command prints, as a list.
fn lines_at(url: &str, folder: &tempfile::TempDir, arguments: &[&str]) -> Value {
    let mut command = Command::new(program("smsvoice"));
    command.args(arguments).current_dir(folder.path()).envs(aws_environment(url)).env_remove("AWS_PROFILE");
    let told = String::from_utf8(command.output().unwrap().stdout).unwrap();
    told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect()
}

/// What an emulator says before it waits.
fn ready(arguments: &[&str]) -> Value {
    let mut emulator = Command::new(program("smsvoice"));
    let mut emulator =
        emulator.args(["emulate", "--port", "0"]).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut documents = serde_json::Deserializer::from_reader(emulator.stdout.take().unwrap()).into_iter();
    let told = documents.next();
    emulator.kill().unwrap();
    emulator.wait().unwrap();
    told.unwrap().unwrap()
}

#[test]
fn answers_about_aws_are_documented() {
    let mut asked = asked();
    let (_emulator, url) = emulate(&[]);
    asked.told.push(("emulate", ready(&["--json", "--seed", "7"])));
    assert_eq!(asked.told[0].1["seed"], 7);
    std::fs::write(asked.folder.path().join("sets.toml"), SETS).unwrap();
    std::fs::write(asked.folder.path().join("other.toml"), SETS.replace("ALL", "TEXT_BLOCKED").replace("2\"", "3\""))
        .unwrap();
    asked.ask_at(Some(&url), "plan", &["plan", "sets.toml", "--json"]);
    let now = ["--yes", "--pace", "0", "--json"];
    asked.ask_at(Some(&url), "apply", &[&["apply", "sets.toml"], &now[..]].concat());
    asked.ask_at(Some(&url), "adopt", &["adopt", "--json"]);
    assert_eq!(asked.told.last().unwrap().1.as_array().unwrap().len(), SETS.matches("[[configuration_set]]").count());
    let list = asked.told.last().unwrap().1.clone();
    assert_eq!(lines_at(&url, &asked.folder, &["adopt", "--format", "ndjson"]), list, "a line has what the list has");
    asked.ask_at(Some(&url), "plan", &["plan", "other.toml", "--json"]);
    let changes = asked.told.last().unwrap().1["changes"].clone();
    assert!(!changes.as_array().unwrap().is_empty());
    assert_eq!(lines_at(&url, &asked.folder, &["plan", "other.toml", "--format", "ndjson"]), changes);
    asked.ask_at(Some(&url), "doctor", &["doctor", "sets.toml", "--json"]);
    asked.ask_at(Some(&url), "apply", &[&["destroy", "sets.toml"], &now[..]].concat());
    asked.ask("cost", &["cost", "--messages-per-day", "100000", "--json"]);
    asked.ask("config", &["config", "--json"]);
    for engine in ["athena", "trino", "duckdb", "spark", "cloudformation", "terraform"] {
        asked.ask("views", &["views", "--engine", engine, "--lake", "s3://bucket/lake", "--json"]);
    }
    let whose = ["--account", "000000000000", "--region", "us-east-1", "--lake", "s3://bucket/lake", "--json"];
    asked.ask("roles", &[&["roles", "sets.toml"], &whose[..]].concat());
    schemas::assert_documented(&asked.told);
}

const SETS: &str = r#"
[[configuration_set]]
name = "otp2"
[[configuration_set.event_destination]]
name = "lake"
events = ["ALL"]
firehose = { stream = "arn:aws:firehose:us-east-1:000000000000:deliverystream/events", role = "arn:aws:iam::000000000000:role/sms" }
"#;

#[test]
fn every_schema_is_listed_in_the_readme() {
    let names: BTreeSet<String> = std::fs::read_dir(schemas::folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let readme = std::fs::read_to_string(root().join("crates/smsvoice/README.md")).unwrap();
    let told: BTreeSet<String> = readme
        .match_indices("(schemas/")
        .map(|(at, begin)| readme[at + begin.len()..].split(')').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, told);
}
