//! What has to be sent again, said as SQS and Kinesis want to hear it.

use serde_json::value::RawValue;

use crate::envelope::members::Members;
use crate::lambda::reply::{BatchItemFailure, Reply};
use crate::ledger::Ledger;

/// The reply to a batch of records; none where it cannot be said which of them failed.
pub(crate) fn batch(records: &[&RawValue], failed: &[bool], ledger: &Ledger) -> Option<Reply> {
    let first = records.first().and_then(|record| Members::of(record.get()).ok());
    let source = first.as_ref().and_then(|first| first.text("eventSource"));
    let batch_item_failures = match source.as_deref() {
        Some("aws:sqs") => {
            let arn = first.as_ref().and_then(|first| first.text("eventSourceARN"));
            sqs_failures(records, failed, arn.is_some_and(|arn| arn.ends_with(".fifo")))?
        }
        Some("aws:kinesis") => kinesis_failure(records, failed)?,
        // SNS and S3 know no partial failure.
        _ if failed.contains(&true) => return None,
        _ => return Some(Reply::Ledger(ledger.clone())),
    };
    Some(Reply::Batch { batch_item_failures })
}

/// The messages to be sent again. Of a FIFO queue that is everything from the first failure on: messages behind it
/// must not overtake it.
fn sqs_failures(records: &[&RawValue], failed: &[bool], is_fifo: bool) -> Option<Vec<BatchItemFailure>> {
    let first = failed.iter().position(|failed| *failed).unwrap_or(failed.len());
    let again = |at: usize| if is_fifo { at >= first } else { failed[at] };
    // An empty identifier would make SQS send the whole batch again; then it is better said plainly.
    let id = |record: &RawValue| {
        let id = Members::of(record.get()).ok()?.text("messageId")?.into_owned();
        (!id.is_empty()).then_some(id)
    };
    let failures = records.iter().enumerate().filter(|(at, _)| again(*at));
    failures.map(|(_, record)| Some(BatchItemFailure { item_identifier: id(record)? })).collect()
}

/// Lambda goes on at the lowest sequence number that is named. They are decimal numbers of up to 128 digits.
fn kinesis_failure(records: &[&RawValue], failed: &[bool]) -> Option<Vec<BatchItemFailure>> {
    let mut lowest: Option<String> = None;
    for (record, _) in records.iter().zip(failed).filter(|(_, failed)| **failed) {
        let kinesis = Members::of(record.get()).and_then(|record| record.object("kinesis")).ok()?;
        let number = kinesis.text("sequenceNumber").filter(|number| !number.is_empty())?.into_owned();
        let lower = lowest.as_ref().is_none_or(|lowest| (number.len(), &number) < (lowest.len(), lowest));
        if lower {
            lowest = Some(number);
        }
    }
    Some(lowest.into_iter().map(|item_identifier| BatchItemFailure { item_identifier }).collect())
}
