//! What can go wrong between rows and objects.

use thiserror::Error;

/// Why the lake could not be opened, written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LakeError {
    /// The URL names no place this version can keep a lake in.
    #[error("{url:?} is no lake: {problem}. Use a path (./lake), file:///…, s3://bucket/prefix or memory:///")]
    InvalidUrl {
        /// As given.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Reading was asked for, and there is nothing there.
    #[error("there is no lake at {url}: `smsvoice replay … --lake {url}` makes one")]
    NotFound {
        /// As given.
        url: String,
    },
    /// The object store refused.
    #[error("{path}: {source}")]
    Store {
        /// The object.
        path: String,
        /// Why.
        source: object_store::Error,
    },
    /// An object is not the Parquet file it should be: damaged, broken off, or of another program.
    #[error("{object} is not a file of this lake: {problem}")]
    Unreadable {
        /// The object.
        object: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A Parquet file could not be encoded or decoded.
    #[error("Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Columns did not fit together.
    #[error("Arrow: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
}
