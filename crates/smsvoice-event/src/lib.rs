#![doc = include_str!("../README.md")]

#[macro_use]
mod words;

mod convert;
mod error;
mod event;
mod event_time;
mod event_type;
mod field;
mod field_reader;
mod id;
mod json;
mod message_type;
mod money;
mod outcome;
mod parse;
mod phone;
mod scan;
mod timestamp;

pub use error::ParseError;
pub use event::{Event, Text};
pub use event_time::{EventTime, OtherUnit};
pub use event_type::{EventType, KnownType, V1_VOICE_TYPES};
pub use id::EventId;
pub use message_type::{Encoding, MessageType};
pub use money::{InvalidUsd, Usd};
pub use outcome::{Channel, FailureReason, Outcome};
pub use parse::Prefix;
pub use phone::{PhoneNumber, country_code_len};
pub use timestamp::Timestamp;
