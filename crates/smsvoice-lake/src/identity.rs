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
    /// Fields so far, those that are not set too.
    at: u64,
}

impl Content {
    /// Adds the next field, whose place is part of its hash. A sum, so that no field has to wait for the one before it.
    #[inline]
    pub(crate) fn add(&mut self, field: Option<u64>) {
        self.at += 1;
        if let Some(field) = field {
            let place = self.at.wrapping_mul(0xa24b_aed4_963e_e407);
            let product = u128::from(field ^ place) * 0x9e37_79b9_7f4a_7c15;
            self.hash = self.hash.wrapping_add(product as u64 ^ (product >> 64) as u64);
            self.fields += 1;
        }
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
