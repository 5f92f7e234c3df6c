//! What each invoking service expects to hear, key by key.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use smsvoice_lake::Partition;
use thiserror::Error;

use crate::account::ObjectAccount;
use crate::ledger::Ledger;
use crate::privacy::Privacy;

/// The function's reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// To SQS and Kinesis: what has to be sent again. Needs `ReportBatchItemFailures` in the event source mapping.
    Batch {
        /// Empty when all is well.
        batch_item_failures: Vec<BatchItemFailure>,
    },
    /// To a Firehose transformation: every record once, in order. Up to six megabytes, so it is JSON at once.
    Transformed {
        /// The reply as it is sent.
        json: String,
    },
    /// To S3 Batch Operations: every task once, in order.
    Tasks {
        /// The schema's version, as in the invocation.
        schema: String,
        /// The invocation's id.
        invocation: String,
        /// One a task.
        results: Vec<TaskResult>,
    },
    /// To all others, who do not read it: the ledger.
    Ledger(Ledger),
}

impl Reply {
    /// The reply as JSON.
    pub fn into_json(self) -> Result<Box<RawValue>, serde_json::Error> {
        match self {
            Self::Batch { batch_item_failures } => to_raw_value(&Batch { batch_item_failures: &batch_item_failures }),
            Self::Transformed { json } => RawValue::from_string(json),
            Self::Tasks { schema, invocation, results } => to_raw_value(&Tasks {
                invocation_schema_version: &schema,
                // Each is answered: what is missing got lost on the way, and is asked for again.
                treat_missing_keys_as: ResultCode::TemporaryFailure,
                invocation_id: &invocation,
                results: &results,
            }),
            Self::Ledger(ledger) => to_raw_value(&ledger),
        }
    }
}

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.clone().into_json().map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    batch_item_failures: &'a [BatchItemFailure],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tasks<'a> {
    invocation_schema_version: &'a str,
    treat_missing_keys_as: ResultCode,
    invocation_id: &'a str,
    results: &'a [TaskResult],
}

/// What S3 Batch Operations does with a task: nothing more, repeat it, or count it as failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // the words say it
pub enum ResultCode {
    Succeeded,
    TemporaryFailure,
    PermanentFailure,
}

/// One task's answer to S3 Batch Operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskResult {
    /// As in the invocation.
    pub task_id: String,
    /// What S3 does next.
    pub result_code: ResultCode,
    /// The account of the object, for the job's completion report: see [`ObjectAccount`].
    pub result_string: String,
}

impl TaskResult {
    pub(crate) fn new(task_id: String, result_code: ResultCode, account: &ObjectAccount) -> Self {
        Self { task_id, result_code, result_string: account.to_json() }
    }
}

/// One record that has to be sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// An SQS message id, or a Kinesis sequence number.
    pub item_identifier: String,
}

/// One record's answer to Firehose: `Ok` if it has something for the archive, else `ProcessingFailed`. It is in the lake
/// in either case, or in quarantine; `Dropped` is never said of an event.
pub(crate) struct TransformedRecord<'a> {
    /// As in the request.
    pub(crate) record_id: Cow<'a, str>,
    /// For the stream's own archive; absent where Firehose keeps the original under `processing-failed/`.
    pub(crate) archive: Option<Archived<'a>>,
}

/// What Firehose archives of a record: base64, in two parts, so that the first need not be copied.
#[derive(Debug, PartialEq)]
pub(crate) struct Archived<'a> {
    /// All groups of the original but the last.
    pub(crate) data: Cow<'a, str>,
    /// The last, with one newline.
    pub(crate) ending: String,
    /// The partition of its first event: `!{partitionKeyFromLambda:channel}` and `!{partitionKeyFromLambda:dt}`.
    pub(crate) partition: Partition,
}

/// The answers of a request, in one go: serde would look through every byte of base64 for something to escape.
pub(crate) fn transformed(records: &[TransformedRecord<'_>]) -> String {
    let len: usize = records.iter().map(TransformedRecord::json_len).sum();
    let mut json = String::with_capacity(len + 16);
    let mut day = None;
    json.push_str(r#"{"records":["#);
    for (at, record) in records.iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        record.push_json(&mut json, &mut day);
    }
    json.push_str("]}");
    json
}

const OK: &str = r#","result":"Ok","data":""#;
const FAILED: &str = r#","result":"ProcessingFailed"}"#;
/// Around the channel and the date.
const KEYS: [&str; 3] = [r#"","metadata":{"partitionKeys":{"channel":""#, r#"","dt":""#, r#""}}}"#];

impl TransformedRecord<'_> {
    /// Bytes of its JSON, with a comma; a few more where the id has to be escaped.
    pub(crate) fn json_len(&self) -> usize {
        // The longest channel is `voice`, and a date has ten characters.
        let keys = KEYS.iter().map(|key| key.len()).sum::<usize>() + "voice2026-11-22".len();
        let archive = |archive: &Archived<'_>| OK.len() + archive.data.len() + archive.ending.len() + keys;
        r#"{"recordId":"","#.len() + self.record_id.len() + self.archive.as_ref().map_or(FAILED.len(), archive)
    }

    /// Appends it. Most have the date of the one before: `day` keeps it as text.
    fn push_json(&self, json: &mut String, day: &mut Option<(NaiveDate, String)>) {
        json.push_str(r#"{"recordId":"#);
        push_string(json, &self.record_id);
        let Some(Archived { data, ending, partition }) = &self.archive else {
            return json.push_str(FAILED);
        };
        if day.as_ref().is_none_or(|(date, _)| *date != partition.date) {
            *day = Some((partition.date, partition.date.to_string()));
        }
        let date = day.as_ref().map_or("", |(_, text)| text);
        for part in [OK, data, ending, KEYS[0], partition.channel.as_str(), KEYS[1], date, KEYS[2]] {
            json.push_str(part);
        }
    }
}

/// Appends a text as a JSON string; hardly any id has something to escape.
fn push_string(json: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        json.push('"');
        json.push_str(text);
        json.push('"');
    } else {
        json.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// Why an invocation fails as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// Something could not be made durable, and the service that invoked can only send all of it again.
    #[error("{to_retry} of {received} could not be made durable and have to be sent again: {error}")]
    NotDurable {
        /// Pieces that are not safe yet.
        to_retry: u64,
        /// Pieces that came in.
        received: u64,
        /// Why, for the first file that failed.
        error: String,
    },
    /// The payload is of no service this function serves. It is in quarantine; sending it again does not help.
    #[error(
        "the payload is neither an event nor any envelope this version knows ({reason}); it is in quarantine. Served are \
         SQS, SNS, Kinesis, Firehose transformations, CloudWatch Logs, EventBridge and S3 notifications"
    )]
    Unrecognized {
        /// The quarantine's reason.
        reason: String,
    },
}

impl Failure {
    /// The same, without telephone numbers in the names of objects.
    pub(crate) fn without_numbers(self, privacy: &Privacy) -> Self {
        match self {
            Self::NotDurable { to_retry, received, error } => {
                Self::NotDurable { to_retry, received, error: privacy.name(&error).into_owned() }
            }
            Self::Unrecognized { reason } => Self::Unrecognized { reason },
        }
    }

    /// The error's name in Lambda's own log and metrics.
    pub const fn error_type(&self) -> &'static str {
        match self {
            Self::NotDurable { .. } => "NotDurable",
            Self::Unrecognized { .. } => "Unrecognized",
        }
    }
}
