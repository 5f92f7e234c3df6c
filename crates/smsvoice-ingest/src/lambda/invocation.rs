//! One invocation: records in, rows durable, then the reply. The payload alone says who invoked.

use std::mem;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::value::RawValue;
use smsvoice_event::Timestamp;
use smsvoice_lake::{EventBatch, EventWriter, Lake, LakeError, LakeFile, Quarantined, Source, Stage, WriterLimits};
use tokio::time::Instant;

use crate::account::Account;
use crate::chunk::Chunk;
use crate::lambda::durable::{Puts, quarantine_files};
use crate::lambda::object::{self, Buckets, ObjectStream};
use crate::lambda::reply::{Failure, Reply};
use crate::lambda::retry;
use crate::lambda::unit::{Invoker, Lost, Unit, read_units};
use crate::observed::Observed;
use crate::origin::Origin;
use crate::reader::{ObjectName, Reader};
use crate::replay::read_chunk;
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
    pub account: Account,
    /// What telemetry wants to know.
    pub observed: Observed,
    /// Files put, and their bytes.
    pub files: u64,
    /// See `files`.
    pub bytes: u64,
}

/// Files as they are finished, while the reader still reads.
struct Writing {
    writer: EventWriter,
    files: Vec<LakeFile>,
    error: Option<LakeError>,
}

impl Consumer {
    /// Takes one invocation's payload: makes its events durable within `time_left`, then replies.
    ///
    /// Fails as a whole only where the invoking service knows no partial failure, so that it sends everything again;
    /// that is harmless, because the same batch makes the same files. What is merely unreadable goes to quarantine and
    /// counts as taken: sending it again would not help.
    pub async fn invoke(&self, payload: &str, now: Timestamp, time_left: Duration) -> Handled {
        let deadline = Instant::now() + time_left.saturating_sub(FOR_THE_REPLY.min(time_left / 4));
        let writing = Arc::new(Mutex::new(Writing::new()));
        let shared = writing.clone();
        let mut reader = Reader::new(&self.settings, BATCH_ROWS, move |batch| lock(&shared).append(batch));
        let shared = writing.clone();
        reader.on_quarantined = Some(Box::new(move |rows| lock(&shared).keep(rows)));
        reader.observed = Some(Observed::default());
        let origin = Origin::new(Source::EventBridge, now, "invocation");
        let invoker = Invoker::of(payload);
        let mut units = read_units(&mut reader, &invoker, payload, &origin);
        let mut puts = Puts::default();
        for unit in &mut units {
            for object in mem::take(&mut unit.objects) {
                let read = self.read_object(&mut reader, &object, &writing, &mut puts, now, deadline).await;
                unit.add(&mem::take(&mut reader.tally));
                if let Err(error) = read {
                    unit.unread = true;
                    puts.error.get_or_insert(error);
                }
            }
        }
        let observed = reader.observed.take().unwrap_or_default();
        let (account, reply) = {
            // Six megabytes of answers are written while the files are on their way.
            let answer = || Answer::of(invoker, &units, now);
            self.make_durable(reader, &writing, &mut puts, deadline, answer).await
        };
        let reply = reply.checked(&units, &puts, &account);
        let bytes = puts.durable.iter().map(|file| file.bytes).sum();
        Handled { reply, account, observed, files: puts.durable.len() as u64, bytes }
    }

    /// Puts what is left, does something else meanwhile, and closes the account.
    async fn make_durable<T>(
        &self,
        mut reader: Reader<'_>,
        writing: &Mutex<Writing>,
        puts: &mut Puts,
        deadline: Instant,
        meanwhile: impl FnOnce() -> T,
    ) -> (Account, T) {
        reader.flush();
        let (quarantined, _, mut account) = reader.finish();
        let Writing { writer, files, error } = lock(writing).finish(quarantined);
        if let Some(error) = error {
            puts.encoding_failed(&error);
        }
        let counts = writer.counts();
        let files = files.into_iter().map(Ok).chain(writer.into_files());
        let ((), done) = futures::join!(puts.put(&self.lake, files, deadline), async { meanwhile() });
        let rows = |table: &str| -> u64 {
            puts.durable.iter().filter(|file| file.path.starts_with(table)).map(|file| file.rows).sum()
        };
        let (written, kept) = (rows("events/"), rows("quarantine/"));
        account.to_retry = (counts.written - written) + (account.quarantined - kept);
        account.written = written;
        account.duplicates = counts.duplicates;
        account.differing = counts.differing;
        account.quarantined = kept;
        (account, done)
    }

    /// Streams one object through the reader; files that become full on the way are put at once.
    async fn read_object(
        &self,
        reader: &mut Reader<'_>,
        object: &ObjectName,
        writing: &Mutex<Writing>,
        puts: &mut Puts,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(), String> {
        use futures::StreamExt;
        if object::is_of_lake(&self.lake, object) {
            return Ok(());
        }
        let origin = Origin::new(Source::S3, now, format!("s3://{}/{}", object.bucket, object.key));
        let (send, chunks) = channel();
        let mut stream = ObjectStream::new(move |chunk: Chunk| drop(send.send(chunk)));
        let mut bytes = object::open(&self.buckets, object).await?;
        while let Some(next) = bytes.next().await {
            let next = next.map_err(|error| format!("{}: {error}", origin.place))?;
            for piece in next.chunks(1 << 18) {
                if let Err(error) = stream.write(piece) {
                    let (reason, detail) = (stream.invalid(), error.to_string());
                    read_all(reader, &chunks, &origin);
                    reader.quarantine(b"", &origin, Stage::Decode, reason, &detail);
                    return Ok(());
                }
                read_all(reader, &chunks, &origin);
                self.relieve(writing, puts, deadline).await;
            }
        }
        let invalid = stream.invalid();
        let finished = stream.finish();
        read_all(reader, &chunks, &origin);
        if let Err(error) = finished {
            reader.quarantine(b"", &origin, Stage::Decode, invalid, &error.to_string());
        }
        Ok(())
    }

    /// Puts the files that are full.
    async fn relieve(&self, writing: &Mutex<Writing>, puts: &mut Puts, deadline: Instant) {
        let files = mem::take(&mut lock(writing).files);
        if !files.is_empty() {
            puts.put(&self.lake, files.into_iter().map(Ok), deadline).await;
        }
    }
}

impl Writing {
    fn new() -> Self {
        Self { writer: EventWriter::new(LIMITS), files: Vec::new(), error: None }
    }

    fn append(&mut self, batch: EventBatch) {
        self.writer.route(batch);
        match self.writer.encode() {
            Ok(files) => self.files.extend(files),
            Err(error) => self.error = Some(error),
        }
    }

    /// Files of what could not be read.
    fn keep(&mut self, rows: Vec<Quarantined>) {
        match quarantine_files(rows) {
            Ok(files) => self.files.extend(files),
            Err(error) => self.error = Some(error),
        }
    }

    /// All of it, with what else could not be read.
    fn finish(&mut self, quarantined: Vec<Quarantined>) -> Self {
        self.keep(quarantined);
        mem::replace(self, Self::new())
    }
}

/// Reads the chunks that are there by now.
fn read_all(reader: &mut Reader<'_>, chunks: &Receiver<Chunk>, origin: &Origin<'_>) {
    for chunk in chunks.try_iter() {
        read_chunk(reader, &chunk, origin);
    }
}

fn lock(writing: &Mutex<Writing>) -> std::sync::MutexGuard<'_, Writing> {
    // A panic while it was held is reported by the runtime; what the writer holds is whole all the same.
    writing.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is answered if everything becomes durable; else, what has to be known to say what did not.
enum Answer<'p> {
    Ready(Reply),
    Records(Vec<&'p RawValue>),
    Account,
    Unrecognized(&'static str),
}

impl<'p> Answer<'p> {
    fn of(invoker: Invoker<'p>, units: &[Unit], now: Timestamp) -> Self {
        match invoker {
            Invoker::Firehose(firehose) => Self::Ready(super::firehose::reply(firehose, units, now)),
            Invoker::Records(records) => Self::Records(records),
            Invoker::Whole => Self::Account,
            Invoker::Unrecognized(reason) => Self::Unrecognized(reason),
        }
    }

    fn checked(self, units: &[Unit], puts: &Puts, account: &Account) -> Result<Reply, Failure> {
        let lost = Lost::of(puts);
        let failed: Vec<bool> = units.iter().map(|unit| !unit.is_durable(&lost)).collect();
        let all_durable = puts.failed.is_empty() && !failed.contains(&true) && puts.error.is_none();
        let not_durable = || Failure::NotDurable {
            to_retry: account.to_retry,
            received: account.received,
            error: puts.error.clone().unwrap_or_default(),
        };
        match self {
            Self::Unrecognized(reason) if all_durable => Err(Failure::Unrecognized { reason: reason.to_owned() }),
            Self::Records(records) => retry::batch(&records, &failed, account).ok_or_else(not_durable),
            _ if !all_durable => Err(not_durable()),
            Self::Ready(reply) => Ok(reply),
            Self::Account | Self::Unrecognized(_) => Ok(Reply::Account(account.clone())),
        }
    }
}
