#![doc = include_str!("../README.md")]

mod account;
mod aggregate;
mod chunk;
mod decoded;
mod envelope;
mod inflate;
mod input;
pub mod lambda;
mod ledger;
mod observed;
mod origin;
mod privacy;
mod reader;
mod replay;
mod settings;
mod walk;

pub use account::ObjectAccount;
pub use envelope::ObjectName;
pub use inflate::MAX_INFLATED;
pub use input::{Input, InputError, Place};
pub use lambda::put_until;
pub use ledger::{Durable, Ledger, Received};
pub use observed::Observed;
pub use origin::Origin;
pub use privacy::{Applied, PhoneKey, PhoneNumbers, Privacy};
pub use reader::{Output, Reader, Tally};
pub use replay::{ReplayOptions, Replayed, replay};
pub use settings::{Asked, KeyError, KeySource, RouteDefaults, Setting, SettingError, Settings, SettingsError, Wanted};
pub use walk::{Found, Skipped};
