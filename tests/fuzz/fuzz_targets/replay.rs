//! Any bytes as a file: no panic, an account that adds up, and every row that it counts in a file.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use smsvoice_event::Timestamp;
use smsvoice_ingest::{Input, Place, ReplayOptions, replay};
use smsvoice_lake::{LakeFile, Put, Table};

fuzz_target!(|bytes: &[u8]| {
    let content = bytes.to_vec();
    let input = Input::new(Place::file("fuzz", Timestamp::EPOCH), move || Ok(Box::new(Cursor::new(content))));
    let (mut events, mut quarantined) = (0, 0);
    let put = |file: LakeFile| {
        match file.table() {
            Table::Events => events += file.rows,
            Table::Quarantine => quarantined += file.rows,
        }
        Ok(Put::Created)
    };
    let replayed = replay([input], &ReplayOptions::default(), &|_| (), put).unwrap();
    let ledger = replayed.ledger;
    assert!(ledger.adds_up(), "{ledger:?}");
    assert_eq!((ledger.written, ledger.quarantined, ledger.to_retry), (events, quarantined, 0));
    assert!(replayed.unread.is_empty(), "{:?}", replayed.unread);
});
