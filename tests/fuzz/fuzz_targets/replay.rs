//! Any bytes as a file: no panic, an account that adds up, and every row that it counts in a file.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use smsvoice_event::Timestamp;
use smsvoice_ingest::{Input, ReplayOptions, replay};

fuzz_target!(|bytes: &[u8]| {
    let content = bytes.to_vec();
    let input = Input::new("fuzz", Timestamp::EPOCH, move || Ok(Box::new(Cursor::new(content))));
    let (mut events, mut quarantined) = (0, 0);
    let replayed = replay(vec![input], &ReplayOptions::default(), &|_| (), |file| {
        let rows = file.rows as u64;
        *(if file.path.starts_with("quarantine/") { &mut quarantined } else { &mut events }) += rows;
        Ok(())
    })
    .unwrap();
    let account = replayed.account;
    assert!(account.adds_up(), "{account:?}");
    assert_eq!((account.written, account.quarantined, account.to_retry), (events, quarantined, 0));
    assert!(replayed.unread.is_empty(), "{:?}", replayed.unread);
});
