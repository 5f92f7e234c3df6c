//! The events a file holds already, and which of two with one id is kept.

use std::hash::{BuildHasherDefault, Hasher};

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use crate::identity::Identity;

/// The ids in one file.
#[derive(Default)]
pub(crate) struct Seen {
    kept: HashMap<[u64; 2], Kept, BuildHasherDefault<IdHasher>>,
    /// Which batch is being judged.
    epoch: u16,
    /// Of rows that are there a second time, richer.
    again: Vec<[u64; 2]>,
}

/// What is remembered of a row that was kept.
struct Kept {
    content: u64,
    /// Its place among the rows the file gets from the batch `epoch`.
    at: u32,
    fields: u16,
    epoch: u16,
}

/// Whether an event is to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Its id is new.
    New,
    /// Already here, field by field.
    Same,
    /// Its id is here, with other fields, and not fewer of them.
    Poorer,
    /// Its id is here, from an earlier batch, with fewer fields: both stay.
    Richer,
    /// Its id is here, at this place of the same batch, with fewer fields: it replaces that row.
    RicherThan(u32),
}

impl Seen {
    /// Judges an event that would be the row `at` of those this file gets from the current batch.
    pub(crate) fn judge(&mut self, identity: &Identity, at: u32) -> Verdict {
        let fields = u16::try_from(identity.fields).unwrap_or(u16::MAX);
        let kept = Kept { content: identity.content, at, fields, epoch: self.epoch };
        let key = [identity.id.0 as u64, (identity.id.0 >> 64) as u64];
        match self.kept.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(kept);
                Verdict::New
            }
            Entry::Occupied(entry) if entry.get().content == kept.content => Verdict::Same,
            Entry::Occupied(entry) if entry.get().fields >= kept.fields => Verdict::Poorer,
            Entry::Occupied(mut entry) => {
                let old = entry.insert(kept);
                if old.epoch != self.epoch {
                    self.again.push(key);
                    return Verdict::Richer;
                }
                entry.get_mut().at = old.at;
                Verdict::RicherThan(old.at)
            }
        }
    }

    /// Rows of the file.
    pub(crate) fn rows(&self) -> usize {
        self.kept.len() + self.again.len()
    }

    /// The ids of its rows, in any order.
    pub(crate) fn ids(&self) -> Vec<u128> {
        let id = |[low, high]: &[u64; 2]| u128::from(*high) << 64 | u128::from(*low);
        self.kept.keys().chain(&self.again).map(id).collect()
    }

    /// Forgets everything, but keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.again.clear();
        self.epoch = 0;
    }

    /// No row of the batches so far can be replaced any more.
    pub(crate) fn end_batch(&mut self) {
        // After 65,536 batches the numbers start again: rows of the old batch of that number must not look current.
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.kept.values_mut().for_each(|kept| kept.epoch = u16::MAX);
        }
    }
}

/// Event ids are hashes already.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 ^= word;
    }

    fn write_usize(&mut self, _length: usize) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use smsvoice_event::EventId;

    fn identity(id: u128, content: u64, fields: u32) -> Identity {
        Identity { id: EventId(id), content, fields }
    }

    #[test]
    fn of_two_with_one_id_the_richer_is_kept() {
        let mut seen = Seen::default();
        assert_eq!(seen.judge(&identity(1, 10, 5), 0), Verdict::New);
        assert_eq!(seen.judge(&identity(1, 10, 5), 1), Verdict::Same);
        assert_eq!(seen.judge(&identity(1, 11, 5), 1), Verdict::Poorer);
        assert_eq!(seen.judge(&identity(1, 12, 6), 1), Verdict::RicherThan(0));
        assert_eq!(seen.judge(&identity(1, 10, 5), 1), Verdict::Poorer);
        seen.end_batch();
        assert_eq!(seen.judge(&identity(1, 13, 7), 0), Verdict::Richer);
    }

    #[test]
    fn batch_numbers_may_wrap() {
        let mut seen = Seen::default();
        seen.judge(&identity(1, 10, 5), 0);
        for _ in 0..=u16::MAX {
            seen.end_batch();
        }
        assert_eq!(seen.judge(&identity(1, 12, 6), 0), Verdict::Richer);
    }
}
