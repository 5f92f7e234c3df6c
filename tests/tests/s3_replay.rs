//! `smsvoice replay s3://…`: objects by the thousand and of all sorts are read as the function reads them, or named; faults
//! of S3 on the way lose nothing.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tests::programs::moto;
use tests::s3::{self, Fault, Object, faulty, function, json_of, notification, queued, rows, smsvoice};

fn event(id: &str) -> String {
    format!(r#"{{"eventType":"TEXT_SENT","messageId":"{id}","eventTimestamp":1795000000000}}"#) + "\n"
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// Events, compressed and cut in half: some come before the break.
fn broken_off(name: &str) -> Vec<u8> {
    let events: String = (0..500_u64).map(|n| event(&format!("{name}-{}", n * 2_654_435_761 % 1_000_003))).collect();
    let mut whole = gzip(&events);
    whole.truncate(whole.len() / 2);
    whole
}

struct World {
    endpoint: String,
    folder: tempfile::TempDir,
    _server: tests::programs::Running,
}

impl World {
    fn with(objects: &[Object<'_>]) -> Self {
        let (server, endpoint) = moto();
        s3::put(&endpoint, objects);
        Self { endpoint, folder: tempfile::tempdir().unwrap(), _server: server }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// Replays into a lake of this name, with S3 at `endpoint`.
    fn replay_at(&self, endpoint: &str, lake: &str, arguments: &[&str]) -> Output {
        let lake = self.path(lake);
        let replay = ["replay", "--lake", &lake, "--phone-numbers", "plain", "--json"];
        smsvoice(endpoint, &[&replay, arguments].concat())
    }

    fn replay(&self, lake: &str, arguments: &[&str]) -> Output {
        self.replay_at(&self.endpoint, lake, arguments)
    }

    fn rows(&self, lake: &str) -> [Value; 2] {
        rows(&self.endpoint, &self.path(lake))
    }
}

fn counts(output: &Output, names: &[&str]) -> Vec<u64> {
    let told = json_of(output);
    let sum = ["written", "already_there", "duplicates", "quarantined", "to_retry"];
    let sum: u64 = sum.iter().map(|name| told[*name].as_u64().unwrap()).sum();
    assert_eq!(told["received"].as_u64(), Some(sum), "{told}");
    names.iter().map(|name| told[*name].as_u64().unwrap_or_else(|| panic!("{name}: {told}"))).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Objects that are skipped, by their places, as the command names them.
fn skipped(output: &Output) -> BTreeSet<String> {
    let said = said(output);
    let named = said.lines().filter_map(|line| line.strip_prefix("note: ")?.split_once(" was skipped: "));
    named.map(|(place, _)| place.to_owned()).collect()
}

#[test]
fn of_two_thousand_objects_of_all_sorts_each_is_accounted_for() {
    const EVENTS: usize = 2000;
    let mut objects: Vec<Object<'_>> = (0..EVENTS)
        .map(|n| {
            let text = event(&format!("m-{n}"));
            let bytes = match n % 3 {
                0 => text.into_bytes(),
                1 => gzip(&text),
                _ => zstd::encode_all(text.as_bytes(), 1).unwrap(),
            };
            ("archive", format!("sms/2026/11/{:02}/part-{n}", n % 30), bytes)
        })
        .collect();
    let other = |key: &str, bytes: &[u8]| ("archive", format!("sms/{key}"), bytes.to_vec());
    objects.extend([
        other("cut.gz", &broken_off("cut")),
        other("table", b"PAR1 and so on"),
        other("archive.zip", b"PK\x03\x04"),
        other("gone", b"{}"),
        other("picture", b"\x89PNG\r\n"),
        other("empty", b""),
        other("half.json", (event("half") + "{\"eventTy").as_bytes()),
        other("2026/", b""),
        other(".hidden", event("hidden").as_bytes()),
        other("lake/_lake.json", b"{}"),
        other("lake/events/channel=text/dt=2026-11-22/part-0.parquet", b"PAR1"),
        ("archive", "sms-of-others/a".to_owned(), event("other").into_bytes()),
    ]);
    let world = World::with(&objects);
    let gone = faulty(&world.endpoint, |line, _| line.contains("/sms/gone ").then_some(Fault::Gone));
    let output = world.replay_at(&gone, "lake", &["s3://archive/sms"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let told = counts(&output, &["written", "quarantined", "skipped", "passed_over", "to_retry", "duplicates"]);
    let before_the_break = told[0] - EVENTS as u64 - 1;
    assert!((100..400).contains(&before_the_break), "half of 500 events: {told:?}");
    // Of the broken-off object the break, and the line that it went through.
    assert_eq!(told[1..], [3, 4, 4, 0, 0], "{output:?}");
    let names = ["table", "archive.zip", "gone", "picture"].map(|key| format!("s3://archive/sms/{key}"));
    assert_eq!(skipped(&output), names.into());
}

#[test]
fn a_replay_gives_the_rows_that_the_function_gives() {
    let texts =
        [event("m-1") + &event("m-2"), event("m-3"), event("m-4") + "{\"eventTy", String::new(), "[]".to_owned()];
    let mut objects: Vec<Object<'_>> =
        texts.iter().enumerate().map(|(n, text)| ("archive", format!("in/{n}"), text.clone().into_bytes())).collect();
    objects.push(("archive", "in/z.gz".to_owned(), gzip(&(event("m-5") + "no event\n" + &event("m-6")))));
    objects.push(("archive", "in/cut.gz".to_owned(), broken_off("cut")));
    let mut cut = zstd::encode_all(texts.concat().repeat(99).as_bytes(), 1).unwrap();
    cut.truncate(cut.len() / 2);
    objects.push(("archive", "in/cut.zst".to_owned(), cut));
    let world = World::with(&objects);
    let notifications: Vec<Value> =
        objects.iter().map(|(bucket, key, _)| notification("ObjectCreated:Put", bucket, key)).collect();
    let payload = queued(&notifications);
    let (kind, reply) = function(&world.endpoint, &world.path("function"), &payload);
    assert_eq!((kind.as_str(), &reply), ("response", &json!({"batchItemFailures": []})));
    let of_function = world.rows("function");
    assert!(of_function[0].as_array().unwrap().len() > 100 && of_function[1].as_array().unwrap().len() == 4);

    let below = world.replay("below", &["s3://archive/in/"]);
    assert_eq!(below.status.code(), Some(3), "{below:?}");
    assert_eq!(world.rows("below"), of_function);
    let again = world.replay("below", &["s3://archive/in/"]);
    assert_eq!(counts(&again, &["written", "already_there"]), [0, counts(&below, &["written"])[0]], "{again:?}");
    let followed = world.replay("followed", &[&world.file("payload", &payload.to_string()), "--follow-notifications"]);
    assert_eq!(followed.status.code(), Some(3), "{followed:?}");
    assert_eq!(world.rows("followed"), of_function);
}

#[test]
fn faults_of_s3_lose_nothing_and_end_in_a_sentence_where_they_stay() {
    let text: String = (0..4000).map(|n| event(&format!("m-{n}"))).collect();
    let objects: Vec<Object<'_>> = ["breaks", "busy", "closes", "hangs"]
        .map(|key| ("archive", format!("in/{key}"), text.replace("m-", &format!("{key}-")).into_bytes()))
        .into();
    let world = World::with(&objects);
    let for_a_while = faulty(&world.endpoint, |line, before| {
        let is = |word: &str| line.contains(word);
        match before {
            0 if is("/in/hangs") => Some(Fault::Hangs),
            0 if is("list-type") => Some(Fault::Busy),
            0 | 1 if is("/in/breaks") => Some(Fault::BreaksOff),
            0 | 1 if is("/in/busy") => Some(Fault::Busy),
            0 if is("/in/closes") => Some(Fault::Closes),
            _ => None,
        }
    });
    let output = world.replay_at(&for_a_while, "lake", &["s3://archive/in"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(counts(&output, &["written", "to_retry", "skipped"]), [16_000, 0, 0]);

    let denied = faulty(&world.endpoint, |line, _| line.contains("/in/busy").then_some(Fault::Denied));
    let output = world.replay_at(&denied, "denied", &["s3://archive/in"]);
    assert_eq!((output.status.code(), counts(&output, &["written"])), (Some(1), vec![12_000]), "{output:?}");
    let complaint = said(&output);
    assert!(complaint.contains("s3://archive/in/busy: these credentials may not do that"), "{complaint}");
    assert!(complaint.lines().count() == 1 && !complaint.contains('<'), "{complaint}");
    let denied = faulty(&world.endpoint, |_, _| Some(Fault::Denied));
    let output = world.replay_at(&denied, "none", &["s3://archive/in"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("these credentials may not do that") && !said(&output).contains('<'), "{output:?}");
}

#[test]
fn places_of_all_kinds_are_read_together_and_each_once() {
    let object = |key: &str, id: &str| ("archive", key.to_owned(), event(id).into_bytes());
    let objects = [
        object("a/one", "one"),
        object("a/two", "two"),
        object("ab", "three"),
        object("a b+%2B?", "odd"),
        object("c", "c"),
    ];
    let world = World::with(&objects);
    let local = world.file("local.json", &event("local"));
    let url = format!("file://{}", world.file("by url.json", &event("url")).replace(' ', "%20"));
    let written = |lake: &str, arguments: &[&str]| counts(&world.replay(lake, arguments), &["written", "received"]);
    assert_eq!(written("1", &["s3://archive/a"]), [2, 2], "a folder, and not what begins like it");
    assert_eq!(written("2", &["s3://archive/a*"]), [4, 4]);
    assert_eq!(written("3", &["s3://archive/ab"]), [1, 1]);
    assert_eq!(written("4", &["s3://archive/a b+%2B?"]), [1, 1]);
    assert_eq!(
        written("5", &["s3://archive/c", "s3://archive/a", "s3://archive", "s3://archive/ab"]),
        [5, 5],
        "each once"
    );
    assert_eq!(written("6", &[&local, "s3://archive/c", &url, "s3://archive/a/"]), [5, 5]);
    for (argument, words) in [
        ("s3://archive/nothing", "there is no object s3://archive/nothing"),
        ("s3://archive/a/o", "s3://archive/a/o*"),
        ("s3://nowhere-at-all/a", "no bucket of this name"),
        ("s3:///a", "names no bucket"),
        ("s3:/archive", "two slashes"),
        ("https://archive/a", "cannot be read"),
    ] {
        let output = world.replay("none", &[argument]);
        assert!(output.status.code() == Some(1) && said(&output).contains(words), "{argument}: {output:?}");
        assert!(said(&output).lines().count() == 1 && !said(&output).contains('<'), "{output:?}");
    }
    assert!(!std::path::Path::new(&world.path("none")).exists(), "no lake is made of nothing");
}

#[test]
fn a_period_takes_objects_and_files_by_their_modification() {
    let objects = [("archive", "in/a".to_owned(), event("object").into_bytes())];
    let world = World::with(&objects);
    let file = world.file("a.json", &event("file"));
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    std::fs::File::options().write(true).open(&file).unwrap().set_modified(old).unwrap();
    let told = |lake: &str, period: &[&str]| {
        let output = world.replay(lake, &[&["s3://archive/in", &file], period].concat());
        (counts(&output, &["written", "out_of_period"]), output.status.code())
    };
    assert_eq!(told("all", &[]), (vec![2, 0], Some(0)));
    assert_eq!(told("new", &["--since", "2024-01-01"]), (vec![1, 1], Some(0)));
    assert_eq!(told("old", &["--until", "2024-01-01"]), (vec![1, 1], Some(0)));
    assert_eq!(told("none", &["--until", "2020-01-01"]), (vec![0, 2], Some(0)));
    let output = world.replay("none", &[&file, "--since", "2024-01-02", "--until", "2024-01-01"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn notifications_in_any_envelope_are_followed_if_asked_and_named_else() {
    let object = |key: &str, text: String| ("archive", key.to_owned(), text.into_bytes());
    let inner = notification("ObjectCreated:Put", "archive", "named by an object").to_string();
    let objects = [
        object("by-sqs", event("by-sqs")),
        object("by-sns", event("by-sns")),
        object("by-eventbridge", event("by-eventbridge")),
        object("alone", event("alone") + &inner),
        object("named by an object", event("inner")),
        object("twice", event("twice")),
    ];
    let world = World::with(&objects);
    let of = |key: &str| notification("ObjectCreated:Put", "archive", key);
    let sns = json!({"Type": "Notification", "MessageId": "n", "TopicArn": "arn:aws:sns:us-east-1:111122223333:sms",
        "Message": of("by-sns").to_string(), "Timestamp": "2026-11-18T11:06:40.000Z"});
    let event_bridge = json!({"version": "0", "id": "e", "detail-type": "Object Created", "source": "aws.s3", "account": "111122223333",
        "time": "2026-11-18T11:06:40Z", "region": "us-east-1", "resources": [],
        "detail": {"version": "0", "bucket": {"name": "archive"}, "object": {"key": "by-eventbridge", "size": 1}}});
    let all = [queued(&[of("by-sqs"), of("twice"), of("twice")]), sns, event_bridge, of("alone")];
    let lines: String = all.iter().map(|value| value.to_string() + "\n").collect();
    let file = world.file("notifications", &(lines + &event("beside")));

    let named = world.replay("named", &[&file]);
    assert_eq!(counts(&named, &["written", "objects_named"]), [1, 5]);
    let hint = said(&named);
    assert!(hint.contains("name 5 objects in S3") && hint.contains("--follow-notifications"), "{hint}");
    let followed = world.replay("followed", &[&file, "--follow-notifications"]);
    assert_eq!(followed.status.code(), Some(0), "{followed:?}");
    assert_eq!(counts(&followed, &["written", "objects_named", "duplicates"]), [7, 0, 0], "also what an object names");
    assert_eq!(said(&followed), "");
}
