//! S3 Batch Operations and Step Functions: objects of an archive that nobody tells of, read by many invocations.

use std::sync::Arc;
use std::time::Duration;

use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::{Value, json};
use smsvoice_event::Timestamp;
use smsvoice_ingest::lambda::{Consumer, Failure};
use smsvoice_ingest::{Ledger, ObjectAccount};
use smsvoice_lake::{Reason, Table};

use crate::flaky::{Fate, Flaky, Read};
use crate::payloads::event;
use crate::world::{bucket, consumer, contents};

fn memory() -> Arc<dyn ObjectStore> {
    Arc::new(InMemory::new())
}

/// An invocation of schema 1.0 with these keys, encoded as S3 does.
fn invocation(keys: &[&str]) -> Value {
    let task = |(n, key): (usize, &&str)| json!({"taskId": format!("task-{n}"), "s3Key": key, "s3VersionId": null, "s3BucketArn": "arn:aws:s3:::archive"});
    json!({"invocationSchemaVersion": "1.0", "invocationId": "id=", "job": {"id": "f3cc4f60-61f6-4a2b-8a21-d07600c373ce"},
        "tasks": keys.iter().enumerate().map(task).collect::<Vec<_>>()})
}

async fn reply(consumer: &Consumer, payload: &Value) -> Result<Value, Failure> {
    let now = Timestamp::from_millis(1_795_000_000_000).unwrap();
    let handled = consumer.invoke(&payload.to_string(), now, Duration::from_secs(10)).await;
    assert!(handled.ledger.adds_up(), "{:?}", handled.ledger);
    handled.reply.map(|reply| serde_json::to_value(reply).unwrap())
}

/// Code and account of the only task.
async fn result(consumer: &Consumer, payload: &Value) -> (String, ObjectAccount) {
    let reply = reply(consumer, payload).await.unwrap();
    let results = reply["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    let account = ObjectAccount::from_json(results[0]["resultString"].as_str().unwrap()).unwrap();
    (results[0]["resultCode"].as_str().unwrap().to_owned(), account)
}

fn lines(count: usize) -> Vec<u8> {
    (0..count).map(|n| event(4 * n) + "\n").collect::<String>().into_bytes()
}

#[tokio::test]
async fn every_task_is_answered_once_and_in_order() {
    let objects = bucket("a b/é+1.ndjson", [&lines(3)[..], br#"{"eventType":"TEXT_DELI"#].concat()).await;
    let consumer = consumer(memory(), objects);
    let reply = reply(&consumer, &invocation(&["a+b/%C3%A9%2B1.ndjson", "gone", "%FF"])).await.unwrap();
    let accounts: Vec<Value> = reply["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| serde_json::from_str(result["resultString"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(
        accounts,
        [
            json!({"received": 4, "written": 3, "quarantined": 1, "by_source": {"s3": 4}, "by_reason": {"invalid_json": 1}}),
            json!({"received": 1, "quarantined": 1, "by_source": {"s3": 1}, "by_reason": {"missing_object": 1},
            "error": Reason::MissingObject.meaning()}),
            json!({"received": 1, "quarantined": 1, "by_source": {"s3": 1}, "by_reason": {"invalid_object_key": 1},
            "error": Reason::InvalidObjectKey.meaning()}),
        ]
    );
    let mut without_accounts = reply.clone();
    for result in without_accounts["results"].as_array_mut().unwrap() {
        result.as_object_mut().unwrap().remove("resultString").unwrap();
    }
    assert_eq!(
        without_accounts,
        json!({"invocationSchemaVersion": "1.0", "treatMissingKeysAs": "TemporaryFailure", "invocationId": "id=", "results": [
            {"taskId": "task-0", "resultCode": "Succeeded"},
            {"taskId": "task-1", "resultCode": "PermanentFailure"},
            {"taskId": "task-2", "resultCode": "PermanentFailure"},
        ]})
    );
}

#[tokio::test]
async fn the_second_schema_names_the_bucket_and_has_arguments() {
    let consumer = consumer(memory(), bucket("a", lines(2)).await);
    let payload = json!({"invocationSchemaVersion": "2.0", "invocationId": "i",
        "job": {"id": "j", "userArguments": {"any": "thing"}},
        "tasks": [{"taskId": "t", "s3Key": "a", "s3VersionId": null, "s3Bucket": "archive"}]});
    let reply = reply(&consumer, &payload).await.unwrap();
    assert_eq!(reply["invocationSchemaVersion"], "2.0");
    assert_eq!(reply["results"][0]["resultCode"], "Succeeded");
}

#[tokio::test]
async fn a_task_that_comes_twice_writes_the_same_objects() {
    let objects = bucket("one", lines(5)).await;
    objects.put(&"two".into(), lines(7).into()).await.unwrap();
    let consumer = consumer(memory(), objects);
    let (code, account) = result(&consumer, &invocation(&["one"])).await;
    assert_eq!((code.as_str(), account.ledger.written), ("Succeeded", 5));
    let files = consumer.lake.files(Table::Events).await.unwrap();
    // In other company, too.
    let again = reply(&consumer, &invocation(&["two", "one"])).await.unwrap();
    let account = ObjectAccount::from_json(again["results"][1]["resultString"].as_str().unwrap()).unwrap();
    assert_eq!((account.ledger.written, account.ledger.already_there), (0, 5));
    let after = consumer.lake.files(Table::Events).await.unwrap();
    assert!(files.iter().all(|file| after.contains(file)), "{files:?} {after:?}");
}

#[tokio::test(start_paused = true)]
async fn what_fails_for_the_moment_is_temporary_and_leaves_its_neighbours_alone() {
    let failing = || Arc::new(Flaky::reading(vec![Read::Fails; 99]));
    let (code, account) = result(&consumer(memory(), failing()), &invocation(&["late.gz"])).await;
    assert_eq!(code, "TemporaryFailure", "a store out of reach");
    assert!(account.error.unwrap().contains("s3://archive/late.gz: "));

    let hanging = Arc::new(Flaky::reading(vec![Read::Hangs; 99]));
    let (code, _) = result(&consumer(memory(), hanging), &invocation(&["late.gz"])).await;
    assert_eq!(code, "TemporaryFailure", "a deadline reached");

    let objects = bucket("one", lines(5)).await;
    objects.put(&"two".into(), lines(7).into()).await.unwrap();
    let denied_once = consumer(Arc::new(Flaky::new(vec![Fate::Denied])), objects.clone());
    let reply = reply(&denied_once, &invocation(&["one", "two"])).await.unwrap();
    let results = reply["results"].as_array().unwrap();
    let code = |at: usize| results[at]["resultCode"].as_str().unwrap();
    assert_eq!((code(0), code(1)), ("TemporaryFailure", "Succeeded"), "a put that failed");
    let account = ObjectAccount::from_json(results[0]["resultString"].as_str().unwrap()).unwrap();
    assert_eq!(
        account.ledger,
        Ledger { received: 5, written: 4, to_retry: 1, by_source: [("s3", 5)].into(), ..Ledger::default() }
    );
    assert_eq!(contents(&denied_once.lake).await.0.len(), 7, "the five are among the seven");
}

#[tokio::test]
async fn an_object_that_takes_longer_than_its_time_is_temporary() {
    let consumer = consumer(memory(), bucket("large", lines(200_000)).await);
    let now = Timestamp::from_millis(1_795_000_000_000).unwrap();
    let payload = invocation(&["large"]).to_string();
    let handled = consumer.invoke(&payload, now, Duration::from_millis(60)).await;
    let reply = serde_json::to_value(handled.reply.unwrap()).unwrap();
    assert_eq!(reply["results"][0]["resultCode"], "TemporaryFailure", "{reply}");
}

#[tokio::test]
async fn a_task_that_names_no_object_is_given_up() {
    let consumer = consumer(memory(), memory());
    let mut payload = invocation(&["a"]);
    payload["tasks"] = json!([{"taskId": "t", "s3Key": "a"}, 17]);
    let reply = reply(&consumer, &payload).await.unwrap();
    let told: Vec<_> = reply["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            (
                result["taskId"].as_str().unwrap(),
                result["resultCode"].as_str().unwrap(),
                result["resultString"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("t", "PermanentFailure", r#"{"error":"the task names no object: s3BucketArn is not a string"}"#),
            ("", "PermanentFailure", r#"{"error":"the task names no object: the text is not a JSON object"}"#),
        ]
    );
}

#[tokio::test]
async fn a_distributed_map_of_step_functions_is_read_item_by_item_and_in_batches() {
    let objects = bucket("a b+%2B.ndjson", lines(3)).await;
    objects.put(&"second".into(), lines(4).into()).await.unwrap();
    let item = |key: &str| json!({"Etag": "\"x\"", "Key": key, "LastModified": 1_795_000_000.0, "Size": 10, "StorageClass": "STANDARD"});
    let batch = json!({"BatchInput": {"Bucket": "archive"}, "Items": [item("a b+%2B.ndjson"), item("second")]});
    let ledger = reply(&consumer(memory(), objects.clone()), &batch).await.unwrap();
    assert_eq!(
        (&ledger["received"], &ledger["written"]),
        (&json!(7), &json!(4)),
        "the same events stand in both: {ledger}"
    );

    let mut alone = item("second");
    alone["Bucket"] = json!("archive");
    assert_eq!(reply(&consumer(memory(), objects.clone()), &alone).await.unwrap()["written"], 4);

    let failure = reply(&consumer(memory(), objects), &item("second")).await.unwrap_err();
    assert!(matches!(failure, Failure::Unrecognized { .. }), "nobody knows the bucket: {failure}");
    let failing = Arc::new(Flaky::reading(vec![Read::Fails; 999]));
    assert!(reply(&consumer(memory(), failing), &batch).await.is_err(), "the map repeats it");
}
