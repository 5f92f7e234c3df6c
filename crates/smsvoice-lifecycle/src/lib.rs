#![doc = include_str!("../README.md")]

mod countries;
mod country;
mod draw;
mod ending;
mod generate;
mod json;
mod latency;
mod life;
mod life_event;
mod message;
mod money;
mod odds;
mod phone_numbers;
mod rest_of_world;

pub use countries::COUNTRIES;
pub use country::{Billing, Carrier, Country, Receipts, Tariff, Tariffs};
pub use draw::seeded;
pub use ending::Ending;
pub use generate::{
    ChannelMix, ChannelTruth, Duplicates, GenerateError, GenerateOptions, MessageTotals, PumpingTruth, Truth, generate,
};
pub use life::{Life, LifeError, SILENCE_MS};
pub use life_event::{LifeEvent, Network};
pub use message::{Conversation, DEFAULT_TTL_SECONDS, Initiator, Message, Protect, ProtectStatus, Rcs};
pub use odds::{ChannelOdds, Odds};
pub use phone_numbers::{NumberRange, SIMULATORS, Simulator, fictional_ranges, is_fictional, simulated_ending};
