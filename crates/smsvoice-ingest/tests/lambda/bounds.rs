//! What an invocation may cost, whatever comes: what takes too long is kept whole, and its neighbours are read.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64_simd::STANDARD;
use object_store::memory::InMemory;
use serde_json::{Value, json};
use smsvoice_event::Timestamp;
use smsvoice_ingest::lambda::{Consumer, Handled};
use smsvoice_lake::Table;

use crate::payloads::{self, event};
use crate::world::{bucket, consumer, contents, gzip};

const QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:sms";

async fn invoke(consumer: &Consumer, payload: &str, time_left: Duration) -> Handled {
    let begin = Instant::now();
    let handled = consumer.invoke(payload, Timestamp::from_millis(1_795_000_000_000).unwrap(), time_left).await;
    assert!(begin.elapsed() < time_left + Duration::from_millis(200), "{:?} of {time_left:?}", begin.elapsed());
    assert!(handled.ledger.adds_up(), "{:?}", handled.ledger);
    handled
}

/// Something that takes seconds to read, and is small: pieces that inflate, and each of them again to what is no event.
fn poison() -> String {
    let inner = gzip("{}\n".repeat(5 << 20).as_bytes());
    let record = json!({"recordId": "r", "data": STANDARD.encode_to_string(inner)}).to_string();
    STANDARD.encode_to_string(gzip(format!("{record}\n").repeat(60).as_bytes()))
}

async fn kept(consumer: &Consumer) -> Vec<(String, Vec<u8>)> {
    let mut kept = Vec::new();
    for file in consumer.lake.files(Table::Quarantine).await.unwrap() {
        let rows = consumer.lake.read_quarantine(&file).await.unwrap();
        kept.extend(rows.into_iter().map(|row| (row.reason, row.payload)));
    }
    kept
}

#[tokio::test]
async fn a_record_that_takes_too_long_is_kept_whole_and_its_neighbours_are_read() {
    let consumer = consumer(Arc::new(InMemory::new()), Arc::new(InMemory::new()));
    let mut payload = payloads::kinesis(&[event(0), String::new(), event(1)]);
    payload["Records"][1]["kinesis"]["data"] = poison().into();
    let record = payload["Records"][1].clone();
    let handled = invoke(&consumer, &payload.to_string(), Duration::from_secs(2)).await;
    assert_eq!(serde_json::to_value(handled.reply.unwrap()).unwrap(), json!({"batchItemFailures": []}));
    assert_eq!(contents(&consumer.lake).await.0.len(), 2, "the neighbours");
    let slow: Vec<_> = kept(&consumer).await.into_iter().filter(|(reason, _)| reason == "too_slow").collect();
    assert_eq!(slow.len(), 1);
    assert_eq!(serde_json::from_slice::<Value>(&slow[0].1).unwrap(), record, "as it came");
    assert!(handled.problems[0].contains("1 of 3 records took too long"), "{:?}", handled.problems);
}

#[tokio::test]
async fn an_object_that_takes_too_long_is_left_where_it_is_and_named() {
    let objects = bucket("bomb.gz", gzip("{}".repeat(100 << 20).as_bytes())).await;
    let consumer = consumer(Arc::new(InMemory::new()), objects);
    let payload = payloads::sqs(&[payloads::s3("bomb.gz").to_string(), event(0)], QUEUE).to_string();
    let handled = invoke(&consumer, &payload, Duration::from_secs(2)).await;
    assert_eq!(serde_json::to_value(handled.reply.unwrap()).unwrap(), json!({"batchItemFailures": []}));
    assert_eq!((handled.ledger.written, handled.ledger.by_reason["too_slow"]), (1, 1));
    let slow = kept(&consumer).await.into_iter().find(|(reason, _)| reason == "too_slow").unwrap();
    assert!(String::from_utf8(slow.1).unwrap().contains("bomb%2Egz"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn events_of_thousands_of_days_are_put_as_they_are_read() {
    let consumer = consumer(Arc::new(InMemory::new()), Arc::new(InMemory::new()));
    let days: String = (0..5000u64)
        .map(|n| {
            format!(
                r#"{{"eventType":"TEXT_SENT","messageId":"m-{n}","eventTimestamp":{}}}"#,
                1_300_000_000_000 + n * 86_400_000
            )
        })
        .collect();
    let payload = payloads::sqs(&[days], QUEUE).to_string();
    let handled = invoke(&consumer, &payload, Duration::from_mins(5)).await;
    assert_eq!((handled.ledger.written, handled.files, handled.ledger.to_retry), (5000, 5000, 0));
}
