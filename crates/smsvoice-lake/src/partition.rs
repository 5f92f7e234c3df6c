//! Which partition a row rests in: a function of the row alone.

use std::fmt;

use chrono::NaiveDate;
use smsvoice_event::{Channel, Event};

/// A partition of `events`: the channel, and the UTC date of the event (not of its arrival).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Partition {
    /// `channel=…`
    pub channel: Channel,
    /// `dt=…`
    pub date: NaiveDate,
}

impl Partition {
    /// The partition of an event.
    pub fn of(event: &Event<'_>) -> Self {
        Self { channel: event.channel(), date: event.event_time.date() }
    }
}

impl fmt::Display for Partition {
    /// As the folders are named: `channel=text/dt=2026-11-22`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "channel={}/dt={}", self.channel, self.date.format("%Y-%m-%d"))
    }
}
