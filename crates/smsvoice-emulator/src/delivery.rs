//! Delivering events: who can take them, the services that do, and the courier that tries until they have.

mod courier;
mod outgoing;
mod recipient;
mod services;

pub use courier::RetryPolicy;
pub(crate) use courier::{Attempt, Courier, Settle};
pub(crate) use outgoing::DeliveryId;
pub use outgoing::{DeliveryService, OutgoingEvent};
pub(crate) use recipient::DeliveryState;
pub use recipient::{FirehoseTarget, LogsTarget, Recipient, SnsTarget, Target};
pub use services::DeliveryServices;
