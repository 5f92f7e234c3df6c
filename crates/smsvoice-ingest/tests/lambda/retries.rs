//! Laws of redelivery: whatever the store does, in the end every event rests in the lake, and none was lost.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStoreExt;
use object_store::memory::InMemory;
use proptest::prelude::*;
use serde_json::Value;
use smsvoice_event::{Event, Timestamp};
use smsvoice_ingest::lambda::Reply;

use crate::flaky::{Fate, Flaky, Read};
use crate::world::{consumer, contents};
use crate::{payloads, world};

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000).unwrap()
}

/// What SQS and Kinesis send again after a reply; everything, when there is none.
fn sent_again(payload: &Value, reply: Option<Reply>) -> Option<Value> {
    let failures = match reply {
        Some(Reply::Batch { batch_item_failures }) => batch_item_failures,
        Some(_) => return None,
        None => return Some(payload.clone()),
    };
    let records = payload["Records"].as_array().unwrap();
    let id = |record: &Value| {
        record["messageId"].as_str().or(record["kinesis"]["sequenceNumber"].as_str()).unwrap().to_owned()
    };
    let failed: BTreeSet<String> = failures.into_iter().map(|failure| failure.item_identifier).collect();
    let again: Vec<Value> = match records.first()?["eventSource"].as_str() {
        Some("aws:kinesis") => records.iter().skip_while(|record| !failed.contains(&id(record))).cloned().collect(),
        _ => records.iter().filter(|record| failed.contains(&id(record))).cloned().collect(),
    };
    (!again.is_empty()).then(|| serde_json::json!({"Records": again}))
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        3 => Just(Fate::Works), 2 => Just(Fate::Throttled), 2 => Just(Fate::Denied), 1 => Just(Fate::Silent), 2 => Just(Fate::AnswerLost),
        2 => Just(Fate::Conflict), 1 => Just(Fate::ConflictWritten)
    ];
    proptest::collection::vec(fate, 0..24)
}

fn reads() -> impl Strategy<Value = Vec<Read>> {
    let read = prop_oneof![
        2 => Just(Read::Works), 1 => Just(Read::Fails), 1 => Just(Read::Hangs), 2 => Just(Read::BreaksOff), 1 => Just(Read::FallsSilent)
    ];
    proptest::collection::vec(read, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_object_that_breaks_off_is_read_again_until_it_is_read_whole(reads in reads(), count in 1usize..24, form in 0usize..3, by_sqs: bool) {
        let texts: Vec<String> = (0..count).map(payloads::event).collect();
        let wanted: BTreeSet<String> = texts.iter().map(|text| Event::parse(text).unwrap().id().to_string()).collect();
        let lines = texts.join("\n").into_bytes();
        let bytes = match form {
            0 => lines,
            1 => zstd::encode_all(&lines[..], 3).unwrap(),
            _ => world::gzip(&lines),
        };
        let notification = payloads::s3("events.ndjson");
        let payload = if by_sqs { payloads::sqs(&[notification.to_string()], "arn:aws:sqs:us-east-1:1:q") } else { notification };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let objects = Flaky::reading(reads);
            objects.put(&"events.ndjson".into(), bytes.into()).await.unwrap();
            let consumer = consumer(Arc::new(InMemory::new()), Arc::new(objects));
            let mut next = Some(payload);
            let mut deliveries = 0;
            while let Some(payload) = next {
                deliveries += 1;
                prop_assert!(deliveries <= 20, "it never ends");
                let begin = tokio::time::Instant::now();
                let handled = consumer.invoke(&payload.to_string(), now(), Duration::from_secs(20)).await;
                prop_assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
                prop_assert!(handled.ledger.adds_up(), "{:?}", handled.ledger);
                next = sent_again(&payload, handled.reply.ok());
                prop_assert_eq!(next.is_some(), !handled.problems.is_empty(), "a failure is said: {:?}", handled.problems);
            }
            let (events, quarantined) = contents(&consumer.lake).await;
            prop_assert_eq!(events.into_keys().collect::<BTreeSet<_>>(), wanted, "in {} deliveries", deliveries);
            prop_assert_eq!(quarantined, 0);
            Ok(())
        })?;
    }

    #[test]
    fn after_redelivery_nothing_is_lost(fates in fates(), kind in 0usize..7, count in 1usize..12, broken in proptest::option::of(0usize..12)) {
        let mut texts: Vec<String> = (0..count).map(payloads::event).collect();
        if let Some(at) = broken.filter(|at| *at < count) {
            texts[at] = texts[at][..20].to_owned();
        }
        let wanted: BTreeSet<String> = texts.iter().filter_map(|text| Some(Event::parse(text).ok()?.id().to_string())).collect();
        let payload = match kind {
            0 => payloads::sqs(&texts, "arn:aws:sqs:us-east-1:111122223333:sms"),
            1 => payloads::sqs(&texts, "arn:aws:sqs:us-east-1:111122223333:sms.fifo"),
            2 => payloads::kinesis(&texts),
            3 => payloads::firehose(&texts),
            4 => payloads::sns(&texts.join("\n")),
            5 => payloads::logs(&texts),
            _ => payloads::s3("events.ndjson"),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let objects = world::bucket("events.ndjson", texts.join("\n").into_bytes()).await;
            let consumer = consumer(Arc::new(Flaky::new(fates)), objects);
            let mut next = Some(payload);
            let mut deliveries = 0;
            while let Some(payload) = next {
                deliveries += 1;
                prop_assert!(deliveries <= 60, "it never ends");
                let text = payload.to_string();
                let handled = consumer.invoke(&text, now(), Duration::from_secs(20)).await;
                prop_assert!(handled.ledger.adds_up(), "{:?}", handled.ledger);
                next = sent_again(&payload, handled.reply.ok());
            }
            let (events, quarantined) = contents(&consumer.lake).await;
            prop_assert_eq!(events.into_keys().collect::<BTreeSet<_>>(), wanted, "in {} deliveries", deliveries);
            prop_assert_eq!(quarantined > 0, broken.is_some_and(|at| at < count));
            Ok(())
        })?;
    }
}

#[tokio::test(start_paused = true)]
async fn a_put_is_tried_again_while_there_is_time() {
    let lake = Arc::new(Flaky::new(vec![Fate::Throttled; 6]));
    let consumer = consumer(lake, Arc::new(InMemory::new()));
    let payload = payloads::sns(&payloads::event(0)).to_string();
    let handled = consumer.invoke(&payload, now(), Duration::from_secs(20)).await;
    assert_eq!((handled.ledger.written, handled.ledger.to_retry), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_invocation_answers_before_its_time_is_up() {
    let consumer = consumer(Arc::new(Flaky::new(vec![Fate::Silent; 99])), Arc::new(InMemory::new()));
    let payload = payloads::sqs(&[payloads::event(0), payloads::event(4)], "arn:aws:sqs:us-east-1:1:q").to_string();
    let started = tokio::time::Instant::now();
    let handled = consumer.invoke(&payload, now(), Duration::from_secs(15)).await;
    assert!(started.elapsed() < Duration::from_secs(15));
    assert_eq!(handled.ledger.to_retry, 2);
    assert!(matches!(handled.reply, Ok(Reply::Batch { batch_item_failures }) if batch_item_failures.len() == 2));
}

#[tokio::test]
async fn two_deliveries_of_one_batch_leave_one_set_of_objects() {
    let consumer = consumer(Arc::new(InMemory::new()), Arc::new(InMemory::new()));
    let texts: Vec<String> = (0..9).map(payloads::event).chain(["{broken".to_owned()]).collect();
    let payload = payloads::sqs(&texts, "arn:aws:sqs:us-east-1:1:q").to_string();
    for _ in 0..2 {
        consumer.invoke(&payload, now(), Duration::from_secs(20)).await;
    }
    let (events, quarantined) = contents(&consumer.lake).await;
    assert_eq!((events.len(), events.values().sum::<usize>(), quarantined), (9, 9, 1));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_no_proof_that_the_file_is_there() {
    for (fates, written, there) in [(vec![Fate::Conflict; 3], 1, 0), (vec![Fate::ConflictWritten], 0, 1)] {
        let consumer = consumer(Arc::new(Flaky::new(fates)), Arc::new(InMemory::new()));
        let payload = payloads::sns(&payloads::event(0)).to_string();
        let handled = consumer.invoke(&payload, now(), Duration::from_secs(20)).await;
        assert_eq!((handled.ledger.written, handled.ledger.already_there), (written, there));
        assert_eq!(contents(&consumer.lake).await.0.len(), 1, "the event rests in the lake");
    }
}
