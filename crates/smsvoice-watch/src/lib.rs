#![doc = include_str!("../README.md")]

mod past;
mod signs;
mod thresholds;
mod watched;

pub use signs::{Basis, Hour, Prefixes, Sign, signs};
pub use thresholds::{Thresholds, ThresholdsError};
pub use watched::{METRIC, Watched};
