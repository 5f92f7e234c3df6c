//! A lake on S3, as a real server speaks it: written, read and asked for rates by the command alone.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tests::programs::{aws_environment, moto, program};

fn smsvoice(endpoint: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("smsvoice"));
    command.args(arguments).env_clear().envs(aws_environment(endpoint)).output().unwrap()
}

fn json(output: &Output) -> Value {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"))
}

/// One request of S3's own protocol: moto checks no signature.
fn s3(endpoint: &str, method: &str, path: &str) -> String {
    let host = endpoint.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer
}

/// Keys, tags and sizes of all objects; times left out.
fn objects(endpoint: &str) -> Vec<String> {
    let listed = s3(endpoint, "GET", "/bucket?list-type=2");
    let objects = listed.split("<Contents>").skip(1);
    let without_time = |object: &str| {
        let (key, rest) = object.split_once("<LastModified>").unwrap();
        let (_, tag_and_size) = rest.split_once("</LastModified>").unwrap();
        let (tag_and_size, _) = tag_and_size.split_once("</Contents>").unwrap();
        format!("{key}{tag_and_size}")
    };
    let objects: Vec<String> = objects.map(without_time).collect();
    assert!(objects.iter().all(|object| object.contains("<ETag>") && object.contains("<Size>")), "{objects:?}");
    objects
}

#[test]
fn replayed_to_s3_and_read_back_the_numbers_are_those_of_a_local_lake() {
    let (_server, endpoint) = moto();
    s3(&endpoint, "PUT", "/bucket");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/events");
    let local = tempfile::tempdir().unwrap();
    let lakes = ["s3://bucket/some/lake", local.path().to_str().unwrap()];
    let run = |lake: &str, arguments: &[&str]| smsvoice(&endpoint, &[arguments, &["--lake", lake]].concat());
    let replays = lakes.map(|lake| json(&run(lake, &["replay", samples.to_str().unwrap(), "--json"])));
    assert!(replays[0]["written"].as_u64().unwrap() > 100, "{}", replays[0]);
    assert_eq!(replays[0]["written"], replays[1]["written"]);
    let metrics = ["metrics", "--by", "channel,country", "--as-of", "2026-12-31T00:00:00Z", "--format", "json"];
    let rates = lakes.map(|lake| json(&run(lake, &metrics)));
    assert!(rates[0].as_array().unwrap().len() > 3);
    assert_eq!(rates[0], rates[1]);

    let before = objects(&endpoint);
    assert!(before.iter().any(|object| object.contains("some/lake/events/channel=text/dt=")), "{before:?}");
    run(lakes[0], &["replay", samples.to_str().unwrap()]);
    assert_eq!(objects(&endpoint), before, "the same events make the same objects");
}

#[test]
fn a_bucket_that_is_not_there_is_named_and_nothing_counts_as_written() {
    let (server, endpoint) = moto();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/events");
    let output = smsvoice(&endpoint, &["replay", samples.to_str().unwrap(), "--lake", "s3://nowhere/lake"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("s3://nowhere/lake") && said.contains("NoSuchBucket"), "{said}");
    drop(server);
}

#[test]
fn of_two_first_writers_at_once_one_decides_for_both() {
    let (_server, endpoint) = moto();
    s3(&endpoint, "PUT", "/bucket");
    let event = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/events/odd/short-code.json");
    for round in 0..4 {
        let lake = format!("s3://bucket/race-{round}");
        let writers = ["plain", "drop"].map(|numbers| {
            let mut command = Command::new(program("smsvoice"));
            command.args(["replay", event.to_str().unwrap(), "--lake", &lake, "--phone-numbers", numbers]);
            command.env_clear().envs(aws_environment(&endpoint));
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        });
        let outputs = writers.map(|writer| writer.wait_with_output().unwrap());
        let held = json(&smsvoice(&endpoint, &["lake", "show", "--lake", &lake]));
        for (numbers, output) in ["plain", "drop"].iter().zip(&outputs) {
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.success(), held["phone_numbers"] == **numbers, "{numbers}: {said}");
            assert!(output.status.success() || said.contains("smsvoice lake set"), "{said}");
        }
    }
}
