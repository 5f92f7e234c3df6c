//! How many destinations take each event type: what no change may let fall.

use std::collections::BTreeMap;

use crate::api::Api;
use crate::events::{Selector, emitted};
use crate::world::Set;

/// How many enabled destinations of a set take each event type. Types that none takes are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<String, usize>);

impl Coverage {
    /// Of `set`. A name that this version does not know counts as an event type of its own.
    pub fn of(api: Api, set: &Set) -> Self {
        let mut counts = BTreeMap::new();
        for destination in set.destinations.values().filter(|destination| destination.enabled) {
            let all = Selector::all(api);
            let unknown = destination.events.iter().map(Selector::as_str).filter(|name| !all.contains(name));
            let takes = |name: &str| destination.events.iter().any(|selector| selector.takes(name));
            let known = emitted(api).filter(|name| takes(name)).map(str::to_owned);
            for name in known.chain(unknown.map(str::to_owned)) {
                *counts.entry(name).or_default() += 1;
            }
        }
        Self(counts)
    }

    /// How many destinations take this event type.
    pub fn count(&self, event_type: &str) -> usize {
        self.0.get(event_type).copied().unwrap_or(0)
    }

    /// For each event type the smaller of both counts.
    #[must_use]
    pub fn least(&self, other: &Self) -> Self {
        let both = self.0.iter().map(|(name, count)| (name.clone(), (*count).min(other.count(name))));
        Self(both.filter(|(_, count)| *count > 0).collect())
    }

    /// Whether no event type has fewer destinations than in `other`.
    pub fn reaches(&self, other: &Self) -> bool {
        other.0.iter().all(|(name, count)| self.count(name) >= *count)
    }
}
