//! Text into events: whatever envelopes AWS nested them in, and whatever broke on the way.

use std::borrow::Cow;
use std::collections::BTreeSet;

use smsvoice_event::{Event, EventType, ParseError, Prefix};
use smsvoice_lake::{EventBatch, EventBatchBuilder, Partition, Quarantined, Source, Stage};

use crate::account::Account;
use crate::envelope::each_item;
use crate::inflate::{self, Compression, InflateError};
use crate::observed::Observed;
use crate::origin::Origin;
use crate::resume::{broken_len, log_prefix};
use crate::settings::Settings;

/// How many envelopes may lie in one another. AWS nests three (a Logs subscription's gzip in Firehose in SQS, say).
const MAX_ENVELOPES: u8 = 8;

/// Bytes of what could not be read, before somebody has to take it: six megabytes of `[1,1,1,…` would be 700 otherwise.
const MAX_HELD: usize = 8 << 20;

/// Reads payloads into batches of events, quarantine, and an account of both.
pub struct Reader<'s> {
    pub(crate) settings: &'s Settings,
    builder: EventBatchBuilder,
    batch_rows: usize,
    on_batch: Box<dyn FnMut(EventBatch) + Send + 's>,
    /// What could not be read.
    pub quarantined: Vec<Quarantined>,
    /// The memory it takes.
    held: usize,
    /// Base64 of the last record, decoded: of hundreds, each fits where the one before was.
    pub(crate) decoded: Vec<u8>,
    /// Bytes that compressed pieces of the payload at hand, or of the chunk, inflated to.
    pub(crate) inflated: usize,
    /// How many pieces were taken at once so far.
    taken: BTreeSet<usize>,
    /// Takes what could not be read whenever it grows large; nothing unless it was set.
    pub on_quarantined: Option<Box<dyn FnMut(Vec<Quarantined>) + Send + 's>>,
    /// S3 objects that notifications named.
    pub objects: Vec<ObjectName>,
    /// What was received and quarantined; `written` and `duplicates` are the writer's to tell.
    pub account: Account,
    /// What was read since it was last taken.
    pub tally: Tally,
    /// What telemetry wants to know; nothing unless it was set.
    pub observed: Option<Observed>,
}

/// An object in S3 that a notification named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectName {
    /// The bucket.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
}

/// What one record held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events.
    pub events: u64,
    /// Pieces that are no event.
    pub quarantined: u64,
    /// The partition of the first event.
    pub first: Option<Partition>,
    /// Those of the other events, where they are in others: a record mostly has one event.
    pub others: BTreeSet<Partition>,
}

impl Tally {
    fn see(&mut self, partition: Partition) {
        self.events += 1;
        if *self.first.get_or_insert(partition) != partition {
            self.others.insert(partition);
        }
    }

    /// The partitions of all events.
    pub fn partitions(&self) -> impl Iterator<Item = Partition> {
        self.first.into_iter().chain(self.others.iter().copied())
    }
}

impl<'s> Reader<'s> {
    /// A reader that hands over a batch whenever `batch_rows` events are read, and at [`Self::finish`].
    pub fn new(settings: &'s Settings, batch_rows: usize, on_batch: impl FnMut(EventBatch) + Send + 's) -> Self {
        Self {
            settings,
            builder: EventBatchBuilder::new(&settings.context_columns),
            batch_rows,
            on_batch: Box::new(on_batch),
            quarantined: Vec::new(),
            decoded: Vec::new(),
            held: 0,
            inflated: 0,
            taken: BTreeSet::new(),
            on_quarantined: None,
            objects: Vec::new(),
            account: Account::default(),
            tally: Tally::default(),
            observed: None,
        }
    }

    /// Makes room for so many events, if none has been read yet.
    pub fn make_room_for(&mut self, events: usize) {
        let rows = events.min(self.batch_rows);
        if self.builder.is_empty() {
            self.builder = EventBatchBuilder::with_capacity(&self.settings.context_columns, rows);
        }
    }

    /// Reads a payload: text in any envelope, plain or compressed.
    pub fn bytes(&mut self, bytes: &[u8], origin: &Origin<'_>) {
        if origin.depth > MAX_ENVELOPES {
            return self.quarantine(bytes, origin, Stage::Envelope, "too_deep", "envelopes within envelopes");
        }
        if let Some(compression) = Compression::of(bytes) {
            return match self.inflate(bytes, compression) {
                Ok(inflated) => {
                    drop_depth(origin, |inner| self.record_bytes(&inflated, inner));
                }
                Err(error) => self.quarantine(bytes, origin, Stage::Decode, error.reason(), &error.to_string()),
            };
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text, origin),
            Err(_) => self.lines_of_bytes(bytes, origin),
        }
    }

    fn inflate(&mut self, bytes: &[u8], compression: Compression) -> Result<Vec<u8>, InflateError> {
        if self.inflated > inflate::MAX_INFLATED_TOGETHER {
            return Err(InflateError::TooFarTogether);
        }
        let inflated = inflate::bounded(bytes, compression);
        // What is not known was gone through all the same, up to the limit.
        self.inflated += inflated.as_ref().map_or(inflate::MAX_INFLATED, Vec::len);
        inflated
    }

    /// Some of the bytes are no UTF-8: what stands on other lines that begin a value is read all the same.
    #[cold]
    fn lines_of_bytes(&mut self, bytes: &[u8], origin: &Origin<'_>) {
        let (mut rest, mut lines) = (bytes, 0);
        while !rest.is_empty() {
            let next =
                memchr::memchr_iter(b'\n', rest).find(|at| matches!(rest.get(at + 1), Some(b'{' | b'[' | b'0'..=b'9')));
            let (piece, after) = rest.split_at(next.map_or(rest.len(), |at| at + 1));
            let origin = origin.lines_on(lines);
            match std::str::from_utf8(piece) {
                Ok(text) => self.text(text, &origin),
                Err(error) => {
                    let detail = format!("not UTF-8 at byte {}", error.valid_up_to());
                    self.quarantine(piece, &origin, Stage::Decode, "invalid_utf8", &detail);
                }
            }
            lines += memchr::memchr_iter(b'\n', piece).count() as u64;
            rest = after;
        }
    }

    /// Reads JSON values one behind the other, with or without white space or commas between them, or lines of an
    /// exported log. What is broken goes to quarantine up to the next place where an event can begin.
    pub fn text(&mut self, text: &str, origin: &Origin<'_>) {
        let mut pos = 0;
        // Lines are counted up to what was last told a place, so that counting stays linear.
        let (mut counted, mut lines) = (0, 0);
        loop {
            pos += text[pos..].len() - text[pos..].trim_start_matches([' ', '\n', '\r', '\t', ',', '\u{feff}']).len();
            let rest = &text[pos..];
            if rest.is_empty() {
                return;
            }
            let read = Event::parse_prefix(rest, |event| self.event(event, origin));
            if let Ok(Prefix { event: Ok(()), len }) = read {
                pos += len;
                continue;
            }
            lines += memchr::memchr_iter(b'\n', &text.as_bytes()[counted..pos]).count() as u64;
            counted = pos;
            pos += self.no_event(rest, read, &origin.lines_on(lines));
        }
    }

    /// A text that begins with something else than an event; returns how much of it that is.
    fn no_event(&mut self, rest: &str, read: Result<Prefix<()>, ParseError>, origin: &Origin<'_>) -> usize {
        // One line of a log in another, as often as somebody likes: each costs a level of the stack.
        if origin.depth <= MAX_ENVELOPES
            && let Some((time, event_at)) = log_prefix(rest)
        {
            let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            self.text(&rest[event_at..end], &origin.inside(Source::Logs).at(Some(time)));
            return end;
        }
        let (why, from) = match read {
            Ok(Prefix { event: Err(why), len }) if matches!(rest.trim_start().as_bytes()[0], b'{' | b'[') => {
                self.value(&rest[..len], &why, origin);
                return len;
            }
            Ok(Prefix { event, len }) => (event.err().unwrap_or(ParseError::NotAnObject), len),
            Err(why @ (ParseError::Syntax { offset, .. } | ParseError::TooDeep { offset, .. })) => (why, offset),
            Err(why) => (why, 0),
        };
        let len = broken_len(rest, from);
        self.quarantine(rest[..len].trim_end().as_bytes(), origin, Stage::Parse, why.reason(), &why.to_string());
        len
    }

    fn event(&mut self, event: &mut Event<'_>, origin: &Origin<'_>) {
        self.account.receive(origin.source);
        self.account.unknown_types += u64::from(matches!(event.event_type, EventType::Unknown(_)));
        if let Some(observed) = &mut self.observed {
            observed.see(event, origin.received_at());
        }
        self.settings.privacy.apply(event);
        self.tally.see(self.builder.push(event, &origin.route()));
        if self.builder.len() >= self.batch_rows || self.builder.is_full() {
            self.flush();
        }
    }

    pub(crate) fn flush(&mut self) {
        if !self.builder.is_empty() {
            let next = EventBatchBuilder::new(&self.settings.context_columns);
            (self.on_batch)(std::mem::replace(&mut self.builder, next).finish());
        }
    }

    /// Hands over the last batch.
    pub fn finish(mut self) -> (Vec<Quarantined>, Vec<ObjectName>, Account) {
        self.flush();
        (self.quarantined, self.objects, self.account)
    }

    /// Keeps a piece that is no event.
    pub(crate) fn quarantine(
        &mut self,
        payload: &[u8],
        origin: &Origin<'_>,
        stage: Stage,
        reason: &'static str,
        detail: &str,
    ) {
        self.account.receive(origin.source);
        self.account.quarantined += 1;
        *self.account.by_reason.entry(reason).or_default() += 1;
        self.tally.quarantined += 1;
        let row = Quarantined {
            received_at: origin.received_at(),
            source: origin.source,
            source_id: origin.source_id(),
            stage,
            reason,
            detail: detail.to_owned(),
            payload: self.settings.privacy.mask_payload(payload).into_owned(),
        };
        self.held += size_of::<Quarantined>() + row.source_id.len() + row.detail.len() + row.payload.len();
        self.quarantined.push(row);
        // Never twice as many: of the same piece again and again, so many would make the same file again.
        if self.held > MAX_HELD
            && let Some(take) = &mut self.on_quarantined
            && self.taken.insert(self.quarantined.len())
        {
            self.held = 0;
            take(std::mem::take(&mut self.quarantined));
        }
    }

    /// A JSON value that is no event: an array of them, an envelope, or nothing of ours.
    fn value(&mut self, value: &str, why: &ParseError, origin: &Origin<'_>) {
        let value = value.trim();
        if origin.depth > MAX_ENVELOPES {
            return self.quarantine(
                value.as_bytes(),
                origin,
                Stage::Envelope,
                "too_deep",
                "envelopes within envelopes",
            );
        }
        match value.as_bytes()[0] {
            b'[' => {
                let read = drop_depth(origin, |inner| each_item(value, |item| self.text(item.get(), inner)));
                // It was gone over as JSON before: this is no more than caution.
                if let Err(error) = read {
                    self.invalid_envelope(value, &error, origin);
                }
            }
            b'{' if *why == ParseError::NotAnEvent => self.object(value, origin),
            _ => self.quarantine(value.as_bytes(), origin, Stage::Parse, why.reason(), &why.to_string()),
        }
    }

    /// What serde_json says of a value could repeat the value, so only the place is told.
    pub(crate) fn invalid_envelope(&mut self, value: &str, error: &serde_json::Error, origin: &Origin<'_>) {
        let detail = format!("line {}, column {}: not as AWS documents this envelope", error.line(), error.column());
        self.quarantine(value.as_bytes(), origin, Stage::Envelope, "invalid_envelope", &detail);
    }
}

/// Runs `read` one envelope deeper, where that envelope has no name and tells nothing: an array, a compression.
fn drop_depth<R>(origin: &Origin<'_>, read: impl FnOnce(&Origin<'_>) -> R) -> R {
    let mut inner = origin.inside(origin.source);
    inner.source = origin.source;
    read(&inner)
}

/// A borrowed text, or nothing.
pub(crate) fn borrowed<'a>(text: Option<&'a Cow<'_, str>>) -> Option<&'a str> {
    text.map(|text| &**text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on fails
mod tests {
    use std::io::Write;

    use smsvoice_event::Timestamp;

    use super::*;

    #[test]
    fn compressed_pieces_have_a_limit_together() {
        let settings = Settings::plain();
        let mut reader = Reader::new(&settings, 1000, |_| {});
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(br#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795305600000}"#).unwrap();
        let piece = gzip.finish().unwrap();
        let origin = Origin::new(Source::File, Timestamp::EPOCH, "pieces");
        reader.inflated = inflate::MAX_INFLATED_TOGETHER;
        reader.bytes(&piece, &origin);
        assert_eq!((reader.account.received, reader.account.quarantined), (1, 0), "up to the limit they are read");
        reader.bytes(&piece, &origin);
        assert_eq!(reader.account.by_reason["inflates_too_far"], 1);
        assert_eq!(reader.quarantined[0].payload, piece);
    }
}
