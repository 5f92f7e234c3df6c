//! `watch` finds the attacks that `generate --pumping` makes and no others; `report --serve` answers its own page alone.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use chrono::DateTime;
use serde_json::Value;
use tests::programs::{aws_environment, moto, program};
use tests::python;

fn smsvoice(arguments: &[&str]) -> Output {
    Command::new(program("smsvoice")).args(arguments).output().unwrap()
}

fn text(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

/// A lake of thirty days with attacks, which keeps numbers as this says; and the truth.
fn attacked(folder: &Path, phone_numbers: &[&str]) -> (String, Value) {
    let name = phone_numbers.concat().replace([':', '/'], "");
    let (events, lake) = (text(folder, "events.ndjson"), text(folder, &name));
    let generate = "generate --messages 12000 --days 30 --pumping 4 --seed 5 --json --out";
    let made = smsvoice(&generate.split(' ').chain([events.as_str()]).collect::<Vec<_>>());
    let mut replay = Command::new(program("smsvoice"));
    replay.args(["replay", &events, "--lake", &lake, "--phone-numbers"]).args(phone_numbers);
    let replayed = replay.env("PUMPED_KEY", "a fictional key of thirty bytes").output().unwrap();
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    (lake, serde_json::from_slice(&made.stdout).unwrap())
}

const MONTH: [&str; 4] = ["--hours", "400", "--as-of", "2026-12-01"];

#[test]
fn attacks_are_found_and_nothing_else_is_and_it_is_told_in_every_way() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, truth) = attacked(folder.path(), &["plain"]);
    let output = smsvoice(&[&["watch", "--lake", &lake, "--json"], &MONTH[..]].concat());
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["prefixes_known"], true);

    let attacks = truth["pumping"].as_array().unwrap();
    let is_of = |sign: &Value, attack: &Value| {
        let at = DateTime::parse_from_rfc3339(sign["hour"].as_str().unwrap()).unwrap().timestamp_millis();
        let (start, hours) = (attack["start_ms"].as_i64().unwrap(), attack["hours"].as_i64().unwrap());
        let prefix = sign["prefix"].as_str().unwrap().trim_end_matches('*');
        sign["country"] == attack["country"]
            && (start..start + hours * 3_600_000).contains(&at)
            && attack["prefix"].as_str().unwrap().starts_with(prefix)
    };
    let signs = told["signs"].as_array().unwrap();
    for attack in attacks {
        assert!(signs.iter().any(|sign| is_of(sign, attack)), "{attack} is not among {signs:#?}");
    }
    for sign in signs {
        assert!(attacks.iter().any(|attack| is_of(sign, attack)), "{sign} is none of {attacks:#?}");
    }

    let lines = smsvoice(&[&["watch", "--lake", &lake, "--emf"], &MONTH[..]].concat()).stdout;
    let lines = String::from_utf8(lines).unwrap();
    let metric: Value = serde_json::from_str(lines.lines().find(|line| line.starts_with('{')).unwrap()).unwrap();
    assert_eq!(metric["PumpingSigns"], signs.len());
    assert_eq!(metric["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"], "PumpingSigns");

    let calm = smsvoice(&["watch", "--lake", &lake, "--hours", "3", "--as-of", "2026-11-16"]);
    assert_eq!(calm.status.code(), Some(0));
    assert!(String::from_utf8(calm.stdout).unwrap().starts_with("no sign of pumping"));
    a_topic_is_told(&lake);
}

fn a_topic_is_told(lake: &str) {
    let (_server, url) = moto();
    let publish = |topic: &str| {
        let mut command = Command::new(program("smsvoice"));
        command.args(["watch", "--lake", lake, "--topic", topic]).args(MONTH).envs(aws_environment(&url));
        command.output().unwrap()
    };
    let create = "import boto3, os; print(boto3.client('sns', 'us-east-1', endpoint_url=os.environ['AWS_ENDPOINT_URL']).create_topic(Name='on-call')['TopicArn'])";
    let made = Command::new(python::tool("python")).args(["-c", create]).envs(aws_environment(&url)).output().unwrap();
    let topic = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let output = publish(&topic);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let missing = publish(&topic.replace("on-call", "nobody"));
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(missing.status.code() == Some(1) && said.contains("nobody was not told"), "{said}");
}

#[test]
fn where_prefixes_are_hashed_the_same_signs_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let signs = |phone_numbers: &[&str]| {
        let (lake, _) = attacked(folder.path(), phone_numbers);
        let output = smsvoice(&[&["watch", "--lake", &lake, "--json"], &MONTH[..]].concat());
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), &told["prefixes_known"]), (Some(3), &Value::Bool(true)), "{phone_numbers:?}");
        told["signs"].as_array().unwrap().clone()
    };
    let plain = signs(&["plain"]);
    for hashed in [signs(&["hmac", "--phone-key", "env:PUMPED_KEY"]), signs(&["mask", "--phone-key", "env:PUMPED_KEY"])]
    {
        // One prefix has one hash, and two prefixes have two; all else is the same.
        let mut hashes: BTreeMap<&str, &str> = BTreeMap::new();
        assert_eq!(hashed.len(), plain.len());
        for (hashed, plain) in hashed.iter().zip(&plain) {
            let (hash, prefix) = (hashed["prefix"].as_str().unwrap(), plain["prefix"].as_str().unwrap());
            assert!(hash.starts_with("v1:") && prefix.starts_with('+'), "{hash} for {prefix}");
            assert_eq!(*hashes.entry(prefix).or_insert(hash), hash);
            let rest = |sign: &Value| {
                Value::Object(
                    sign.as_object()
                        .unwrap()
                        .iter()
                        .filter(|(name, _)| *name != "prefix")
                        .map(|(name, value)| (name.clone(), value.clone()))
                        .collect(),
                )
            };
            assert_eq!(rest(hashed), rest(plain));
        }
        assert_eq!(hashes.values().collect::<BTreeSet<_>>().len(), hashes.len());
    }
}

#[test]
fn where_numbers_are_masked_it_is_said_that_prefixes_are_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, _) = attacked(folder.path(), &["mask"]);
    let output = smsvoice(&[&["watch", "--lake", &lake], &MONTH[..]].concat());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(3) && said.contains("without prefixes"), "{said}");
}

/// A server that ends with the test.
struct Served(Child, String);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Served {
    fn start(lake: &str) -> Self {
        let mut command = Command::new(program("smsvoice"));
        command.args(["report", "--lake", lake, "--serve", "--port", "0"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("http://").and_then(|line| line.split('/').next()).unwrap();
        Self(child, address.to_owned())
    }

    fn get(&self, path: &str, host: &str) -> String {
        let mut stream = TcpStream::connect(&self.1).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

#[test]
fn served_page_takes_controls_and_answers_to_its_own_name_alone() {
    let folder = tempfile::tempdir().unwrap();
    let event = |id: &str, country: &str| {
        format!(
            r#"{{"eventType":"TEXT_DELIVERED","messageId":"{id}","eventTimestamp":1793577600000,"isoCountryCode":"{country}"}}"#
        )
    };
    let events = text(folder.path(), "events.ndjson");
    std::fs::write(&events, [event("a", "DE"), event("b", "DE"), event("c", "FR")].join("\n")).unwrap();
    let lake = text(folder.path(), "lake");
    smsvoice(&["replay", &events, "--lake", &lake]);
    let served = Served::start(&lake);
    let own = served.1.clone();

    let page = served.get("/", &own);
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("name=\"since\""), "{page}");
    assert!(page.contains(r#""messages":3"#));
    let german = served.get("/?where=country%3DDE&since=2026-11-01", &own);
    assert!(
        german.contains("country=DE") && german.contains("value=\"2026-11-01\"") && !german.contains(r#""messages":3"#)
    );
    // The lake grows, and so does the page.
    std::fs::write(&events, event("d", "FR")).unwrap();
    smsvoice(&["replay", &events, "--lake", &lake]);
    assert!(served.get("/", &own).contains(r#""messages":4"#));

    assert!(served.get("/", "evil.example").starts_with("HTTP/1.1 403"));
    assert!(served.get("/?by=contry", &own).starts_with("HTTP/1.1 400"));
    assert!(served.get("/etc", &own).starts_with("HTTP/1.1 404"));
}
