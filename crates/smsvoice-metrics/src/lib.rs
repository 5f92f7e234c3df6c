#![doc = include_str!("../README.md")]

mod build_side;
pub mod ddl;
mod dimension;
mod engine;
mod error;
pub mod report;
mod rows;
mod sound_files;
mod statement;
mod template;
mod trino;
mod units;

pub use dimension::{ContextKey, Dimension, DimensionError};
pub use engine::LocalEngine;
pub use error::EngineError;
pub use rows::Rows;
pub use statement::{Metric, MetricError, MetricsRequest, Period, events_once, messages, trace};
pub use units::{SHARE, UNIT};
