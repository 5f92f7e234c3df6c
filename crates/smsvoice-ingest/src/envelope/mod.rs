//! The envelopes that AWS puts around events, one file each. No flag says which is which: an object's members do.
//!
//! Each file holds an envelope's shape, how it is told apart, what lies inside it, and how a failure is answered. To add an
//! envelope, write such a file and name it in the list below.

mod distributed_map;
mod event_bridge;
mod failed_record;
pub(crate) mod firehose;
mod insights;
mod kinesis;
mod lambda_destination;
mod logs;
pub(crate) mod members;
mod neighbour;
pub(crate) mod records;
mod s3;
pub(crate) mod s3_batch;
mod sns;
mod sqs;

use smsvoice_lake::Reason;

use self::members::{Members, Misfit};
use crate::origin::Origin;
use crate::reader::{Output, Reader};

/// An envelope of one kind.
pub(crate) trait Kind<'a>: Sized {
    /// Whether an object with these members is one.
    fn is(members: &Members<'a>) -> bool;

    /// Reads it from its members.
    fn read(members: &Members<'a>) -> Result<Self, Misfit>;

    /// Reads what lies inside. `object` is the text of the envelope, for the quarantine.
    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, object: &'a str, origin: &Origin<'_>);
}

macro_rules! envelopes {
    ($($(#[$doc:meta])* $variant:ident($kind:ty),)*) => {
        /// An object that is one of the envelopes.
        #[derive(Debug)]
        pub(crate) enum Envelope<'a> { $($(#[$doc])* $variant($kind),)* }

        impl<'a> Envelope<'a> {
            /// Tries the kinds one after the other; none if the object is none of them.
            fn of(members: &Members<'a>) -> Result<Option<Self>, Misfit> {
                $(if <$kind as Kind<'a>>::is(members) {
                    return <$kind as Kind<'a>>::read(members).map(|envelope| Some(Self::$variant(envelope)));
                })*
                Ok(None)
            }

            /// Reads what lies inside.
            pub(crate) fn open<O: Output>(&self, reader: &mut Reader<'_, O>, object: &'a str, origin: &Origin<'_>) {
                match self { $(Self::$variant(envelope) => envelope.open(reader, object, origin),)* }
            }
        }
    };
}

// In the order in which they are tried: what holds others comes before what is held.
envelopes! {
    /// The payload of a Lambda invocation by SQS, SNS, Kinesis or S3.
    Records(records::Records<'a>),
    /// A Firehose transformation request, or a delivery to an HTTP endpoint.
    Firehose(firehose::Request<'a>),
    /// One record of such a request.
    FirehoseRecord(firehose::Record<'a>),
    /// An invocation by S3 Batch Operations.
    S3Batch(s3_batch::Invocation<'a>),
    /// Objects that a Distributed Map of Step Functions listed.
    MapBatch(distributed_map::Batch<'a>),
    /// A CloudWatch Logs subscription, as Lambda gets it.
    AwsLogs(logs::Subscription<'a>),
    /// The same, decoded.
    Logs(logs::Batch<'a>),
    /// One event of a log, as it is subscribed to or filtered for.
    LogEvent(logs::LogEvent<'a>),
    /// A row of CloudWatch Logs Insights.
    InsightsRow(insights::Row<'a>),
    /// What Lambda sends to a destination on failure or success.
    LambdaDestination(lambda_destination::Invocation<'a>),
    /// An event of EventBridge.
    EventBridge(event_bridge::Event<'a>),
    /// An SNS notification in a Lambda invocation.
    SnsRecord(sns::Record<'a>),
    /// An SNS notification as in the body of an SQS message or of an HTTP request.
    Notification(sns::Notification<'a>),
    /// An SQS message, as Lambda or `ReceiveMessage` gives it.
    SqsMessage(sqs::Message<'a>),
    /// A Kinesis record.
    Kinesis(kinesis::Record<'a>),
    /// A notification of S3.
    S3(s3::Notification<'a>),
    /// An object that a Distributed Map of Step Functions listed.
    MapItem(distributed_map::Item),
    /// What a failed transformation leaves under `processing-failed/`.
    FailedRecord(failed_record::FailedRecord<'a>),
    /// Something else that AWS sends.
    Neighbour(neighbour::Neighbour),
}

impl<'a> Envelope<'a> {
    /// The envelope that a JSON object is; none if it is none of them.
    pub(crate) fn detect(object: &'a str) -> Result<Option<Self>, Misfit> {
        match firehose::Request::at_once(object) {
            Some(request) => Ok(Some(Self::Firehose(request))),
            None => Self::of(&Members::of(object)?),
        }
    }
}

impl<O: Output> Reader<'_, O> {
    /// Keeps an envelope that is not built as AWS documents it.
    pub(crate) fn misfit(&mut self, envelope: &str, misfit: Misfit, origin: &Origin<'_>) {
        let detail = format!("not as AWS documents this envelope: {misfit}");
        self.quarantine(envelope.as_bytes(), origin, Reason::InvalidEnvelope, &detail);
    }
}
