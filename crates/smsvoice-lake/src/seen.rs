//! The events a file holds already, and which of two with one id is kept.

use hashbrown::HashTable;

use crate::identity::Identity;

/// The ids in one file.
#[derive(Default)]
pub(crate) struct Seen {
    /// Of each row: some bits of its id, and its number. Small, because each new event looks somewhere else.
    table: HashTable<(u32, u32)>,
    kept: Vec<Kept>,
    /// The id of each of them.
    ids: Vec<u128>,
    /// The ids of rows that are there a second time, richer.
    again: Vec<u128>,
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

/// Event ids are hashes already: some bits of one make the hash for the table.
fn hash(bits: u32) -> u64 {
    u64::from(bits) << 32 | u64::from(bits)
}

impl Seen {
    /// Judges an event that would be the row `at` of those this file gets from the current batch.
    pub(crate) fn judge(&mut self, identity: &Identity, at: u32) -> Verdict {
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
        if kept.fields >= now.fields {
            return Verdict::Poorer;
        }
        if kept.epoch == now.epoch {
            *kept = Kept { at: kept.at, ..now };
            return Verdict::RicherThan(kept.at);
        }
        *kept = now;
        self.again.push(id);
        Verdict::Richer
    }

    fn add(&mut self, id: u128, kept: Kept) {
        let bits = id as u32;
        self.table.insert_unique(hash(bits), (bits, self.ids.len() as u32), |entry| hash(entry.0));
        self.ids.push(id);
        self.kept.push(kept);
    }

    /// Rows of the file.
    pub(crate) fn rows(&self) -> usize {
        self.ids.len() + self.again.len()
    }

    /// The ids of its rows, sorted; nothing can be judged after that, until everything is forgotten.
    pub(crate) fn sorted_ids(&mut self) -> &[u128] {
        self.ids.append(&mut self.again);
        self.ids.sort_unstable();
        &self.ids
    }

    /// Forgets everything, but keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.table.clear();
        self.kept.clear();
        self.ids.clear();
        self.again.clear();
        self.epoch = 0;
    }

    /// No row of the batches so far can be replaced any more.
    pub(crate) fn end_batch(&mut self) {
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
