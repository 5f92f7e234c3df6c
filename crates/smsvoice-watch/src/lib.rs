#![doc = include_str!("../README.md")]

mod past;
mod signs;
mod thresholds;

pub use signs::{Hour, Prefixes, Sign, signs};
pub use thresholds::Thresholds;
