#![doc = include_str!("../README.md")]

mod account;
mod api;
mod clock;
mod control;
mod emulator;
mod events;
mod inbox;
mod server;
mod start;
mod state;

pub use account::{Place, Terms};
pub use api::auth::Credentials;
pub use clock::{Clock, EpochMs, RealTime};
pub use emulator::Parts;
pub use events::{
    courier::Patience,
    rules::{Faults, Rule, Rules, RulesError},
    sink::{Parcel, Recipient, Sink, Sinks, Target},
};
pub use start::{Config, StartError, serve, serve_parts};
pub use state::StateError;
