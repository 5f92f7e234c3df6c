//! How a replay ends before its inputs do.

use std::io::Cursor;

use smsvoice_event::Timestamp;

use super::*;
use crate::input::Place;

/// An input of two events on each of three channels, and of one piece that is none.
fn input() -> Input {
    let event = |kind: &str, id: u8| {
        format!(r#"{{"eventType":"{kind}","messageId":"{kind}-{id}","eventTimestamp":1795000000000}}"#) + "\n"
    };
    let kinds = ["TEXT_SENT", "VOICE_COMPLETED", "MEDIA_BLOCKED"];
    let text = kinds.map(|kind| event(kind, 1) + &event(kind, 2)).concat() + "{\"eventTy";
    Input::new(Place::file("events", Timestamp::EPOCH), move || Ok(Box::new(Cursor::new(text))))
}

#[test]
fn what_could_not_be_put_is_to_be_read_again_and_nothing_is_put_after_it() {
    for works in 0..=4 {
        let mut tried = 0;
        let put = |_: LakeFile| {
            tried += 1;
            if tried > works { Err(LakeError::NotFound { url: "full".to_owned() }) } else { Ok(Put::Created) }
        };
        let replayed = replay([input()], &ReplayOptions::default(), &|_| (), put).unwrap();
        let Replayed { ledger, files, failed, .. } = replayed;
        assert!(ledger.adds_up(), "{ledger:?}");
        assert_eq!(
            (ledger.received, files, tried),
            (7, works, (works + 1).min(4)),
            "three channels and the quarantine"
        );
        assert_eq!((ledger.to_retry == 0, failed.is_none()), (works == 4, works == 4), "{ledger:?}");
        assert_eq!(ledger.written + ledger.quarantined + ledger.to_retry, 7);
        assert_eq!(ledger.written, 2 * works.min(3), "of each file that was put, and of no other");
    }
}

/// Events without end, each with an id of its own; it panics if far too much of it is read.
#[derive(Default)]
struct Endless {
    next: u64,
    pending: Vec<u8>,
}

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.pending.is_empty() {
            self.next += 1;
            assert!(self.next < 10_000_000, "it is read on although nobody wants more");
            let id = self.next;
            let event = format!(r#"{{"eventType":"TEXT_SENT","messageId":"{id}","eventTimestamp":1795000000000}}"#);
            self.pending = (event + "\n").into_bytes();
        }
        let taken = buffer.len().min(self.pending.len());
        buffer[..taken].copy_from_slice(&self.pending[..taken]);
        self.pending.drain(..taken);
        Ok(taken)
    }
}

#[test]
fn a_single_input_is_read_no_further_than_to_a_failed_put_or_to_a_stop() {
    for fails in [true, false] {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let input = Input::new(Place::file("endless", Timestamp::EPOCH), || Ok(Box::new(Endless::default())));
        let limits = WriterLimits { file_rows: 1 << 12, ..WriterLimits::default() };
        let options = ReplayOptions { limits, stop, ..ReplayOptions::default() };
        let put = |_: LakeFile| {
            if fails {
                return Err(LakeError::NotFound { url: "full".to_owned() });
            }
            stopped.store(true, Ordering::Relaxed);
            Ok(Put::Created)
        };
        let Replayed { ledger, files, failed, stopped, unread, .. } = replay([input], &options, &|_| (), put).unwrap();
        assert!(ledger.adds_up() && ledger.to_retry > 0, "{ledger:?}");
        assert_eq!((failed.is_some(), stopped, files), (fails, !fails, u64::from(!fails)));
        assert!(unread.is_empty(), "{unread:?}");
    }
}
