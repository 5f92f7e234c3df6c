//! What a destination must be able to do: take events of one recipient, and say of each whether it was taken.

use std::sync::Arc;

use futures::future::BoxFuture;

pub use crate::account::{event_destination::Target, message::Recipient};

/// One event for one recipient.
#[derive(Clone)]
pub struct Parcel {
    /// Who takes it.
    pub recipient: Recipient,
    /// The event, one JSON object as AWS sends it.
    pub payload: String,
    /// As v2 names it, `TEXT_DELIVERED`.
    pub event_type: String,
    /// When it was emitted, emulated epoch milliseconds.
    pub at_ms: u64,
    /// Of the message, if it named one.
    pub configuration_set: Option<String>,
    pub(crate) receipt: Option<Receipt>,
    pub(crate) attempts: u32,
}

/// Whose delivery it is: the message's key, the event and the delivery in it. Two-way messages have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) message: String,
    pub(crate) event: usize,
    pub(crate) delivery: usize,
}

/// Takes events. All parcels of one call have the same recipient, in the order in which they were emitted; the answer
/// has one result for each, in that order, an error being words for a person.
pub trait Sink: Send + Sync + 'static {
    /// Delivers, or says why not.
    fn deliver<'a>(&'a self, parcels: &'a [Parcel]) -> BoxFuture<'a, Vec<Result<(), String>>>;
}

/// The sinks there are. What has none is counted as undeliverable at once.
#[derive(Clone, Default)]
pub struct Sinks {
    /// CloudWatch Logs.
    pub logs: Option<Arc<dyn Sink>>,
    /// Data Firehose.
    pub firehose: Option<Arc<dyn Sink>>,
    /// SNS; it takes two-way messages too.
    pub sns: Option<Arc<dyn Sink>>,
    /// The default event bus; with none, no event is owed to it.
    pub eventbridge: Option<Arc<dyn Sink>>,
    /// A lake; with none, no event is owed to it.
    pub lake: Option<Arc<dyn Sink>>,
}

impl Sinks {
    pub(crate) fn of(&self, recipient: &Recipient) -> Option<&Arc<dyn Sink>> {
        match recipient {
            Recipient::Target(Target::Logs { .. }) => self.logs.as_ref(),
            Recipient::Target(Target::Firehose { .. }) => self.firehose.as_ref(),
            Recipient::Target(Target::Sns { .. }) => self.sns.as_ref(),
            Recipient::EventBridge => self.eventbridge.as_ref(),
            Recipient::Lake => self.lake.as_ref(),
        }
    }
}
