//! What tells an event from its duplicates: its id, a hash of its content, and how rich it is.

use smsvoice_event::EventId;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// What a row needs to be told from its duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) id: EventId,
    /// Hash of all fields of the event, whatever their order; the route is not part of it.
    pub(crate) content: u64,
    /// How many fields are set: of two rows with one id, the richer is kept.
    pub(crate) fields: u32,
}

/// Folds the fields of a row into its content hash and counts those that are set.
#[derive(Default)]
pub(crate) struct Content {
    hash: u64,
    fields: u32,
}

impl Content {
    /// Adds a value that stands for so many fields; for none where it is null. The column, by the hash of its name, is
    /// part of the value's hash. All are added up: the order of columns does not count, nor do columns without a value.
    #[inline]
    pub(crate) fn add(&mut self, column: u64, value: u64, fields: u32) {
        if fields > 0 {
            self.hash = self.hash.wrapping_add(xxh3_64_with_seed(&value.to_le_bytes(), column));
            self.fields += fields;
        }
    }

    pub(crate) fn of(self, id: EventId) -> Identity {
        Identity { id, content: self.hash, fields: self.fields }
    }
}
