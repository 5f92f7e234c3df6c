//! The events a file holds already, and which of two with one id is kept.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_128;

use crate::identity::Identity;

/// The ids in one file.
#[derive(Default)]
pub(super) struct Seen {
    /// Of each row: some bits of its id, and its number. Small, because each new event looks somewhere else.
    table: HashTable<(u32, u32)>,
    kept: Vec<Kept>,
    /// The id of each of them.
    ids: Vec<u128>,
    /// Id and content of rows that are there a second time, richer.
    replaced: Vec<(u128, u64)>,
    /// Which batch is being judged.
    epoch: u16,
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
pub(super) enum Verdict {
    /// Its id is new.
    New,
    /// Already here, field by field.
    Same,
    /// Its id is here, with more fields; or with as many others, and those are chosen.
    Poorer,
    /// Its id is here, from an earlier batch, with fewer fields: both stay.
    Richer,
    /// Its id is here, at this place of the same batch, with fewer fields: it replaces that row.
    RicherThan(u32),
}

/// Event ids are hashes already: some bits of one make the hash for the table.
fn hash(bits: u32) -> u64 {
    u64::from(bits) << 32 | u64::from(bits)
}

impl Seen {
    /// Judges an event that would be the row `at` of those this file gets from the current batch.
    pub(super) fn judge(&mut self, identity: &Identity, at: u32) -> Verdict {
        let fields = u16::try_from(identity.fields).unwrap_or(u16::MAX);
        let now = Kept { content: identity.content, at, fields, epoch: self.epoch };
        let id = identity.id.0;
        let bits = id as u32;
        let is_same = |entry: &(u32, u32)| entry.0 == bits && self.ids[entry.1 as usize] == id;
        let Some((_, row)) = self.table.find(hash(bits), is_same) else {
            self.add(id, now);
            return Verdict::New;
        };
        let kept = &mut self.kept[*row as usize];
        if kept.content == now.content {
            return Verdict::Same;
        }
        // Of two with as many fields one has to be chosen that does not depend on which came first.
        if (kept.fields, kept.content) > (now.fields, now.content) {
            return Verdict::Poorer;
        }
        if kept.epoch == now.epoch {
            *kept = Kept { at: kept.at, ..now };
            return Verdict::RicherThan(kept.at);
        }
        self.replaced.push((id, kept.content));
        *kept = now;
        Verdict::Richer
    }

    fn add(&mut self, id: u128, kept: Kept) {
        let bits = id as u32;
        self.table.insert_unique(hash(bits), (bits, self.ids.len() as u32), |entry| hash(entry.0));
        self.ids.push(id);
        self.kept.push(kept);
    }

    /// Rows of the file.
    pub(super) fn rows(&self) -> usize {
        self.ids.len() + self.replaced.len()
    }

    /// A hash of all its rows, each by its id and its content. It is a sum, so that the order of the rows, which depends on
    /// the order of arrival, makes no difference.
    pub(super) fn hash(&self) -> u128 {
        let kept = self.ids.iter().copied().zip(self.kept.iter().map(|kept| kept.content));
        kept.chain(self.replaced.iter().copied()).fold(0, |sum, (id, content)| {
            let mut row = [0; 24];
            row[..16].copy_from_slice(&id.to_be_bytes());
            row[16..].copy_from_slice(&content.to_be_bytes());
            sum.wrapping_add(xxh3_128(&row))
        })
    }

    /// Forgets everything, but keeps the memory.
    pub(super) fn clear(&mut self) {
        self.table.clear();
        self.kept.clear();
        self.ids.clear();
        self.replaced.clear();
        self.epoch = 0;
    }

    /// No row of the batches so far can be replaced any more.
    pub(super) fn end_batch(&mut self) {
        // After 65,536 batches the numbers start again: rows of the old batch of that number must not look current.
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.kept.iter_mut().for_each(|kept| kept.epoch = u16::MAX);
        }
    }
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
        assert_eq!(seen.judge(&identity(1, 9, 5), 1), Verdict::Poorer, "of as many fields, the larger hash is kept");
        assert_eq!(seen.judge(&identity(1, 11, 5), 1), Verdict::RicherThan(0));
        assert_eq!(seen.judge(&identity(1, 12, 6), 1), Verdict::RicherThan(0));
        assert_eq!(seen.judge(&identity(1, 10, 5), 1), Verdict::Poorer);
        seen.end_batch();
        assert_eq!(seen.judge(&identity(1, 13, 7), 0), Verdict::Richer);
    }

    #[test]
    fn the_hash_of_rows_depends_on_their_content_and_not_on_their_order() {
        let hash = |rows: &[(u128, u64, u32)]| {
            let mut seen = Seen::default();
            for (id, content, fields) in rows {
                seen.judge(&identity(*id, *content, *fields), 0);
                seen.end_batch();
            }
            seen.hash()
        };
        assert_eq!(hash(&[(1, 10, 5), (2, 20, 5)]), hash(&[(2, 20, 5), (1, 10, 5)]));
        assert_ne!(hash(&[(1, 10, 5)]), hash(&[(1, 11, 5)]));
        assert_ne!(hash(&[(1, 10, 5), (1, 11, 6)]), hash(&[(1, 11, 6)]), "the poorer row is in the file, too");
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
