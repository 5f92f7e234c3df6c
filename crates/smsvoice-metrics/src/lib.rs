#![doc = include_str!("../README.md")]

mod build_side;
pub mod ddl;
mod dimension;
mod engine;
mod error;
mod query_engine;
mod rows;
mod sound_files;
mod statement;
mod template;
mod trino;
mod units;

pub use dimension::{ContextKey, Dimension, DimensionError};
pub use engine::LocalEngine;
pub use error::EngineError;
pub use query_engine::{QueryEngine, Spent};
pub use rows::Rows;
pub use statement::{
    CONTEXT_AS_JSON, Metric, MetricError, MetricsRequest, Period, events_once, messages, messages_to, raw_trace, trace,
    trace_with_context_as_json,
};
pub use units::{SHARE, UNIT};
