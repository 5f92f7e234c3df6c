//! The laws of the lake: every event once, in its own partition, the same file for the same events, and read as written.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Decimal128Type, Int32Type, Int64Type, TimestampMillisecondType};
use object_store::memory::InMemory;
use object_store::path::Path;
use proptest::prelude::*;
use smsvoice_event::{Event, EventId, KnownType};
use smsvoice_lake::{
    EventBatchBuilder, Lake, LakeFile, LakeWriter, Put, Route, Source, Table, WriteCounts, WriterLimits,
};

/// 2026-11-22T00:00:00Z.
const MIDNIGHT: i64 = 1_795_305_600_000;

/// What an event is made of, before it is text.
#[derive(Clone, Debug)]
struct Draft {
    kind: usize,
    message: u8,
    time: i64,
    price: Option<i64>,
    parts: Option<i32>,
    carrier: Option<String>,
    context: Vec<(String, String)>,
}

impl Draft {
    fn json(&self) -> String {
        let kind = KnownType::ALL[self.kind % KnownType::ALL.len()];
        let mut event = serde_json::json!({"eventType": kind.as_str(), "messageId": format!("m-{}", self.message), "eventTimestamp": self.time});
        if let Some(micros) = self.price {
            event["totalMessagePrice"] = serde_json::json!(format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000));
        }
        if let Some(parts) = self.parts {
            event["totalMessageParts"] = serde_json::json!(parts);
        }
        if let Some(carrier) = &self.carrier {
            event["carrierName"] = serde_json::json!(carrier);
        }
        let context: serde_json::Map<String, serde_json::Value> =
            self.context.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
        if !context.is_empty() {
            event["context"] = context.into();
        }
        event.to_string()
    }
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let time = prop_oneof![
        Just(MIDNIGHT),
        Just(MIDNIGHT + 86_399_999),
        Just(MIDNIGHT + 86_400_000),
        1_794_000_000_000i64..1_796_000_000_000
    ];
    let pair = ("[a-z]{1,4}", "[ -~é東]{0,8}");
    let draft = (
        (0usize..60, 0u8..6, time),
        (
            proptest::option::of(0i64..1_000_000_000_000),
            proptest::option::of(0i32..9),
            proptest::option::of("[ -~東]{0,12}"),
        ),
        proptest::collection::vec(pair, 0..3),
    );
    proptest::collection::vec(draft, 0..40).prop_map(|drafts| {
        let draft = |((kind, message, time), (price, parts, carrier), context)| Draft {
            kind,
            message,
            time,
            price,
            parts,
            carrier,
            context,
        };
        drafts.into_iter().map(draft).collect()
    })
}

fn write(texts: &[String], batch_rows: usize, limits: WriterLimits) -> (Vec<LakeFile>, WriteCounts) {
    let mut writer = LakeWriter::new(limits);
    let mut files = Vec::new();
    for texts in texts.chunks(batch_rows.max(1)) {
        let mut batch = EventBatchBuilder::default();
        for text in texts {
            batch.push(&Event::parse(text).unwrap(), &Route::of(Source::File));
        }
        writer.push(batch.finish());
        files.extend(writer.full_files().unwrap());
    }
    let (last, counts) = writer.finish().unwrap();
    files.extend(last);
    (files, counts)
}

/// Every row of the files, read back through a store: partition folder and columns as text.
fn read(files: &[LakeFile]) -> Vec<(String, BTreeMap<String, String>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let lake = Lake::in_store(Arc::new(InMemory::new()), Path::from("some/lake"), "memory");
        let mut rows = Vec::new();
        for file in files {
            lake.put(file).await.unwrap();
        }
        for meta in lake.files(Table::Events).await.unwrap() {
            let folder = meta
                .location
                .as_ref()
                .strip_prefix("some/lake/events/")
                .unwrap()
                .rsplit_once('/')
                .unwrap()
                .0
                .to_owned();
            for batch in lake.read_events(&meta).await.unwrap() {
                rows.extend((0..batch.num_rows()).map(|row| (folder.clone(), columns(&batch, row))));
            }
        }
        rows
    })
}

/// The id of the event that a row is.
fn id(row: &BTreeMap<String, String>) -> String {
    EventId::of(&row["message_id"], &row["event_type"], row["event_time"].parse().unwrap()).to_string()
}

fn columns(batch: &RecordBatch, row: usize) -> BTreeMap<String, String> {
    let mut columns = BTreeMap::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        if column.is_null(row) {
            continue;
        }
        let text = match field.name().as_str() {
            "event_time" | "request_time" | "received_at" => {
                column.as_primitive::<TimestampMillisecondType>().value(row).to_string()
            }
            "price_usd" | "carrier_fee_usd" => column.as_primitive::<Decimal128Type>().value_as_string(row),
            "message_parts" => column.as_primitive::<Int32Type>().value(row).to_string(),
            "latency_ms" => column.as_primitive::<Int64Type>().value(row).to_string(),
            "is_final" => column.as_boolean().value(row).to_string(),
            "context" => {
                let pairs = column.as_map().value(row);
                let (keys, values) = (pairs.column(0).as_string::<i32>(), pairs.column(1).as_string::<i32>());
                let pairs: BTreeMap<_, _> = keys.iter().zip(values.iter()).collect();
                format!("{pairs:?}")
            }
            _ => column.as_string::<i32>().value(row).to_owned(),
        };
        columns.insert(field.name().clone(), text);
    }
    columns
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn rows_read_back_as_they_were_written(drafts in drafts()) {
        let texts: Vec<String> = drafts.iter().map(Draft::json).collect();
        let (files, counts) = write(&texts, 7, WriterLimits::default());
        let rows = read(&files);
        prop_assert_eq!(rows.len() as u64, counts.events);
        for (folder, row) in rows {
            // The row says which event it was; that event, parsed again, says what every column has to be.
            let same = |text: &&String| {
                let event = Event::parse(text).unwrap();
                let price = event.price.map(|price| price.to_string());
                let context: BTreeMap<_, _> = event.context.iter().map(|(key, value)| (Some(&**key), Some(&**value))).collect();
                event.id().to_string() == id(&row)
                    && price.as_ref() == row.get("price_usd")
                    && event.message_parts.map(|parts| parts.to_string()).as_ref() == row.get("message_parts")
                    && event.carrier_name.as_deref() == row.get("carrier_name").map(String::as_str)
                    && (context.is_empty() && !row.contains_key("context") || row.get("context") == Some(&format!("{context:?}")))
            };
            let text = texts.iter().find(same);
            prop_assert!(text.is_some(), "no event was like {row:?}");
            let event = Event::parse(text.unwrap()).unwrap();
            prop_assert_eq!(&row["event_time"], &event.event_time.millis().to_string());
            prop_assert_eq!(&row["outcome"], event.outcome().as_str());
            prop_assert_eq!(&row["message_id"], &*event.message_id);
            // partition = f(row)
            let dt = event.event_time.to_string();
            prop_assert_eq!(folder, format!("channel={}/dt={}", event.channel(), &dt[..10]));
        }
    }

    #[test]
    fn every_event_is_written_or_a_duplicate(drafts in drafts(), batch_rows in 1usize..20, file_rows in 1usize..30) {
        let texts: Vec<String> = drafts.iter().map(Draft::json).collect();
        let (files, counts) = write(&texts, batch_rows, WriterLimits { file_rows, open_rows: 2 * file_rows, page_rows: 3, open_files: 7 });
        prop_assert_eq!(counts.events + counts.duplicates, texts.len() as u64);
        prop_assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), counts.events);
        let ids: BTreeSet<String> = texts.iter().map(|text| Event::parse(text).unwrap().id().to_string()).collect();
        let kept: BTreeSet<String> = read(&files).into_iter().map(|(_, row)| id(&row)).collect();
        prop_assert_eq!(kept, ids, "no event is lost");
    }

    #[test]
    fn files_do_not_depend_on_the_number_of_threads(drafts in drafts(), batch_rows in 1usize..20) {
        let texts: Vec<String> = drafts.iter().map(Draft::json).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (files, _) = pool.install(|| write(&texts, batch_rows, WriterLimits { file_rows: 5, open_rows: 9, page_rows: 3, open_files: 7 }));
            files.into_iter().map(|file| (file.path(), file.bytes.iter().flatten().copied().collect::<Vec<u8>>())).collect::<BTreeMap<_, _>>()
        };
        prop_assert_eq!(with(1), with(4));
    }

    #[test]
    fn the_order_of_one_batch_does_not_change_the_names(drafts in drafts(), seed in any::<u64>()) {
        let mut texts: Vec<String> = drafts.iter().map(Draft::json).collect();
        let names = |texts: &[String]| write(texts, usize::MAX, WriterLimits::default()).0.into_iter().map(|file| file.path()).collect::<Vec<_>>();
        let before = names(&texts);
        texts.sort_by_key(|text| xxhash_rust::xxh3::xxh3_64_with_seed(text.as_bytes(), seed));
        prop_assert_eq!(names(&texts), before);
    }
}

#[test]
fn the_richer_of_two_is_kept_whatever_the_order() {
    let poor = r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795305600000}"#.to_owned();
    let rich = r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795305600000,"mcc":"310"}"#.to_owned();
    for texts in [[poor.clone(), rich.clone()], [rich, poor]] {
        let (files, counts) = write(&texts, usize::MAX, WriterLimits::default());
        assert_eq!((counts.events, counts.duplicates, counts.differing), (1, 1, 1));
        assert_eq!(read(&files)[0].1["mcc"], "310");
    }
}

#[test]
fn writing_again_changes_no_object() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let text = r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795305600000}"#.to_owned();
    let (files, _) = write(&[text], 1, WriterLimits::default());
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::create(folder.path().join("new/lake").to_str().unwrap(), []).unwrap();
        assert_eq!(lake.put(&files[0]).await.unwrap(), Put::Created);
        let before = lake.files(Table::Events).await.unwrap();
        assert_eq!(lake.put(&files[0]).await.unwrap(), Put::Present);
        assert_eq!(lake.files(Table::Events).await.unwrap(), before);
    });
}

#[test]
fn a_file_that_was_damaged_is_written_again() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let text = r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795305600000}"#.to_owned();
    let (files, _) = write(&[text], 1, WriterLimits::default());
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::create(folder.path().to_str().unwrap(), []).unwrap();
        lake.put(&files[0]).await.unwrap();
        std::fs::write(folder.path().join(files[0].path()), b"PAR1").unwrap();
        assert_eq!(lake.put(&files[0]).await.unwrap(), Put::Repaired);
        let file = lake.files(Table::Events).await.unwrap().remove(0);
        assert_eq!(lake.read_events(&file).await.unwrap()[0].num_rows(), 1);
        assert_eq!(lake.put(&files[0]).await.unwrap(), Put::Present);
    });
}

#[test]
fn rows_that_come_one_at_a_time_over_many_partitions_make_one_file_a_partition() {
    let (days, batches) = (300, 40);
    let texts: Vec<String> = (0..batches)
        .flat_map(|batch| (0..days).map(move |day| (batch, day)))
        .map(|(batch, day)| {
            let time = 1_700_000_000_000u64 + day * 86_400_000;
            format!(r#"{{"eventType":"TEXT_SENT","messageId":"{batch}-{day}","eventTimestamp":{time},"context":{{"k":"v{batch}"}}}}"#)
        })
        .collect();
    let (files, counts) = write(&texts, days as usize, WriterLimits::default());
    assert_eq!((files.len() as u64, counts.events), (days, days * batches));
    assert!(files.iter().all(|file| file.rows == batches));
}

/// Late receipts trickle into yesterday's file. Were today's closed for it, time and again, it would be many small ones.
#[test]
fn a_large_file_that_rests_is_closed_before_one_that_grows() {
    let day = |day: usize, row: usize| {
        format!(
            r#"{{"eventType":"TEXT_SENT","messageId":"{row}","eventTimestamp":{}}}"#,
            MIDNIGHT + (day * 86_400_000 + row) as i64
        )
    };
    let yesterday = (0..300).map(|row| day(1, row));
    let today = (0..1000).flat_map(|row| [day(2, row)].into_iter().chain((row % 50 == 0).then(|| day(1, 1000 + row))));
    let texts: Vec<String> = yesterday.chain(today).collect();
    let limits = WriterLimits { file_rows: 1200, open_rows: 1300, ..WriterLimits::default() };
    let (files, counts) = write(&texts, 20, limits);
    assert_eq!(counts.events, 1320);
    let rows = |day: &str| -> Vec<u64> {
        files.iter().filter(|file| file.path().contains(day)).map(|file| file.rows).collect()
    };
    assert_eq!(rows("dt=2026-11-24"), [1000], "today's file was not closed for yesterday's");
    assert_eq!(rows("dt=2026-11-23").len(), 2, "yesterday's was, before its last late rows came");
}
