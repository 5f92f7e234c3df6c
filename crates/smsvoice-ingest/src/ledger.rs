//! Nothing is lost: what came in, and what became of it.

use std::collections::BTreeMap;

use serde::Serialize;
use smsvoice_lake::{LakeFile, Put, Reason, Source, Table, WriteCounts};

/// What was read so far: the half of a [`Ledger`] that is known before anything is in the lake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Pieces of input: events, and whatever turned out to be none.
    pub pieces: u64,
    /// Events of a type that this version does not know.
    pub unknown_types: u64,
    /// Objects in S3 that were removed, as notifications say: nothing of them can be read, and nothing was received.
    pub removed_objects: u64,
    /// Pieces by source.
    pub by_source: BTreeMap<Source, u64>,
    /// Pieces that are no event, by reason.
    pub by_reason: BTreeMap<Reason, u64>,
}

impl Received {
    /// Counts one piece of input.
    pub(crate) fn piece(&mut self, source: Source) {
        self.pieces += 1;
        *self.by_source.entry(source).or_default() += 1;
    }

    /// Counts the reason why a piece is no event.
    pub(crate) fn rejected(&mut self, reason: Reason) {
        *self.by_reason.entry(reason).or_default() += 1;
    }

    /// Takes back pieces that were rejected for this reason: something else is kept in their place.
    pub(crate) fn take_back(&mut self, source: Source, reason: Reason, count: u64) {
        self.pieces -= count;
        subtract(&mut self.by_source, source, count);
        subtract(&mut self.by_reason, reason, count);
    }

    /// Adds what another reader received.
    pub fn add(&mut self, other: &Self) {
        let Self { pieces, unknown_types, removed_objects, by_source, by_reason } = other;
        self.pieces += pieces;
        self.unknown_types += unknown_types;
        self.removed_objects += removed_objects;
        add_each(&mut self.by_source, by_source);
        add_each(&mut self.by_reason, by_reason);
    }

    /// Closes the books: of all that was received, `counts` says what was put into files, and `durable` which of those
    /// files are in the lake.
    pub fn settle(self, counts: WriteCounts, durable: Durable) -> Ledger {
        let Self { pieces, unknown_types, removed_objects, by_source, by_reason } = self;
        let WriteCounts { events, duplicates, differing, quarantined: rejected } = counts;
        let Durable { written, already_there, quarantined } = durable;
        Ledger {
            received: pieces,
            written,
            already_there,
            duplicates,
            quarantined,
            to_retry: (events - written - already_there) + (rejected - quarantined),
            differing,
            unknown_types,
            removed_objects,
            by_source: by_source.into_iter().map(|(source, count)| (source.as_str(), count)).collect(),
            by_reason: by_reason.into_iter().map(|(reason, count)| (reason.as_str(), count)).collect(),
        }
    }
}

/// Rows of files that are in the lake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Durable {
    /// Events in files that were written now.
    pub written: u64,
    /// Events in files that were in the lake before.
    pub already_there: u64,
    /// Pieces in files of the quarantine, whether they were written now or before.
    pub quarantined: u64,
}

impl Durable {
    /// Counts the rows of a file that is in the lake.
    pub fn add(&mut self, table: Table, rows: u64, put: Put) {
        match (table, put) {
            (Table::Events, Put::Created | Put::Repaired) => self.written += rows,
            (Table::Events, Put::Present) => self.already_there += rows,
            (Table::Quarantine, Put::Created | Put::Present | Put::Repaired) => self.quarantined += rows,
        }
    }

    /// The same for a whole file.
    pub fn add_file(&mut self, file: &LakeFile, put: Put) {
        self.add(file.table(), file.rows, put);
    }
}

/// What became of everything received:
/// `received = written + already_there + duplicates + quarantined + to_retry`, always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Pieces of input: events, and whatever turned out to be none.
    pub received: u64,
    /// Events that came to rest in the lake now.
    pub written: u64,
    /// Events whose file was in the lake already: the same input was read before.
    pub already_there: u64,
    /// Events left out because they stand in the same file.
    pub duplicates: u64,
    /// Pieces that are no event, kept in quarantine with the reason. As many as the table has rows of this input.
    pub quarantined: u64,
    /// Pieces that could not be made durable, and have to be sent again.
    pub to_retry: u64,
    /// Events that stood in the same file with other fields; each is among `duplicates`, or in the lake twice.
    pub differing: u64,
    /// Events of a type this version does not know; each is among the others as well.
    pub unknown_types: u64,
    /// Objects in S3 that were removed, as notifications say; they are among no other count.
    pub removed_objects: u64,
    /// Pieces received, by source.
    pub by_source: BTreeMap<&'static str, u64>,
    /// Pieces that are no event, by reason.
    pub by_reason: BTreeMap<&'static str, u64>,
}

impl Ledger {
    /// Whether everything received is accounted for.
    pub fn adds_up(&self) -> bool {
        let Self { received, written, already_there, duplicates, quarantined, to_retry, .. } = self;
        *received == written + already_there + duplicates + quarantined + to_retry
    }

    /// Adds another ledger to this one.
    pub fn add(&mut self, other: &Self) {
        let Self {
            received,
            written,
            already_there,
            duplicates,
            quarantined,
            to_retry,
            differing,
            unknown_types,
            removed_objects,
            by_source,
            by_reason,
        } = other;
        self.received += received;
        self.written += written;
        self.already_there += already_there;
        self.duplicates += duplicates;
        self.quarantined += quarantined;
        self.to_retry += to_retry;
        self.differing += differing;
        self.unknown_types += unknown_types;
        self.removed_objects += removed_objects;
        add_each(&mut self.by_source, by_source);
        add_each(&mut self.by_reason, by_reason);
    }
}

fn add_each<K: Copy + Ord>(to: &mut BTreeMap<K, u64>, from: &BTreeMap<K, u64>) {
    for (name, count) in from {
        *to.entry(*name).or_default() += count;
    }
}

fn subtract<K: Copy + Ord>(from: &mut BTreeMap<K, u64>, name: K, count: u64) {
    if let Some(counted) = from.get_mut(&name) {
        *counted -= count;
        if *counted == 0 {
            from.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(events: u64, rejected: u64) -> Received {
        let mut received = Received::default();
        (0..events).for_each(|_| received.piece(Source::File));
        for _ in 0..rejected {
            received.piece(Source::Sns);
            received.rejected(Reason::InvalidJson);
        }
        received
    }

    #[test]
    fn only_rows_of_files_in_the_lake_count_as_written() {
        let counts = WriteCounts { events: 7, duplicates: 2, differing: 1, quarantined: 4 };
        let mut durable = Durable::default();
        durable.add(Table::Events, 3, Put::Created);
        durable.add(Table::Events, 1, Put::Present);
        durable.add(Table::Quarantine, 1, Put::Created);
        durable.add(Table::Quarantine, 2, Put::Present);
        let ledger = received(9, 4).settle(counts, durable);
        assert!(ledger.adds_up());
        assert_eq!((ledger.written, ledger.already_there, ledger.duplicates), (3, 1, 2));
        assert_eq!((ledger.quarantined, ledger.to_retry), (3, 4));
        assert_eq!((ledger.by_source["file"], ledger.by_source["sns"], ledger.by_reason["invalid_json"]), (9, 4, 4));
    }

    #[test]
    fn ledgers_add_up_field_by_field() {
        let counts = WriteCounts { events: 2, duplicates: 1, differing: 1, quarantined: 1 };
        let durable = Durable { written: 1, already_there: 1, quarantined: 1 };
        let one = received(3, 1).settle(counts, durable);
        let mut two = one.clone();
        two.add(&one);
        let mut twice = received(3, 1);
        twice.add(&received(3, 1));
        let counts = WriteCounts { events: 4, duplicates: 2, differing: 2, quarantined: 2 };
        assert_eq!(two, twice.settle(counts, Durable { written: 2, already_there: 2, quarantined: 2 }));
    }
}
