//! Where reading goes on: behind what is broken, and behind the text that a log puts before a value.

use memchr::memmem;
use smsvoice_event::Timestamp;

/// How far a broken piece goes: to the next line that begins a value, or to the next event on the same line. An event
/// can only begin at or after the byte where JSON ended, or two before it: `"messageSt{"eventType":…` ends a string
/// with the quote that begins the next event's first key.
///
/// It is looked for in windows that double: a search to the end of the text for each broken piece would take its square.
pub(crate) fn broken_len(rest: &str, offset: usize) -> usize {
    let bytes = rest.as_bytes();
    let from = offset.saturating_sub(2).max(1).min(bytes.len());
    let begins =
        |line: &usize| matches!(bytes.get(line + 1), Some(b'{' | b'[')) || begins_like_a_log(&bytes[line + 1..]);
    let mut end = from.saturating_add(512).min(bytes.len());
    loop {
        let event = memmem::find(&bytes[from..end], br#"{"eventType""#).map(|at| from + at);
        let lines = || memchr::memchr_iter(b'\n', &bytes[..event.unwrap_or(end)]);
        // What a log puts before an event on its line belongs to neither piece.
        let line = lines().find(begins).or_else(|| event.and_then(|_| lines().next_back()));
        if let Some(len) = line.map(|at| at + 1).or(event) {
            return len;
        }
        if end == bytes.len() {
            return end;
        }
        end = (end * 2).min(bytes.len());
    }
}

/// Bytes in which the time of a log's line stands.
pub(crate) const LOG_HEAD: usize = 200;

/// Bytes in which the value has to begin that a log's text stands before.
const LOG_TEXT: usize = 4096;

/// What a text begins with that is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogText {
    /// Text of a log, and so many bytes on a value begins.
    Before(usize, Option<Timestamp>),
    /// So many bytes of a log's text. No value begins in them, and perhaps none does behind them.
    Alone(usize, Option<Timestamp>),
    /// No text of a log.
    No,
}

/// The text that a log puts before a value: time, stream, level, colour codes, in whatever order, perhaps with the value on
/// the next line. No brace and no JSON member stands in it.
pub(crate) fn log_text(rest: &str) -> LogText {
    let window = &rest[..rest.floor_char_boundary(LOG_TEXT)];
    let bytes = window.as_bytes();
    for at in memchr::memchr3_iter(b'{', b'}', b'"', bytes) {
        match bytes[at] {
            b'{' => return LogText::Before(at, time(&window[..at])),
            b'"' if bytes.get(at + 1) != Some(&b':') => {}
            _ => return LogText::No,
        }
    }
    let whole_lines = match memchr::memrchr(b'\n', bytes) {
        _ if window.len() == rest.len() => rest.len(),
        Some(at) => at + 1,
        // No log has lines this long.
        None => return LogText::No,
    };
    LogText::Alone(whole_lines, time(&window[..whole_lines]))
}

/// The first time in a log's text. `aws logs tail --format short` writes no zone; its times are UTC.
fn time(text: &str) -> Option<Timestamp> {
    let head = &text[..text.floor_char_boundary(LOG_HEAD)];
    let words = head.split(|c: char| c.is_whitespace() || c == '\u{1b}').take(16);
    // A colour code ends in `m`: `[32m2025-11-25T10:00:00+00:00`.
    let plain =
        words.map(|word| word.strip_prefix('[').and_then(|code| code.split_once('m')).map_or(word, |(_, text)| text));
    plain
        .filter(|word| word.len() >= 19 && word.as_bytes()[10] == b'T')
        .find_map(|word| Timestamp::parse_rfc3339(word).or_else(|| Timestamp::parse_rfc3339(&format!("{word}Z"))))
}

/// Whether a line begins with a date, as those of exported logs do, or with a colour code.
pub(crate) fn begins_like_a_log(line: &[u8]) -> bool {
    let date = line.get(..11).is_some_and(|date| date[4] == b'-' && date[7] == b'-' && date[0].is_ascii_digit());
    date || line.first() == Some(&0x1b)
}

/// Whether a JSON value of so many bytes stands by itself. The year of `2026-11-22T…` is a number, but no item.
pub(crate) fn is_item(rest: &str, len: usize) -> bool {
    let after = rest[len..].trim_start_matches([' ', '\t', '\r']);
    after.is_empty() || after.starts_with(['\n', ',', ']'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_log_is_told_from_values() {
        let time = Timestamp::parse_rfc3339("2025-11-25T10:00:00.123Z");
        for (text, told) in [
            ("2025-11-25T10:00:00.123Z {\"a\":1}", LogText::Before(25, time)),
            ("2025-11-25T10:00:00.123 {", LogText::Before(24, time)),
            ("[INFO]\t2025-11-25T10:00:00.123Z\tid\t{", LogText::Before(35, time)),
            ("\u{1b}[32m2025-11-25T10:00:00.123000+00:00\u{1b}[0m x\n{", LogText::Before(44, time)),
            ("group stream/1 {", LogText::Before(15, None)),
            ("START RequestId: 1\n", LogText::Alone(19, None)),
            ("Id\":\"m\"}\n{", LogText::No),
            ("x } {", LogText::No),
        ] {
            assert_eq!(log_text(text), told, "{text:?}");
        }
    }

    #[test]
    fn a_year_is_no_item() {
        assert!(is_item("17\n", 2) && is_item("17 ,", 2) && is_item("17", 2));
        assert!(!is_item("2026-11-22", 4) && !is_item("17 apples", 2));
    }
}
