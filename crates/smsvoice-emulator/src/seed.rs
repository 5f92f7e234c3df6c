//! Seeds: what ids, lives and faults follow from.

use std::hash::{BuildHasher, RandomState};

/// A seed that no run before had: random.
pub fn fresh_seed() -> u64 {
    // Its keys come from the operating system.
    RandomState::new().hash_one(())
}
