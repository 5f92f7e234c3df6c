//! The identity of an event: the same by every route, on every machine, in every version.

use std::fmt;

use xxhash_rust::xxh3::Xxh3;

/// 128 bits that identify an event: XXH3-128 over `messageId`, `eventType` and `eventTimestamp` (AWS sends no event id).
///
/// Displayed as 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub u128);

impl EventId {
    /// The id of the event with these three. Parts are kept apart by U+001F, which no AWS identifier holds.
    pub fn of(message_id: &str, event_type: &str, event_time_ms: i64) -> Self {
        let mut buffer = [0u8; 128];
        let len = message_id.len() + event_type.len() + 10;
        if len > buffer.len() {
            return Self::of_long(message_id, event_type, event_time_ms);
        }
        let (id, rest) = buffer.split_at_mut(message_id.len());
        id.copy_from_slice(message_id.as_bytes());
        rest[0] = 0x1f;
        let (kind, rest) = rest[1..].split_at_mut(event_type.len());
        kind.copy_from_slice(event_type.as_bytes());
        rest[0] = 0x1f;
        rest[1..9].copy_from_slice(&event_time_ms.to_be_bytes());
        Self(xxhash_rust::xxh3::xxh3_128(&buffer[..len]))
    }

    #[cold]
    fn of_long(message_id: &str, event_type: &str, event_time_ms: i64) -> Self {
        let mut hash = Xxh3::new();
        hash.update(message_id.as_bytes());
        hash.update(&[0x1f]);
        hash.update(event_type.as_bytes());
        hash.update(&[0x1f]);
        hash.update(&event_time_ms.to_be_bytes());
        Self(hash.digest128())
    }

    /// The 32 hex digits, as bytes.
    pub fn hex(self) -> [u8; 32] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut hex = [0; 32];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0.to_be_bytes()) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        hex
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These values are stored in lakes: a change of the function would count every event twice.
    #[test]
    fn ids_never_change() {
        let id = EventId::of("862a8790-60c0-4430-9b2b-658bdexample", "TEXT_SUCCESSFUL", 1_686_975_103_470);
        insta::assert_snapshot!(id, @"c3461d76b66895ad7a8a32f894f9580a");
        assert_eq!(id.hex(), *id.to_string().as_bytes().first_chunk().unwrap());
        insta::assert_snapshot!(EventId::of(&"m".repeat(200), "TEXT_DELIVERED", 0), @"0393043b50544ec04909bebdbc42bd9f");
    }

    #[test]
    fn long_and_short_ids_are_hashed_alike() {
        for len in 100..120 {
            let message_id = "x".repeat(len);
            assert_eq!(EventId::of(&message_id, "A", 7), EventId::of_long(&message_id, "A", 7), "{len}");
        }
    }
}
