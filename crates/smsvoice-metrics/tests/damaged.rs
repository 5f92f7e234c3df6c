//! Damaged files of a lake: no question is answered from one in silence. It is named, or left out and named.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod lakes;

use arrow::array::RecordBatch;
use arrow::util::pretty::pretty_format_batches;
use bytes::Bytes;
use lakes::{empty, lake_of};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use smsvoice_lake::{Lake, Table};
use smsvoice_metrics::{EngineError, LocalEngine, QueryEngine};

/// What a lake answers to a question that passes over files and pages by their statistics, and reads some of the columns.
/// Rates read the same columns by the same way; 300 times they would take minutes.
async fn answers(engine: &LocalEngine) -> Result<String, EngineError> {
    let sql = "SELECT event_type, count(*) AS n, sum(price_usd) AS usd, max(event_time) AS latest FROM events \
               WHERE event_type >= 'TEXT' AND message_id <> 'x' GROUP BY event_type ORDER BY event_type";
    let rows: Vec<RecordBatch> = engine.query(sql).await?.collect().await?;
    Ok(pretty_format_batches(&rows).unwrap().to_string())
}

async fn ask(lake: &Lake) -> Result<String, String> {
    let engine = LocalEngine::new(lake).await.map_err(|error| error.to_string())?;
    answers(&engine).await.map_err(|error| error.to_string())
}

async fn lake() -> (Lake, Path, Bytes) {
    let lake = lake_of(&[&lakes::ALL[..7], &lakes::ALL[5..]]).await;
    let file = lake.files(Table::Events).await.unwrap().remove(0).location;
    let bytes = lake.store().get(&file).await.unwrap().bytes().await.unwrap();
    (lake, file, bytes)
}

/// What becomes of the bytes of a file.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Fill(prop::sample::Index, u8),
    Lose(prop::sample::Index),
    Double(prop::sample::Index),
}

impl Damage {
    fn done(self, bytes: &[u8]) -> Vec<u8> {
        let mut damaged = bytes.to_vec();
        match self {
            Self::Flip(at, bits) => damaged[at.index(bytes.len())] ^= bits,
            Self::Cut(at) => damaged.truncate(at.index(bytes.len())),
            Self::Fill(at, with) => damaged[at.index(bytes.len())..].fill(with),
            Self::Lose(at) => drop(damaged.remove(at.index(bytes.len()))),
            Self::Double(at) => damaged.insert(at.index(bytes.len()), bytes[at.index(bytes.len())]),
        }
        damaged
    }
}

fn damages() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        6 => (at(), 1u8..).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), any::<u8>()).prop_map(|(at, with)| Damage::Fill(at, with)),
        1 => at().prop_map(Damage::Lose),
        1 => at().prop_map(Damage::Double),
    ]
}

#[test]
fn of_three_hundred_corruptions_none_changes_an_answer_and_each_is_named() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (lake, file, bytes) = runtime.block_on(lake());
    let right = runtime.block_on(ask(&lake)).unwrap();
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let mut named = 0;
    let counted = std::cell::RefCell::new(&mut named);
    let law = TestRunner::new_with_rng(config, rng).run(&damages(), |damage| {
        runtime.block_on(async {
            lake.store().put(&file, damage.done(&bytes).into()).await.unwrap();
            let name = file.filename().unwrap();
            match ask(&lake).await {
                Ok(answer) => prop_assert_eq!(answer, right.clone(), "wrong in silence"),
                Err(error) => {
                    prop_assert!(error.contains(name), "the file is not named: {}", error);
                    **counted.borrow_mut() += 1;
                    let engine = LocalEngine::skipping_unreadable(&lake).await.unwrap();
                    prop_assert!(engine.left_out().len() == 1 && engine.left_out()[0].contains(name));
                }
            }
            Ok(())
        })
    });
    law.unwrap();
    assert!(named > 290, "{named} of 300 were noticed");
}

#[tokio::test]
async fn files_that_are_empty_foreign_or_forged_are_named() {
    let (lake, file, bytes) = lake().await;
    let mut forged = bytes.to_vec();
    let at = forged.len() - 8;
    forged[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    for (damaged, word) in [
        (Vec::new(), "it is empty"),
        (bytes[..bytes.len() / 2].to_vec(), "breaks off"),
        (b"{\"eventType\":\"TEXT_SENT\"}".to_vec(), "not a Parquet file"),
        (forged, "its footer is damaged"),
    ] {
        lake.store().put(&file, damaged.into()).await.unwrap();
        let error = ask(&lake).await.unwrap_err();
        assert!(error.contains(word) && error.contains(file.filename().unwrap()), "{error}");
    }
    let engine = LocalEngine::skipping_unreadable(&empty()).await.unwrap();
    assert!(engine.left_out().is_empty() && engine.is_empty().await.unwrap());
}
