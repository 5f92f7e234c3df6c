//! `smsvoice emulate` as a process of its own: its arguments, bad clients and its memory under them, signals, hard kills.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on fails; figures are printed

mod arguments;
mod crowd;
mod durability;
mod memory;
mod process;
