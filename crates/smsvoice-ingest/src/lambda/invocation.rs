//! One invocation: records in, rows durable, then the reply. The payload alone says who invoked.

use std::mem;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use smsvoice_event::{Event, Timestamp};
use smsvoice_lake::{EventBatch, Lake, LakeError, LakeFile, LakeWriter, Quarantined, Reason, Source, WriterLimits};
use tokio::time::Instant;

use crate::chunk::Chunk;
use crate::decoded::DecodedStream;
use crate::envelope::ObjectName;
use crate::envelope::records::Records;
use crate::lambda::durable::Puts;
use crate::lambda::object::{self, Buckets, ObjectError};
use crate::lambda::reply::{Failure, Reply};
use crate::lambda::retriable::{Invoker, Lost, Retriable, read_retriables};
use crate::lambda::retry;
use crate::ledger::Ledger;
use crate::observed::Observed;
use crate::origin::Origin;
use crate::reader::{Output, Reader};
use crate::replay::{quarantine_damage, read_chunk};
use crate::settings::Settings;

/// Rows after which a batch goes to the encoder: what an invocation holds of decoded rows stays at a few MiB.
const BATCH_ROWS: usize = 4096;

/// However large an object is: one of 2.34 GB of gzip peaks at 162 MiB in all (`tests/python/lambda_memory.py`).
const LIMITS: WriterLimits = WriterLimits { file_rows: 1 << 17, open_rows: 3 << 16, page_rows: 1 << 15 };

/// Kept of the time that is left, for the reply: encoding it and the way to the runtime.
const FOR_THE_REPLY: Duration = Duration::from_millis(500);

/// What all invocations of a sandbox share.
pub struct Consumer {
    /// Where rows go.
    pub lake: Lake,
    /// How events are read.
    pub settings: Settings,
    /// Where objects come from that notifications name.
    pub buckets: Buckets,
}

/// What came of an invocation.
#[derive(Debug)]
pub struct Handled {
    /// The reply, or why there is none.
    pub reply: Result<Reply, Failure>,
    /// What became of everything received.
    pub ledger: Ledger,
    /// What telemetry wants to know.
    pub observed: Observed,
    /// Files in the lake, and their bytes.
    pub files: u64,
    /// See `files`.
    pub bytes: u64,
}

/// Files as they are finished, while the reader still reads.
struct Filling {
    writer: LakeWriter,
    files: Vec<LakeFile>,
    error: Option<LakeError>,
    observed: Observed,
}

impl Filling {
    fn new() -> Self {
        Self { writer: LakeWriter::new(LIMITS), files: Vec::new(), error: None, observed: Observed::default() }
    }

    /// The files that became full.
    fn full_files(&mut self) -> Vec<LakeFile> {
        mem::take(&mut self.files)
    }
}

impl Output for Filling {
    fn take(&mut self, batch: EventBatch) {
        self.writer.push(batch);
        match self.writer.full_files() {
            Ok(files) => self.files.extend(files),
            Err(error) => self.error = Some(error),
        }
    }

    fn reject(&mut self, piece: Quarantined) {
        self.writer.reject(piece);
    }

    fn observe(&mut self, event: &Event<'_>, received_at: Timestamp) {
        self.observed.see(event, received_at);
    }
}

impl Consumer {
    /// Takes one invocation's payload: makes its events durable within `time_left`, then replies.
    ///
    /// Fails as a whole only where the invoking service knows no partial failure, so that it sends everything again;
    /// that is harmless, because the same batch makes the same files. What is merely unreadable goes to quarantine and
    /// counts as taken: sending it again would not help.
    pub async fn invoke(&self, payload: &str, now: Timestamp, time_left: Duration) -> Handled {
        let deadline = Instant::now() + time_left.saturating_sub(FOR_THE_REPLY.min(time_left / 4));
        let mut reader = Reader::new(&self.settings, BATCH_ROWS, Filling::new());
        let origin = Origin::new(Source::EventBridge, now, "invocation");
        let invoker = Invoker::of(payload);
        let mut retriables = read_retriables(&mut reader, &invoker, payload, &origin);
        let mut puts = Puts::default();
        for retriable in &mut retriables {
            for object in mem::take(&mut retriable.tally.objects) {
                let read = self.read_object(&mut reader, &object, &mut puts, now, deadline).await;
                retriable.tally.add(reader.take_tally());
                if let Err(error) = read {
                    retriable.unread = true;
                    puts.error.get_or_insert(error);
                }
            }
        }
        // Six megabytes of answers are written while the files are on their way.
        let answer = || Answer::of(invoker, &retriables, now);
        let (ledger, observed, answer) = self.make_durable(reader, &mut puts, deadline, answer).await;
        let reply = answer.checked(&retriables, &puts, &ledger);
        let reply = reply.map_err(|failure| failure.without_numbers(&self.settings.privacy));
        Handled { reply, ledger, observed, files: puts.files, bytes: puts.bytes }
    }

    /// Puts what is left, does something else meanwhile, and closes the ledger.
    async fn make_durable<T>(
        &self,
        reader: Reader<'_, Filling>,
        puts: &mut Puts,
        deadline: Instant,
        meanwhile: impl FnOnce() -> T,
    ) -> (Ledger, Observed, T) {
        let (Filling { writer, files, error, observed }, received) = reader.finish();
        if let Some(error) = error {
            puts.encoding_failed(&error);
        }
        let counts = writer.counts();
        let files = files.into_iter().map(Ok).chain(writer.into_files());
        let ((), done) = futures::join!(puts.put(&self.lake, files, deadline), async { meanwhile() });
        (received.settle(counts, puts.durable), observed, done)
    }

    /// Streams one object through the reader; files that become full on the way are put at once.
    async fn read_object(
        &self,
        reader: &mut Reader<'_, Filling>,
        object: &ObjectName,
        puts: &mut Puts,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(), String> {
        if object::is_of_lake(&self.lake, object) {
            return Ok(());
        }
        let place = format!("s3://{}/{}", object.bucket, object.key);
        let (mut bytes, modified) = match object::open(&self.buckets, object, &place, deadline).await {
            Ok(opened) => opened,
            Err(ObjectError::Store(error)) => return Err(error),
            Err(ObjectError::Key) => {
                let origin = Origin::new(Source::S3, now, &*place);
                let detail = "keys with empty, . or .. parts cannot be fetched by this version; copy the object";
                reader.quarantine(b"", &origin, Reason::InvalidObjectKey, detail);
                return Ok(());
            }
        };
        let origin = Origin::new(Source::S3, modified.unwrap_or(now), &*place);
        let (send, chunks) = channel();
        let mut stream = DecodedStream::new(move |chunk: Chunk| drop(send.send(chunk)));
        while let Some(part) = object::within(deadline, &place, bytes.try_next()).await.map_err(told)? {
            for piece in pieces(part) {
                if let Err(damage) = stream.take(piece) {
                    let offset = stream.taken();
                    stream.give_up();
                    read_all(reader, &chunks, &origin);
                    quarantine_damage(reader, &damage, offset, &origin);
                    return Ok(());
                }
                read_all(reader, &chunks, &origin);
                self.relieve(reader, puts, deadline).await;
            }
        }
        let offset = stream.taken();
        let ended = stream.end();
        read_all(reader, &chunks, &origin);
        if let Err(damage) = ended {
            quarantine_damage(reader, &damage, offset, &origin);
        }
        Ok(())
    }

    /// Puts the files that are full.
    async fn relieve(&self, reader: &mut Reader<'_, Filling>, puts: &mut Puts, deadline: Instant) {
        let files = reader.output().full_files();
        if !files.is_empty() {
            puts.put(&self.lake, files.into_iter().map(Ok), deadline).await;
        }
    }
}

/// Small pieces, so that what a bomb inflates to becomes rows as it comes.
fn pieces(part: Bytes) -> impl Iterator<Item = Bytes> {
    const PIECE: usize = 1 << 16;
    (0..part.len().div_ceil(PIECE)).map(move |at| part.slice(at * PIECE..part.len().min((at + 1) * PIECE)))
}

fn told(error: ObjectError) -> String {
    match error {
        ObjectError::Store(error) => error,
        ObjectError::Key => "its key cannot be asked for".to_owned(),
    }
}

/// Reads the chunks that are there by now.
fn read_all<O: Output>(reader: &mut Reader<'_, O>, chunks: &Receiver<Chunk>, origin: &Origin<'_>) {
    for chunk in chunks.try_iter() {
        read_chunk(reader, &chunk, origin);
    }
}

/// What is answered if everything becomes durable; else, what has to be known to say what did not.
enum Answer<'p> {
    Ready(Reply),
    Records(Records<'p>),
    Ledger,
}

impl<'p> Answer<'p> {
    fn of(invoker: Invoker<'p>, retriables: &[Retriable], now: Timestamp) -> Self {
        match invoker {
            Invoker::Firehose(request) => Self::Ready(super::firehose::reply(request, retriables, now)),
            Invoker::Records(records) => Self::Records(records),
            Invoker::Envelope(_) | Invoker::Values => Self::Ledger,
        }
    }

    fn checked(self, retriables: &[Retriable], puts: &Puts, ledger: &Ledger) -> Result<Reply, Failure> {
        let lost = Lost::of(puts);
        let failed: Vec<bool> = retriables.iter().map(|retriable| !retriable.is_durable(&lost)).collect();
        let all_durable = puts.failed.is_empty() && !failed.contains(&true) && puts.error.is_none();
        // An empty batch is a batch: nothing came that could be unknown.
        let recognized = ledger.received == 0 || retriables.iter().any(|retriable| retriable.tally.recognized);
        let not_durable = || Failure::NotDurable {
            to_retry: ledger.to_retry,
            received: ledger.received,
            error: puts.error.clone().unwrap_or_default(),
        };
        match self {
            _ if all_durable && !recognized => {
                let reason = ledger.by_reason.keys().next().copied().unwrap_or("nothing in it");
                Err(Failure::Unrecognized { reason: reason.to_owned() })
            }
            Self::Records(records) => retry::batch(&records.records, &failed, ledger).ok_or_else(not_durable),
            _ if !all_durable => Err(not_durable()),
            Self::Ready(reply) => Ok(reply),
            Self::Ledger => Ok(Reply::Ledger(ledger.clone())),
        }
    }
}
