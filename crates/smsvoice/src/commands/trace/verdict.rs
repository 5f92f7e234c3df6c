//! What the life of a message comes to, in plain language.

use chrono::{DateTime, Utc};

use super::event::Event;
use super::receipts::{Like, Receipts};
use super::timeline::duration;

/// AWS waits so long for a last event.
const LAST_EVENT_MS: i64 = 72 * 3_600_000;

/// The verdict. `receipts` are of messages like this one, if [`asks_about_receipts`] asked for them.
pub(super) fn verdict(events: &[Event], receipts: Option<Receipts>, now: DateTime<Utc>) -> String {
    let with = |outcome: &str| events.iter().rev().find(|event| event.outcome == outcome);
    if let Some(delivered) = events.iter().find(|event| event.outcome == "delivered") {
        let but = if with("failed").or(with("blocked")).is_some() {
            "; a failure was reported too, and the delivery counts"
        } else {
            ""
        };
        let what = if delivered.channel == "voice" {
            "the call was completed"
        } else {
            "the handset confirmed that it has the message"
        };
        return format!("Delivered: {what}{}{but}.", after(delivered));
    }
    if let Some(accepted) = events.iter().find(|event| event.outcome == "accepted") {
        let why = receipts.map(|receipts| format!(": {}", told(&receipts))).unwrap_or_default();
        return format!("Accepted by the carrier{}; no handset receipt will come{why}.", after(accepted));
    }
    if let Some(event) = with("blocked").or(with("failed")) {
        let reason = event.failure_reason.as_deref().unwrap_or("no reason is told");
        let verb = if event.outcome == "blocked" { "Blocked" } else { "Failed" };
        return format!("{verb}{}: {}.", after(event), meaning(reason));
    }
    if let Some(event) = with("unknown") {
        return format!("Unknown: AWS cannot tell what became of it (its last word is {}).", event.kind);
    }
    open(events, receipts, now)
}

/// Nothing is decided.
fn open(events: &[Event], receipts: Option<Receipts>, now: DateTime<Utc>) -> String {
    let Some(newest) = events.last() else { return "No event is known of it.".to_owned() };
    let age = now.timestamp_millis() - newest.at_ms;
    let since = format!("the newest event, {}, is {} old", newest.kind, duration(age));
    if age > LAST_EVENT_MS {
        return format!(
            "Pending, and late: {since}, and AWS waits 72 hours for a last one. Later events did not arrive here; \
            `smsvoice doctor` looks for the reason."
        );
    }
    let expected = receipts.map(|receipts| format!(" Of messages like it, {}.", told(&receipts))).unwrap_or_default();
    format!("Pending: {since}, and AWS waits up to 72 hours for a last one.{expected}")
}

/// What is known of receipts.
fn told(receipts: &Receipts) -> String {
    let Receipts { like: Like { channel, country, day }, delivered, accepted } = receipts;
    match delivered + accepted {
        0 => format!("the lake has no other {channel} message to {country} of {day} that arrived"),
        all => format!(
            "in {country}, {delivered} of {all} {channel} messages that arrived on {day} were confirmed by a handset"
        ),
    }
}

fn after(event: &Event) -> String {
    event.latency_ms.map(|latency| format!(" {} after the request", duration(latency))).unwrap_or_default()
}

/// A failure's reason for a person.
fn meaning(reason: &str) -> &str {
    match reason {
        "opted_out_or_blocked" => "the recipient opted out, or the number is blocked",
        "carrier_blocked" => "the carrier refused it; look at content, links and the registration of the sender",
        "spam" => "the carrier took it for spam",
        "protect_blocked" => "a protect configuration of your own forbids it",
        "invalid_number" => "the number does not exist, or cannot take this kind of message",
        "invalid_content" => "the content is not allowed, or not well formed",
        "unreachable" => "the handset could not be reached: switched off, or without service",
        "carrier_unreachable" => "the carrier could not be reached",
        "expired" => "its time to live was over before it could be delivered",
        "busy" => "the line was busy",
        "no_answer" => "nobody answered",
        "call_failed" => "the call could not be made",
        "media_file" => "a media file could not be used",
        "rcs_failed" => "RCS could not deliver it",
        other => other,
    }
}

/// The messages whose receipts explain what this one comes to: one that was accepted, or waits.
pub(super) fn asks_about_receipts(events: &[Event]) -> Option<Like> {
    let decided = |event: &Event| matches!(&*event.outcome, "delivered" | "blocked" | "failed" | "unknown");
    let newest = events.last().filter(|_| !events.iter().any(decided))?;
    let country = events.iter().rev().find_map(|event| event.country.clone())?;
    let day = DateTime::from_timestamp_millis(newest.at_ms)?.format("%Y-%m-%d").to_string();
    Some(Like { channel: newest.channel.clone(), country, day })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(outcome: &str, latency_ms: i64) -> Event {
        Event {
            at_ms: 1_793_000_000_000 + latency_ms,
            kind: "TEXT_X".into(),
            outcome: outcome.into(),
            latency_ms: Some(latency_ms),
            channel: "text".into(),
            country: Some("DE".into()),
            ..Event::default()
        }
    }

    fn said(events: &[Event], age_ms: i64) -> String {
        let receipts = asks_about_receipts(events).map(|like| Receipts { like, delivered: 3, accepted: 97 });
        let newest = events.last().map_or(0, |event| event.at_ms);
        verdict(events, receipts, DateTime::from_timestamp_millis(newest + age_ms).unwrap())
    }

    #[test]
    fn accepted_message_is_explained_by_the_receipts_of_its_country() {
        assert_eq!(
            said(&[event("pending", 300), event("accepted", 1_234)], 0),
            "Accepted by the carrier 1.2 s after the request; no handset receipt will come: in DE, 3 of 100 text \
            messages that arrived on 2026-10-26 were confirmed by a handset."
        );
    }

    #[test]
    fn delivery_counts_whatever_else_is_reported() {
        let told = said(&[event("delivered", 2_000), event("failed", 3_000)], 0);
        assert!(
            told.starts_with("Delivered: the handset confirmed") && told.contains("a failure was reported"),
            "{told}"
        );
    }

    #[test]
    fn failure_says_what_its_reason_means() {
        let failed = Event { failure_reason: Some("spam".into()), ..event("blocked", 900) };
        assert_eq!(said(&[failed], 0), "Blocked 900 ms after the request: the carrier took it for spam.");
    }

    #[test]
    fn pending_message_is_late_after_three_days() {
        let waits = said(&[event("pending", 300)], 3_600_000);
        assert!(waits.starts_with("Pending: the newest event, TEXT_X, is 1 h 0 min old"), "{waits}");
        let late = said(&[event("pending", 300)], LAST_EVENT_MS + 1);
        assert!(late.contains("smsvoice doctor"), "{late}");
    }
}
