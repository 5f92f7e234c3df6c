//! Keys of objects in S3 are taken as they are, however much they look like paths that could be tidied up: each is read, by
//! the function and by a replay, and none in the place of another.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeSet;
use std::io::Write;
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::thread;

use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tests::programs::moto;
use tests::python;
use tests::s3::{self, Request, function, json_of, notification, queued, rows, smsvoice};

/// Keys that a library for paths cannot say, or takes for another; and those others.
fn keys() -> Vec<String> {
    let odd = [
        "/a.json",
        "a.json",
        "a//b.json",
        "a/b.json",
        "a/./b.json",
        "a/../b.json",
        "b.json",
        "../b.json",
        ".",
        "..",
        "//",
        "tab\there",
        "\u{1}control\u{1f}\u{7f}",
        "folder/",
        "a%2Fb.json",
        "a%252Fb",
        "plus+plus",
        "a blank",
        "é/日本/🙂",
        "e\u{301}",
        "a?versionId=1",
        "a#b",
        "a&b=c;d",
        "~!@$^*()[]{}|\\\"'<>,`",
        "%",
        "%zz",
        "part-0.json",
    ];
    odd.into_iter().map(str::to_owned).chain(["k".repeat(1024), "é".repeat(512)]).collect()
}

fn event(id: &str) -> String {
    format!(r#"{{"eventType":"TEXT_SENT","messageId":"{id}","eventTimestamp":1795000000000}}"#) + "\n"
}

#[test]
fn every_key_is_read_as_it_is_by_the_function_and_by_a_replay() {
    let (_server, endpoint) = moto();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let keys = keys();
    let objects: Vec<_> =
        keys.iter().enumerate().map(|(n, key)| ("keys", key.clone(), event(&format!("m-{n:02}")).into())).collect();
    s3::put(&endpoint, &objects);
    let notifications: Vec<Value> = keys.iter().map(|key| notification("ObjectCreated:Put", "keys", key)).collect();
    let payload = queued(&notifications);

    let by_function = path("function");
    let (kind, reply) = function(&endpoint, &by_function, &payload);
    assert_eq!((kind.as_str(), &reply), ("response", &json!({"batchItemFailures": []})));
    let of_function = rows(&endpoint, &by_function);
    let read: Vec<_> = of_function[0].as_array().unwrap().iter().map(|row| row["message_id"].clone()).collect();
    assert_eq!(read, (0..keys.len()).map(|n| json!(format!("m-{n:02}"))).collect::<Vec<_>>());
    assert_eq!(of_function[1], json!([]));

    let payload_file = path("payload.json");
    std::fs::write(&payload_file, payload.to_string()).unwrap();
    for (name, arguments) in
        [("below", &["s3://keys"][..]), ("followed", &[payload_file.as_str(), "--follow-notifications"])]
    {
        let lake = path(name);
        let output = smsvoice(
            &endpoint,
            &[&["replay", "--lake", &lake, "--phone-numbers", "plain", "--json"], arguments].concat(),
        );
        assert_eq!(json_of(&output)["written"], keys.len(), "{name}: {output:?}");
        assert_eq!(rows(&endpoint, &lake), of_function, "{name}");
    }
}

#[test]
fn an_object_that_is_missing_is_told_and_no_other_is_read_in_its_place() {
    let (_server, endpoint) = moto();
    let folder = tempfile::tempdir().unwrap();
    let objects = ["a.json", "a/b.json", "b.json"].map(|key| ("keys", key.to_owned(), event("decoy").into()));
    s3::put(&endpoint, &objects);
    let missing = ["/a.json", "a//b.json", "a/./b.json", "a/../b.json", "a%2Fb.json", "a.json/"];
    let mut notifications: Vec<Value> =
        missing.iter().map(|key| notification("ObjectCreated:Put", "keys", key)).collect();
    notifications.push(notification("ObjectRemoved:Delete", "keys", "a.json"));
    let payload = queued(&notifications);

    let lakes = ["function", "followed"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    let (kind, reply) = function(&endpoint, &lakes[0], &payload);
    assert_eq!((kind.as_str(), &reply), ("response", &json!({"batchItemFailures": []})));
    let payload_file = folder.path().join("payload.json").to_str().unwrap().to_owned();
    std::fs::write(&payload_file, payload.to_string()).unwrap();
    let arguments =
        ["replay", &payload_file, "--follow-notifications", "--lake", &lakes[1], "--phone-numbers", "plain", "--json"];
    let output = smsvoice(&endpoint, &arguments);
    let told = json_of(&output);
    assert_eq!((output.status.code(), &told["removed_objects"]), (Some(3), &json!(1)), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("removed, as notifications tell, and not read: 1 object in S3"),
        "{output:?}"
    );

    let [of_function, of_replay] = lakes.map(|lake| rows(&endpoint, &lake));
    assert_eq!(of_function[0], json!([]), "no decoy was read");
    let places: Vec<_> = of_function[1].as_array().unwrap().iter().map(|row| row["source_id"].clone()).collect();
    let mut wanted: Vec<_> = missing.iter().map(|key| format!("s3://keys/{key}")).collect();
    wanted.sort();
    assert_eq!(places, wanted.into_iter().map(Value::from).collect::<Vec<_>>());
    assert!(of_function[1].as_array().unwrap().iter().all(|row| row["reason"] == "missing_object"));
    assert_eq!(of_replay, of_function);
}

/// A server that has no objects, and tells which were asked for, and how.
fn empty_bucket() -> (String, std::sync::mpsc::Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (send, asked) = channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Some((request, _)) = s3::head(&stream) else { continue };
            let body = "<Error><Code>NoSuchKey</Code><Message>None.</Message></Error>";
            let head = format!("HTTP/1.1 404 Not Found\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
            let _ = send.send(request);
        }
    });
    (url, asked)
}

#[test]
fn an_object_of_any_key_is_asked_for_as_botocore_asks_for_it() {
    let mut runner = TestRunner::deterministic();
    let random =
        proptest::collection::vec("[^\u{0}]{1,40}|[/.%+ é]{1,12}", 150).new_tree(&mut runner).unwrap().current();
    // Moto's server has no objects of such keys; S3 has.
    let more = [" ", "\n", "line\nbreak", "\r\n"].map(str::to_owned);
    let keys: Vec<String> = keys().into_iter().chain(more).chain(random).collect();
    let (endpoint, asked) = empty_bucket();
    let folder = tempfile::tempdir().unwrap();
    let mut notifications: Vec<Value> = keys.iter().map(|key| notification("ObjectCreated:Put", "keys", key)).collect();
    for (notification, version) in
        notifications.iter_mut().skip(3).step_by(10).zip(["null", "3/L4kqt+Vr=", "é&?", " %"])
    {
        notification["Records"][0]["s3"]["object"]["versionId"] = version.into();
    }
    let payload = folder.path().join("payload.json");
    std::fs::write(&payload, queued(&notifications).to_string()).unwrap();
    let (payload, lake) = (payload.to_str().unwrap(), folder.path().join("lake"));
    let output =
        smsvoice(&endpoint, &["replay", payload, "--follow-notifications", "--lake", lake.to_str().unwrap(), "--json"]);
    let distinct: BTreeSet<String> = keys.into_iter().collect();
    assert_eq!(json_of(&output)["by_reason"]["missing_object"], distinct.len(), "{output:?}");

    let sent: Vec<Request> = asked.try_iter().collect();
    let path = |request: &Request| request.line.split(' ').nth(1).unwrap().to_owned();
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let requests: Vec<Value> = sent
        .iter()
        .map(|request| {
            let path = path(request);
            let (key, version) =
                path["/keys/".len()..].split_once("?versionId=").unwrap_or((&path["/keys/".len()..], ""));
            json!({"key": decoded(key), "version": decoded(version), "path": path, "headers": request.headers})
        })
        .collect();
    assert_eq!(requests.iter().filter(|request| request["version"] != "").count(), 4);
    assert_eq!(requests.len(), distinct.len());
    assert!(requests.iter().all(|request| distinct.contains(request["key"].as_str().unwrap())));
    let told = python::run("s3_objects.py", &["signed".as_ref(), endpoint.as_ref()], &json!(requests).to_string());
    let told: Vec<Value> = serde_json::from_str(&told).unwrap();
    for (request, botocore) in sent.iter().zip(&told) {
        assert_eq!(path(request), botocore["path"].as_str().unwrap());
        let authorization = &request.headers["authorization"];
        assert!(authorization.ends_with(botocore["signature"].as_str().unwrap()), "{request:?}: {botocore}");
    }
}
