//! What telemetry wants to know about the events of an invocation.

use std::collections::BTreeSet;

use smsvoice_event::{Event, EventType, FailureReason, Outcome, Timestamp};

/// Names remembered at most: an attacker's million field names must not fill the memory.
const MAX_NAMES: usize = 64;

/// Ages remembered at most. An invocation that is no S3 object brings fewer events.
const MAX_FRESHNESS: usize = 1 << 16;

/// How long after its own time an event counts as late, and as very late, in milliseconds.
const LATE_MS: [i64; 2] = [3_600_000, 72 * 3_600_000];

/// The failures that ask for somebody's attention: carriers begin to take the sender for a nuisance.
pub(crate) const REFUSED: [FailureReason; 2] = [FailureReason::CarrierBlocked, FailureReason::Spam];

/// Observations on events, in passing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Milliseconds from an event's time to its arrival; 0 where clocks disagree. Of every event, or of every n-th.
    pub freshness_ms: Vec<u64>,
    /// That n, a power of two, less one; and how many events were seen.
    every: (u64, u64),
    /// Events by what they say of their message, in the order of [`Outcome::ALL`]. Several events of one message count.
    pub outcomes: [u64; Outcome::ALL.len()],
    /// Events by which a carrier refused a message as abuse, and those by which it refused one as unsolicited advertising.
    pub refused: [u64; REFUSED.len()],
    /// Events that arrived over 1 hour after their time.
    pub late_1h: u64,
    /// Events that arrived over 72 hours after their time.
    pub late_72h: u64,
    /// Events with a field this version does not know.
    pub with_unknown_fields: u64,
    /// Names of fields this version does not know.
    pub unknown_fields: BTreeSet<String>,
    /// Names of event types this version does not know.
    pub unknown_types: BTreeSet<String>,
}

impl Observed {
    pub(crate) fn see(&mut self, event: &Event<'_>, received_at: Timestamp) {
        let age = received_at.millis() - event.event_time.millis();
        self.remember_freshness(u64::try_from(age).unwrap_or(0));
        self.late_1h += u64::from(age > LATE_MS[0]);
        self.late_72h += u64::from(age > LATE_MS[1]);
        self.outcomes[event.outcome() as usize] += 1;
        if let Some(reason) = event.failure_reason() {
            for (refused, count) in REFUSED.iter().zip(&mut self.refused) {
                *count += u64::from(*refused == reason);
            }
        }
        let mut any = false;
        for name in event.unknown_fields() {
            any = true;
            remember(&mut self.unknown_fields, name);
        }
        self.with_unknown_fields += u64::from(any);
        if let EventType::Unknown(name) = &event.event_type {
            remember(&mut self.unknown_types, name);
        }
    }

    /// Adds what was seen of another part of the same invocation.
    pub(crate) fn add(&mut self, other: &Self) {
        let Self { freshness_ms, every, outcomes, refused, late_1h, late_72h, with_unknown_fields, .. } = other;
        // Each age that was remembered stands for as many events.
        for age in freshness_ms {
            (0..=every.0).for_each(|_| self.remember_freshness(*age));
        }
        self.outcomes.iter_mut().zip(outcomes).for_each(|(count, more)| *count += more);
        self.refused.iter_mut().zip(refused).for_each(|(count, more)| *count += more);
        self.late_1h += late_1h;
        self.late_72h += late_72h;
        self.with_unknown_fields += with_unknown_fields;
        other.unknown_fields.iter().for_each(|name| remember(&mut self.unknown_fields, name));
        other.unknown_types.iter().for_each(|name| remember(&mut self.unknown_types, name));
    }

    /// An object of millions of events keeps [`MAX_FRESHNESS`] of them, evenly spread.
    fn remember_freshness(&mut self, age_ms: u64) {
        let (mask, seen) = &mut self.every;
        if *seen & *mask == 0 {
            self.freshness_ms.push(age_ms);
        }
        *seen += 1;
        if self.freshness_ms.len() > MAX_FRESHNESS {
            *mask = *mask * 2 + 1;
            let mut at = 0;
            self.freshness_ms.retain(|_| {
                at += 1;
                at % 2 == 1
            });
        }
    }

    /// The value that a share `p` of events stays below or at, by nearest rank.
    pub fn freshness_percentile(&mut self, p: f64) -> Option<u64> {
        if self.freshness_ms.is_empty() {
            return None;
        }
        let rank = (p * self.freshness_ms.len() as f64).ceil().max(1.0) as usize - 1;
        Some(*self.freshness_ms.select_nth_unstable(rank).1)
    }
}

/// Names of fields are AWS's words; what looks like no such word (it could be a number) is not remembered.
fn remember(names: &mut BTreeSet<String>, name: &str) {
    let is_word = name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    let name = if is_word { name } else { "(not a word)" };
    if names.len() < MAX_NAMES && !names.contains(name) {
        names.insert(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_millions_of_events_an_even_part_is_remembered() {
        let mut observed = Observed::default();
        for age in 0..1_000_000 {
            observed.remember_freshness(age);
        }
        assert!(observed.freshness_ms.len() <= MAX_FRESHNESS);
        let median = observed.freshness_percentile(0.5).unwrap();
        assert!(median.abs_diff(500_000) < 100, "{median}");
    }

    #[test]
    fn outcomes_and_refusals_are_counted() {
        let mut observed = Observed::default();
        for event_type in
            ["TEXT_DELIVERED", "TEXT_SPAM", "TEXT_SPAM", "TEXT_CARRIER_BLOCKED", "TEXT_UNKNOWN", "TEXT_INVALID"]
        {
            let text = format!(
                r#"{{"eventType":"{event_type}","messageId":"m","eventTimestamp":1795305600000,"isFinal":true}}"#
            );
            observed.see(&Event::parse(&text).unwrap(), Timestamp::EPOCH);
        }
        let counted: Vec<_> = Outcome::ALL.iter().map(|outcome| outcome.as_str()).zip(observed.outcomes).collect();
        let expected =
            [("pending", 0), ("unknown", 1), ("failed", 1), ("blocked", 3), ("accepted", 0), ("delivered", 1)];
        assert_eq!((counted, observed.refused), (expected.into(), [1, 2]));
    }

    #[test]
    fn lateness_and_unknown_names_are_seen() {
        let mut observed = Observed::default();
        let text =
            r#"{"eventType":"TEXT_NEW","messageId":"m","eventTimestamp":1795305600000,"surprise":1,"+14255550156":2}"#;
        for hours in [0, 2, 73] {
            observed.see(
                &Event::parse(text).unwrap(),
                Timestamp::from_millis(1_795_305_600_000 + hours * 3_600_000).unwrap(),
            );
        }
        assert_eq!((observed.late_1h, observed.late_72h, observed.with_unknown_fields), (2, 1, 3));
        assert_eq!(observed.unknown_fields.iter().collect::<Vec<_>>(), ["(not a word)", "surprise"]);
        assert_eq!(
            (observed.freshness_percentile(0.5), observed.freshness_percentile(0.99)),
            (Some(7_200_000), Some(262_800_000))
        );
    }
}
