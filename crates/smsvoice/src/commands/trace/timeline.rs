//! The events of a message, one a line, with the time between them.

use arrow::array::RecordBatch;
use chrono::{DateTime, SecondsFormat};

use super::event::Event;
use crate::output::row_fields;

/// What the message is, the request, and each event; behind each event what `raw` has of it, field by field.
pub(super) fn timeline(events: &[Event], raw: &[RecordBatch]) -> anyhow::Result<String> {
    let mut text = heading(events);
    let fields: Vec<Vec<(String, String)>> = raw.iter().map(row_fields).collect::<Result<Vec<_>, _>>()?.concat();
    let requested = events.iter().find_map(|event| Some(event.at_ms - event.latency_ms?));
    let before = requested.into_iter().chain(events.iter().map(|event| event.at_ms));
    let unknown = usize::from(requested.is_none()).min(events.len());
    let known = events[unknown..].iter().zip(before).map(|(event, before)| gap(event, before));
    let gaps: Vec<String> = vec![String::new(); unknown].into_iter().chain(known).collect();
    let width = gaps.iter().map(String::len).max().unwrap_or_default();
    let kinds = events.iter().map(|event| event.kind.len()).max().unwrap_or_default();
    if let Some(at) = requested {
        text.push_str(&format!("{}  {:>width$}  requested\n", instant(at), ""));
    }
    for (at, (event, gap)) in events.iter().zip(&gaps).enumerate() {
        text.push_str(&format!("{}  {gap:>width$}  {}\n", instant(event.at_ms), line(event, kinds)));
        for (name, value) in fields.get(at).into_iter().flatten() {
            text.push_str(&format!("{:width$}{name}: {value}\n", "", width = width + 28));
        }
    }
    Ok(text)
}

/// The time since what came before it.
fn gap(event: &Event, before_ms: i64) -> String {
    format!("+{}", duration(event.at_ms - before_ms))
}

/// A sentence in lines of the terminal's width, broken between words.
pub(super) fn wrapped(text: &str, width: Option<u16>) -> String {
    let width = width.map_or(usize::MAX, usize::from);
    let (mut wrapped, mut room) = (String::new(), width);
    for word in text.split(' ') {
        let length = word.chars().count();
        if !wrapped.is_empty() {
            let breaks = length >= room;
            wrapped.push(if breaks { '\n' } else { ' ' });
            room = if breaks { width } else { room - 1 };
        }
        wrapped.push_str(word);
        room = room.saturating_sub(length);
    }
    wrapped
}

fn heading(events: &[Event]) -> String {
    let newest = |of: fn(&Event) -> Option<&String>| events.iter().rev().find_map(of).cloned();
    let mut known = vec![events.last().map(|event| event.channel.clone()).unwrap_or_default()];
    known.extend(newest(|event| event.country.as_ref()));
    known.extend(newest(|event| event.carrier.as_ref()));
    known.extend(newest(|event| event.configuration_set.as_ref()).map(|set| format!("configuration set {set}")));
    known.extend(newest(|event| event.price.as_ref()).map(|price| format!("US${price}")));
    known.extend(newest(|event| event.fee.as_ref()).map(|fee| format!("carrier fee US${fee}")));
    format!("{}\n\n", known.join(" · "))
}

fn line(event: &Event, kinds: usize) -> String {
    let Event { kind, outcome, failure_reason, is_final, description, source, .. } = event;
    let mut line = format!("{kind:<kinds$} {outcome:<9} by {source}");
    if *is_final {
        line.push_str(", final");
    }
    if let Some(reason) = failure_reason {
        line.push_str(&format!(" · {reason}"));
    }
    if let Some(description) = description.as_ref().filter(|_| matches!(&**outcome, "failed" | "blocked" | "unknown")) {
        line.push_str(&format!(" · {}", printable(description)));
    }
    line
}

/// What AWS writes for a person; a control code would reach the terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}

fn instant(at_ms: i64) -> String {
    let at = DateTime::from_timestamp_millis(at_ms);
    at.map_or_else(|| at_ms.to_string(), |at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// In the two largest units that matter: `340 ms`, `1.2 s`, `3 min 5 s`, `2 h 3 min`, `3 d 4 h`.
pub(super) fn duration(milliseconds: i64) -> String {
    let sign = if milliseconds < 0 { "-" } else { "" };
    let all = milliseconds.unsigned_abs();
    let (seconds, minutes, hours, days) = (all / 1_000, all / 60_000, all / 3_600_000, all / 86_400_000);
    let said = match all {
        0..1_000 => format!("{all} ms"),
        1_000..60_000 => format!("{}.{} s", seconds, all % 1_000 / 100),
        60_000..3_600_000 => format!("{minutes} min {} s", seconds % 60),
        3_600_000..86_400_000 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    };
    format!("{sign}{said}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_broken_between_words() {
        assert_eq!(wrapped("one two three", Some(8)), "one two\nthree");
        assert_eq!(wrapped("one two", Some(7)), "one two");
        assert_eq!(wrapped("one two", Some(6)), "one\ntwo");
        assert_eq!(wrapped("one two three", None), "one two three");
    }

    #[test]
    fn time_is_told_in_the_units_that_matter() {
        let told = [0, 340, 1_234, 65_000, 7_380_000, 273_600_000, -1_500].map(duration);
        assert_eq!(told, ["0 ms", "340 ms", "1.2 s", "1 min 5 s", "2 h 3 min", "3 d 4 h", "-1.5 s"]);
    }

    #[test]
    fn timeline_begins_with_the_request_and_tells_the_time_between() {
        let event = |at_ms: i64, kind: &str, outcome: &str| Event {
            at_ms,
            kind: kind.into(),
            outcome: outcome.into(),
            latency_ms: Some(at_ms - 1_000),
            channel: "text".into(),
            country: Some("DE".into()),
            source: "sns".into(),
            is_final: outcome != "pending",
            ..Event::default()
        };
        let events = [event(1_340, "TEXT_QUEUED", "pending"), event(2_600, "TEXT_SUCCESSFUL", "accepted")];
        insta::assert_snapshot!(timeline(&events, &[]).unwrap(), @r"
        text · DE

        1970-01-01T00:00:01.000Z           requested
        1970-01-01T00:00:01.340Z  +340 ms  TEXT_QUEUED     pending   by sns
        1970-01-01T00:00:02.600Z   +1.2 s  TEXT_SUCCESSFUL accepted  by sns, final
        ");
    }
}
