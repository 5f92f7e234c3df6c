//! Where an invocation's reader puts what it reads: into files, which are put as they are finished.

use std::mem;

use smsvoice_event::{Event, Timestamp};
use smsvoice_lake::{EventBatch, Lake, LakeFile, LakeWriter, Quarantined, WriterLimits};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;
use tokio::time::Instant;

use crate::lambda::durable::Puts;
use crate::observed::Observed;
use crate::reader::Output;

/// However large an object is: one of 2.34 GB of gzip peaks at 162 MiB in all (`tests/python/lambda_memory.py`). Of
/// events of thousands of days few files are open at once: each takes 50 KB, however few rows it has.
const LIMITS: WriterLimits =
    WriterLimits { file_rows: 1 << 17, open_rows: 3 << 16, page_rows: 1 << 15, open_files: 256 };

/// Files that wait, and their bytes, before they are put while the payload is still being read.
const MOST_WAITING: usize = 64;
const MOST_BYTES: usize = 4 << 20;

/// Pieces after which finished files of the quarantine are looked for.
const PIECES: u64 = 1 << 10;

/// Files as they are finished, while the reader still reads.
pub(crate) struct Filling<'l> {
    lake: &'l Lake,
    deadline: Instant,
    writer: LakeWriter,
    files: Vec<LakeFile>,
    pieces: u64,
    pub(crate) puts: Puts,
    pub(crate) observed: Observed,
}

impl<'l> Filling<'l> {
    pub(crate) fn new(lake: &'l Lake, deadline: Instant) -> Self {
        Self {
            lake,
            deadline,
            writer: LakeWriter::new(LIMITS),
            files: Vec::new(),
            pieces: 0,
            puts: Puts::default(),
            observed: Observed::default(),
        }
    }

    /// What is not put yet.
    pub(crate) fn into_rest(self) -> (LakeWriter, Vec<LakeFile>, Puts, Observed) {
        let Self { lake: _, deadline: _, writer, files, pieces: _, puts, observed } = self;
        (writer, files, puts, observed)
    }

    /// Puts the files that are finished.
    pub(crate) async fn relieve(&mut self) {
        let files = mem::take(&mut self.files);
        if !files.is_empty() {
            self.puts.put(self.lake, files.into_iter().map(Ok), self.deadline).await;
        }
    }

    fn collect(&mut self) {
        match self.writer.full_files() {
            Ok(files) => self.files.extend(files),
            Err(error) => self.puts.encoding_failed(&error),
        }
        let bytes: usize = self.files.iter().map(|file| file.bytes.content_length()).sum();
        if self.files.len() > MOST_WAITING || bytes > MOST_BYTES {
            self.relieve_now();
        }
    }

    /// Puts the files that are finished in the midst of reading, which knows no waiting. A runtime with one thread alone can
    /// do nothing meanwhile: there they wait until the payload is read.
    fn relieve_now(&mut self) {
        if let Ok(runtime) = Handle::try_current()
            && runtime.runtime_flavor() == RuntimeFlavor::MultiThread
        {
            block_in_place(|| runtime.block_on(self.relieve()));
        }
    }
}

impl Output for Filling<'_> {
    fn take(&mut self, batch: EventBatch) {
        self.writer.push(batch);
        self.collect();
    }

    fn reject(&mut self, piece: Quarantined) {
        let is_large = piece.payload.len() > MOST_BYTES / 4;
        self.writer.reject(piece);
        self.pieces += 1;
        if is_large || self.pieces.is_multiple_of(PIECES) {
            self.collect();
        }
    }

    fn observe(&mut self, event: &Event<'_>, received_at: Timestamp) {
        self.observed.see(event, received_at);
    }
}
