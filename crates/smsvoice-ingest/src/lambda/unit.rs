//! The units of an invocation: what it brings that can fail alone, and whether it is in the lake.

use std::collections::BTreeSet;

use smsvoice_lake::TablePartition;

use crate::envelope::Envelope;
use crate::envelope::firehose::Request;
use crate::envelope::records::Records;
use crate::lambda::durable::Puts;
use crate::origin::Origin;
use crate::reader::{Output, Reader, Tally};

/// What invoked, as far as the reply depends on it. The payload is looked at once, here.
pub(crate) enum Invoker<'p> {
    Firehose(Request<'p>),
    Records(Records<'p>),
    /// Another envelope, which is answered as a whole.
    Envelope(Envelope<'p>),
    /// No envelope: an event alone, an array, or nothing of ours.
    Values,
}

/// One of the things an invocation brings that can fail alone.
#[derive(Default)]
pub(crate) struct Unit {
    pub(crate) tally: Tally,
    /// An object of it could not be read to its end.
    pub(crate) unread: bool,
}

impl<'p> Invoker<'p> {
    pub(crate) fn of(payload: &'p str) -> Self {
        if !payload.trim_start().starts_with('{') {
            return Self::Values;
        }
        match Envelope::detect(payload.trim()) {
            Ok(Some(Envelope::Firehose(request))) => Self::Firehose(request),
            Ok(Some(Envelope::Records(records))) => Self::Records(records),
            Ok(Some(envelope)) => Self::Envelope(envelope),
            // A misfit is told in quarantine, where it is read again.
            Ok(None) | Err(_) => Self::Values,
        }
    }
}

/// Reads the units one by one. Objects that a notification names are left to be fetched.
pub(crate) fn read_units<O: Output>(
    reader: &mut Reader<'_, O>,
    invoker: &Invoker<'_>,
    payload: &str,
    origin: &Origin<'_>,
) -> Vec<Unit> {
    fn unit<O: Output>(reader: &mut Reader<'_, O>) -> Unit {
        Unit { tally: reader.take_tally(), unread: false }
    }
    reader.begin();
    match invoker {
        Invoker::Firehose(request) => {
            reader.make_room_for(request.records.len());
            let origin = request.origin(reader.settings(), origin);
            let mut units = Vec::with_capacity(request.records.len());
            for record in &request.records {
                reader.firehose_record(record, &origin);
                units.push(unit(reader));
            }
            units
        }
        Invoker::Records(Records { records }) => {
            reader.make_room_for(records.len());
            let origin = origin.deeper();
            let mut units = Vec::with_capacity(records.len());
            for record in records {
                reader.record(record.get(), &origin);
                units.push(unit(reader));
            }
            units
        }
        Invoker::Envelope(envelope) => {
            reader.open(envelope, payload.trim(), origin);
            vec![unit(reader)]
        }
        Invoker::Values => {
            reader.text(payload, origin);
            vec![unit(reader)]
        }
    }
}

impl Unit {
    /// Whether everything of it is in the lake.
    pub(crate) fn is_durable(&self, lost: &Lost) -> bool {
        let events = lost.events.is_empty() || !self.tally.partitions().any(|of| lost.events.contains(&of));
        let quarantined = self.tally.quarantined == 0 || !lost.quarantine;
        !self.unread && !lost.unencoded && events && quarantined
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
