//! What telemetry wants to know about the events of an invocation.

use std::collections::BTreeSet;

use smsvoice_event::{Event, EventType, Timestamp};

/// Names remembered at most: an attacker's million field names must not fill the memory.
const MAX_NAMES: usize = 64;

/// How long after its own time an event counts as late, and as very late, in milliseconds.
const LATE_MS: [i64; 2] = [3_600_000, 72 * 3_600_000];

/// Observations on events, in passing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Milliseconds from each event's time to its arrival; 0 where clocks disagree.
    pub freshness_ms: Vec<u64>,
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

/// Fields that are known, but have no column of their own: MMS's constant, and RCS conversations.
const KNOWN_EXTRA: [&str; 4] =
    ["contentType", "conversationInitiatingMessageId", "conversationInitiatingMessageType", "conversationSessionFee"];

impl Observed {
    pub(crate) fn see(&mut self, event: &Event<'_>, received_at: Timestamp) {
        let age = received_at.millis() - event.event_time.millis();
        self.freshness_ms.push(u64::try_from(age).unwrap_or(0));
        self.late_1h += u64::from(age > LATE_MS[0]);
        self.late_72h += u64::from(age > LATE_MS[1]);
        let unknown = event.extra.iter().filter(|(name, _)| !KNOWN_EXTRA.contains(&name.as_ref()));
        let mut any = false;
        for (name, _) in unknown {
            any = true;
            remember(&mut self.unknown_fields, name);
        }
        self.with_unknown_fields += u64::from(any);
        if let EventType::Unknown(name) = &event.event_type {
            remember(&mut self.unknown_types, name);
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
    fn lateness_and_unknown_names_are_seen() {
        let mut observed = Observed::default();
        let text = r#"{"eventType":"TEXT_NEW","messageId":"m","eventTimestamp":0,"surprise":1,"+14255550156":2}"#;
        for hours in [0, 2, 73] {
            observed.see(&Event::parse(text).unwrap(), Timestamp::from_millis(hours * 3_600_000).unwrap());
        }
        assert_eq!((observed.late_1h, observed.late_72h, observed.with_unknown_fields), (2, 1, 3));
        assert_eq!(observed.unknown_fields.iter().collect::<Vec<_>>(), ["(not a word)", "surprise"]);
        assert_eq!(
            (observed.freshness_percentile(0.5), observed.freshness_percentile(0.99)),
            (Some(7_200_000), Some(262_800_000))
        );
    }
}
