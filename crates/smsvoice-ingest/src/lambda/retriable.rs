//! What an invocation brings that can be sent again alone (a record of SQS, say), and whether it is in the lake.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use smsvoice_lake::{Reason, TablePartition};

use crate::envelope::Envelope;
use crate::envelope::firehose::Request;
use crate::envelope::records::Records;
use crate::envelope::s3_batch::Invocation;
use crate::lambda::durable::Puts;
use crate::lambda::shares::Shares;
use crate::origin::Origin;
use crate::reader::{Output, Reader, Tally};

/// What invoked, as far as the reply depends on it. The payload is looked at once, here.
pub(crate) enum Invoker<'p> {
    Firehose(Request<'p>),
    Records(Records<'p>),
    /// Tasks of S3 Batch Operations, each of which is taken by itself.
    Tasks(Invocation<'p>),
    /// Another envelope, which is answered as a whole.
    Envelope(Envelope<'p>),
    /// No envelope: an event alone, an array, or nothing of ours.
    Values,
}

/// One of the things an invocation brings that can fail, and be sent again, alone.
#[derive(Default)]
pub(crate) struct Retriable {
    pub(crate) tally: Tally,
    /// An object of it could not be read to its end.
    pub(crate) unread: bool,
    /// It took too long to read, and is kept whole in quarantine.
    pub(crate) is_too_slow: bool,
}

impl<'p> Invoker<'p> {
    pub(crate) fn of(payload: &'p str) -> Self {
        if !payload.trim_start().starts_with('{') {
            return Self::Values;
        }
        match Envelope::detect(payload.trim()) {
            Ok(Some(Envelope::Firehose(request))) => Self::Firehose(request),
            Ok(Some(Envelope::Records(records))) => Self::Records(records),
            Ok(Some(Envelope::S3Batch(invocation))) => Self::Tasks(invocation),
            Ok(Some(envelope)) => Self::Envelope(envelope),
            // A misfit is told in quarantine, where it is read again.
            Ok(None) | Err(_) => Self::Values,
        }
    }
}

/// Reads them one by one. Objects that a notification names are left to be fetched.
pub(crate) fn read_retriables<O: Output>(
    reader: &mut Reader<'_, O>,
    invoker: &Invoker<'_>,
    payload: &str,
    origin: &Origin<'_>,
    time: Duration,
) -> Vec<Retriable> {
    reader.begin();
    match invoker {
        Invoker::Firehose(request) => {
            reader.make_room_for(request.records.len());
            let origin = request.origin(reader.settings(), origin);
            let mut shares = Shares::new(time, payload.len(), request.records.len());
            let each = request.records.iter().map(|record| {
                let len = record.as_ref().map_or_else(|other| other.get().len(), |record| record.data.len());
                let text = || record.as_ref().map_or_else(|other| Ok(other.get().to_owned()), serde_json::to_string);
                let text = || text().unwrap_or_default();
                within(reader, shares.next(len), &origin, text, |reader| reader.firehose_record(record, &origin))
            });
            each.collect()
        }
        Invoker::Records(Records { records }) => {
            reader.make_room_for(records.len());
            let origin = origin.deeper();
            let mut shares = Shares::new(time, payload.len(), records.len());
            let each = records.iter().map(|record| {
                let text = record.get();
                let until = shares.next(text.len());
                within(reader, until, &origin, || text.to_owned(), |reader| reader.record(text, &origin))
            });
            each.collect()
        }
        Invoker::Tasks(_) | Invoker::Envelope(_) | Invoker::Values => {
            let until = Instant::now() + time;
            let read = |reader: &mut Reader<'_, O>| match invoker {
                Invoker::Envelope(envelope) => reader.open(envelope, payload.trim(), origin),
                _ => reader.text(payload, origin),
            };
            vec![within(reader, until, origin, || payload.to_owned(), read)]
        }
    }
}

/// Reads one of them, but no longer than `until`: what takes longer is kept as it came, in `text`, and would take as long
/// the next time.
fn within<O: Output>(
    reader: &mut Reader<'_, O>,
    until: Instant,
    origin: &Origin<'_>,
    text: impl FnOnce() -> String,
    read: impl FnOnce(&mut Reader<'_, O>),
) -> Retriable {
    reader.read_until(Some(until));
    read(reader);
    let is_too_slow = reader.is_over();
    reader.read_until(None);
    if is_too_slow {
        reader.recognize(); // nobody knows what it is, and asking again tells nothing
        reader.quarantine(text().as_bytes(), origin, Reason::TooSlow, TOO_SLOW);
    }
    Retriable { tally: reader.take_tally(), unread: false, is_too_slow }
}

/// Why something was not read to its end, in words.
pub(crate) const TOO_SLOW: &str =
    "reading it takes longer than its share of the time; events read before are in the lake";

impl Retriable {
    /// Whether everything of it is in the lake.
    pub(crate) fn is_durable(&self, lost: &Lost) -> bool {
        let events = lost.events.is_empty() || !self.tally.partitions().any(|of| lost.events.contains(&of));
        let quarantined = self.tally.quarantined == 0 || !lost.quarantine;
        // What is kept whole in quarantine is safe there, whatever becomes of the rows that were read of it.
        !self.unread && !lost.unencoded && (events || self.is_too_slow) && quarantined
    }
}

/// Where files are missing.
pub(crate) struct Lost {
    events: BTreeSet<smsvoice_lake::Partition>,
    quarantine: bool,
    unencoded: bool,
}

impl Lost {
    pub(crate) fn of(puts: &Puts) -> Self {
        let mut lost = Self { events: BTreeSet::new(), quarantine: false, unencoded: puts.unencoded };
        for partition in &puts.failed {
            match partition {
                TablePartition::Events(partition) => drop(lost.events.insert(*partition)),
                TablePartition::Quarantine(_) => lost.quarantine = true,
            }
        }
        lost
    }
}
