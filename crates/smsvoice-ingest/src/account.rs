//! Nothing is lost: what came in, and what became of it.

use std::collections::BTreeMap;

use serde::Serialize;
use smsvoice_lake::Source;

/// What became of everything received. `received = written + duplicates + quarantined + to_retry`, always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Pieces of input: events, and whatever turned out to be none.
    pub received: u64,
    /// Events that now rest in the lake.
    pub written: u64,
    /// Events that were in the same files already.
    pub duplicates: u64,
    /// Pieces that are no event, kept in quarantine with the reason.
    pub quarantined: u64,
    /// What could not be made durable, and has to be sent again.
    pub to_retry: u64,
    /// Events whose id was known but whose content differed; each is also among `written` or `duplicates`.
    pub differing: u64,
    /// Events with a type this version does not know; each is also among `written` or `duplicates`.
    pub unknown_types: u64,
    /// Pieces received, by source.
    pub by_source: BTreeMap<&'static str, u64>,
    /// Pieces quarantined, by reason.
    pub by_reason: BTreeMap<&'static str, u64>,
}

impl Account {
    /// Whether everything received is accounted for.
    pub fn adds_up(&self) -> bool {
        self.received == self.written + self.duplicates + self.quarantined + self.to_retry
    }

    /// Counts one piece of input.
    pub(crate) fn receive(&mut self, source: Source) {
        self.received += 1;
        *self.by_source.entry(source.as_str()).or_default() += 1;
    }

    /// Adds another account to this one.
    pub fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.written += other.written;
        self.duplicates += other.duplicates;
        self.quarantined += other.quarantined;
        self.to_retry += other.to_retry;
        self.differing += other.differing;
        self.unknown_types += other.unknown_types;
        for (source, count) in &other.by_source {
            *self.by_source.entry(source).or_default() += count;
        }
        for (reason, count) in &other.by_reason {
            *self.by_reason.entry(reason).or_default() += count;
        }
    }
}
