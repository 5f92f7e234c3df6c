#![doc = include_str!("../README.md")]

mod account;
mod aggregate;
mod aws;
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
mod s3;
mod settings;
mod walk;

pub use account::ObjectAccount;
pub use inflate::MAX_INFLATED;
pub use input::{Input, InputError, Place};
pub use lambda::put_until;
pub use ledger::{Durable, Ledger, Received};
pub use observed::Observed;
pub use origin::Origin;
pub use privacy::{Applied, Identities, IdentityError, PhoneKey, PhoneNumbers, Privacy, Recipient, is_sealed};
pub use reader::{Output, Reader, Tally};
pub use replay::{ReplayOptions, Replayed, replay};
pub use s3::{
    Bucket, Buckets, Listed, Listing, ObjectName, Objects, Opener, Part, Reach, S3Error, S3Inputs, S3Place,
    S3PlaceError, Scope,
};
pub use settings::{Asked, KeyError, KeySource, RouteDefaults, Setting, SettingError, Settings, SettingsError, Wanted};
pub use walk::{Aside, Files, LeftAside, Modified, Skipped};
