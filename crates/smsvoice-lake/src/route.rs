//! How an event came to us: what the envelopes around it tell.

use std::borrow::Cow;

use smsvoice_event::Timestamp;

/// The outermost hand that gave us the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A Firehose transformation request.
    Firehose,
    /// An SNS notification.
    Sns,
    /// An SQS message.
    Sqs,
    /// CloudWatch Logs.
    Logs,
    /// An EventBridge event.
    EventBridge,
    /// A Kinesis record.
    Kinesis,
    /// An object in S3.
    S3,
    /// A local file.
    File,
    /// `smsvoice emulate`.
    Emulator,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Firehose,
        Self::Sns,
        Self::Sqs,
        Self::Logs,
        Self::EventBridge,
        Self::Kinesis,
        Self::S3,
        Self::File,
        Self::Emulator,
    ];

    /// What the word in the column `source` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == word)
    }

    /// The word in the column `source`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Firehose => "firehose",
            Self::Sns => "sns",
            Self::Sqs => "sqs",
            Self::Logs => "logs",
            Self::EventBridge => "eventbridge",
            Self::Kinesis => "kinesis",
            Self::S3 => "s3",
            Self::File => "file",
            Self::Emulator => "emulator",
        }
    }
}

/// What the route tells about an event, beside the event itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route<'a> {
    /// The outermost envelope.
    pub source: Source,
    /// The configuration set; no envelope names it, so it comes from settings.
    pub configuration_set: Option<Cow<'a, str>>,
    /// The AWS account.
    pub account_id: Option<Cow<'a, str>>,
    /// The AWS region.
    pub aws_region: Option<Cow<'a, str>>,
    /// When the event arrived.
    pub received_at: Option<Timestamp>,
}

impl Route<'_> {
    /// A route of which nothing but its source is known.
    pub const fn of(source: Source) -> Self {
        Self { source, configuration_set: None, account_id: None, aws_region: None, received_at: None }
    }
}
