//! Many inputs into the lake, in parallel, in bounded memory, with the same files whatever the number of threads.

mod feed;

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use rayon::{ScopeFifo, Yield};
use smsvoice_lake::{EventBatch, LakeError, LakeFile, LakeWriter, Put, Quarantined, Reason, WriterLimits};

use self::feed::{Content, Parcel, Piece, feed};
use crate::chunk::{Chunk, Spares};
use crate::inflate::Damage;
use crate::input::{Input, Rejected};
use crate::ledger::{Durable, Ledger, Received};
use crate::origin::Origin;
use crate::reader::{Output, Reader};
use crate::s3::ObjectName;
use crate::settings::Settings;

/// How a replay is done.
#[derive(Clone, Debug, Default)]
pub struct ReplayOptions {
    /// How events are read.
    pub settings: Settings,
    /// When files are closed.
    pub limits: WriterLimits,
    /// Set by whoever wants it to end early: nothing more is read, and no file is put any more.
    pub stop: Arc<AtomicBool>,
}

/// How a replay went.
#[derive(Debug, Default)]
pub struct Replayed {
    /// What became of everything received.
    pub ledger: Ledger,
    /// Files that are in the lake, those that were there already among them.
    pub files: u64,
    /// How many of them were there already.
    pub files_already_there: u64,
    /// How many were there, but damaged, and were written again.
    pub files_repaired: u64,
    /// Bytes of all these files.
    pub bytes: u64,
    /// S3 objects that notifications named: to be read next, if they are followed.
    pub objects: Vec<ObjectName>,
    /// Inputs that could not be read to their end, each with the reason.
    pub unread: Vec<String>,
    /// The first failure of `put`; nothing was read after it.
    pub failed: Option<LakeError>,
    /// Whether it was asked to end early.
    pub stopped: bool,
}

impl Replayed {
    /// Adds how another replay into the same lake went, which read what this one led to.
    pub fn add(&mut self, other: Self) {
        let Self { ledger, files, files_already_there, files_repaired, bytes, objects, unread, failed, stopped } =
            other;
        self.ledger.add(&ledger);
        self.files += files;
        self.files_already_there += files_already_there;
        self.files_repaired += files_repaired;
        self.bytes += bytes;
        self.objects.extend(objects);
        self.unread.extend(unread);
        self.failed = self.failed.take().or(failed);
        self.stopped |= stopped;
    }
}

/// Rows of a batch. A parcel of ordinary events makes one; what inflates inside an envelope makes more.
const BATCH_ROWS: usize = 1 << 15;

/// Parcels that are being read, or were and wait for those before them, for each thread.
const PARCELS_EACH: usize = 6;

/// Rows of so many partitions in one parcel take much memory: then fewer are read at once.
const MANY_PARTITIONS: usize = 1 << 9;

/// How long a thread waits that has nothing to do, before it looks for work again.
const A_LITTLE: Duration = Duration::from_micros(200);

/// An event as AWS sends it, without an envelope, is about 600 bytes.
const EVENT_BYTES: usize = 600;

/// Reads all inputs, each when its turn comes, and hands the finished files to `put`, which has to make them durable and
/// says whether they were in the lake before. `progress` is told the bytes read, as they lie in the inputs.
///
/// Given the same inputs in the same order, the files are the same, whatever the number of threads.
pub fn replay(
    inputs: impl IntoIterator<Item = Input> + Send,
    options: &ReplayOptions,
    progress: &(dyn Fn(u64) + Sync),
    put: impl FnMut(LakeFile) -> Result<Put, LakeError> + Send,
) -> Result<Replayed, LakeError> {
    let spares = Spares::default();
    thread::scope(|scope| {
        let (send, parcels) = sync_channel(2 * rayon::current_num_threads());
        let spares = &spares;
        let ends = Ends { failed: Arc::default(), asked: Arc::clone(&options.stop) };
        let replay = Replay::new(options, put, ends.clone());
        // It owns the sending end: the receiving one sees the end of all input when it is gone.
        scope.spawn(move || feed(inputs, &send, spares, progress, &ends));
        replay.run(parcels, spares)
    })
}

/// Why nothing more is wanted.
#[derive(Clone, Debug)]
struct Ends {
    /// A file could not be put.
    failed: Arc<AtomicBool>,
    /// Somebody asked for it.
    asked: Arc<AtomicBool>,
}

impl Ends {
    fn here(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.asked.load(Ordering::Relaxed)
    }
}

/// What one parcel held.
struct Parsed {
    rows: Rows,
    objects: Vec<ObjectName>,
    unread: Vec<String>,
    received: Received,
}

/// What a thread read, until its turn comes to be written.
#[derive(Default)]
struct Rows {
    batches: Vec<EventBatch>,
    quarantined: Vec<Quarantined>,
}

impl Output for Rows {
    fn take(&mut self, batch: EventBatch) {
        self.batches.push(batch);
    }

    fn reject(&mut self, piece: Quarantined) {
        self.quarantined.push(piece);
    }
}

fn parse(parcel: Parcel, settings: &Settings, spares: &Spares) -> Parsed {
    let mut unread = Vec::new();
    let bytes: usize = parcel.iter().map(|piece| piece.content.len()).sum();
    let mut reader = Reader::new(settings, BATCH_ROWS, Rows::default());
    reader.make_room_for(bytes / EVENT_BYTES);
    for Piece { place, content } in parcel {
        let origin = place.origin();
        match content {
            Content::Chunk(chunk) => {
                read_chunk(&mut reader, &chunk, &origin);
                spares.give(chunk.bytes);
            }
            Content::Damaged(damage, offset) => quarantine_damage(&mut reader, &damage, offset, &origin),
            Content::Unread(why) => unread.push(why),
            Content::Rejected(Rejected { payload, reason, detail }) => {
                reader.begin();
                reader.quarantine(&payload, &origin, reason, detail);
            }
        }
    }
    let objects = reader.take_tally().objects;
    let (rows, received) = reader.finish();
    Parsed { rows, objects, unread, received }
}

/// Takes note of a stream whose compression broke off: of what, and where, so that it can be read again.
pub(crate) fn quarantine_damage<O: Output>(
    reader: &mut Reader<'_, O>,
    damage: &Damage,
    offset: u64,
    origin: &Origin<'_>,
) {
    let detail = format!("{damage} within its first {offset} bytes; what came before is read");
    reader.quarantine(b"", origin, damage.compression.invalid(), &detail);
}

/// Reads a chunk; what it puts in quarantine is placed by its line.
pub(crate) fn read_chunk<O: Output>(reader: &mut Reader<'_, O>, chunk: &Chunk, origin: &Origin<'_>) {
    reader.begin();
    let origin = origin.clone().at_line(chunk.line);
    if chunk.oversize {
        return reader.quarantine(&chunk.bytes, &origin, Reason::TooLarge, "longer than any event or envelope");
    }
    reader.bytes(&chunk.bytes, &origin);
}

/// The next parcel, if there is one: now, or if `wait` at some time.
fn next(parcels: &Receiver<Parcel>, wait: bool) -> Option<Parcel> {
    if wait { parcels.recv().ok() } else { parcels.try_recv().ok() }
}

/// Reads another parcel if this one is still being read; and if there is none, waits for it, but not for long: others
/// may come meanwhile.
fn wait_a_little(parsed: &Receiver<Parsed>) -> Result<Parsed, RecvTimeoutError> {
    match parsed.try_recv() {
        Ok(parsed) => Ok(parsed),
        Err(TryRecvError::Disconnected) => Err(RecvTimeoutError::Disconnected),
        Err(TryRecvError::Empty) if rayon::yield_now() == Some(Yield::Executed) => Err(RecvTimeoutError::Timeout),
        Err(TryRecvError::Empty) => parsed.recv_timeout(A_LITTLE),
    }
}

struct Replay<'o, P> {
    options: &'o ReplayOptions,
    put: P,
    writer: LakeWriter,
    received: Received,
    durable: Durable,
    done: Replayed,
    ends: Ends,
}

impl<'o, P: FnMut(LakeFile) -> Result<Put, LakeError> + Send> Replay<'o, P> {
    fn new(options: &'o ReplayOptions, put: P, ends: Ends) -> Self {
        Self {
            options,
            put,
            writer: LakeWriter::new(options.limits),
            received: Received::default(),
            durable: Durable::default(),
            done: Replayed::default(),
            ends,
        }
    }

    fn run(mut self, parcels: Receiver<Parcel>, spares: &Spares) -> Result<Replayed, LakeError> {
        let this = &mut self;
        rayon::scope_fifo(move |scope| this.read_all(scope, &parcels, spares))?;
        self.finish()
    }

    /// Some threads read parcels while this one routes and encodes, in the parcels' order, the rows that were read. None
    /// waits for another as long as there is anything to read.
    fn read_all<'s>(
        &mut self,
        scope: &ScopeFifo<'s>,
        parcels: &Receiver<Parcel>,
        spares: &'s Spares,
    ) -> Result<(), LakeError>
    where
        'o: 's,
    {
        let settings = &self.options.settings;
        let threads = rayon::current_num_threads();
        let (mut room, mut routed) = (PARCELS_EACH * threads, 0);
        let mut reading: VecDeque<Receiver<Parsed>> = VecDeque::new();
        while !self.ends.here() {
            while reading.len() < room
                && let Some(parcel) = next(parcels, reading.is_empty())
            {
                let (send, parsed) = sync_channel(1);
                // Fails when nobody waits for it: a file could not be put.
                scope.spawn_fifo(move |_| drop(send.send(parse(parcel, settings, spares))));
                reading.push_back(parsed);
            }
            let Some(first) = reading.front() else { break };
            let parsed = match wait_a_little(first) {
                Ok(parsed) => parsed,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => break, // it panicked, and so will the scope
            };
            reading.pop_front();
            let partitions: usize = parsed.rows.batches.iter().map(EventBatch::partitions).sum();
            room = threads * if partitions > MANY_PARTITIONS { 1 } else { PARCELS_EACH };
            self.take(parsed);
            routed += 1;
            if routed == threads || reading.is_empty() {
                self.encode()?;
                routed = 0;
            }
        }
        Ok(())
    }

    fn encode(&mut self) -> Result<(), LakeError> {
        let files = self.writer.full_files()?;
        for file in files {
            self.put(file);
        }
        Ok(())
    }

    fn take(&mut self, parsed: Parsed) {
        let Parsed { rows: Rows { batches, quarantined }, objects, unread, received } = parsed;
        for batch in batches {
            self.writer.push(batch);
        }
        for piece in quarantined {
            self.writer.reject(piece);
        }
        self.received.add(&received);
        self.done.objects.extend(objects);
        self.done.unread.extend(unread);
    }

    fn put(&mut self, file: LakeFile) {
        if self.ends.here() {
            return;
        }
        let (table, rows, bytes) = (file.table(), file.rows, file.bytes.content_length() as u64);
        match (self.put)(file) {
            Ok(put) => {
                self.durable.add(table, rows, put);
                self.done.files += 1;
                self.done.files_already_there += u64::from(put == Put::Present);
                self.done.files_repaired += u64::from(put == Put::Repaired);
                self.done.bytes += bytes;
            }
            Err(error) => {
                self.ends.failed.store(true, Ordering::Relaxed);
                self.done.failed = Some(error);
            }
        }
    }

    fn finish(mut self) -> Result<Replayed, LakeError> {
        let (files, counts) = mem::take(&mut self.writer).finish()?;
        for file in files {
            self.put(file);
        }
        self.done.stopped = self.done.failed.is_none() && self.ends.here();
        self.done.ledger = self.received.settle(counts, self.durable);
        Ok(self.done)
    }
}

#[cfg(test)]
mod tests;
