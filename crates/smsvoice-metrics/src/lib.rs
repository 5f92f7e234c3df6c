#![doc = include_str!("../README.md")]

mod build_side;
pub mod ddl;
mod dimension;
mod engine;
mod error;
mod filter;
mod gather;
mod metric;
pub mod near;
mod query_engine;
pub mod report;
mod rows;
mod sound_files;
mod statement;
mod template;
mod time_zone;
mod trino;
mod units;
mod which_rows;

pub use dimension::{ContextKey, Dimension, DimensionError};
pub use engine::LocalEngine;
pub use error::EngineError;
pub use filter::{Filter, FilterError};
pub use gather::{Gathered, Kept};
pub use metric::{Metric, MetricError};
pub use query_engine::{QueryEngine, Spent};
pub use rows::Rows;
pub use statement::{
    CONTEXT_AS_JSON, MetricsRequest, Period, events_once, messages, messages_to, raw_trace, trace,
    trace_with_context_as_json,
};
pub use time_zone::{TimeZone, TimeZoneError};
pub use trino::type_name;
pub use units::{SHARE, UNIT};
pub use which_rows::{Sort, SortError, WhichRows};
