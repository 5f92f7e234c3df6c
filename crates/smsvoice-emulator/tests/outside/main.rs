//! The emulator from outside: the clients people use, AWS's own models, a browser, and a load tool.
//! Tools come from PyPI and npm into folders below the target directory, once.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on fails; figures are printed

mod access;
mod bad_requests;
mod clients;
mod delivery;
mod event_faults;
mod faults;
mod inbox;
mod load;
mod model;
mod owed;
mod refusals;
mod rules;
mod support;
#[allow(unreachable_pub, reason = "its other user is another crate")]
#[path = "../../../../tests/src/tools.rs"]
mod tools;
