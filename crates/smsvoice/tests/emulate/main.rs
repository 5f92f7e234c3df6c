//! `smsvoice emulate` as a process of its own: its arguments, its memory under bad clients, and hard kills.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on fails; figures are printed

mod arguments;
mod durability;
mod memory;
mod process;
