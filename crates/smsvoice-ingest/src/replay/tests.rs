//! How a replay ends before its inputs do.

use std::io::Cursor;

use smsvoice_event::Timestamp;

use super::*;

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

/// Events without end, which counts how much of it is read.
struct Endless(Arc<AtomicU64>);

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.fetch_add(1, Ordering::Relaxed);
        assert!(read < 1 << 16, "it is read on although nobody wants more");
        let event = |line: usize| {
            format!(
                "{{\"eventType\":\"TEXT_SENT\",\"messageId\":\"{read:>9}-{line:>9}\",\"eventTimestamp\":1795000000000}}\n"
            )
        };
        let events: String = (0..buffer.len() / event(0).len()).map(event).collect();
        buffer[..events.len()].copy_from_slice(events.as_bytes());
        Ok(events.len())
    }
}

#[test]
fn a_single_input_is_read_no_further_than_to_a_failed_put_or_to_a_stop() {
    for fails in [true, false] {
        let (read, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (counted, stopped) = (Arc::clone(&read), Arc::clone(&stop));
        let input = Input::new(Place::file("endless", Timestamp::EPOCH), || Ok(Box::new(Endless(counted))));
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
