//! An object that was replaced or deleted since: the version that is named is the one that is read.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use serde_json::{Value, json};
use tests::programs::moto;
use tests::s3::{self, function, json_of, notification, queued, rows, smsvoice};

const KEY: &str = "raw/a b+é.json";

/// A bucket on moto's S3 with an object of three versions, `m-1`, `m-2` and `m-3`, and a mark that it was deleted. Its URL, and
/// the ids of the four.
fn replaced() -> (impl Drop, String, Vec<String>) {
    let (server, endpoint) = moto();
    let events = ["m-1", "m-2", "m-3"]
        .map(|id| format!(r#"{{"eventType":"TEXT_SENT","messageId":"{id}","eventTimestamp":1795000000000}}"#) + "\n");
    let mut puts: Vec<_> = events.iter().map(|event| ("archive", KEY, Some(event.as_str()))).collect();
    puts.push(("archive", KEY, None));
    let versions = s3::put_versions(&endpoint, &puts);
    (server, endpoint, versions)
}

fn messages(endpoint: &str, lake: &str) -> Vec<String> {
    let [events, _] = rows(endpoint, lake);
    events.as_array().unwrap().iter().map(|row| row["message_id"].as_str().unwrap().to_owned()).collect()
}

fn of_version(version: &str) -> Value {
    let mut notification = notification("ObjectCreated:Put", "archive", KEY);
    notification["Records"][0]["s3"]["object"]["versionId"] = version.into();
    notification
}

/// As EventBridge tells of it; there the key is as it is.
fn by_event_bridge(version: &str) -> Value {
    json!({"version": "0", "id": "e", "detail-type": "Object Created", "source": "aws.s3", "account": "111122223333",
        "region": "us-east-1", "time": "2026-11-18T11:06:40Z", "detail": {"bucket": {"name": "archive"},
        "object": {"key": KEY, "size": 1, "version-id": version}}})
}

#[test]
fn function_and_replay_read_the_version_that_a_notification_names() {
    let (_server, endpoint, versions) = replaced();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let payload = queued(&[of_version(&versions[0]), of_version(&versions[1])]);
    let (kind, reply) = function(&endpoint, &path("function"), &payload);
    assert_eq!((kind.as_str(), &reply), ("response", &json!({"batchItemFailures": []})));
    assert_eq!(messages(&endpoint, &path("function")), ["m-1", "m-2"]);

    let (kind, reply) = function(&endpoint, &path("bridge"), &by_event_bridge(&versions[1]));
    assert_eq!(kind, "response", "{reply}");
    assert_eq!(messages(&endpoint, &path("bridge")), ["m-2"]);

    let file = path("payload.json");
    std::fs::write(&file, payload.to_string()).unwrap();
    let output = smsvoice(&endpoint, &["replay", &file, "--follow-notifications", "--lake", &path("replay"), "--json"]);
    assert_eq!(json_of(&output)["written"], 2, "{output:?}");
    assert_eq!(messages(&endpoint, &path("replay")), ["m-1", "m-2"]);
}

#[test]
fn a_notification_of_the_newest_version_is_kept_where_the_object_was_deleted() {
    let (_server, endpoint, versions) = replaced();
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake").to_str().unwrap().to_owned();
    let payload = queued(&[notification("ObjectCreated:Put", "archive", KEY), of_version(&versions[3])]);
    function(&endpoint, &lake, &payload);
    let [events, quarantined] = rows(&endpoint, &lake);
    assert_eq!(events, json!([]));
    let kept: Vec<&Value> = quarantined.as_array().unwrap().iter().map(|row| &row["reason"]).collect();
    assert_eq!(kept, ["missing_object", "missing_object"]);
    let payloads = quarantined.to_string();
    assert_eq!(payloads.matches(&versions[3]).count(), 1, "read again, it leads to the same version: {payloads}");
}

#[test]
fn a_task_of_s3_batch_operations_reads_the_version_that_the_manifest_names() {
    let (_server, endpoint, versions) = replaced();
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake").to_str().unwrap().to_owned();
    let task = |(n, version): (usize, &str)| {
        json!({"taskId": format!("t-{n}"), "s3Key": "raw/a+b%2B%C3%A9.json", "s3VersionId": version,
            "s3BucketArn": "arn:aws:s3:::archive"})
    };
    let named = [&versions[2], &versions[0], &versions[3], "no-such-version"];
    let tasks: Vec<Value> = named.into_iter().enumerate().map(task).collect();
    let payload = json!({"invocationSchemaVersion": "1.0", "invocationId": "i", "job": {"id": "j"}, "tasks": tasks});
    let (_, reply) = function(&endpoint, &lake, &payload);
    let codes: Vec<&str> =
        reply["results"].as_array().unwrap().iter().map(|result| result["resultCode"].as_str().unwrap()).collect();
    assert_eq!(codes, ["Succeeded", "Succeeded", "PermanentFailure", "PermanentFailure"], "{reply}");
    assert_eq!(messages(&endpoint, &lake), ["m-1", "m-3"]);
}
