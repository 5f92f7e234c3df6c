//! Every sample is read as `samples/.expected.json` says: events, duplicates, quarantine and its reasons.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use smsvoice_ingest::{Input, ReplayOptions, Replayed, Settings, replay};
use smsvoice_lake::Put;

#[derive(Deserialize)]
struct Expected {
    records: u64,
    events: u64,
    duplicates_within_file: u64,
    quarantined: u64,
    #[serde(default)]
    reasons: BTreeMap<String, u64>,
    #[serde(default)]
    objects: usize,
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

fn replayed(path: &Path) -> Replayed {
    let options = ReplayOptions { settings: Settings::plain(), ..ReplayOptions::default() };
    replay(vec![Input::file(path).unwrap()], &options, &|_| {}, |_| Ok(Put::Created)).unwrap()
}

#[test]
fn every_sample_is_read_as_expected() {
    let expected = std::fs::read(samples().join(".expected.json")).unwrap();
    let expected: BTreeMap<String, Expected> = serde_json::from_slice(&expected).unwrap();
    assert!(expected.len() > 150);
    let mut differences = String::new();
    for (path, expected) in expected {
        let Replayed { ledger, objects, .. } = replayed(&samples().join(&path));
        assert!(ledger.adds_up(), "{path}: {ledger:?}");
        let reasons: BTreeMap<String, u64> =
            ledger.by_reason.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect();
        let read = (ledger.received, ledger.written, ledger.duplicates, ledger.quarantined, &reasons, objects.len());
        let Expected { records, events, duplicates_within_file, quarantined, reasons, objects } = expected;
        let wanted = (records, events, duplicates_within_file, quarantined, &reasons, objects);
        if read != wanted {
            differences += &format!("{path}:\n  read   {read:?}\n  wanted {wanted:?}\n");
        }
    }
    assert!(differences.is_empty(), "(records, events, duplicates, quarantined, reasons, objects)\n{differences}");
}
