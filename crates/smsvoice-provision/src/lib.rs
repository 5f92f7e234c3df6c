#![doc = include_str!("../README.md")]

mod api;
pub mod connect;
pub mod coverage;
pub mod desired;
pub mod events;
pub mod world;

pub use connect::Connection;
pub use desired::{Desired, Draft, Faults, Values};
