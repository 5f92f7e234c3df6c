//! `smsvoice emulate` as a process of its own: its arguments, its memory under bad clients, and hard kills.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod arguments;
mod durability;
mod memory;
mod process;
