//! An event on its way, and what a service must be able to do that takes events.

use futures::future::BoxFuture;

use super::Recipient;
use crate::place::Place;

/// One event on its way to one recipient.
#[derive(Clone)]
pub struct OutgoingEvent {
    /// Who takes it.
    pub recipient: Recipient,
    /// The event, one JSON object as AWS sends it.
    pub payload: String,
    /// Its type as API v2 names it, `TEXT_DELIVERED`; `TWO_WAY` for a recipient's own message.
    pub event_type: String,
    /// When it was emitted, in epoch milliseconds of the emulator's clock.
    pub at_ms: u64,
    /// The account and the region of the message.
    pub place: Place,
    /// The configuration set that the message named, if it named one.
    pub configuration_set: Option<String>,
    /// The delivery that the account keeps of it; none for two-way messages, which the account does not keep.
    pub(crate) delivery: Option<DeliveryId>,
    /// How often it was tried so far.
    pub(crate) attempts: u32,
}

/// Which delivery of the account it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeliveryId {
    /// The key of the message.
    pub(crate) message: String,
    /// The index of the event among those of the message.
    pub(crate) event: usize,
    /// The index of the delivery among those of the event.
    pub(crate) delivery: usize,
}

/// A service that takes events: CloudWatch Logs, Firehose, SNS, EventBridge, or a lake.
pub trait DeliveryService: Send + Sync + 'static {
    /// Delivers `events`, which all have the same recipient and come in the order in which they were emitted. The
    /// answer has one result for each of them, in that order; an error says in words for a person why the event was not
    /// taken.
    fn deliver<'a>(&'a self, events: &'a [OutgoingEvent]) -> BoxFuture<'a, Vec<Result<(), String>>>;
}
