#![doc = include_str!("../README.md")]

pub mod connect;
pub mod desired;
pub mod events;
pub mod world;

pub use connect::Connection;
pub use desired::{Desired, Draft, Faults, Values};
