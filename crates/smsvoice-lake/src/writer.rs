//! Batches of events into the files of their partitions, each event once.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use parquet::schema::types::TypePtr;
use rayon::prelude::*;

use crate::batch::EventBatch;
use crate::columns::Columns;
use crate::encode::{FileEncoder, PAGE_ROWS};
use crate::error::LakeError;
use crate::file::{LakeFile, part_name};
use crate::identity::Identity;
use crate::partition::Partition;
use crate::seen::{Seen, Verdict};

/// When files are closed. What an open file holds of its rows is told, in bytes, under "Memory is bounded" in the crate's
/// README.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriterLimits {
    /// Rows after which a file is closed.
    pub file_rows: usize,
    /// Rows in all open files after which one is closed before it is full: bounds memory. Each open file weighs as 64 rows beside
    /// those it has.
    pub open_rows: usize,
    /// Rows that all open files together hold as they came before the largest page is compressed, short as it is: bounds
    /// memory, too, where there are many partitions.
    pub page_rows: usize,
}

impl Default for WriterLimits {
    /// Files of about 12 MiB; at most about 150 MiB in all open files.
    fn default() -> Self {
        Self { file_rows: 1 << 18, open_rows: 1 << 19, page_rows: 1 << 18 }
    }
}

/// What an open file weighs beside its rows: of forty columns, each has a few buffers.
const OPEN_FILE_ROWS: usize = 64;

/// A page of fewer rows is not worth its headers: forty columns have one each.
const SHORTEST_PAGE: usize = 256;

/// What became of the events given to a writer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteCounts {
    /// Rows in files.
    pub written: u64,
    /// Events left out because their id stands in the same file already.
    pub duplicates: u64,
    /// Events whose id stood there already but with other fields. Each is among `duplicates` too, or, if it was the
    /// richer one and came in a later batch, among `written`.
    pub differing: u64,
}

/// Sorts events into the files of their partitions, leaving duplicates out.
///
/// The files depend on the events and their order alone, not on the number of threads: routing is sequential, and
/// only encoding is parallel.
pub struct EventWriter {
    limits: WriterLimits,
    open: BTreeMap<Partition, OpenFile>,
    /// Files that get no more rows, to be finished by the next [`Self::encode`].
    full: Vec<FullFile>,
    counts: WriteCounts,
    spare: Spare,
}

/// The tables of files that were closed, to be filled again: a large one that grows anew is moved a dozen times.
#[derive(Default)]
struct Spare(Mutex<Vec<Seen>>);

/// How many such tables are kept.
const MOST_SPARES: usize = 2;

impl Spare {
    fn give(&self, mut seen: Seen) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < MOST_SPARES {
            seen.clear();
            spare.push(seen);
        }
    }

    fn take(&self) -> Seen {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// Fewer rows than this are encoded before another thread has begun.
const WORTH_A_THREAD: usize = 1 << 12;

struct OpenFile {
    seen: Seen,
    rows: Rows,
    /// Rows in the page that will be open when all steps are done. Counted as they are routed, so that where pages end
    /// does not depend on when they are encoded.
    page_rows: usize,
    /// Rows it got of late: of each batch, the more batches came after it the fewer.
    lately: usize,
}

/// The share of [`OpenFile::lately`] that every batch takes away.
const LATELY: usize = 8;

/// The rows of a file.
struct Rows {
    /// Told apart, but not encoded yet.
    pending: Vec<Step>,
    encoder: FileEncoder,
}

/// What the encoder has to do next.
#[allow(clippy::large_enum_variant)] // nearly all are the large one, and none is moved about
enum Step {
    /// Take these rows of a batch.
    Write(Columns, Vec<u32>),
    /// End the page.
    Cut,
}

/// A file that gets no more rows.
struct FullFile {
    partition: Partition,
    seen: Seen,
    rows: Rows,
}

impl OpenFile {
    fn new(schema: TypePtr, seen: Seen) -> Self {
        Self { seen, rows: Rows { pending: Vec::new(), encoder: FileEncoder::new(schema) }, page_rows: 0, lately: 0 }
    }
}

impl EventWriter {
    /// A writer with nothing in it.
    pub fn new(limits: WriterLimits) -> Self {
        let (open, full) = (BTreeMap::new(), Vec::new());
        Self { limits, open, full, counts: WriteCounts::default(), spare: Spare::default() }
    }

    /// What became of the events so far.
    pub fn counts(&self) -> WriteCounts {
        self.counts
    }

    /// Tells new events from duplicates and decides which files are full. Cheap; the order of calls matters.
    pub fn route(&mut self, batch: EventBatch) {
        for (partition, columns) in batch.parts {
            let other = self.open.get(&partition).is_some_and(|file| file.rows.encoder.schema() != &batch.schema);
            if other {
                self.close(partition);
            }
            let new = || OpenFile::new(batch.schema.clone(), self.spare.take());
            let file = self.open.entry(partition).or_insert_with(new);
            let rows = file.judge(&columns.identities, &mut self.counts);
            if !rows.is_empty() {
                file.page_rows = (file.page_rows + rows.len()) % PAGE_ROWS;
                file.lately += rows.len();
                file.rows.pending.push(Step::Write(columns, rows));
            }
        }
        self.close_full();
        self.cut_pages();
    }

    /// Closes the files that are full, and others while too many rows are open: first large ones that hardly grow any more,
    /// yesterday's as a rule, then the largest. A closed file forgets its ids: a duplicate that comes later is written
    /// again, and counted once by the view `messages`.
    fn close_full(&mut self) {
        let mut open = 0;
        let mut largest = 0;
        for file in self.open.values_mut() {
            open += file.weight();
            largest = largest.max(file.weight());
            file.lately -= file.lately.div_ceil(LATELY);
        }
        if open < self.limits.file_rows {
            return;
        }
        let rank = |(partition, file): (&Partition, &OpenFile)| {
            let rests = file.lately * 2 * LATELY < file.weight() && file.weight() * 4 >= largest;
            (file.weight() >= self.limits.file_rows + OPEN_FILE_ROWS, rests, file.weight(), *partition)
        };
        let mut files: Vec<_> = self.open.iter().map(rank).collect();
        files.sort_unstable_by(|a, b| b.cmp(a));
        for (is_full, _, weight, partition) in files {
            if !is_full && open <= self.limits.open_rows {
                break;
            }
            open -= weight;
            self.close(partition);
        }
    }

    /// Ends the longest pages while too many rows are held as they came.
    fn cut_pages(&mut self) {
        let mut held: usize = self.open.values().map(|file| file.page_rows).sum();
        if held <= self.limits.page_rows {
            return;
        }
        let mut files: Vec<&mut OpenFile> = self.open.values_mut().collect();
        files.sort_by_key(|file| Reverse(file.page_rows));
        for file in files {
            // Half of them at once: else the next batch would have us look for the longest again.
            if held <= self.limits.page_rows / 2 || file.page_rows < SHORTEST_PAGE.min(self.limits.page_rows) {
                break;
            }
            held -= std::mem::take(&mut file.page_rows);
            file.rows.pending.push(Step::Cut);
        }
    }

    fn close(&mut self, partition: Partition) {
        if let Some(OpenFile { seen, rows, .. }) = self.open.remove(&partition) {
            self.full.push(FullFile { partition, seen, rows });
        }
    }

    /// Encodes what was routed, partitions in parallel; returns the files that became full.
    pub fn encode(&mut self) -> Result<Vec<LakeFile>, LakeError> {
        let full = std::mem::take(&mut self.full);
        let rows = self.open.values().map(|file| &file.rows).chain(full.iter().map(|file| &file.rows));
        if rows.map(Rows::waiting).sum::<usize>() < WORTH_A_THREAD {
            self.open.values_mut().try_for_each(|file| file.rows.encode())?;
            return full.into_iter().map(|file| file.finish(&self.spare)).collect();
        }
        let (open, spare) = (self.open.par_iter_mut(), &self.spare);
        let (encoded, finished) = rayon::join(
            || open.map(|(_, file)| file.rows.encode()).collect::<Result<(), LakeError>>(),
            || full.into_par_iter().map(|file| file.finish(spare)).collect(),
        );
        encoded.and(finished)
    }

    /// Closes everything; returns the last files, ordered by path, and the counts of all.
    pub fn finish(self) -> Result<(Vec<LakeFile>, WriteCounts), LakeError> {
        let counts = self.counts;
        let mut files = self.into_files().collect::<Result<Vec<_>, _>>()?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok((files, counts))
    }

    /// Closes everything; the last files, each encoded when it is asked for, so that those before can be on their way.
    /// Where there are many rows they are encoded together instead, in parallel.
    pub fn into_files(mut self) -> impl Iterator<Item = Result<LakeFile, LakeError>> {
        let weighed = |(partition, file): (&Partition, &OpenFile)| (Reverse(file.weight()), *partition);
        let mut partitions: Vec<_> = self.open.iter().map(weighed).collect();
        partitions.sort_unstable(); // the largest takes longest to put
        for (_, partition) in partitions {
            self.close(partition);
        }
        let waiting: usize = self.full.iter().map(|file| file.rows.waiting()).sum();
        let together = if waiting < WORTH_A_THREAD { Ok(Vec::new()) } else { self.encode() };
        let together = together.map_or_else(|error| vec![Err(error)], |files| files.into_iter().map(Ok).collect());
        let others = std::mem::take(&mut self.full).into_iter();
        together.into_iter().chain(others.map(move |file| file.finish(&self.spare)))
    }
}

impl OpenFile {
    /// Which rows of a batch are written.
    fn judge(&mut self, identities: &[Identity], counts: &mut WriteCounts) -> Vec<u32> {
        let mut rows = Vec::with_capacity(identities.len());
        for (row, identity) in identities.iter().enumerate() {
            let verdict = self.seen.judge(identity, rows.len() as u32);
            counts.differing += u64::from(verdict != Verdict::New && verdict != Verdict::Same);
            match verdict {
                Verdict::New | Verdict::Richer => {
                    rows.push(row as u32);
                    counts.written += 1;
                }
                Verdict::RicherThan(at) => {
                    rows[at as usize] = row as u32;
                    counts.duplicates += 1;
                }
                Verdict::Same | Verdict::Poorer => counts.duplicates += 1,
            }
        }
        self.seen.end_batch();
        rows
    }

    /// What it holds in memory, in rows.
    fn weight(&self) -> usize {
        self.seen.rows() + OPEN_FILE_ROWS
    }
}

impl Rows {
    /// Rows that are to be encoded, or compressed: the pages of a file that is not full are not yet.
    fn waiting(&self) -> usize {
        let rows = |step: &Step| if let Step::Write(_, rows) = step { rows.len() } else { 0 };
        self.pending.iter().map(rows).sum::<usize>() + self.encoder.open_rows()
    }

    fn encode(&mut self) -> Result<(), LakeError> {
        for step in std::mem::take(&mut self.pending) {
            match step {
                Step::Write(columns, rows) => self.encoder.write(&columns, &rows)?,
                Step::Cut => self.encoder.end_pages_early()?,
            }
        }
        Ok(())
    }
}

impl FullFile {
    /// Its name is a hash of its sorted ids: the same events make the same file.
    fn finish(mut self, spare: &Spare) -> Result<LakeFile, LakeError> {
        self.rows.encode()?;
        let (bytes, rows) = self.rows.encoder.finish()?;
        let name = part_name(self.seen.sorted_ids().iter().copied());
        let path = format!("events/{}/{name}", self.partition);
        spare.give(self.seen);
        Ok(LakeFile { path, rows, bytes: bytes.into() })
    }
}
