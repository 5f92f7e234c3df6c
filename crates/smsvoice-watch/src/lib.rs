#![doc = include_str!("../README.md")]

mod past;
mod signs;
mod thresholds;

pub use signs::{Basis, Hour, Prefixes, Sign, signs};
pub use thresholds::Thresholds;
