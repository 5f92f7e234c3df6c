//! Which event is due next: a heap over all events that are still to come.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{account::message::KeptMessage, clock::EpochMs};

/// One event to come, of the message with this key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Due {
    pub(super) at: EpochMs,
    pub(super) message: String,
    /// Its index among the events of the message.
    pub(super) event: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Agenda(BinaryHeap<Reverse<Due>>);

impl Agenda {
    /// Adds what is still to come of a message.
    pub(super) fn add(&mut self, key: &str, message: &KeptMessage) {
        let to_come = message.events.iter().enumerate().filter(|(_, event)| !event.emitted);
        self.0.extend(to_come.map(|(event, planned)| Reverse(Due { at: planned.at, message: key.to_owned(), event })));
    }

    /// Takes the next event that is due by `now`.
    pub(super) fn take(&mut self, now: EpochMs) -> Option<Due> {
        self.0.peek().filter(|next| next.0.at <= now)?;
        self.0.pop().map(|Reverse(due)| due)
    }

    pub(super) fn next_at(&self) -> Option<EpochMs> {
        self.0.peek().map(|Reverse(due)| due.at)
    }
}
