//! How a reader counts, limits and places what it reads.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::io::Write;

use smsvoice_lake::Source;

use super::*;
use crate::inflate;

#[test]
fn the_readme_explains_every_reason() {
    let row = |reason: &Reason| format!("| `{reason}` | {} | {} |\n", reason.stage().as_str(), reason.meaning());
    let table: String = Reason::ALL.iter().map(row).collect();
    assert!(include_str!("../../README.md").contains(&table), "the table in README.md should read:\n{table}");
}

#[derive(Default)]
pub(super) struct Kept(pub(super) Vec<Quarantined>);

impl Output for Kept {
    fn take(&mut self, _: EventBatch) {}

    fn reject(&mut self, piece: Quarantined) {
        self.0.push(piece);
    }
}

#[test]
fn compressed_pieces_have_a_limit_together() {
    let settings = Settings::plain();
    let mut reader = Reader::new(&settings, 1000, Kept::default());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(br#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795000000000}"#).unwrap();
    let piece = gzip.finish().unwrap();
    let origin = Origin::new(Source::File, Timestamp::EPOCH, "pieces");
    reader.inflated = inflate::MAX_INFLATED_TOGETHER;
    reader.bytes(&piece, &origin);
    assert_eq!((reader.received.pieces, reader.tally.quarantined), (1, 0), "up to the limit they are read");
    reader.bytes(&piece, &origin);
    let (Kept(kept), received) = reader.finish();
    assert_eq!(received.by_reason[&Reason::InflatesTooFar], 1);
    assert_eq!(*kept[0].payload, piece);
}

#[test]
fn what_is_broken_is_placed_by_its_line_also_behind_the_text_of_a_log() {
    let event = r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795000000000}"#;
    let broken = r#"{"eventType":"TEXT_SE"#;
    for before in ["", "2026-11-16T09:30:03.100Z "] {
        let text = format!("{before}{event}\n{before}{event}\n{before}{broken}\n{before}{event}\n{before}{broken}\n");
        let settings = Settings::plain();
        let mut reader = Reader::new(&settings, 1000, Kept::default());
        reader.text(&text, &Origin::new(Source::File, Timestamp::EPOCH, "log").at_line(10));
        let (Kept(kept), received) = reader.finish();
        let places: Vec<_> = kept.iter().map(|piece| piece.source_id.as_str()).collect();
        assert_eq!((places, received.pieces), (vec!["log:12", "log:14"], 5), "{before:?}");
    }
}
