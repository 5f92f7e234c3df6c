//! The reply to a Firehose transformation: every record once, in order, and never too large.

use std::borrow::Cow;
use std::collections::HashMap;

use base64_simd::STANDARD;
use serde_json::value::RawValue;
use smsvoice_event::{Channel, Timestamp};
use smsvoice_lake::Partition;

use crate::envelope::{Firehose, FirehoseRecord};
use crate::inflate::{self, Compression};
use crate::lambda::reply::{FirehoseResult, Reply, TransformedRecord};
use crate::lambda::unit::Unit;

/// Bytes of a reply that Lambda lets through: 6 MB, less a little for the frame around the records.
const MAX_REPLY: usize = 6 * 1024 * 1024 - 1024;

/// Bytes of a record's answer beside its id and data; with partition keys, and without.
const AROUND_OK: usize = 130;
const AROUND_FAILED: usize = 50;

pub(crate) fn reply<'p>(firehose: &Firehose<'p>, units: &[Unit], now: Timestamp) -> Reply<'p> {
    let mut records: Vec<TransformedRecord<'p>> =
        firehose.records.iter().zip(units).map(|(record, unit)| transformed(record.get(), unit, now)).collect();
    let mut size: usize = records.iter().map(size_of).sum();
    // What is too much for one reply stays with Firehose, under `processing-failed/`: its events are in the lake, and
    // the archive can be completed from there.
    for record in records.iter_mut().rev() {
        if size <= MAX_REPLY {
            break;
        }
        size -= size_of(record);
        (record.result, record.data, record.metadata) = (FirehoseResult::ProcessingFailed, None, None);
        size += size_of(record);
    }
    Reply::Transformed { records }
}

fn size_of(record: &TransformedRecord<'_>) -> usize {
    let data = record.data.as_ref().map_or(AROUND_FAILED, |data| data.len() + AROUND_OK);
    record.record_id.len() + data
}

fn transformed<'p>(record: &'p str, unit: &Unit, now: Timestamp) -> TransformedRecord<'p> {
    let Ok(record) = serde_json::from_str::<FirehoseRecord<'p>>(record) else {
        let (record_id, result) = (record_id(record), FirehoseResult::ProcessingFailed);
        return TransformedRecord { record_id, result, data: None, metadata: None };
    };
    let read = unit.tally.events > 0 || unit.tally.quarantined == 0;
    let data = if read { archived(&record.data) } else { None };
    let result = if data.is_some() { FirehoseResult::Ok } else { FirehoseResult::ProcessingFailed };
    // A record without events (a control message) is archived with the day it came.
    let partition = unit.tally.first.unwrap_or(Partition { channel: Channel::Other, date: now.date() });
    TransformedRecord { record_id: record.record_id, result, metadata: data.is_some().then(|| partition.into()), data }
}

/// The id of a record that is otherwise not as AWS documents it: without its answer Firehose would send all others again.
fn record_id(record: &str) -> Cow<'_, str> {
    let members = serde_json::from_str::<HashMap<Cow<'_, str>, &RawValue>>(record).unwrap_or_default();
    let id = members.get("recordId").and_then(|id| serde_json::from_str::<String>(id.get()).ok());
    Cow::Owned(id.unwrap_or_default())
}

/// The record for the archive: the original bytes and one newline. What is compressed is stored plain: between lines
/// of JSON, nobody could read it again.
fn archived(data: &str) -> Option<String> {
    // Base64 goes by groups: only the first has to be looked at, and only the last is changed.
    let (head, last) = data.split_at_checked(data.len().checked_sub(4)?)?;
    let first = STANDARD.decode_to_vec(data.get(..8).unwrap_or(data)).ok()?;
    if Compression::of(&first).is_none() {
        let mut end = STANDARD.decode_to_vec(last).ok()?;
        if end.last() == Some(&b'\n') {
            return Some(data.to_owned());
        }
        end.push(b'\n');
        let mut text = String::with_capacity(data.len() + 4);
        text.push_str(head);
        STANDARD.encode_append(&end, &mut text);
        return Some(text);
    }
    let bytes = STANDARD.decode_to_vec(data).ok()?;
    let mut bytes = inflate::bounded(&bytes, Compression::of(&bytes)?).ok()?;
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    Some(STANDARD.encode_to_string(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_not_as_documented_is_answered_by_its_id() {
        for (record, id) in [
            (r#"{"recordId":"r-1","data":7}"#, "r-1"),
            (r#"{"recordId":"r-1","recordId":"r-\u0032","data":"e30="}"#, "r-2"),
            ("7", ""),
        ] {
            let unit = Unit { tally: crate::reader::Tally::default(), objects: Vec::new(), unread: false };
            let answer = transformed(record, &unit, Timestamp::EPOCH);
            assert_eq!((&*answer.record_id, answer.result), (id, FirehoseResult::ProcessingFailed), "{record}");
        }
    }

    #[test]
    fn one_newline_ends_the_record_whatever_its_length() {
        for len in 1..20 {
            for end in ["", "\n"] {
                let text = format!("{}{end}", "{".repeat(len));
                let archived = archived(&STANDARD.encode_to_string(&text)).unwrap();
                let bytes = STANDARD.decode_to_vec(&archived).unwrap();
                assert_eq!(String::from_utf8(bytes).unwrap(), format!("{}\n", text.trim_end()));
            }
        }
    }
}
