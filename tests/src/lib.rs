//! Shared pieces of the cross-crate tests.

#![allow(clippy::missing_panics_doc)] // a test that cannot go on panics

pub mod answers;
pub mod athena_server;
pub mod digest;
pub mod emulator;
pub mod envelopes;
pub mod oracle;
pub mod programs;
pub mod python;
pub mod random_events;
pub mod replayed;
pub mod rows;
pub mod s3;
pub mod schemas;
pub mod tallies;
pub mod template;
pub mod tools;
pub mod trino_client;
pub mod truth;
