//! The reply to a Firehose transformation: every record once, in order, and never too large.

use std::borrow::Cow;
use std::collections::HashMap;

use base64_simd::{AsOut, STANDARD};
use serde_json::value::RawValue;
use smsvoice_event::{Channel, Timestamp};
use smsvoice_lake::Partition;

use crate::envelope::firehose::{Record, Request};
use crate::inflate::{self, Compression};
use crate::lambda::reply::{self, Archived, Reply, TransformedRecord};
use crate::lambda::retriable::Retriable;

/// Bytes of a reply that Lambda lets through: 6 MB, less a little for the frame around the records.
const MAX_REPLY: usize = 6 * 1024 * 1024 - 1024;

pub(crate) fn reply(request: Request<'_>, retriables: &[Retriable], now: Timestamp) -> Reply {
    let mut room = Room::for_records(&request.records);
    let records: Vec<TransformedRecord<'_>> = request
        .records
        .into_iter()
        .zip(retriables)
        .map(|(record, retriable)| transformed(record, retriable, now, &mut room))
        .collect();
    Reply::Transformed { json: reply::transformed(&records) }
}

/// Bytes that are left for what is archived. What is too much for one reply stays with Firehose, under
/// `processing-failed/`: its events are in the lake, and the archive can be completed from there.
struct Room(usize);

impl Room {
    /// Each record is answered at least.
    fn for_records(records: &[Result<Record<'_>, &RawValue>]) -> Self {
        let id = |record: &Result<Record<'_>, &RawValue>| record.as_ref().map_or(0, |record| record.id.len());
        let failed = |record| TransformedRecord { record_id: " ".repeat(id(record)).into(), archive: None }.json_len();
        Self(MAX_REPLY.saturating_sub(records.iter().map(failed).sum()))
    }

    /// Takes the bytes of an answer, if there are so many.
    fn take(&mut self, record: &TransformedRecord<'_>) -> bool {
        let left = self.0.checked_sub(record.json_len());
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

fn transformed<'p>(
    record: Result<Record<'p>, &'p RawValue>,
    retriable: &Retriable,
    now: Timestamp,
    room: &mut Room,
) -> TransformedRecord<'p> {
    let record = match record {
        Ok(record) => record,
        Err(text) => return TransformedRecord { record_id: record_id(text.get()), archive: None },
    };
    let read = !retriable.is_too_slow && (retriable.tally.events > 0 || retriable.tally.quarantined == 0);
    // A record without events (a control message) is archived with the day it came.
    let partition = retriable.tally.first.unwrap_or(Partition { channel: Channel::Other, date: now.date() });
    let data = if read { archived(record.data, room.0) } else { None };
    let archive = data.map(|(data, ending)| Archived { data, ending, partition });
    let mut answer = TransformedRecord { record_id: record.id, archive };
    if answer.archive.is_some() && !room.take(&answer) {
        answer.archive = None;
    }
    answer
}

/// The id of a record that is otherwise not as AWS documents it: without its answer Firehose would send all others again.
fn record_id(record: &str) -> Cow<'_, str> {
    let members = serde_json::from_str::<HashMap<Cow<'_, str>, &RawValue>>(record).unwrap_or_default();
    let id = members.get("recordId").and_then(|id| serde_json::from_str::<String>(id.get()).ok());
    Cow::Owned(id.unwrap_or_default())
}

/// The record for the archive, in two parts: the original bytes, and their end with one newline. What is compressed is
/// stored plain, as far as there is room: between lines of JSON, nobody could read it again.
fn archived(data: Cow<'_, str>, room: usize) -> Option<(Cow<'_, str>, String)> {
    // Base64 goes by groups: only the first has to be looked at, and only the last is changed.
    let head = data.len().checked_sub(4)?;
    let last = data.get(head..)?;
    let (mut first, mut end) = ([0; 6], [0; 4]);
    let first = STANDARD.decode(data.get(..8).unwrap_or(&data).as_bytes(), first.as_mut_slice().as_out()).ok()?;
    if Compression::of(first).is_none() {
        let mut len = STANDARD.decode(last.as_bytes(), end.as_mut_slice().as_out()).ok()?.len();
        if end[..len].last() != Some(&b'\n') {
            end[len] = b'\n';
            len += 1;
        }
        let unchanged = match data {
            Cow::Borrowed(data) => Cow::Borrowed(&data[..head]),
            Cow::Owned(mut data) => {
                data.truncate(head);
                Cow::Owned(data)
            }
        };
        return Some((unchanged, STANDARD.encode_to_string(&end[..len])));
    }
    let bytes = STANDARD.decode_to_vec(&*data).ok()?;
    let mut bytes = inflate::bounded_by(&bytes, Compression::of(&bytes)?, room / 4 * 3).ok()?;
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    Some((Cow::Owned(STANDARD.encode_to_string(bytes)), String::new()))
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
            let retriable = Retriable::default();
            let text: &RawValue = serde_json::from_str(record).unwrap();
            let answer = transformed(Err(text), &retriable, Timestamp::EPOCH, &mut Room(MAX_REPLY));
            assert_eq!((&*answer.record_id, answer.archive), (id, None), "{record}");
        }
    }

    #[test]
    fn one_newline_ends_the_record_whatever_its_length() {
        for len in 1..20 {
            for end in ["", "\n"] {
                let text = format!("{}{end}", "{".repeat(len));
                let (data, ending) = archived(STANDARD.encode_to_string(&text).into(), MAX_REPLY).unwrap();
                let bytes = STANDARD.decode_to_vec(format!("{data}{ending}")).unwrap();
                assert_eq!(String::from_utf8(bytes).unwrap(), format!("{}\n", text.trim_end()));
            }
        }
    }
}
