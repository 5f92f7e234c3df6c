#![doc = include_str!("../README.md")]

mod account;
mod chunk;
mod envelope;
mod inflate;
mod input;
pub mod lambda;
mod observed;
mod open;
mod origin;
mod privacy;
mod reader;
mod replay;
mod resume;
mod settings;

pub use account::Account;
pub use chunk::{CHUNK_BYTES, Chunk, Chunker, MAX_VALUE_BYTES, Spares};
pub use inflate::MAX_INFLATED;
pub use input::{Input, InputError};
pub use observed::Observed;
pub use origin::Origin;
pub use privacy::{PhoneKey, PhoneNumbers, Privacy};
pub use reader::{ObjectName, Reader, Tally};
pub use replay::{ReplayOptions, Replayed, replay};
pub use settings::{RouteDefaults, Settings};
