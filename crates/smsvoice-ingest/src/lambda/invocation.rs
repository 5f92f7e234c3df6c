//! One invocation: records in, rows durable, then the reply. The payload alone says who invoked.

use std::mem;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bytes::Bytes;
use smsvoice_event::Timestamp;
use smsvoice_lake::{Lake, Reason, Source};
use tokio::time::Instant;

use crate::chunk::Chunk;
use crate::decoded::DecodedStream;
use crate::envelope::records::Records;
use crate::lambda::durable::Puts;
use crate::lambda::filling::Filling;
use crate::lambda::reply::{Failure, Reply};
use crate::lambda::retriable::{Invoker, Lost, Retriable, TOO_SLOW, read_retriables};
use crate::lambda::retry;
use crate::lambda::shares::Shares;
use crate::ledger::Ledger;
use crate::observed::Observed;
use crate::origin::Origin;
use crate::reader::{Output, Reader};
use crate::replay::{quarantine_damage, read_chunk};
use crate::s3::{MISSING, ObjectError, ObjectName, Opener, Reading};
use crate::settings::Settings;

/// Rows after which a batch goes to the encoder: what an invocation holds of decoded rows stays at a few MiB.
const BATCH_ROWS: usize = 4096;

/// Partitions after which it goes there as well.
const BATCH_PARTITIONS: usize = 256;

/// Kept of the time that is left, for the reply: encoding it and the way to the runtime.
const FOR_THE_REPLY: Duration = Duration::from_millis(500);

/// The part of the remaining time, in quarters, that reading may take. In the rest the last files are put, and asked for
/// again where the store is slow.
const FOR_READING: u32 = 3;

/// What all invocations of a sandbox share.
pub struct Consumer {
    /// Where rows go.
    pub lake: Lake,
    /// How events are read.
    pub settings: Settings,
    /// Where objects come from that notifications name.
    pub buckets: Opener,
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
    /// What somebody who runs the function should hear of, in sentences; a few of them.
    pub problems: Vec<String>,
}

impl Handled {
    /// Of an invocation of which nothing is handled yet.
    pub(crate) fn of_nothing() -> Self {
        let (ledger, observed) = (Ledger::default(), Observed::default());
        Self { reply: Ok(Reply::Ledger(ledger.clone())), ledger, observed, files: 0, bytes: 0, problems: Vec::new() }
    }

    /// Adds another part of the same invocation; the reply stays.
    pub(crate) fn add(&mut self, other: Self) {
        let Self { reply: _, ledger, observed, files, bytes, problems } = other;
        self.ledger.add(&ledger);
        self.observed.add(&observed);
        self.files += files;
        self.bytes += bytes;
        let room = MOST_PROBLEMS.saturating_sub(self.problems.len());
        self.problems.extend(problems.into_iter().take(room));
    }
}

impl Consumer {
    /// Takes one invocation's payload: makes its events durable within `time_left`, then replies.
    ///
    /// Fails as a whole only where the invoking service knows no partial failure, so that it sends everything again;
    /// that is harmless, because the same batch makes the same files. What is merely unreadable goes to quarantine and
    /// counts as taken: sending it again would not help.
    pub async fn invoke(&self, payload: &str, now: Timestamp, time_left: Duration) -> Handled {
        match Invoker::of(payload) {
            Invoker::Tasks(invocation) => self.perform(invocation, now, time_left).await,
            invoker => self.take(invoker, payload, now, time_left).await,
        }
    }

    /// Takes one payload as a whole.
    pub(crate) async fn take(
        &self,
        invoker: Invoker<'_>,
        payload: &str,
        now: Timestamp,
        time_left: Duration,
    ) -> Handled {
        let time = time_left.saturating_sub(FOR_THE_REPLY.min(time_left / 4));
        let time_to_read = time / 4 * FOR_READING;
        let (deadline, until) = (Instant::now() + time, std::time::Instant::now() + time_to_read);
        let reader = Reader::new(&self.settings, BATCH_ROWS, Filling::new(&self.lake, deadline));
        let mut reader = reader.with_batches_of_few_partitions(BATCH_PARTITIONS);
        let origin = Origin::new(Source::EventBridge, now, "invocation");
        let mut retriables = read_retriables(&mut reader, &invoker, payload, &origin, time_to_read);
        let left = until.saturating_duration_since(std::time::Instant::now());
        let mut problems = Problems::default();
        self.read_objects(&mut reader, &mut retriables, now, left, &mut problems).await;
        // Six megabytes of answers are written while the files are on their way.
        let answer = || Answer::of(invoker, &retriables, now);
        let (ledger, observed, puts, answer) = self.make_durable(reader, deadline, answer).await;
        problems.of(&retriables, &puts);
        let reply = answer.checked(&retriables, &puts, problems.first_unread.as_deref(), &ledger);
        let privacy = &self.settings.privacy;
        let reply = reply.map_err(|failure| failure.without_numbers(privacy));
        let problems = problems.sentences.iter().map(|problem| privacy.name(problem).into_owned()).collect();
        Handled { reply, ledger, observed, files: puts.files, bytes: puts.bytes, problems }
    }

    /// Puts what is left, does something else meanwhile, and closes the ledger.
    async fn make_durable<T>(
        &self,
        reader: Reader<'_, Filling<'_>>,
        deadline: Instant,
        meanwhile: impl FnOnce() -> T,
    ) -> (Ledger, Observed, Puts, T) {
        let (filling, received) = reader.finish();
        let (writer, files, mut puts, observed) = filling.into_rest();
        let counts = writer.counts();
        let files = files.into_iter().map(Ok).chain(writer.into_files());
        let ((), done) = futures::join!(puts.put(&self.lake, files, deadline), async { meanwhile() });
        (received.settle(counts, puts.durable), observed, puts, done)
    }

    /// Reads the objects that notifications named, each in its share of the time.
    async fn read_objects(
        &self,
        reader: &mut Reader<'_, Filling<'_>>,
        retriables: &mut [Retriable],
        now: Timestamp,
        time: Duration,
        problems: &mut Problems,
    ) {
        let count = retriables.iter().map(|retriable| retriable.tally.objects.len()).sum();
        let mut shares = Shares::new(time, 0, count);
        for retriable in retriables {
            for object in mem::take(&mut retriable.tally.objects) {
                let until = shares.next(0);
                let reading = ReadingObject { consumer: self, object: &object, place: object.url(), now };
                let read = reading.read(reader, until).await;
                reader.read_until(None);
                retriable.tally.add(reader.take_tally());
                if let Err(error) = read {
                    retriable.unread = true;
                    problems.unread(error);
                }
            }
            problems.of_names_in_objects(&retriable.tally.objects);
        }
    }
}

/// What somebody who runs the function should hear of.
#[derive(Default)]
struct Problems {
    sentences: Vec<String>,
    /// Why the first object could not be read.
    first_unread: Option<String>,
}

/// Sentences that are told at most.
const MOST_PROBLEMS: usize = 16;

impl Problems {
    fn tell(&mut self, sentence: String) {
        if self.sentences.len() < MOST_PROBLEMS {
            self.sentences.push(sentence);
        }
    }

    fn unread(&mut self, error: String) {
        self.first_unread.get_or_insert_with(|| error.clone());
        self.tell(error);
    }

    /// Objects that objects named: where that ends, nobody knows within an invocation.
    fn of_names_in_objects(&mut self, objects: &[ObjectName]) {
        if let Some(first) = objects.first() {
            self.tell(format!(
                "objects that were read name {} more in S3 ({} first), which the function does not read; \
                 `smsvoice replay --follow-notifications` does",
                objects.len(),
                first.url()
            ));
        }
    }

    fn of(&mut self, retriables: &[Retriable], puts: &Puts) {
        let slow = retriables.iter().filter(|retriable| retriable.is_too_slow).count();
        if slow > 0 {
            self.tell(format!("{slow} of {} records took too long to read and are in quarantine", retriables.len()));
        }
        for object in retriables.iter().flat_map(|retriable| &retriable.tally.removed) {
            self.tell(format!("{} was removed, so there is nothing to read", object.url()));
        }
        for object in retriables.iter().flat_map(|retriable| &retriable.tally.missing) {
            self.tell(format!("{} is not there (any more); the notification is in quarantine", object.url()));
        }
        if let Some(error) = &puts.error {
            self.tell(error.clone());
        }
    }
}

/// One object on its way through the reader.
struct ReadingObject<'c> {
    consumer: &'c Consumer,
    object: &'c ObjectName,
    place: String,
    now: Timestamp,
}

impl ReadingObject<'_> {
    /// Streams the object through the reader; files that become full on the way are put at once.
    async fn read(&self, reader: &mut Reader<'_, Filling<'_>>, until: std::time::Instant) -> Result<(), String> {
        if self.object.is_of(&self.consumer.lake) {
            return Ok(());
        }
        let deadline = Instant::now() + until.saturating_duration_since(std::time::Instant::now());
        let bucket = (self.consumer.buckets)(&self.object.bucket);
        let mut bytes = match Reading::open(bucket, self.object, deadline).await {
            Ok(opened) => opened,
            Err(ObjectError::Missing) => {
                reader.name_missing(self.object.clone());
                self.keep_notification(reader, Reason::MissingObject, MISSING);
                return Ok(());
            }
            Err(error) => return Err(self.told(error)),
        };
        let origin = Origin::new(Source::S3, bytes.last_modified.unwrap_or(self.now), &*self.place);
        let (send, chunks) = channel();
        let mut stream = DecodedStream::new(move |chunk: Chunk| drop(send.send(chunk)));
        reader.read_until(Some(until));
        while let Some(part) = bytes.next(deadline).await.map_err(|error| self.told(error))? {
            for piece in pieces(part) {
                let damage = stream.take(piece).err();
                read_all(reader, &chunks, &origin);
                if reader.is_over() {
                    self.give_up(reader, stream.taken());
                    return Ok(());
                }
                if let Some(damage) = damage {
                    let offset = stream.taken();
                    stream.give_up();
                    read_all(reader, &chunks, &origin);
                    quarantine_damage(reader, &damage, offset, &origin);
                    return Ok(());
                }
                reader.output().relieve().await;
            }
        }
        let offset = stream.taken();
        let ended = stream.end();
        read_all(reader, &chunks, &origin);
        if reader.is_over() {
            self.give_up(reader, offset);
        } else if let Err(damage) = ended {
            quarantine_damage(reader, &damage, offset, &origin);
        }
        Ok(())
    }

    fn told(&self, error: ObjectError) -> String {
        let why = match error {
            ObjectError::Store(why) | ObjectError::Refused(why) => why,
            ObjectError::Missing => MISSING.to_owned(),
        };
        format!("{}: {why}", self.place)
    }

    fn give_up(&self, reader: &mut Reader<'_, Filling<'_>>, offset: u64) {
        reader.read_until(None);
        let detail = format!("{TOO_SLOW}; it was given up within its first {offset} bytes");
        self.keep_notification(reader, Reason::TooSlow, &detail);
    }

    /// The object stays where it is; what is kept leads there.
    fn keep_notification(&self, reader: &mut Reader<'_, Filling<'_>>, reason: Reason, detail: &str) {
        let origin = Origin::new(Source::S3, self.now, &*self.place);
        reader.quarantine(self.object.notification().as_bytes(), &origin, reason, detail);
    }
}

/// Small pieces, so that what a bomb inflates to becomes rows as it comes.
fn pieces(part: Bytes) -> impl Iterator<Item = Bytes> {
    const PIECE: usize = 1 << 16;
    (0..part.len().div_ceil(PIECE)).map(move |at| part.slice(at * PIECE..part.len().min((at + 1) * PIECE)))
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
            // Tasks are taken one by one, and come here as notifications.
            Invoker::Tasks(_) | Invoker::Envelope(_) | Invoker::Values => Self::Ledger,
        }
    }

    fn checked(
        self,
        retriables: &[Retriable],
        puts: &Puts,
        unread: Option<&str>,
        ledger: &Ledger,
    ) -> Result<Reply, Failure> {
        let lost = Lost::of(puts);
        let failed: Vec<bool> = retriables.iter().map(|retriable| !retriable.is_durable(&lost)).collect();
        let all_durable = puts.failed.is_empty() && !failed.contains(&true) && puts.error.is_none();
        // An empty batch is a batch: nothing came that could be unknown.
        let recognized = ledger.received == 0 || retriables.iter().any(|retriable| retriable.tally.recognized);
        let not_durable = || Failure::NotDurable {
            to_retry: ledger.to_retry,
            received: ledger.received,
            error: puts.error.clone().or(unread.map(str::to_owned)).unwrap_or_default(),
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
