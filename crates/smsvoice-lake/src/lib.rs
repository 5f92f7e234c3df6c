#![doc = include_str!("../README.md")]

mod batch;
mod checksum;
mod columns;
mod credentials;
mod decode;
mod encode;
mod error;
mod file;
mod folder;
mod identity;
mod lake;
mod partition;
mod reader;
mod reason;
mod route;
mod s3;
mod s3_answer;
pub mod schema;
mod schema_check;
mod settings;
mod writer;

pub use batch::{EventBatch, EventBatchBuilder};
pub use error::{Doing, LakeError, StoreFailure};
pub use file::{LakeFile, Table, TablePartition};
pub use folder::WRITING;
pub use lake::{Lake, Put};
pub use partition::Partition;
pub use reader::QuarantinedPayload;
pub use reason::{Reason, Stage};
pub use route::{Route, Source};
pub use s3::S3Access;
pub use s3_answer::said;
pub use settings::{
    AskedOfLake, LAYOUT, LakeSettings, OriginationSetting, PhoneNumbersSetting, SETTINGS_FILE, valid_context_columns,
    valid_context_keep,
};
pub use writer::{LakeWriter, Payload, Quarantined, WriteCounts, WriterLimits};
