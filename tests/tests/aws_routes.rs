//! An event through each route that a third-party server carries arrives as one row: boto3 publishes, moto carries, the
//! function reads the key for telephone numbers from Secrets Manager, and the lake is on S3.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use serde_json::{Value, json};
use tests::programs::{moto, program};
use tests::python;

fn event(n: usize) -> String {
    json!({"eventType": "TEXT_DELIVERED", "eventVersion": "1.0", "messageId": format!("message-{n}"), "isFinal": true,
        "eventTimestamp": 1_795_000_000_000u64 + n as u64, "destinationPhoneNumber": "+14255550142", "isoCountryCode": "US"})
    .to_string()
}

#[test]
fn an_event_arrives_as_one_row_by_every_route() {
    let (_server, url) = moto();
    let events: Vec<String> = (0..8).map(event).collect();
    let told = python::run("aws_routes.py", &[program("bootstrap").as_ref(), url.as_ref()], &events.join("\n"));
    let told: Value = serde_json::from_str(&told).unwrap();
    let (routes, rows) = (told["routes"].as_array().unwrap(), told["rows"].as_array().unwrap());
    assert_eq!((routes.len(), rows.len(), &told["quarantined"]), (8, 8, &json!(0)), "{told}");
    for route in routes {
        assert_eq!(route["kind"], "response", "{route}");
        let is_batch = route["reply"].get("batchItemFailures").is_some();
        let expected =
            if is_batch { route["reply"]["batchItemFailures"] == json!([]) } else { route["reply"]["written"] == 1 };
        assert!(expected, "{route}");
        let of_it: Vec<_> = rows.iter().filter(|row| row["message_id"] == route["message_id"]).collect();
        assert_eq!(of_it.len(), 1, "{route}: {of_it:?}");
        // The outermost envelope; an object in S3 is a place, and its content is an envelope or not.
        let source = match route["route"].as_str().unwrap() {
            "fifo" => "sqs",
            "logs in firehose in s3" => "logs",
            "firehose in s3" | "s3 in sqs" => "s3",
            name => name.rsplit(" in ").next().unwrap(),
        };
        assert_eq!(of_it[0]["source"], source, "{route}");
    }
    // One number, one key: one value, which names the key's version and not the number.
    let number = rows[0]["destination_phone_number"].as_str().unwrap();
    assert!(number.contains(told["key_version"].as_str().unwrap()) && !number.contains("4255550142"), "{number}");
    assert!(rows.iter().all(|row| row["destination_phone_number"] == number));
}
