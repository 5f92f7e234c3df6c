//! Where reading goes on: behind what is broken, and behind the time of a log's line.

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
        |line: &usize| matches!(bytes.get(line + 1), Some(b'{' | b'[')) || log_prefix(&rest[line + 1..]).is_some();
    let mut end = from.saturating_add(512).min(bytes.len());
    loop {
        let event = memmem::find(&bytes[from..end], br#"{"eventType""#).map(|at| from + at);
        let line = memchr::memchr_iter(b'\n', &bytes[..event.unwrap_or(end)]).find(begins);
        if let Some(len) = line.map(|at| at + 1).or(event) {
            return len;
        }
        if end == bytes.len() {
            return end;
        }
        end = (end * 2).min(bytes.len());
    }
}

/// Bytes of a line in which its time and the beginning of the JSON stand, if it is a log's.
pub(crate) const LOG_HEAD: usize = 200;

/// A line of an exported log, `2026-11-22T07:47:38.123Z {"eventType":…`: its time, and where the JSON begins.
pub(crate) fn log_prefix(rest: &str) -> Option<(Timestamp, usize)> {
    let bytes = rest.as_bytes();
    if !bytes.get(..11).is_some_and(|date| date[4] == b'-' && date[7] == b'-' && date[0].is_ascii_digit()) {
        return None;
    }
    let head = &bytes[..bytes.len().min(LOG_HEAD)];
    let line = &head[..memchr::memchr(b'\n', head).unwrap_or(head.len())];
    let event_at = memchr::memchr(b'{', line)?;
    let stamp = rest[..event_at].split_whitespace().next()?;
    // `aws logs tail --format short` writes no zone; its times are UTC.
    let time = Timestamp::parse_rfc3339(stamp).or_else(|| Timestamp::parse_rfc3339(&format!("{stamp}Z")))?;
    Some((time, event_at))
}
