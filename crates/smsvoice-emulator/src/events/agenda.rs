//! Which event is due next: a heap over all events that are still to come.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{account::message::Sent, clock::EpochMs};

/// One event to come, of the message with this key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Due {
    pub(crate) at: EpochMs,
    pub(crate) message: String,
    pub(crate) event: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Agenda(BinaryHeap<Reverse<Due>>);

impl Agenda {
    pub(crate) fn add(&mut self, key: &str, message: &Sent) {
        let to_come = message.events.iter().enumerate().filter(|(_, event)| !event.emitted);
        self.0.extend(to_come.map(|(event, planned)| Reverse(Due { at: planned.at, message: key.to_owned(), event })));
    }

    /// The next event that is due by `now`.
    pub(crate) fn take(&mut self, now: EpochMs) -> Option<Due> {
        self.0.peek().filter(|next| next.0.at <= now)?;
        self.0.pop().map(|Reverse(due)| due)
    }

    pub(crate) fn next_at(&self) -> Option<EpochMs> {
        self.0.peek().map(|Reverse(due)| due.at)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
