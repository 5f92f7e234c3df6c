//! Rows into finished files: the one way into a lake, for `replay`, the function and the emulator alike.

mod closing;
mod events;
mod quarantine;
mod seen;

pub use self::closing::WriterLimits;
use self::events::EventWriter;
use self::quarantine::QuarantineWriter;
pub use self::quarantine::{Payload, Quarantined};
use crate::batch::EventBatch;
use crate::error::LakeError;
use crate::file::LakeFile;

/// What became of the rows given to a [`LakeWriter`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteCounts {
    /// Events in files.
    pub events: u64,
    /// Events left out because they stand in the same file already.
    pub duplicates: u64,
    /// Events that stood in the same file already, but with other fields. Each is among `duplicates` too, or, if it was
    /// the richer one and came in a later batch, among `events`.
    pub differing: u64,
    /// Rejected pieces in files of the quarantine.
    pub quarantined: u64,
}

/// Sorts rows into the files of their partitions, and leaves out events that it has in the same file already.
///
/// The files depend on the rows and their order alone, not on the number of threads: only encoding is parallel.
#[derive(Default)]
pub struct LakeWriter {
    events: EventWriter,
    quarantine: QuarantineWriter,
}

impl LakeWriter {
    /// A writer with nothing in it.
    pub fn new(limits: WriterLimits) -> Self {
        Self { events: EventWriter::new(limits), quarantine: QuarantineWriter::default() }
    }

    /// Takes events: tells new ones from duplicates, and decides which files are full. Cheap; encoding comes later.
    pub fn push(&mut self, batch: EventBatch) {
        self.events.route(batch);
    }

    /// Takes one piece that is no event. Files of the quarantine are encoded here, as soon as one is full.
    pub fn reject(&mut self, row: Quarantined) {
        self.quarantine.push(row);
    }

    /// What became of the rows so far.
    pub fn counts(&self) -> WriteCounts {
        WriteCounts { quarantined: self.quarantine.rows(), ..self.events.counts() }
    }

    /// Encodes what was taken, partitions in parallel; returns the files that became full.
    pub fn full_files(&mut self) -> Result<Vec<LakeFile>, LakeError> {
        let mut files = self.quarantine.full_files()?;
        files.extend(self.events.encode()?);
        Ok(files)
    }

    /// Closes everything; returns the last files, ordered by path, and the counts of all.
    pub fn finish(self) -> Result<(Vec<LakeFile>, WriteCounts), LakeError> {
        let counts = self.counts();
        let mut files = self.into_files().collect::<Result<Vec<_>, _>>()?;
        files.sort_by_key(LakeFile::path);
        Ok((files, counts))
    }

    /// Closes everything; the last files, each encoded when it is asked for, so that those before can be on their way.
    /// Where there are many rows they are encoded together instead, in parallel.
    pub fn into_files(mut self) -> impl Iterator<Item = Result<LakeFile, LakeError>> {
        let quarantine = match self.quarantine.finish() {
            Ok(files) => files.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        };
        quarantine.into_iter().chain(self.events.into_files())
    }
}
