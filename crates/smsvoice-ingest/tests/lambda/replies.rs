//! The reply to each invoking service, key by key.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::AsArray;
use base64_simd::STANDARD;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::{Value, json};
use smsvoice_event::Timestamp;
use smsvoice_ingest::lambda::{Consumer, Failure};
use smsvoice_lake::Table;

use crate::flaky::{Fate, Flaky, Read};
use crate::payloads::{self, event};
use crate::world::{bucket, consumer, contents};

const QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:sms";

fn memory() -> Arc<dyn ObjectStore> {
    Arc::new(InMemory::new())
}

async fn reply(consumer: &Consumer, payload: &Value) -> Result<Value, Failure> {
    let text = payload.to_string();
    let now = Timestamp::from_millis(1_795_000_000_000).unwrap();
    let handled = consumer.invoke(&text, now, Duration::from_secs(10)).await;
    assert!(handled.ledger.adds_up(), "{:?}", handled.ledger);
    handled.reply.map(|reply| serde_json::to_value(reply).unwrap())
}

#[tokio::test]
async fn sqs_acknowledges_what_is_durable_or_quarantined() {
    let consumer = consumer(memory(), memory());
    let payload = payloads::sqs(&[event(0), "no event".into(), event(1)], QUEUE);
    assert_eq!(reply(&consumer, &payload).await.unwrap(), json!({"batchItemFailures": []}));
}

#[tokio::test(start_paused = true)]
async fn sqs_names_exactly_the_messages_that_are_not_durable() {
    // Three partitions of a row each, so three puts, in the order of the channels: text, voice, media. The first is denied.
    let lake = Arc::new(Flaky::new(vec![Fate::Denied, Fate::Works, Fate::Works]));
    let payload = payloads::sqs(&[event(0), event(1), event(2)], QUEUE);
    let failed = json!({"batchItemFailures": [{"itemIdentifier": "sqs-0"}]});
    assert_eq!(reply(&consumer(lake, memory()), &payload).await.unwrap(), failed);
}

#[tokio::test(start_paused = true)]
async fn a_fifo_queue_gets_everything_back_from_the_first_failure_on() {
    let lake = Arc::new(Flaky::new(vec![Fate::Works, Fate::Denied, Fate::Works]));
    let payload = payloads::sqs(&[event(0), event(1), event(2)], &format!("{QUEUE}.fifo"));
    let failed = json!({"batchItemFailures": [{"itemIdentifier": "sqs-1"}, {"itemIdentifier": "sqs-2"}]});
    assert_eq!(reply(&consumer(lake, memory()), &payload).await.unwrap(), failed);
}

#[tokio::test(start_paused = true)]
async fn kinesis_hears_the_lowest_failed_sequence_number() {
    let lake = Arc::new(Flaky::new(vec![Fate::Works, Fate::Denied, Fate::Denied]));
    // Sequence numbers …9, …10, …11: the lowest of the failed voice (…10) and media (…11) is not the first as text.
    let payload = payloads::kinesis(&[event(0), event(1), event(2)]);
    let failed = json!({"batchItemFailures": [{"itemIdentifier": "495469866831355410"}]});
    assert_eq!(reply(&consumer(lake, memory()), &payload).await.unwrap(), failed);
}

#[tokio::test(start_paused = true)]
async fn sns_eventbridge_and_logs_fail_as_a_whole() {
    for payload in [payloads::sns(&event(0)), payloads::event_bridge(&event(0)), payloads::logs(&[event(0)])] {
        let lake = Arc::new(Flaky::new(vec![Fate::Denied]));
        let failure = reply(&consumer(lake, memory()), &payload).await.unwrap_err();
        assert!(matches!(failure, Failure::NotDurable { to_retry: 1, received: 1, .. }), "{failure}");
        assert_eq!(reply(&consumer(memory(), memory()), &payload).await.unwrap()["written"], 1);
    }
}

#[tokio::test]
async fn firehose_gets_every_record_once_in_order() {
    let records = [event(0), "broken".into(), event(1) + "\n", String::new(), event(4) + &event(5)];
    let reply = reply(&consumer(memory(), memory()), &payloads::firehose(&records)).await.unwrap();
    let answers = reply["records"].as_array().unwrap();
    let ids: Vec<&str> = answers.iter().map(|answer| answer["recordId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["record-0", "record-1", "record-2", "record-3", "record-4"]);
    for (at, (answer, record)) in answers.iter().zip(&records).enumerate() {
        if at == 1 || at == 3 {
            assert_eq!(answer, &json!({"recordId": format!("record-{at}"), "result": "ProcessingFailed"}));
            continue;
        }
        let data = STANDARD.decode_to_vec(answer["data"].as_str().unwrap()).unwrap();
        assert_eq!(String::from_utf8(data).unwrap(), record.trim_end().to_owned() + "\n");
        assert_eq!(answer["result"], "Ok");
    }
    assert_eq!(answers[0]["metadata"], json!({"partitionKeys": {"channel": "text", "dt": "2026-11-18"}}));
}

#[tokio::test]
async fn a_firehose_reply_never_exceeds_what_lambda_lets_through() {
    let blank = " ".repeat(300);
    let records: Vec<String> = (0..11_000).map(|n| event(n) + &blank).collect();
    let payload = payloads::firehose(&records);
    assert!(payload.to_string().len() > 6_200_000, "a request as large as Lambda takes");
    let reply = reply(&consumer(memory(), memory()), &payload).await.unwrap();
    assert!(reply.to_string().len() <= 6 * 1024 * 1024, "{}", reply.to_string().len());
    assert_eq!(reply["records"].as_array().unwrap().len(), 11_000);
    assert!(reply["records"].as_array().unwrap().iter().all(|answer| answer["result"] != "Dropped"));
}

#[tokio::test]
async fn an_object_is_read_whatever_its_compression_and_key() {
    use std::io::Write;
    let lines: String = (0..50).map(|n| event(n) + "\n").collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(lines.as_bytes()).unwrap();
    let zstd = zstd::encode_all(lines.as_bytes(), 1).unwrap();
    for bytes in [lines.clone().into_bytes(), gzip.finish().unwrap(), zstd] {
        let objects = bucket("firehose/sms events é.gz", bytes).await;
        let consumer = consumer(memory(), objects);
        let notification = payloads::s3("firehose/sms+events+%C3%A9.gz");
        assert_eq!(reply(&consumer, &notification).await.unwrap()["written"], 50);
        let by_sqs = payloads::sqs(&[notification.to_string()], QUEUE);
        assert_eq!(reply(&consumer, &by_sqs).await.unwrap(), json!({"batchItemFailures": []}));
        assert_eq!(contents(&consumer.lake).await.0.len(), 50);
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_that_cannot_be_read_is_asked_for_again() {
    let failing = || Arc::new(Flaky::reading(vec![Read::Fails; 99]));
    let failure = reply(&consumer(memory(), failing()), &payloads::s3("late.gz")).await.unwrap_err();
    assert!(
        matches!(&failure, Failure::NotDurable { error, .. } if error.contains("s3://archive/late.gz: ")),
        "{failure}"
    );
    let consumer = consumer(memory(), failing());
    let by_sqs = payloads::sqs(&[payloads::s3("late.gz").to_string(), event(0)], QUEUE);
    let failed = json!({"batchItemFailures": [{"itemIdentifier": "sqs-0"}]});
    assert_eq!(reply(&consumer, &by_sqs).await.unwrap(), failed);
}

#[tokio::test]
async fn objects_that_are_gone_are_told_and_not_asked_for_for_ever() {
    let consumer = consumer(memory(), memory());
    let now = Timestamp::from_millis(1_795_000_000_000).unwrap();
    let payload = payloads::s3("gone+away.gz").to_string();
    let handled = consumer.invoke(&payload, now, Duration::from_secs(10)).await;
    assert_eq!((handled.ledger.quarantined, handled.ledger.by_reason["missing_object"]), (1, 1));
    assert_eq!(
        handled.problems,
        ["s3://archive/gone away.gz is not there (any more); the notification is in quarantine"]
    );
    assert!(handled.reply.is_ok());
    let file = &consumer.lake.files(Table::Quarantine).await.unwrap()[0];
    let kept = consumer.lake.read_quarantine(file).await.unwrap().remove(0);
    assert_eq!(kept.source_id, "s3://archive/gone away.gz");
    assert!(String::from_utf8(kept.payload).unwrap().contains("gone%20away%2Egz"), "it leads to the object again");

    let removed = payload.replace("ObjectCreated:Put", "ObjectRemoved:Delete");
    let handled = consumer.invoke(&removed, now, Duration::from_secs(10)).await;
    assert_eq!((handled.ledger.received, handled.ledger.removed_objects), (0, 1));
    assert_eq!(handled.problems, ["s3://archive/gone away.gz was removed, so there is nothing to read"]);
    assert!(handled.reply.is_ok());
}

#[tokio::test]
async fn objects_of_the_lake_itself_start_no_loop() {
    let store = memory();
    store.put(&"lake/events/channel=text/x.parquet".into(), "PAR1".into()).await.unwrap();
    let mut consumer = consumer(memory(), store);
    let prefix = object_store::path::Path::from("lake");
    consumer.lake = smsvoice_lake::Lake::in_store(memory(), prefix, "s3://archive/lake");
    let account = reply(&consumer, &payloads::s3("lake/events/channel%3Dtext/x.parquet")).await.unwrap();
    assert_eq!(account["received"], 0);
}

#[tokio::test]
async fn what_is_no_invocation_is_refused_and_kept() {
    let of_another_service = r#"{"Records":[{"eventSource":"aws:dynamodb","dynamodb":{}}]}"#;
    let unknown = ["{}", "null", "17", "\"text\"", r#"{"hello":"world"}"#, r#"{"Records":{}}"#, "[17]", r#"[{"a":1}]"#];
    for payload in unknown.into_iter().chain([of_another_service, "[]"]) {
        let consumer = consumer(memory(), memory());
        let now = Timestamp::from_millis(1_795_000_000_000).unwrap();
        let handled = consumer.invoke(payload, now, Duration::from_secs(10)).await;
        let (_, quarantined) = contents(&consumer.lake).await;
        if payload == "[]" {
            assert!(handled.reply.is_ok(), "an empty batch is a batch");
        } else {
            assert!(matches!(handled.reply, Err(Failure::Unrecognized { .. })), "{payload}: {:?}", handled.reply);
            assert_eq!(quarantined, 1, "{payload}");
        }
    }
}

#[tokio::test]
async fn promoted_context_keys_are_columns_of_their_own() {
    let mut consumer = consumer(memory(), memory());
    consumer.settings.context_columns = vec!["campaign".into(), "team-id".into()];
    let with = json!({"eventType": "TEXT_SENT", "messageId": "a", "eventTimestamp": 1_795_305_600_000u64, "context": {"campaign": "spring", "team-id": "7"}});
    let without = json!({"eventType": "TEXT_SENT", "messageId": "b", "eventTimestamp": 1_795_305_600_000u64, "context": {"other": "x"}});
    reply(&consumer, &payloads::sqs(&[with.to_string(), without.to_string()], QUEUE)).await.unwrap();
    let files = consumer.lake.files(Table::Events).await.unwrap();
    let rows = consumer.lake.read_events(&files[0]).await.unwrap().remove(0);
    let column = |name: &str| -> Vec<Option<String>> {
        let column = rows.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
        column.as_string::<i32>().iter().map(|value| value.map(str::to_owned)).collect()
    };
    assert_eq!(column("message_id"), [Some("a".into()), Some("b".into())]);
    assert_eq!(column("context_campaign"), [Some("spring".into()), None]);
    assert_eq!(column("context_team_id"), [Some("7".into()), None]);
    assert!(rows.column_by_name("context").is_some(), "the map keeps all pairs");
}
