//! Batches of events into the files of their partitions, each event once in a file.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use parquet::errors::ParquetError;
use parquet::schema::types::TypePtr;
use rayon::prelude::*;

use super::WriteCounts;
use super::closing::{OPEN_FILE_ROWS, OpenFileSize, WriterLimits, recent_after_a_batch};
use super::seen::{Seen, Verdict};
use crate::batch::EventBatch;
use crate::columns::Columns;
use crate::encode::{FileEncoder, PAGE_ROWS};
use crate::error::LakeError;
use crate::file::{LakeFile, PartName, Table, TablePartition};
use crate::identity::Identity;
use crate::partition::Partition;

/// A page of fewer rows is not worth its headers: forty columns have one each.
const SHORTEST_PAGE: usize = 256;

/// The open files of `events`. Routing is sequential, and only encoding is parallel.
#[derive(Default)]
pub(super) struct EventWriter {
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
    /// See [`OpenFileSize::recent`].
    recent: usize,
}

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
    EndPage,
}

/// A file that gets no more rows.
struct FullFile {
    partition: Partition,
    seen: Seen,
    rows: Rows,
}

impl OpenFile {
    fn new(schema: TypePtr, seen: Seen) -> Self {
        Self { seen, rows: Rows { pending: Vec::new(), encoder: FileEncoder::new(schema) }, page_rows: 0, recent: 0 }
    }
}

impl EventWriter {
    pub(super) fn new(limits: WriterLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// What became of the events so far.
    pub(super) fn counts(&self) -> WriteCounts {
        self.counts
    }

    /// Tells new events from duplicates and decides which files are full. Cheap; the order of calls matters.
    pub(super) fn route(&mut self, batch: EventBatch) {
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
                file.recent += rows.len();
                file.rows.pending.push(Step::Write(columns, rows));
            }
        }
        self.close_full();
        self.end_long_pages();
    }

    /// Closes the files whose turn it is. A closed file forgets its events: a duplicate that comes later is written again,
    /// and the view `messages` counts it once.
    fn close_full(&mut self) {
        for file in self.open.values_mut() {
            file.recent = recent_after_a_batch(file.recent);
        }
        let sizes = self.open.iter().map(|(partition, file)| (*partition, file.size()));
        for partition in self.limits.due(sizes) {
            self.close(partition);
        }
    }

    /// Ends the longest pages while too many rows are held as they came.
    fn end_long_pages(&mut self) {
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
            file.rows.pending.push(Step::EndPage);
        }
    }

    fn close(&mut self, partition: Partition) {
        if let Some(OpenFile { seen, rows, .. }) = self.open.remove(&partition) {
            self.full.push(FullFile { partition, seen, rows });
        }
    }

    /// Encodes what was routed, partitions in parallel; returns the files that became full.
    pub(super) fn encode(&mut self) -> Result<Vec<LakeFile>, LakeError> {
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

    /// Closes everything; the last files, each encoded when it is asked for, so that those before can be on their way.
    /// Where there are many rows they are encoded together instead, in parallel.
    pub(super) fn into_files(mut self) -> impl Iterator<Item = Result<LakeFile, LakeError>> {
        let weighed = |(partition, file): (&Partition, &OpenFile)| (Reverse(file.size().weight), *partition);
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
                    counts.events += 1;
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

    fn size(&self) -> OpenFileSize {
        OpenFileSize { weight: self.seen.rows() + OPEN_FILE_ROWS, recent: self.recent }
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
            let done = match step {
                Step::Write(columns, rows) => self.encoder.write(&columns, &rows),
                Step::EndPage => self.encoder.end_pages_early(),
            };
            done.map_err(not_encoded)?;
        }
        Ok(())
    }
}

impl FullFile {
    /// Its name is a hash of its events, each with its fields: the same events make the same file, and one with other
    /// fields another.
    fn finish(mut self, spare: &Spare) -> Result<LakeFile, LakeError> {
        self.rows.encode()?;
        let (bytes, rows) = self.rows.encoder.finish().map_err(not_encoded)?;
        let mut name = PartName::default();
        name.add(&self.seen.hash().to_be_bytes());
        name.add(&rows.to_be_bytes());
        spare.give(self.seen);
        let partition = TablePartition::Events(self.partition);
        Ok(LakeFile { partition, rows: rows as u64, bytes: bytes.into(), name: name.finish() })
    }
}

fn not_encoded(error: ParquetError) -> LakeError {
    LakeError::encoding(Table::Events, error)
}
