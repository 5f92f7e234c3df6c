//! The units of an invocation: what it brings that can fail alone, and whether it is in the lake.

use std::collections::BTreeSet;
use std::mem;

use serde_json::value::RawValue;

use crate::envelope::{Envelope, Firehose};
use crate::lambda::durable::{FileMade, Puts};
use crate::origin::Origin;
use crate::reader::{ObjectName, Reader, Tally};

/// Who invoked, as far as the reply depends on it.
pub(crate) enum Invoker<'p> {
    Firehose(Firehose<'p>),
    Records(Vec<&'p RawValue>),
    /// Something to be read as a whole.
    Whole,
    Unrecognized(&'static str),
}

/// One of the things an invocation brings that can fail alone.
pub(crate) struct Unit {
    pub(crate) tally: Tally,
    pub(crate) objects: Vec<ObjectName>,
    /// An object of it could not be read to its end.
    pub(crate) unread: bool,
}

impl<'p> Invoker<'p> {
    pub(crate) fn of(payload: &'p str) -> Self {
        match payload.trim_start().as_bytes().first() {
            Some(b'{') => {}
            Some(b'[') => return Invoker::Whole,
            _ => return Invoker::Unrecognized("not_an_event"),
        }
        match Envelope::detect(payload) {
            Ok(Some(Envelope::Firehose(firehose))) => Invoker::Firehose(firehose),
            Ok(Some(Envelope::Records(records))) => Invoker::Records(records),
            Ok(Some(_)) => Invoker::Whole,
            // An EventBridge rule whose input is `$.detail` sends the bare event.
            Ok(None) if payload.contains("\"eventType\"") => Invoker::Whole,
            Ok(None) => Invoker::Unrecognized("not_an_event"),
            Err(_) => Invoker::Unrecognized("invalid_envelope"),
        }
    }
}

/// Reads the units one by one. Objects that a notification names are left to be fetched.
pub(crate) fn read_units(
    reader: &mut Reader<'_>,
    invoker: &Invoker<'_>,
    payload: &str,
    origin: &Origin<'_>,
) -> Vec<Unit> {
    let unit = |reader: &mut Reader<'_>, read: &dyn Fn(&mut Reader<'_>)| {
        read(reader);
        let (tally, objects) = (mem::take(&mut reader.tally), mem::take(&mut reader.objects));
        Unit { tally, objects, unread: false }
    };
    match invoker {
        Invoker::Firehose(firehose) => {
            reader.make_room_for(firehose.records.len());
            let origin = reader.firehose_origin(firehose, origin);
            let read = |record| unit(reader, &|reader| reader.firehose_record(record, &origin));
            firehose.records.iter().map(read).collect()
        }
        Invoker::Records(records) => {
            reader.make_room_for(records.len());
            records.iter().map(|record| unit(reader, &|reader| reader.record(record, origin))).collect()
        }
        Invoker::Whole | Invoker::Unrecognized(_) => vec![unit(reader, &|reader| reader.text(payload, origin))],
    }
}

impl Unit {
    pub(crate) fn add(&mut self, tally: &Tally) {
        self.tally.events += tally.events;
        self.tally.quarantined += tally.quarantined;
        self.tally.others.extend(tally.partitions());
        self.tally.first = self.tally.first.or(tally.first);
    }

    /// Whether everything of it is in the lake.
    pub(crate) fn is_durable(&self, lost: &Lost) -> bool {
        let events = lost.folders.is_empty()
            || !self.tally.partitions().any(|of| lost.folders.contains(&format!("events/{of}")));
        let quarantined = self.tally.quarantined == 0 || !lost.quarantine;
        !self.unread && !lost.unencoded && events && quarantined
    }
}

/// Where files are missing.
pub(crate) struct Lost {
    folders: BTreeSet<String>,
    quarantine: bool,
    unencoded: bool,
}

impl Lost {
    pub(crate) fn of(puts: &Puts) -> Self {
        let folder = |file: &FileMade| file.path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let folders: BTreeSet<String> = puts.failed.iter().filter_map(folder).collect();
        let quarantine = folders.iter().any(|folder| folder.starts_with("quarantine"));
        Self { folders, quarantine, unencoded: puts.unencoded }
    }
}
