//! Many inputs into the lake, in parallel, in bounded memory, with the same files whatever the number of threads.

use std::collections::VecDeque;
use std::mem;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use rayon::{ScopeFifo, Yield};
use smsvoice_event::Timestamp;
use smsvoice_lake::{
    EventBatch, EventWriter, LakeError, LakeFile, QuarantineWriter, Quarantined, Source, Stage, WriterLimits,
};

use crate::account::Account;
use crate::chunk::{CHUNK_BYTES, Chunk, Chunker, Spares};
use crate::input::Input;
use crate::origin::Origin;
use crate::reader::{ObjectName, Reader};
use crate::settings::Settings;

/// How a replay is done.
#[derive(Clone, Debug, Default)]
pub struct ReplayOptions {
    /// How events are read.
    pub settings: Settings,
    /// When files are closed.
    pub limits: WriterLimits,
}

/// How a replay went.
#[derive(Debug, Default)]
pub struct Replayed {
    /// What became of everything received.
    pub account: Account,
    /// Files handed to `put`, and their bytes.
    pub files: u64,
    /// See `files`.
    pub bytes: u64,
    /// S3 objects that notifications named; a replay does not fetch them.
    pub objects: Vec<ObjectName>,
    /// Inputs that could not be read to their end, each with the reason.
    pub unread: Vec<String>,
    /// The first failure of `put`; nothing was read after it.
    pub failed: Option<LakeError>,
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

/// Reads all inputs and hands the finished files to `put`, which has to make them durable. `progress` is told the
/// bytes read, as they lie in the inputs.
///
/// Given the same inputs in the same order, the files are the same, whatever the number of threads.
pub fn replay(
    inputs: Vec<Input>,
    options: &ReplayOptions,
    progress: &(dyn Fn(u64) + Sync),
    put: impl FnMut(LakeFile) -> Result<(), LakeError> + Send,
) -> Result<Replayed, LakeError> {
    let spares = Spares::default();
    thread::scope(|scope| {
        let (send, parcels) = sync_channel(2 * rayon::current_num_threads());
        let spares = &spares;
        // It owns the sending end: the receiving one sees the end of all input when it is gone.
        scope.spawn(move || cut(inputs, &send, spares, progress));
        Replay::new(options, put).run(parcels, spares)
    })
}

/// Something to be read by one thread: chunks of about [`CHUNK_BYTES`] in all, of one large input or many small ones.
type Parcel = Vec<Piece>;

struct Piece {
    name: String,
    arrival: Timestamp,
    content: Content,
}

enum Content {
    Chunk(Chunk),
    /// The compression broke off here.
    Undecodable {
        reason: &'static str,
        detail: String,
    },
    /// The input broke off here.
    Unread(String),
}

impl Content {
    fn len(&self) -> usize {
        if let Self::Chunk(chunk) = self { chunk.bytes.len() } else { 0 }
    }
}

/// Reads the inputs and cuts them into parcels. Where the cuts are depends on the inputs alone.
fn cut(inputs: Vec<Input>, send: &SyncSender<Parcel>, spares: &Spares, progress: &(dyn Fn(u64) + Sync)) {
    let mut parcel = Parcel::new();
    let mut bytes = 0;
    for input in inputs {
        let (name, arrival) = (input.name.clone(), input.arrival);
        let mut pieces = |content: Content| {
            bytes += content.len();
            parcel.push(Piece { name: name.clone(), arrival, content });
            if bytes >= CHUNK_BYTES / 2 {
                bytes = 0;
                // Fails when the reading end is gone: a file could not be put, and nothing more is wanted.
                let _ = send.send(mem::take(&mut parcel));
            }
        };
        let mut chunker = Chunker::new(|chunk| pieces(Content::Chunk(chunk))).with_spares(spares);
        let read = input.cut(&mut chunker, progress);
        chunker.finish();
        match read {
            Ok(Ok(())) => {}
            Ok(Err((compression, error))) => {
                pieces(Content::Undecodable { reason: compression.invalid(), detail: error.to_string() });
            }
            Err(error) => pieces(Content::Unread(format!("{name}: {error}"))),
        }
    }
    let _ = send.send(parcel);
}

/// What one parcel held.
struct Parsed {
    batches: Vec<EventBatch>,
    quarantined: Vec<Quarantined>,
    objects: Vec<ObjectName>,
    unread: Vec<String>,
    account: Account,
}

fn parse(parcel: Parcel, settings: &Settings, spares: &Spares) -> Parsed {
    let mut batches = Vec::new();
    let mut unread = Vec::new();
    let bytes: usize = parcel.iter().map(|piece| piece.content.len()).sum();
    let mut reader = Reader::new(settings, BATCH_ROWS, |batch| batches.push(batch));
    reader.make_room_for(bytes / EVENT_BYTES);
    for Piece { name, arrival, content } in parcel {
        let origin = Origin::new(Source::File, arrival, &*name);
        match content {
            Content::Chunk(chunk) => {
                read_chunk(&mut reader, &chunk, &origin);
                spares.give(chunk.bytes);
            }
            Content::Undecodable { reason, detail } => reader.quarantine(b"", &origin, Stage::Decode, reason, &detail),
            Content::Unread(why) => unread.push(why),
        }
    }
    let (quarantined, objects, account) = reader.finish();
    Parsed { batches, quarantined, objects, unread, account }
}

/// Reads a chunk; what it puts in quarantine is placed by its line.
pub(crate) fn read_chunk(reader: &mut Reader<'_>, chunk: &Chunk, origin: &Origin<'_>) {
    reader.inflated = 0;
    if chunk.oversize {
        let origin = origin.clone().at_line(chunk.line);
        return reader.quarantine(
            &chunk.bytes,
            &origin,
            Stage::Parse,
            "too_large",
            "longer than any event or envelope",
        );
    }
    reader.bytes(&chunk.bytes, &origin.clone().at_line(chunk.line));
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
    writer: EventWriter,
    quarantine: QuarantineWriter,
    done: Replayed,
    /// Rows of the files that were put: of events, of quarantine.
    durable: (u64, u64),
}

impl<'o, P: FnMut(LakeFile) -> Result<(), LakeError> + Send> Replay<'o, P> {
    fn new(options: &'o ReplayOptions, put: P) -> Self {
        let writer = EventWriter::new(options.limits);
        Self {
            options,
            put,
            writer,
            quarantine: QuarantineWriter::default(),
            done: Replayed::default(),
            durable: (0, 0),
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
        while self.done.failed.is_none() {
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
            let partitions: usize = parsed.batches.iter().map(EventBatch::partitions).sum();
            room = threads * if partitions > MANY_PARTITIONS { 1 } else { PARCELS_EACH };
            self.take(parsed)?;
            routed += 1;
            if routed == threads || reading.is_empty() {
                self.encode()?;
                routed = 0;
            }
        }
        Ok(())
    }

    fn encode(&mut self) -> Result<(), LakeError> {
        let files = self.writer.encode()?;
        self.put_all(files);
        Ok(())
    }

    fn take(&mut self, parsed: Parsed) -> Result<(), LakeError> {
        parsed.batches.into_iter().for_each(|batch| self.writer.route(batch));
        for row in parsed.quarantined {
            let files = self.quarantine.push(row)?;
            self.put_all(files);
        }
        self.done.account.add(&parsed.account);
        self.done.objects.extend(parsed.objects);
        self.done.unread.extend(parsed.unread);
        Ok(())
    }

    fn put_all(&mut self, files: Vec<LakeFile>) {
        for file in files {
            if self.done.failed.is_some() {
                return;
            }
            let (rows, bytes) = (file.rows as u64, file.bytes.content_length() as u64);
            let quarantine = file.path.starts_with("quarantine/");
            match (self.put)(file) {
                Ok(()) => {
                    *(if quarantine { &mut self.durable.1 } else { &mut self.durable.0 }) += rows;
                    self.done.files += 1;
                    self.done.bytes += bytes;
                }
                Err(error) => self.done.failed = Some(error),
            }
        }
    }

    fn finish(mut self) -> Result<Replayed, LakeError> {
        let files = self.quarantine.flush()?;
        self.put_all(files);
        let (files, counts) = mem::replace(&mut self.writer, EventWriter::new(self.options.limits)).finish()?;
        self.put_all(files);
        let account = &mut self.done.account;
        let (events, quarantined) = self.durable;
        account.to_retry = (counts.written - events) + (account.quarantined - quarantined);
        account.written = events;
        account.duplicates = counts.duplicates;
        account.differing = counts.differing;
        account.quarantined = quarantined;
        Ok(self.done)
    }
}
