#![doc = include_str!("../README.md")]

mod dimension;
mod engine;
mod rows;
mod statement;
mod template;
mod trino;

pub use dimension::{ContextKey, Dimension, DimensionError};
pub use engine::{EngineError, LocalEngine};
pub use rows::Rows;
pub use statement::{Metric, MetricError, MetricsRequest, Period, messages, trace};
