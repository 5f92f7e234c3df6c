//! Payloads into events: whatever envelopes AWS nested them in, and whatever broke on the way.

mod compressed;
mod resume;
mod search;
mod text;
mod time_limit;

use std::collections::BTreeSet;
use std::mem;
use std::time::Instant;

use base64_simd::STANDARD;
use smsvoice_event::{Event, EventType, ParseError, Timestamp};
use smsvoice_lake::{EventBatch, EventBatchBuilder, LakeWriter, Partition, Quarantined, Reason};

use self::compressed::Unreadable;
pub(crate) use self::resume::{LOG_HEAD, LogText, broken_len, is_item, log_text};
use self::search::Suspect;
use self::time_limit::TimeLimit;
use crate::aggregate;
use crate::envelope::Envelope;
use crate::inflate::Compression;
use crate::ledger::Received;
use crate::origin::Origin;
use crate::s3::ObjectName;
use crate::settings::Settings;

/// How many envelopes, arrays and strings of JSON may lie in one another. AWS nests three envelopes (a Logs subscription's
/// gzip in Firehose in SQS, say); each level is gone over once more, so this bounds the time as well.
const MAX_DEPTH: u8 = 16;

/// Where a reader puts what it reads.
pub trait Output {
    /// Takes a batch of events.
    fn take(&mut self, batch: EventBatch);

    /// Takes a piece that is no event.
    fn reject(&mut self, piece: Quarantined);

    /// Sees each event in passing, before its numbers are hidden.
    fn observe(&mut self, _event: &Event<'_>, _received_at: Timestamp) {}
}

impl Output for LakeWriter {
    fn take(&mut self, batch: EventBatch) {
        self.push(batch);
    }

    fn reject(&mut self, piece: Quarantined) {
        LakeWriter::reject(self, piece);
    }
}

/// Reads payloads into an [`Output`], and counts every piece.
pub struct Reader<'s, O> {
    settings: &'s Settings,
    output: O,
    builder: EventBatchBuilder,
    batch_rows: usize,
    batch_partitions: usize,
    /// Base64 of the last record, decoded: of hundreds, each fits where the one before was.
    decoded: Vec<u8>,
    /// Bytes that compressed pieces of the payload at hand, or of the chunk, inflated to.
    inflated: usize,
    /// What looks like a broken event inside an object that is no envelope; nothing outside of one.
    suspects: Option<Vec<Suspect>>,
    /// What cannot be read of the compressed piece at hand; nothing outside of one.
    unreadable_parts: Option<Unreadable>,
    time: TimeLimit,
    received: Received,
    tally: Tally,
}

/// What was read since it was last taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events.
    pub events: u64,
    /// Pieces that are no event.
    pub quarantined: u64,
    /// Whether anything was an event, an envelope, or something else that AWS is known to send.
    pub recognized: bool,
    /// The partition of the first event.
    pub first: Option<Partition>,
    /// Those of the other events, where they are in others: a record mostly has one event.
    pub others: BTreeSet<Partition>,
    /// S3 objects that notifications named.
    pub objects: Vec<ObjectName>,
    /// S3 objects that were removed, as notifications say.
    pub removed: Vec<ObjectName>,
    /// S3 objects that are not where a notification says.
    pub missing: Vec<ObjectName>,
}

impl Tally {
    fn see(&mut self, partition: Partition) {
        self.events += 1;
        self.recognized = true;
        if *self.first.get_or_insert(partition) != partition {
            self.others.insert(partition);
        }
    }

    /// The partitions of all events.
    pub fn partitions(&self) -> impl Iterator<Item = Partition> {
        self.first.into_iter().chain(self.others.iter().copied())
    }

    /// Adds what was read later.
    pub(crate) fn add(&mut self, other: Self) {
        let Self { events, quarantined, recognized, first, others, objects, removed, missing } = other;
        self.events += events;
        self.quarantined += quarantined;
        self.recognized |= recognized;
        self.others.extend(first.into_iter().chain(others));
        self.first = self.first.or(first);
        self.objects.extend(objects);
        self.removed.extend(removed);
        self.missing.extend(missing);
    }
}

impl<'s, O: Output> Reader<'s, O> {
    /// A reader that hands over a batch whenever `batch_rows` events are read, and at [`Self::finish`].
    pub fn new(settings: &'s Settings, batch_rows: usize, output: O) -> Self {
        Self {
            settings,
            output,
            builder: EventBatchBuilder::new(&settings.context_columns),
            batch_rows,
            batch_partitions: usize::MAX,
            decoded: Vec::new(),
            inflated: 0,
            suspects: None,
            unreadable_parts: None,
            time: TimeLimit::default(),
            received: Received::default(),
            tally: Tally::default(),
        }
    }

    /// Hands over a batch as well when its rows are of so many partitions: each takes some room of its own.
    #[must_use]
    pub(crate) fn with_batches_of_few_partitions(mut self, most: usize) -> Self {
        self.batch_partitions = most;
        self
    }

    /// Makes room for so many events, if none has been read yet.
    pub fn make_room_for(&mut self, events: usize) {
        let rows = events.min(self.batch_rows);
        if self.builder.is_empty() {
            self.builder = EventBatchBuilder::with_capacity(&self.settings.context_columns, rows);
        }
    }

    pub(crate) fn settings(&self) -> &'s Settings {
        self.settings
    }

    /// Where events and pieces went.
    pub fn output(&mut self) -> &mut O {
        &mut self.output
    }

    /// What was read since the last call.
    pub fn take_tally(&mut self) -> Tally {
        mem::take(&mut self.tally)
    }

    /// Another payload, or another chunk of a file: what compressed pieces may inflate to together is counted anew.
    pub(crate) fn begin(&mut self) {
        self.inflated = 0;
    }

    /// From now on, reading goes on until then at most; without a limit if there is none. When the time is over, the rest
    /// of what is being read is left unread: see [`Self::is_over`].
    pub(crate) fn read_until(&mut self, until: Option<Instant>) {
        self.time = TimeLimit::new(until);
    }

    /// Whether reading was given up because it took too long.
    pub(crate) fn is_over(&self) -> bool {
        self.time.is_over()
    }

    /// Reads a payload: text in any envelope, plain or compressed.
    pub fn bytes(&mut self, bytes: &[u8], origin: &Origin<'_>) {
        if origin.depth > MAX_DEPTH {
            return self.unreadable(bytes, origin, Reason::TooDeep, TOO_DEEP);
        }
        if let Some(compression) = Compression::of(bytes) {
            return self.compressed(bytes, compression, origin);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text, origin),
            Err(_) => self.lines_of_bytes(bytes, origin),
        }
    }

    /// Some of the bytes are no UTF-8: what stands on other lines that begin a value is read all the same.
    #[cold]
    fn lines_of_bytes(&mut self, bytes: &[u8], origin: &Origin<'_>) {
        let (mut rest, mut lines) = (bytes, 0);
        while !rest.is_empty() && !self.time.is_over() {
            let next =
                memchr::memchr_iter(b'\n', rest).find(|at| matches!(rest.get(at + 1), Some(b'{' | b'[' | b'0'..=b'9')));
            let (piece, after) = rest.split_at(next.map_or(rest.len(), |at| at + 1));
            let origin = origin.lines_on(lines);
            match std::str::from_utf8(piece) {
                Ok(text) => self.text(text, &origin),
                Err(error) => {
                    let detail = format!("not UTF-8 at byte {}", error.valid_up_to());
                    self.quarantine(piece, &origin, Reason::InvalidUtf8, &detail);
                }
            }
            lines += memchr::memchr_iter(b'\n', piece).count() as u64;
            rest = after;
        }
    }

    /// The bytes of one record. A record of nothing is still a record that came in.
    pub(crate) fn record_bytes(&mut self, bytes: &[u8], origin: &Origin<'_>) {
        if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == b',') {
            return self.quarantine(bytes, origin, Reason::NotAnEvent, "the record is empty");
        }
        match aggregate::unpacked(bytes) {
            None => self.bytes(bytes, origin),
            Some(_) if origin.depth > MAX_DEPTH => self.unreadable(bytes, origin, Reason::TooDeep, TOO_DEEP),
            Some(Ok(records)) => records.into_iter().for_each(|record| self.record_bytes(record, &origin.deeper())),
            Some(Err(error)) => self.quarantine(bytes, origin, Reason::InvalidAggregate, error.detail()),
        }
    }

    /// Base64, and whatever is in it.
    pub(crate) fn base64(&mut self, data: &str, origin: &Origin<'_>) {
        let mut bytes = mem::take(&mut self.decoded);
        bytes.clear();
        match STANDARD.decode_append(data.as_bytes(), &mut bytes) {
            Ok(()) => self.record_bytes(&bytes, origin),
            Err(_) => self.quarantine(data.as_bytes(), origin, Reason::InvalidBase64, "data is not base64"),
        }
        self.decoded = bytes;
    }

    /// What lies in an envelope. A piece of it that is no event goes to quarantine by itself, wherever the envelope lay.
    pub(crate) fn open(&mut self, envelope: &Envelope<'_>, object: &str, origin: &Origin<'_>) {
        if origin.depth > MAX_DEPTH {
            return self.unreadable(object.as_bytes(), origin, Reason::TooDeep, TOO_DEEP);
        }
        self.recognized(envelope);
        let outside = self.suspects.take();
        envelope.open(self, object, origin);
        self.suspects = outside;
    }

    /// Takes note of an envelope. `Records` alone tell nothing: other services of AWS have them, too.
    fn recognized(&mut self, envelope: &Envelope<'_>) {
        self.tally.recognized |= !matches!(envelope, Envelope::Records(_) | Envelope::LambdaDestination(_));
    }

    /// Takes note of something that AWS is known to send.
    pub(crate) fn recognize(&mut self) {
        self.tally.recognized = true;
    }

    /// Takes note of an S3 object that a notification names: one to be read, or one that was removed.
    pub(crate) fn name_object(&mut self, object: ObjectName, is_removed: bool) {
        let objects = if is_removed { &mut self.tally.removed } else { &mut self.tally.objects };
        self.received.removed_objects += u64::from(is_removed);
        objects.push(object);
    }

    /// Takes note of an S3 object that is not where a notification says.
    pub(crate) fn name_missing(&mut self, object: ObjectName) {
        self.tally.missing.push(object);
    }

    fn event(&mut self, event: &mut Event<'_>, origin: &Origin<'_>) {
        self.received.piece(origin.source());
        self.received.unknown_types += u64::from(matches!(event.event_type, EventType::Unknown(_)));
        self.output.observe(event, origin.received_at());
        let applied = self.settings.privacy.apply(event);
        self.received.without_number += u64::from(applied.was_hidden);
        self.tally.see(self.builder.push(event, &origin.route()));
        let is_wide = self.builder.partitions() >= self.batch_partitions;
        if self.builder.len() >= self.batch_rows || self.builder.is_full() || is_wide {
            self.flush();
        }
    }

    /// Hands over the events that were read so far.
    pub(crate) fn flush(&mut self) {
        if !self.builder.is_empty() {
            let next = EventBatchBuilder::new(&self.settings.context_columns);
            self.output.take(mem::replace(&mut self.builder, next).finish());
        }
    }

    /// Hands over the last batch; returns where everything went, and how much it was.
    pub fn finish(mut self) -> (O, Received) {
        self.flush();
        (self.output, self.received)
    }

    /// Keeps a piece that is no event. One that is not read to its end because the time is over is kept by whoever set the
    /// limit.
    pub(crate) fn quarantine(&mut self, payload: &[u8], origin: &Origin<'_>, reason: Reason, detail: &str) {
        if self.time.is_over() {
            return;
        }
        self.received.piece(origin.source());
        self.received.rejected(reason);
        self.tally.quarantined += 1;
        if let Some(parts) = &mut self.unreadable_parts
            && !parts.has_room_for(payload.len(), origin.source(), reason)
        {
            return;
        }
        let piece = Quarantined {
            received_at: origin.received_at(),
            source: origin.source(),
            account_id: origin.account_id.as_deref().map(str::to_owned),
            aws_region: origin.aws_region.as_deref().map(str::to_owned),
            source_id: self.settings.privacy.name(&origin.source_id()).into_owned(),
            reason,
            detail: detail.to_owned(),
            payload: self.settings.privacy.kept(payload),
        };
        match &mut self.unreadable_parts {
            Some(parts) => parts.keep(piece),
            None => self.output.reject(piece),
        }
    }

    /// The same, for the reason why it is no event.
    fn reject(&mut self, payload: &[u8], origin: &Origin<'_>, why: &ParseError) {
        self.unreadable(payload, origin, Reason::from(why), &why.to_string());
    }
}

/// Why the reader goes no deeper, in words.
const TOO_DEEP: &str = "envelopes within envelopes";

#[cfg(test)]
mod tests;
