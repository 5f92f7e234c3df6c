//! One Lambda function for every event destination: an invocation in, rows in the lake, and the reply AWS expects.
//!
//! Nothing here knows the Lambda runtime; `main.rs` alone does.

mod batch;
mod config;
mod durable;
mod filling;
mod firehose;
mod invocation;
mod reply;
mod retriable;
mod retry;
mod shares;
mod telemetry;
mod watch;

pub use config::{Config, ConfigError, LogLevel};
pub use durable::put_until;
pub use invocation::{Consumer, Handled};
pub use reply::{BatchItemFailure, Failure, Reply, ResultCode, TaskResult};
pub use telemetry::{Sandbox, Telemetry};
pub use watch::{Watch, WatchError, WatchSettings, asks_to_watch};
