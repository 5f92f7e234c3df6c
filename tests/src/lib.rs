//! Shared pieces of the cross-crate tests.

pub mod answers;
pub mod python;
pub mod random_events;
