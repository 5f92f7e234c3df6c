//! What each invoking service expects to hear, key by key.

use std::borrow::Cow;

use serde::Serialize;
use smsvoice_lake::Partition;
use thiserror::Error;

use crate::account::Account;

/// The function's reply.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Reply<'a> {
    /// To SQS and Kinesis: what has to be sent again. Needs `ReportBatchItemFailures` in the event source mapping.
    #[serde(rename_all = "camelCase")]
    Batch {
        /// Empty when all is well.
        batch_item_failures: Vec<BatchItemFailure>,
    },
    /// To a Firehose transformation: every record once, in order.
    Transformed {
        /// One for each record of the request.
        records: Vec<TransformedRecord<'a>>,
    },
    /// To all others, who do not read it: the account.
    Account(Account),
}

/// One record that has to be sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// An SQS message id, or a Kinesis sequence number.
    pub item_identifier: String,
}

/// One record's answer to Firehose.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransformedRecord<'a> {
    /// As in the request.
    pub record_id: Cow<'a, str>,
    /// What becomes of it.
    pub result: FirehoseResult,
    /// Base64 of the bytes for the stream's own archive; absent where Firehose keeps the original under
    /// `processing-failed/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// For dynamic partitioning of that archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
}

/// `Dropped` is not among them: no event is ever dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FirehoseResult {
    /// In the lake; the archive gets it too.
    Ok,
    /// In quarantine, or too much for one reply; Firehose keeps the original.
    ProcessingFailed,
}

/// What Firehose partitions its archive by.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// `!{partitionKeyFromLambda:channel}` and `!{partitionKeyFromLambda:dt}`.
    pub partition_keys: PartitionKeys,
}

/// The partition of a record's first event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartitionKeys {
    /// `text`, `voice`, …
    pub channel: &'static str,
    /// `2026-11-22`
    pub dt: String,
}

impl From<Partition> for Metadata {
    fn from(partition: Partition) -> Self {
        let dt = partition.date.format("%Y-%m-%d").to_string();
        Self { partition_keys: PartitionKeys { channel: partition.channel.as_str(), dt } }
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
    /// The error's name in Lambda's own log and metrics.
    pub const fn error_type(&self) -> &'static str {
        match self {
            Self::NotDurable { .. } => "NotDurable",
            Self::Unrecognized { .. } => "Unrecognized",
        }
    }
}
