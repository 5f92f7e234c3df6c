//! The laws of the view `events_once`: each event once, the richest of its copies, whatever the order of rows and files.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::sync::Arc;

use object_store::memory::InMemory;
use proptest::prelude::*;
use serde_json::Value;
use tests::answers::{local, sorted};
use tests::oracle;
use tests::random_events::{Arrival, copies, lake_of_copies};

/// The rows of `events` and those of the view, over a lake of these files.
fn rows(files: &[Vec<Arrival>]) -> (Vec<Value>, Vec<Value>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let lake = lake_of_copies(Arc::new(InMemory::new()), files).await;
        let once = local(&lake, "SELECT * FROM events_once").await;
        (local(&lake, "SELECT * FROM events").await, sorted(once))
    })
}

/// Copies dealt out over files. No file gets two copies of one event, because the writer would drop one of them.
fn files(arrivals: &[Arrival], deal: &[u8]) -> Vec<Vec<Arrival>> {
    let mut files: Vec<Vec<Arrival>> = vec![Vec::new(); 3];
    for (arrival, start) in arrivals.iter().zip(deal.iter().cycle()) {
        let holds = |file: &[Arrival]| file.iter().any(|(event, _)| event.id() == arrival.0.id());
        let turns = (0..files.len()).map(|turn| (usize::from(*start) + turn) % files.len());
        match turns.into_iter().find(|file| !holds(&files[*file])) {
            Some(file) => files[file].push(arrival.clone()),
            None => files.push(vec![arrival.clone()]),
        }
    }
    files
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn view_is_what_the_definition_says(copies in copies(0..8), deal in prop::collection::vec(0..3u8, 8)) {
        let (all, once) = rows(&files(&copies, &deal));
        prop_assert_eq!(all.len(), copies.len());
        prop_assert_eq!(once, oracle::events_once(all));
    }

    #[test]
    fn permutation_duplication_and_split_change_nothing(
        (copies, shuffled) in copies(0..8).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        deal in prop::collection::vec(0..3u8, 8),
        again in prop::collection::vec(any::<bool>(), 24),
    ) {
        let (_, once) = rows(&files(&copies, &[0]));
        let twice = shuffled.iter().zip(again.iter().cycle()).filter(|(_, again)| **again).map(|(copy, _)| copy.clone());
        let more: Vec<Arrival> = shuffled.iter().cloned().chain(twice).collect();
        prop_assert_eq!(rows(&files(&more, &deal)).1, once);
    }
}
