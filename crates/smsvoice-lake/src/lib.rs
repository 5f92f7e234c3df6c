#![doc = include_str!("../README.md")]

mod batch;
mod columns;
mod decode;
mod encode;
mod error;
mod file;
mod identity;
mod lake;
mod partition;
mod quarantine;
mod reader;
mod route;
pub mod schema;
mod schema_check;
mod seen;
mod writer;

pub use batch::{EventBatch, EventBatchBuilder};
pub use error::LakeError;
pub use file::LakeFile;
pub use lake::{Lake, Put};
pub use partition::Partition;
pub use quarantine::{QuarantineWriter, Quarantined, Stage};
pub use reader::QuarantinedPayload;
pub use route::{Route, Source};
pub use writer::{EventWriter, WriteCounts, WriterLimits};
