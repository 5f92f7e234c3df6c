//! What comes again, and what comes richer or poorer than before: every question gets the same answer, whatever the order,
//! by the function and by a replay.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::path::Path;

use serde_json::{Value, json};
use tests::s3::{function, json_of, smsvoice};

/// No lake of this test lies in S3, so nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

/// An event as SNS brings it, with its price, or as EventBridge does, without.
fn event(message: u32, kind: &str, at: u64, price: Option<&str>) -> Value {
    let time = 1_795_000_000_000 + u64::from(message) * 60_000;
    let mut event = json!({"eventType": kind, "messageId": format!("m-{message}"), "eventTimestamp": time + at,
        "messageRequestTimestamp": time, "isFinal": kind != "TEXT_SENT", "isoCountryCode": "US", "messageType": "TRANSACTIONAL",
        "destinationPhoneNumber": "+12065550142", "originationPhoneNumber": "+12065550199", "totalMessageParts": 1});
    if let Some(price) = price {
        event["totalMessagePrice"] = serde_json::from_str(price).unwrap();
        event["totalCarrierFee"] = json!(0.003);
    }
    event
}

/// The lives of five messages, poor or rich.
fn lives(is_rich: bool) -> Vec<Value> {
    let price = is_rich.then_some("0.00581");
    let life = |message| {
        let end = if message % 5 == 0 { "TEXT_CARRIER_BLOCKED" } else { "TEXT_DELIVERED" };
        [event(message, "TEXT_SENT", 100, None), event(message, end, 1500, price)]
    };
    (1..=5).flat_map(life).collect()
}

fn rich() -> Value {
    let notification = |(n, event): (usize, Value)| {
        let message = event.to_string();
        json!({"messageId": format!("sqs-{n}"), "receiptHandle": "r", "eventSource": "aws:sqs", "attributes": {"SentTimestamp": "1795000100000"},
            "eventSourceARN": "arn:aws:sqs:us-east-1:111122223333:sms",
            "body": json!({"Type": "Notification", "MessageId": "n", "TopicArn": "arn:aws:sns:us-east-1:111122223333:sms",
                "Message": message, "Timestamp": "2026-11-18T11:06:40.000Z"}).to_string()})
    };
    json!({"Records": lives(true).into_iter().enumerate().map(notification).collect::<Vec<_>>()})
}

fn poor() -> Value {
    let message = |(n, event): (usize, Value)| {
        let body = json!({"version": "0", "id": "e", "detail-type": "Text Message Delivery Status Updated", "source": "aws.sms-voice",
            "account": "111122223333", "time": "2026-11-18T11:06:40Z", "region": "us-east-1", "resources": [], "detail": event});
        json!({"messageId": format!("eb-{n}"), "receiptHandle": "r", "eventSource": "aws:sqs", "attributes": {"SentTimestamp": "1795000100000"},
            "eventSourceARN": "arn:aws:sqs:us-east-1:111122223333:sms", "body": body.to_string()})
    };
    json!({"Records": lives(false).into_iter().enumerate().map(message).collect::<Vec<_>>()})
}

/// How payloads come into a lake, one after the other.
type Door = fn(&Path, &str, &[&Value]);

fn by_function(_: &Path, lake: &str, payloads: &[&Value]) {
    for payload in payloads {
        let (kind, reply) = function(NOWHERE, lake, payload);
        assert_eq!((kind.as_str(), &reply), ("response", &json!({"batchItemFailures": []})));
    }
}

fn by_replay(folder: &Path, lake: &str, payloads: &[&Value]) {
    for payload in payloads {
        by_one_replay(folder, lake, &[payload]);
    }
}

fn by_one_replay(folder: &Path, lake: &str, payloads: &[&Value]) {
    let paths: Vec<String> =
        (0..payloads.len()).map(|n| folder.join(n.to_string()).to_str().unwrap().to_owned()).collect();
    for (path, payload) in paths.iter().zip(payloads) {
        std::fs::write(path, payload.to_string()).unwrap();
    }
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let output = smsvoice(NOWHERE, &[&["replay", "--lake", lake, "--phone-numbers", "plain"], &paths[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

/// What a lake answers to every question about money, fates and rows.
fn answers(lake: &str, with_rows: bool) -> Vec<Value> {
    let mut answers: Vec<Value> = ["rates", "cost"]
        .map(|metric| {
            let metrics = ["metrics", "--lake", lake, "--metric", metric, "--as-of", "2026-12-31", "--format", "json"];
            json_of(&smsvoice(NOWHERE, &metrics))
        })
        .into();
    let mut queries = vec![
        "SELECT * FROM events_once ORDER BY message_id, event_type",
        "SELECT * FROM messages ORDER BY message_id",
        "SELECT DISTINCT * FROM events ORDER BY message_id, event_type, price_usd",
    ];
    queries.truncate(if with_rows { 3 } else { 2 });
    answers.extend(
        queries.iter().map(|sql| json_of(&smsvoice(NOWHERE, &["query", "--lake", lake, "--format", "json", sql]))),
    );
    answers
}

#[test]
fn rich_after_poor_and_poor_after_rich_give_the_same_answers_by_every_door() {
    let (rich, poor) = (rich(), poor());
    let mut wanted: Option<Vec<Value>> = None;
    for (name, door) in [("function", by_function as Door), ("replay", by_replay), ("one replay", by_one_replay)] {
        let orders: [&[&Value]; 3] = [&[&poor, &rich], &[&rich, &poor], &[&rich, &poor, &poor, &rich]];
        for (n, payloads) in orders.into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let lake = folder.path().join("lake").to_str().unwrap().to_owned();
            door(folder.path(), &lake, payloads);
            // In one replay, events that stand in one file are kept once there.
            let mut answered = answers(&lake, name != "one replay");
            let wanted = wanted.get_or_insert_with(|| answered.clone());
            answered.extend_from_slice(&wanted[answered.len()..]);
            assert_eq!(&answered, wanted, "{name}, order {n}");
        }
    }
    let cost = &wanted.unwrap()[1][0];
    assert!(cost.to_string().contains("0.02905"), "five messages at 0.00581, each once: {cost}");
}

#[test]
fn what_comes_again_is_counted_once_by_every_metric() {
    let payload = rich();
    // Half of a batch and then all of it, as after a partial failure; and all of it three times.
    let half = json!({"Records": payload["Records"].as_array().unwrap()[..5]});
    for (name, door) in [("function", by_function as Door), ("replay", by_replay)] {
        let [once, again] = [&[&payload][..], &[&half, &payload, &payload, &half, &payload]].map(|payloads| {
            let folder = tempfile::tempdir().unwrap();
            let lake = folder.path().join("lake").to_str().unwrap().to_owned();
            door(folder.path(), &lake, payloads);
            answers(&lake, true)
        });
        assert_eq!(again, once, "{name}");
        assert_eq!((&once[0][0]["messages"], once[2].as_array().unwrap().len()), (&json!(5), 10), "{}", once[0]);
    }
}
