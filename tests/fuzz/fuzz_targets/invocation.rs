//! Any text as an invocation's payload: no panic, a ledger that adds up, a reply that the invoking service accepts, and
//! the same objects when the payload is delivered again.

#![no_main]

use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use object_store::memory::InMemory;
use object_store::path::Path;
use serde_json::Value;
use smsvoice_event::Timestamp;
use smsvoice_ingest::lambda::{Consumer, Reply};
use smsvoice_ingest::{ObjectName, Objects, Part, Privacy, Settings};
use smsvoice_lake::{Lake, Table};

const LIMIT: usize = 6 * 1024 * 1024;

fuzz_target!(|payload: &str| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let settings = Settings {
            privacy: Privacy { origination_too: true, ..Privacy::default() },
            context_columns: vec!["campaign".to_owned()],
            ..Settings::plain()
        };
        let lake = Lake::in_store(Arc::new(InMemory::new()), Path::default(), "memory");
        let consumer = Consumer { lake, settings, buckets: Arc::new(|_| Arc::new(Nothing)) };
        deliver(&consumer, payload).await;
        let before = objects(&consumer.lake).await;
        deliver(&consumer, payload).await;
        assert_eq!(objects(&consumer.lake).await, before, "two deliveries leave one set of objects");
    });
});

/// A bucket without objects.
struct Nothing;

impl Objects for Nothing {
    fn get<'a>(
        &'a self,
        name: &'a ObjectName,
        _: Range<u64>,
        _: Option<&'a str>,
    ) -> Pin<Box<dyn Future<Output = object_store::Result<Part>> + Send + 'a>> {
        let missing = object_store::Error::NotFound { path: name.key.clone(), source: "it is empty".into() };
        Box::pin(async { Err(missing) })
    }
}

async fn deliver(consumer: &Consumer, payload: &str) {
    let now = Timestamp::from_millis(1_795_000_000_000).unwrap();
    // Objects that a notification names are not in the bucket; no time is left to look for them twice.
    let handled = consumer.invoke(payload, now, Duration::from_millis(100)).await;
    let ledger = &handled.ledger;
    assert!(ledger.adds_up(), "{ledger:?}");
    assert_eq!(ledger.to_retry, 0, "the store works");
    match handled.reply {
        Ok(reply @ Reply::Transformed { .. }) => {
            let asked: Value = serde_json::from_str(payload).unwrap();
            let json = reply.into_json().unwrap();
            assert!(json.get().len() <= LIMIT.max(payload.len()));
            let answer: Value = serde_json::from_str(json.get()).unwrap();
            let (asked, answers) = (asked["records"].as_array().unwrap(), answer["records"].as_array().unwrap());
            assert_eq!(asked.len(), answers.len());
            for (asked, answer) in asked.iter().zip(answers) {
                assert_eq!(asked["recordId"].as_str().unwrap_or_default(), answer["recordId"].as_str().unwrap());
                let data = answer["data"].as_str().map(|data| base64_simd::STANDARD.decode_to_vec(data).unwrap());
                assert_eq!(answer["result"], if data.is_some() { "Ok" } else { "ProcessingFailed" });
                assert_eq!(answer.get("metadata").is_some(), data.is_some());
                assert!(data.is_none_or(|data| data.last() == Some(&b'\n')));
            }
        }
        Ok(Reply::Batch { batch_item_failures }) => {
            let named_object = payload.contains("s3");
            assert!(batch_item_failures.is_empty() || named_object, "{batch_item_failures:?}");
        }
        Ok(reply @ Reply::Tasks { .. }) => {
            let answer: Value = serde_json::from_str(reply.into_json().unwrap().get()).unwrap();
            let results = answer["results"].as_array().unwrap();
            assert!(
                !results.is_empty() && results.iter().all(|result| result["resultCode"] != "Succeeded"),
                "{answer}"
            );
        }
        Ok(Reply::Ledger(told)) => assert_eq!(told.received, ledger.received),
        Err(failure) => assert!(!failure.to_string().is_empty()),
    }
}

async fn objects(lake: &Lake) -> Vec<String> {
    let mut names = Vec::new();
    for table in Table::ALL {
        names.extend(lake.files(table).await.unwrap().into_iter().map(|file| file.location.to_string()));
    }
    names
}
