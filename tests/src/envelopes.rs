//! Envelopes of AWS, and of tools, around any JSON values: what a reader has to see through.

use std::fmt::Write as _;
use std::io::Write as _;

use base64_simd::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};
use serde_json::{Value, json};

/// When the envelopes below say that they arrived, in milliseconds since 1970: 2026-11-23T10:00:00.123Z.
pub const ARRIVAL: i64 = 1_795_428_000_123;

/// An envelope, and what it tells of the events within.
#[derive(Clone, Copy)]
pub struct Envelope {
    /// What it is, for people.
    pub name: &'static str,
    /// Puts values, each a JSON text, into it.
    pub around: fn(&[String]) -> String,
    /// The column `source` of an event in it.
    pub source: &'static str,
    /// The columns `account_id` and `aws_region`, if it tells them.
    pub account_and_region: Option<(&'static str, &'static str)>,
    /// The column `received_at`, in milliseconds since 1970, if it tells it.
    pub arrival: Option<i64>,
}

/// Each envelope that events are known to come in.
pub const ALL: [Envelope; 19] = [
    known("SNS by HTTP", |values| each_line(values, sns), "sns", ARRIVAL),
    known(
        "SNS to Lambda",
        |values| records(values, |value| format!(r#"{{"EventSource":"aws:sns","Sns":{}}}"#, sns(value))),
        "sns",
        ARRIVAL,
    ),
    known("SQS to Lambda", |values| records(values, sqs), "sqs", ARRIVAL),
    known("SQS to Lambda, of SNS", |values| records(values, |value| sqs(&sns(value))), "sqs", ARRIVAL),
    Envelope { account_and_region: None, ..known("SQS ReceiveMessage", received, "sqs", ARRIVAL) },
    known("EventBridge", |values| each_line(values, event_bridge), "eventbridge", ARRIVAL - 123),
    known("SQS to Lambda, of EventBridge", |values| records(values, |value| sqs(&event_bridge(value))), "sqs", ARRIVAL),
    Envelope {
        account_and_region: None,
        arrival: None,
        ..known("EventBridge's detail, transformed", transformed, "file", 0)
    },
    known(
        "Firehose's transformation",
        |values| firehose(values, |value| value.as_bytes().to_vec()),
        "firehose",
        ARRIVAL,
    ),
    known(
        "Firehose's transformation, of Logs",
        |values| firehose(values, |value| gzip(&logs(&[value.to_owned()]))),
        "firehose",
        ARRIVAL,
    ),
    Envelope { account_and_region: None, arrival: None, ..known("Firehose to HTTP", firehose_to_http, "firehose", 0) },
    Envelope {
        account_and_region: None,
        ..known("Firehose's processing-failed", |values| each_line(values, failed), "firehose", ARRIVAL)
    },
    known("Kinesis to Lambda", |values| records(values, |value| kinesis(value.as_bytes())), "kinesis", ARRIVAL),
    known(
        "Kinesis to Lambda, aggregated",
        |values| records(&[String::new()], |_| kinesis(&aggregate(values))),
        "kinesis",
        ARRIVAL,
    ),
    Envelope {
        account_and_region: Some(("111122223333", "")),
        ..known("Logs to Lambda", subscription, "logs", ARRIVAL)
    },
    Envelope { account_and_region: Some(("111122223333", "")), ..known("Logs, decoded", logs, "logs", ARRIVAL) },
    Envelope { account_and_region: None, ..known("FilterLogEvents", filtered, "logs", ARRIVAL) },
    Envelope {
        account_and_region: None,
        ..known("Logs Insights", |values| each_line(values, insights_row), "logs", ARRIVAL)
    },
    known("Lambda's destination on failure", on_failure, "sns", ARRIVAL),
];

const fn known(name: &'static str, around: fn(&[String]) -> String, source: &'static str, arrival: i64) -> Envelope {
    Envelope { name, around, source, account_and_region: Some(("111122223333", "eu-west-2")), arrival: Some(arrival) }
}

fn each_line(values: &[String], around: impl Fn(&str) -> String) -> String {
    values.iter().map(|value| around(value)).collect::<Vec<_>>().join("\n")
}

fn list(values: &[String], around: impl Fn(&str) -> String) -> String {
    values.iter().map(|value| around(value)).collect::<Vec<_>>().join(",")
}

fn records(values: &[String], around: impl Fn(&str) -> String) -> String {
    format!(r#"{{"Records":[{}]}}"#, list(values, around))
}

/// A text as a JSON string.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode_to_string(bytes)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).expect("memory can be written to");
    gzip.finish().expect("memory can be written to")
}

fn sns(message: &str) -> String {
    json!({
        "Type": "Notification", "MessageId": "7d1ee2b0-5a0e-4c26-8f0b-0c1a5f0a7a10",
        "TopicArn": "arn:aws:sns:eu-west-2:111122223333:sms-voice-events",
        "Timestamp": "2026-11-23T10:00:00.123Z", "Message": message,
    })
    .to_string()
}

fn sqs(body: &str) -> String {
    json!({
        "messageId": "67c70f33-a8e5-4191-822b-2d9cb82fcc3c", "receiptHandle": "AQEBEXAMPLE", "body": body,
        "attributes": {"SentTimestamp": ARRIVAL.to_string()}, "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-2:111122223333:sms-voice-events",
    })
    .to_string()
}

fn received(values: &[String]) -> String {
    let message = |body: &str| {
        json!({
            "MessageId": "67c70f33-a8e5-4191-822b-2d9cb82fcc3c", "ReceiptHandle": "AQEBEXAMPLE", "Body": body,
            "Attributes": {"SentTimestamp": ARRIVAL.to_string()},
        })
        .to_string()
    };
    format!(r#"{{"Messages":[{}]}}"#, list(values, message))
}

fn event_bridge(detail: &str) -> String {
    format!(
        r#"{{"version":"0","id":"d2ea9692-c0f4-4538-b46e-adedfa47d28e","detail-type":"Text Message Delivery Status Updated","source":"aws.sms-voice","account":"111122223333","time":"2026-11-23T10:00:00Z","region":"eu-west-2","resources":[],"detail":{detail}}}"#
    )
}

fn transformed(values: &[String]) -> String {
    each_line(values, |value| format!(r#"{{"rule":"to-the-lake","detail":{value}}}"#))
}

fn firehose(values: &[String], data: impl Fn(&str) -> Vec<u8>) -> String {
    let record = |value: &str| {
        json!({"recordId": "49546986683135544286507457936321625675700192471156785150",
            "approximateArrivalTimestamp": ARRIVAL, "data": base64(&data(value))})
        .to_string()
    };
    format!(
        r#"{{"invocationId":"f8905d06-785b-4d57-bf63-b822b95c2f7f","deliveryStreamArn":"arn:aws:firehose:eu-west-2:111122223333:deliverystream/sms-voice-events","region":"eu-west-2","records":[{}]}}"#,
        list(values, record)
    )
}

fn firehose_to_http(values: &[String]) -> String {
    let record = |value: &str| json!({"data": base64(value.as_bytes())}).to_string();
    format!(r#"{{"requestId":"ed4acda5","timestamp":{ARRIVAL},"records":[{}]}}"#, list(values, record))
}

fn failed(value: &str) -> String {
    json!({"attemptsMade": 4, "arrivalTimestamp": ARRIVAL, "errorCode": "Lambda.FunctionError",
        "errorMessage": "timed out", "rawData": base64(value.as_bytes())})
    .to_string()
}

fn kinesis(data: &[u8]) -> String {
    json!({
        "kinesis": {"partitionKey": "1", "sequenceNumber": "49590338271490256608559692538361571095921575989136512500",
            "data": base64(data), "approximateArrivalTimestamp": 1_795_428_000.123},
        "eventSource": "aws:kinesis",
        "eventSourceARN": "arn:aws:kinesis:eu-west-2:111122223333:stream/sms-voice-events",
    })
    .to_string()
}

/// What the Kinesis Producer Library makes of several records: its mark, a protobuf message, the message's MD5.
fn aggregate(values: &[String]) -> Vec<u8> {
    let mut message = field(1, b"key"); // partition_key_table
    for value in values {
        let record = [vec![0x08, 0x00], field(3, value.as_bytes())].concat(); // partition_key_index 0, data
        message.extend(field(3, &record));
    }
    let sum = Md5::digest(&message);
    [&[0xf3, 0x89, 0x9a, 0xc2], &*message, &*sum].concat()
}

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    let mut len = bytes.len();
    while len >= 0x80 {
        field.push(u8::try_from(len & 0x7f).expect("seven bits") | 0x80);
        len >>= 7;
    }
    field.push(u8::try_from(len).expect("seven bits"));
    field.extend(bytes);
    field
}

fn log_event(message: &str) -> String {
    json!({"id": "39412345678901234567890123456789012345678901234567890000", "timestamp": ARRIVAL, "message": message})
        .to_string()
}

fn logs(values: &[String]) -> String {
    let mut text = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/sms-voice/otp","logStream":"1","subscriptionFilters":["smsvoice"],"#.to_owned();
    write!(text, r#""logEvents":[{}]}}"#, list(values, log_event)).expect("memory can be written to");
    text
}

fn subscription(values: &[String]) -> String {
    json!({"awslogs": {"data": base64(&gzip(&logs(values)))}}).to_string()
}

fn filtered(values: &[String]) -> String {
    let event = |message: &str| {
        json!({"logStreamName": "1", "timestamp": ARRIVAL, "message": message, "ingestionTime": ARRIVAL + 1,
            "eventId": "3600000000000000000000000000000000000000000000000000001"})
        .to_string()
    };
    format!(r#"{{"events":[{}],"searchedLogStreams":[]}}"#, list(values, event))
}

fn insights_row(message: &str) -> String {
    json!({"@timestamp": "2026-11-23 10:00:00.123", "@message": message, "@ptr": "CnAKLwo="}).to_string()
}

fn on_failure(values: &[String]) -> String {
    let payload = records(values, |value| format!(r#"{{"EventSource":"aws:sns","Sns":{}}}"#, sns(value)));
    format!(
        r#"{{"version":"1.0","timestamp":"2026-11-23T10:05:00.000Z","requestContext":{{"condition":"RetriesExhausted"}},"requestPayload":{payload},"responseContext":{{"statusCode":200}},"responsePayload":{{"errorMessage":"timed out"}}}}"#
    )
}
