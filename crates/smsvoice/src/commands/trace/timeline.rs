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
    let mut before = requested;
    if let Some(at) = requested {
        text.push_str(&format!("{}  {:>12}  requested\n", instant(at), ""));
    }
    for (at, event) in events.iter().enumerate() {
        let gap = before.map(|before| format!("+{}", duration(event.at_ms - before))).unwrap_or_default();
        text.push_str(&format!("{}  {gap:>12}  {}\n", instant(event.at_ms), line(event)));
        for (name, value) in fields.get(at).into_iter().flatten() {
            text.push_str(&format!("{:40}{name}: {value}\n", ""));
        }
        before = Some(event.at_ms);
    }
    Ok(text)
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

fn line(event: &Event) -> String {
    let Event { kind, outcome, failure_reason, is_final, description, source, .. } = event;
    let mut line = format!("{kind:<22} {outcome:<9} by {source}");
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

        1970-01-01T00:00:01.000Z                requested
        1970-01-01T00:00:01.340Z       +340 ms  TEXT_QUEUED            pending   by sns
        1970-01-01T00:00:02.600Z        +1.2 s  TEXT_SUCCESSFUL        accepted  by sns, final
        ");
    }
}
