//! What happened to one message: parse, classify and identify one AWS SMS/voice event.

mod event_type;
mod outcome;

pub use event_type::{EventType, KnownType, V1_VOICE_TYPES};
pub use outcome::{Channel, FailureReason, Outcome};
