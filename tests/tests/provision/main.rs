//! `smsvoice plan`, `apply`, `adopt`, `destroy` and `export` as a person or a pipeline runs them, against the emulator: with
//! drift that boto3 makes, faults that the emulator makes, and runs that are killed.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod export;
mod faults;
mod flow;
mod support;
