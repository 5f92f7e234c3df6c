//! A wrong use of the command that clap cannot see, told as clap tells others.

use thiserror::Error;

/// Arguments that do not go together, or ask for what cannot be.
#[derive(Debug, Error)]
#[error("{problem}")]
pub struct UsageError {
    problem: String,
}

impl UsageError {
    /// What is wrong, and what to write instead.
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into() }
    }
}
