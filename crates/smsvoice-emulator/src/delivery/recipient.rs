//! Who can take events, and how far a delivery to one of them has come.

use serde::{Deserialize, Serialize};

/// Who takes events.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
pub enum Recipient {
    /// The target of an event destination.
    Target(Target),
    /// The account's default event bus.
    EventBridge,
    /// The lake this emulator was started with.
    Lake,
}

/// The target of an event destination: one of three, each in the member of the API that names its kind.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
pub enum Target {
    /// A log group of CloudWatch Logs.
    #[serde(rename = "CloudWatchLogsDestination")]
    Logs(LogsTarget),
    /// A stream of Data Firehose.
    #[serde(rename = "KinesisFirehoseDestination")]
    Firehose(FirehoseTarget),
    /// A topic of SNS.
    #[serde(rename = "SnsDestination")]
    Sns(SnsTarget),
}

/// A log group of CloudWatch Logs.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogsTarget {
    /// The role that AWS assumes to write there; not used here.
    pub iam_role_arn: String,
    /// `arn:aws:logs:…:log-group:<name>`.
    pub log_group_arn: String,
}

/// A stream of Data Firehose.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FirehoseTarget {
    /// The role that AWS assumes to write there; not used here.
    pub iam_role_arn: String,
    /// `arn:aws:firehose:…:deliverystream/<name>`.
    pub delivery_stream_arn: String,
}

/// A topic of SNS.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SnsTarget {
    /// `arn:aws:sns:…:<topic>`.
    pub topic_arn: String,
}

/// How far the delivery of one event to one recipient has come.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeliveryState {
    /// Not taken yet; it is tried again.
    Owed,
    /// Taken.
    Delivered,
    /// Tried as often as it is going to be; `/_smsvoice/redeliver` starts again.
    GaveUp,
}
