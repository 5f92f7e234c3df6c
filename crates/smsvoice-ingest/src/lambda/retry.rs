//! What has to be sent again, said as SQS and Kinesis want to hear it.

use serde_json::value::RawValue;

use crate::account::Account;
use crate::envelope::Record;
use crate::lambda::reply::{BatchItemFailure, Reply};

/// The reply to a batch of records; none where it cannot be said which of them failed.
pub(crate) fn batch(records: &[&RawValue], failed: &[bool], account: &Account) -> Option<Reply> {
    let first = records.first().and_then(|record| Record::read(record).ok().flatten());
    let batch_item_failures = match first {
        Some(Record::Sqs(first)) => {
            let is_fifo = first.event_source_arn.is_some_and(|arn| arn.ends_with(".fifo"));
            sqs_failures(records, failed, is_fifo)?
        }
        Some(Record::Kinesis(_)) => kinesis_failure(records, failed)?,
        // SNS and S3 know no partial failure.
        _ if failed.contains(&true) => return None,
        _ => return Some(Reply::Account(account.clone())),
    };
    Some(Reply::Batch { batch_item_failures })
}

/// The messages to be sent again. Of a FIFO queue that is everything from the first failure on: messages behind it
/// must not overtake it.
fn sqs_failures(records: &[&RawValue], failed: &[bool], is_fifo: bool) -> Option<Vec<BatchItemFailure>> {
    let first = failed.iter().position(|failed| *failed).unwrap_or(failed.len());
    let again = |at: usize| if is_fifo { at >= first } else { failed[at] };
    let id = |record: &&RawValue| match Record::read(record) {
        // An empty identifier would make SQS send the whole batch again; then it is better said plainly.
        Ok(Some(Record::Sqs(record))) if !record.message_id.is_empty() => Some(record.message_id.into_owned()),
        _ => None,
    };
    let failures = records.iter().enumerate().filter(|(at, _)| again(*at));
    failures.map(|(_, record)| Some(BatchItemFailure { item_identifier: id(record)? })).collect()
}

/// Lambda goes on at the lowest sequence number that is named. They are decimal numbers of up to 128 digits.
fn kinesis_failure(records: &[&RawValue], failed: &[bool]) -> Option<Vec<BatchItemFailure>> {
    let mut lowest: Option<String> = None;
    for (record, _) in records.iter().zip(failed).filter(|(_, failed)| **failed) {
        let Ok(Some(Record::Kinesis(record))) = Record::read(record) else { return None };
        let number = record.kinesis.sequence_number.into_owned();
        if number.is_empty() {
            return None;
        }
        let lower = lowest.as_ref().is_none_or(|lowest| (number.len(), &number) < (lowest.len(), lowest));
        if lower {
            lowest = Some(number);
        }
    }
    Some(lowest.into_iter().map(|item_identifier| BatchItemFailure { item_identifier }).collect())
}
