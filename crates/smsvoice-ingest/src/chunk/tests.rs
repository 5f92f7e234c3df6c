//! No value is parted, and nothing of a stream gets lost.

use super::*;
use proptest::prelude::*;

fn chunks(stream: &[u8], write: usize) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut chunker = Chunker::new(|chunk| chunks.push(chunk));
    for bytes in stream.chunks(write) {
        chunker.write_all(bytes).unwrap();
    }
    chunker.finish();
    chunks
}

/// An event of about `len` bytes.
fn event(n: usize, len: usize) -> String {
    format!(
        r#"{{"eventType":"TEXT_SENT","messageId":"{n}","eventTimestamp":{},"x":"{}"}}"#,
        1_795_000_000_000 + n,
        "y".repeat(len)
    )
}

fn events_in(chunk: &Chunk) -> usize {
    let text = std::str::from_utf8(&chunk.bytes).unwrap();
    let (mut count, mut rest) = (0, text.trim_matches([' ', '\n', '\r', ',']));
    while !rest.is_empty() {
        let prefix = Event::parse_prefix(rest, |_| ()).unwrap();
        assert!(prefix.event.is_ok());
        count += 1;
        rest = rest[prefix.len..].trim_start_matches([' ', '\n', '\r', ',']);
    }
    count
}

#[test]
fn no_event_is_cut_in_two() {
    for (open, between, close) in
        [("", "\n", "\n"), ("", "", ""), ("[", ",", "]"), ("[\n  ", ",\n  ", "\n]\n"), ("", "\r\n", "")]
    {
        let events: Vec<String> = (0..9000).map(|n| event(n, 900)).collect();
        let stream = format!("{open}{}{close}", events.join(between));
        let chunks = chunks(stream.as_bytes(), 1 << 16);
        assert!(chunks.len() > 1, "{between:?}");
        assert_eq!(chunks.iter().map(events_in).sum::<usize>(), 9000, "{between:?}");
        assert!(chunks.iter().all(|chunk| !chunk.oversize));
    }
}

#[test]
fn a_line_of_an_exported_log_is_not_cut() {
    let stream: String =
        (0..9000).map(|n| format!("2026-11-22T07:47:38.{:03}Z {}\n", n % 1000, event(n, 900))).collect();
    let chunks = chunks(stream.as_bytes(), 1 << 16);
    assert!(chunks.len() > 1);
    assert!(chunks.iter().all(|chunk| chunk.bytes.starts_with(b"2026-") && chunk.bytes.ends_with(b"}\n")));
}

#[test]
fn a_broken_event_without_line_ends_around_it_spares_those_behind() {
    let events: Vec<String> = (0..40_000).map(|n| event(n, 900)).collect();
    let stream = format!("{}{}{}", events[0], &events[1][..90], events[2..].concat());
    let chunks = chunks(stream.as_bytes(), 1 << 18);
    assert!(chunks.iter().all(|chunk| !chunk.oversize && chunk.bytes.starts_with(b"{\"eventType\"")));
    assert!(chunks.len() > 10);
}

#[test]
fn a_chunk_holds_more_than_one_broken_or_blank_line() {
    for line in ["{x\n", "\n", "[[\n", "x\n", "2026-11-22T07:47:38Z {\n"] {
        let stream = line.repeat(3 * CHUNK_BYTES / line.len());
        let chunks = chunks(stream.as_bytes(), 1 << 18);
        assert!(chunks.len() < 10, "{line:?} came in {} chunks", chunks.len());
    }
}

#[test]
fn lines_are_counted_across_chunks() {
    let stream: String = (0..9000).map(|n| event(n, 900) + "\n").collect();
    let chunks = chunks(stream.as_bytes(), 1 << 20);
    let lines: Vec<u64> = chunks.iter().map(|chunk| memchr::memchr_iter(b'\n', &chunk.bytes).count() as u64).collect();
    assert_eq!(chunks[1].line, 1 + lines[0]);
    assert_eq!(lines.iter().sum::<u64>(), 9000);
}

#[test]
fn a_line_longer_than_any_event_comes_in_pieces_and_spares_its_neighbours() {
    let stream = format!("{}\n{}\n{}\n", event(1, 9), event(2, 40 << 20), event(3, 9));
    let chunks = chunks(stream.as_bytes(), 1 << 20);
    assert_eq!(chunks.iter().map(|chunk| chunk.bytes.len()).sum::<usize>(), stream.len());
    assert!(chunks.iter().all(|chunk| chunk.bytes.len() <= MAX_VALUE_BYTES + CHUNK_BYTES));
    assert!(chunks.iter().any(|chunk| chunk.oversize));
    let whole: usize = chunks.iter().filter(|chunk| !chunk.oversize).map(events_in).sum();
    assert_eq!(whole, 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn chunks_join_to_the_stream(stream in proptest::collection::vec(any::<u8>(), 0..4096), write in 1usize..5000) {
        let joined: Vec<u8> = chunks(&stream, write).into_iter().flat_map(|chunk| chunk.bytes).collect();
        prop_assert_eq!(joined, stream);
    }

    #[test]
    fn chunks_that_are_read_join_to_the_stream(lengths in proptest::collection::vec(0usize..3_000_000, 0..4)) {
        let stream: String = (0..).zip(lengths).map(|(n, len)| event(n, len) + "\n").collect();
        let mut read = Vec::new();
        let mut chunker = Chunker::new(|chunk| read.push(chunk));
        chunker.read_from(&mut stream.as_bytes(), |_| {}).unwrap();
        chunker.finish();
        prop_assert!(read.iter().all(|chunk| events_in(chunk) > 0));
        let joined: Vec<u8> = read.into_iter().flat_map(|chunk| chunk.bytes).collect();
        prop_assert_eq!(joined, stream.into_bytes());
    }
}
