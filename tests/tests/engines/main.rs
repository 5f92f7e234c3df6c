//! Athena and Trino as engines of the command: servers that speak their protocols page, throttle, fail and are cancelled.
//!
//! The SQL runs on the embedded engine here; `trino.rs` asks the same of a real Trino.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod athena;
mod definitions;
mod trino;
