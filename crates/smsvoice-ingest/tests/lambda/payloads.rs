//! Invocation payloads, built from events.

use base64_simd::STANDARD;
use serde_json::{Value, json};

/// The n-th event of a test.
pub(crate) fn event(n: usize) -> String {
    let types = ["TEXT_DELIVERED", "VOICE_COMPLETED", "MEDIA_BLOCKED", "RCS_READ"];
    json!({"eventType": types[n % types.len()], "messageId": format!("m-{n}"), "eventTimestamp": 1_795_000_000_000u64 + n as u64 * 40_000_000})
        .to_string()
}

pub(crate) fn sqs(bodies: &[String], arn: &str) -> Value {
    let record = |(n, body): (usize, &String)| {
        json!({"messageId": format!("sqs-{n}"), "receiptHandle": "r", "body": body, "attributes": {"SentTimestamp": "1795000000000"},
            "messageAttributes": {}, "md5OfBody": "x", "eventSource": "aws:sqs", "eventSourceARN": arn, "awsRegion": "us-east-1"})
    };
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}

pub(crate) fn kinesis(data: &[String]) -> Value {
    let record = |(n, data): (usize, &String)| {
        json!({"eventSource": "aws:kinesis", "eventSourceARN": "arn:aws:kinesis:us-east-1:111122223333:stream/sms",
            "kinesis": {"partitionKey": "p", "data": STANDARD.encode_to_string(data), "sequenceNumber": format!("4954698668313554{}", 9 + n),
            "approximateArrivalTimestamp": 1_795_000_000.123}})
    };
    json!({"Records": data.iter().enumerate().map(record).collect::<Vec<_>>()})
}

pub(crate) fn firehose(data: &[String]) -> Value {
    let record = |(n, data): (usize, &String)| json!({"recordId": format!("record-{n}"), "approximateArrivalTimestamp": 1_795_000_000_000u64, "data": STANDARD.encode_to_string(data)});
    json!({"invocationId": "i", "deliveryStreamArn": "arn:aws:firehose:us-east-1:111122223333:deliverystream/sms", "region": "us-east-1",
        "records": data.iter().enumerate().map(record).collect::<Vec<_>>()})
}

pub(crate) fn sns(message: &str) -> Value {
    json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {"Type": "Notification", "MessageId": "n-1",
        "TopicArn": "arn:aws:sns:us-east-1:111122223333:sms", "Message": message, "Timestamp": "2026-11-18T11:06:40.000Z"}}]})
}

pub(crate) fn event_bridge(detail: &str) -> Value {
    json!({"version": "0", "id": "e-1", "detail-type": "Text Message Delivery Status Updated", "source": "aws.sms-voice",
        "account": "111122223333", "time": "2026-11-18T11:06:40Z", "region": "us-east-1", "resources": [],
        "detail": serde_json::from_str::<Value>(detail).unwrap()})
}

pub(crate) fn logs(messages: &[String]) -> Value {
    use std::io::Write;
    let event = |(n, message): (usize, &String)| json!({"id": format!("l-{n}"), "timestamp": 1_795_000_000_000u64, "message": message});
    let data = json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "g", "logStream": "s", "subscriptionFilters": ["f"],
        "logEvents": messages.iter().enumerate().map(event).collect::<Vec<_>>()});
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(data.to_string().as_bytes()).unwrap();
    json!({"awslogs": {"data": STANDARD.encode_to_string(gzip.finish().unwrap())}})
}

pub(crate) fn s3(key: &str) -> Value {
    json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventTime": "2026-11-18T11:06:40.000Z",
        "eventName": "ObjectCreated:Put", "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": "archive"}, "object": {"key": key, "size": 1}}}]})
}
