//! What tells an event from its duplicates: its id, a hash of its content, and how rich it is.

use smsvoice_event::EventId;
use xxhash_rust::xxh3::xxh3_64;

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
    #[inline]
    pub(crate) fn add(&mut self, field: Option<u64>) {
        self.hash = (self.hash.rotate_left(5) ^ field.unwrap_or(0x9e37)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.fields += u32::from(field.is_some());
    }

    #[inline]
    pub(crate) fn text(&mut self, text: Option<&str>) {
        self.add(text.map(|text| xxh3_64(text.as_bytes())));
    }

    /// So many fields, of which the hash is given; in any order.
    pub(crate) fn pairs(&mut self, hash: u64, count: usize) {
        self.add(Some(hash));
        self.fields += count as u32;
    }

    pub(crate) fn of(self, id: EventId) -> Identity {
        Identity { id, content: self.hash, fields: self.fields }
    }
}
