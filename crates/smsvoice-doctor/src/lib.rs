#![doc = include_str!("../README.md")]

mod aws;
mod checks;
pub mod facts;
mod finding;
pub mod operations;
mod policy;
mod read;
pub mod roles;
pub mod s3_batch;
pub mod send_test;
mod xml;

pub use aws::{Aws, CallError};
pub use checks::examine;
pub use facts::Facts;
pub use finding::{Finding, Mark, Report};
pub use read::{Scope, gather};
