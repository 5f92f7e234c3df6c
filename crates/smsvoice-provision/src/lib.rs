#![doc = include_str!("../README.md")]

pub mod adopt;
mod api;
pub mod apply;
pub mod call;
pub mod connect;
pub mod coverage;
pub mod desired;
pub mod diff;
pub mod events;
pub mod export;
pub mod failure;
pub mod order;
pub mod patience;
pub mod plan;
pub mod read;
pub mod report;
pub mod stacks;
pub mod world;
pub mod write;

pub use aws_config::SdkConfig;
pub use connect::Connection;
pub use desired::{Desired, Draft, Faults, Values};
