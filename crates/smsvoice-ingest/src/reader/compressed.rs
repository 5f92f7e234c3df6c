//! A compressed piece of a payload, and what of it goes to quarantine: the parts that cannot be read, each by itself; but
//! if they take much more room than the piece does, the piece as it came, once. Forty kilobytes can hold 16 MB of them.

use std::collections::BTreeMap;

use smsvoice_lake::{Quarantined, Reason, Source};

use super::{Output, Reader};
use crate::inflate::{self, Compression, InflateError};
use crate::origin::Origin;

/// Bytes that the unreadable parts of a compressed piece may take. A batch of CloudWatch Logs of nothing but text takes less.
const MOST_UNREADABLE: usize = 2 << 20;

/// What a part takes beside its payload, about.
const EACH: usize = 256;

/// The unreadable parts of the piece at hand, until it is known whether they are kept.
#[derive(Default)]
pub(super) struct Unreadable {
    parts: Vec<Quarantined>,
    held: usize,
    /// How many there were, those that were given up among them.
    counts: BTreeMap<(Source, Reason), u64>,
}

impl Unreadable {
    /// Takes note of a part; says whether there is room to keep it.
    pub(super) fn has_room_for(&mut self, len: usize, source: Source, reason: Reason) -> bool {
        *self.counts.entry((source, reason)).or_default() += 1;
        self.held = self.held.saturating_add(len + EACH);
        if self.is_too_much() {
            self.parts = Vec::new();
        }
        !self.is_too_much()
    }

    pub(super) fn keep(&mut self, part: Quarantined) {
        self.parts.push(part);
    }

    fn is_too_much(&self) -> bool {
        self.held > MOST_UNREADABLE
    }
}

impl<O: Output> Reader<'_, O> {
    /// Reads what a compressed piece inflates to.
    pub(super) fn compressed(&mut self, bytes: &[u8], compression: Compression, origin: &Origin<'_>) {
        if self.time.look() {
            return;
        }
        let inflated = match self.inflate(bytes, compression) {
            Ok(inflated) => inflated,
            Err(error) => return self.quarantine(bytes, origin, error.reason(), &error.to_string()),
        };
        // Of pieces in one another the outermost counts: that is what was received.
        let is_outermost = self.unreadable_parts.is_none();
        if is_outermost {
            self.unreadable_parts = Some(Unreadable::default());
        }
        self.record_bytes(&inflated, &origin.deeper());
        drop(inflated);
        if is_outermost && let Some(parts) = self.unreadable_parts.take() {
            self.settle(parts, bytes, origin);
        }
    }

    fn settle(&mut self, unreadable: Unreadable, piece: &[u8], origin: &Origin<'_>) {
        if !unreadable.is_too_much() {
            unreadable.parts.into_iter().for_each(|part| self.output.reject(part));
            return;
        }
        for ((source, reason), count) in unreadable.counts {
            self.received.take_back(source, reason, count);
            self.tally.quarantined -= count;
        }
        let detail = format!(
            "what cannot be read in it takes more than {MOST_UNREADABLE} bytes once it is inflated, so the whole is kept as it came"
        );
        self.quarantine(piece, origin, Reason::InflatesTooFar, &detail);
    }

    fn inflate(&mut self, bytes: &[u8], compression: Compression) -> Result<Vec<u8>, InflateError> {
        if self.inflated > inflate::MAX_INFLATED_TOGETHER {
            return Err(InflateError::TooFarTogether);
        }
        let inflated = inflate::bounded(bytes, compression);
        // What could not be inflated was gone through all the same, up to the limit.
        self.inflated += inflated.as_ref().map_or(inflate::MAX_INFLATED, Vec::len);
        inflated
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on fails
mod tests {
    use std::io::Write;
    use std::time::{Duration, Instant};

    use smsvoice_event::Timestamp;

    use super::super::tests::Kept;
    use super::*;
    use crate::Settings;

    const EVENT: &str = r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795000000000}"#;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    /// Reads a record, and returns what was kept, with the reasons and counts of what was received.
    fn read(record: &[u8], until: Option<Instant>) -> (Vec<Quarantined>, crate::Received, bool) {
        let settings = Settings::plain();
        let mut reader = Reader::new(&settings, 1000, Kept::default());
        reader.read_until(until);
        reader.bytes(record, &Origin::new(Source::File, Timestamp::EPOCH, "record"));
        let is_over = reader.is_over();
        let (Kept(kept), received) = reader.finish();
        (kept, received, is_over)
    }

    #[test]
    fn unreadable_parts_are_kept_one_by_one_and_those_of_a_bomb_as_the_piece_came() {
        let few = gzip(&format!("{EVENT}\n{{x\n{{y\n"));
        let (kept, received, _) = read(&few, None);
        assert_eq!((kept.len(), received.pieces, &*kept[0].payload), (2, 3, &b"{x"[..]));
        let blanks = " ".repeat(inflate::MAX_INFLATED - 100);
        for bomb in
            ["{x\n".repeat(1 << 20), format!("\"{blanks}x"), "{}".repeat(1 << 20), format!("{{\"a\":1{blanks}}}")]
        {
            for piece in [gzip(&format!("{EVENT}\n{bomb}")), gzip(&format!("{bomb}\n{EVENT}"))] {
                let (kept, received, _) = read(&piece, None);
                assert_eq!((kept.len(), kept[0].reason), (1, Reason::InflatesTooFar));
                assert!(*kept[0].payload == piece, "as it came");
                assert_eq!(received.by_reason, [(Reason::InflatesTooFar, 1)].into());
                assert_eq!(received.pieces, received.by_source[&Source::File]);
            }
        }
    }

    #[test]
    fn a_piece_in_a_piece_is_kept_as_the_outer_one_came() {
        let bomb = gzip(&"{x\n".repeat(1 << 20));
        let line = base64_simd::STANDARD.encode_to_string(&bomb);
        let outer = gzip(&format!(r#"{{"awslogs":{{"data":"{line}"}}}}"#));
        let (kept, _, _) = read(&outer, None);
        assert!(kept.len() == 1 && *kept[0].payload == outer);
    }

    #[test]
    fn reading_ends_when_its_time_is_over_and_keeps_no_part_of_what_was_not_read() {
        let lines = "{}\n".repeat(1 << 20);
        let (kept, received, is_over) = read(lines.as_bytes(), Some(Instant::now()));
        assert!(is_over && received.pieces < 1000 && kept.len() as u64 == received.pieces);
        let (kept, _, is_over) = read(EVENT.as_bytes(), Some(Instant::now() + Duration::from_mins(1)));
        assert!(!is_over && kept.is_empty());
    }
}
