//! The envelopes AWS puts around events, told apart by what they hold; no flag says which.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use smsvoice_event::Timestamp;

/// A JSON object that is no event, as one of the envelopes. Records are read one at a time: unescaped all at once,
/// they would stand in memory twice.
#[derive(Debug)]
pub(crate) enum Envelope<'a> {
    /// A Firehose transformation request.
    Firehose(Firehose<'a>),
    /// `Records` of a Lambda invocation: SQS, SNS, Kinesis or S3, each record saying which.
    Records(Vec<&'a RawValue>),
    /// A CloudWatch Logs subscription, as Lambda gets it: base64 of gzip.
    AwsLogs(Cow<'a, str>),
    /// The same, decoded.
    Logs(Logs<'a>),
    /// An EventBridge event.
    EventBridge(EventBridge<'a>),
    /// An SNS notification, as in an SQS body or an HTTP request.
    Notification(Notification<'a>),
    /// A line that Firehose leaves under `processing-failed/`.
    FailedRecord(FailedRecord<'a>),
    /// `{"Event":"s3:TestEvent"}`, sent once when notifications are set up.
    S3Test,
    /// Something AWS sends that is no delivery event.
    Neighbour(&'static str),
}

/// A transformation request, or a delivery to an HTTP endpoint.
#[derive(Debug)]
pub(crate) struct Firehose<'a> {
    pub(crate) delivery_stream_arn: Option<Cow<'a, str>>,
    /// Read once, for the events and for the reply; one that is not as AWS documents it stays text.
    pub(crate) records: Vec<Result<FirehoseRecord<'a>, &'a RawValue>>,
}

/// A transformation request as nearly all are: read in one go, since its base64 may be six megabytes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FirehoseRequest<'a> {
    #[serde(borrow, alias = "deliverySteamArn")]
    delivery_stream_arn: Option<Cow<'a, str>>,
    #[serde(borrow)]
    records: Vec<FirehoseRecord<'a>>,
    /// Of a Lambda invocation: then it is no request.
    #[serde(rename = "Records")]
    invocation: Option<IgnoredAny>,
}

/// Before the records stand an invocation id, an ARN and a region.
const FIREHOSE_HEAD: usize = 1024;

impl<'a> Firehose<'a> {
    /// A request all of whose records are as AWS documents them; of anything else [`Envelope::detect`] says what it is.
    fn whole(object: &'a str) -> Option<Self> {
        let head = &object.as_bytes()[..object.len().min(FIREHOSE_HEAD)];
        memchr::memmem::find(head, b"\"records\"")?;
        let request: FirehoseRequest<'_> = serde_json::from_str(object).ok()?;
        let records = request.records.into_iter().map(Ok).collect();
        let firehose = Self { delivery_stream_arn: request.delivery_stream_arn, records };
        request.invocation.is_none().then_some(firehose)
    }

    fn read(delivery_stream_arn: Option<Cow<'a, str>>, records: &'a RawValue) -> Result<Self, serde_json::Error> {
        let records: Vec<&'a RawValue> = serde_json::from_str(records.get())?;
        let records =
            records.into_iter().map(|record| serde_json::from_str(record.get()).map_err(|_| record)).collect();
        Ok(Self { delivery_stream_arn, records })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FirehoseRecord<'a> {
    #[serde(borrow, default)]
    pub(crate) record_id: Cow<'a, str>,
    pub(crate) approximate_arrival_timestamp: Option<i64>,
    #[serde(borrow)]
    pub(crate) data: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Logs<'a> {
    #[serde(borrow, default)]
    pub(crate) message_type: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) owner: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) log_events: Vec<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct LogEvent<'a> {
    /// A string, as AWS has it; other servers of this protocol send a number. The same for the time, the other way round.
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) message: Cow<'a, str>,
}

impl<'a> LogEvent<'a> {
    pub(crate) fn id(&self) -> &'a str {
        self.id.map_or("", |id| id.get().trim_matches('"'))
    }

    pub(crate) fn time(&self) -> Option<Timestamp> {
        Timestamp::from_millis(self.timestamp?.get().trim_matches('"').parse().ok()?)
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct EventBridge<'a> {
    #[serde(borrow, default)]
    pub(crate) id: Cow<'a, str>,
    #[serde(borrow, rename = "detail-type")]
    pub(crate) detail_type: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) source: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) account: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) region: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) detail: &'a RawValue,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Notification<'a> {
    #[serde(borrow, default)]
    pub(crate) r#type: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) message_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) topic_arn: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) timestamp: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) message: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailedRecord<'a> {
    pub(crate) arrival_timestamp: Option<i64>,
    #[serde(borrow)]
    pub(crate) raw_data: Cow<'a, str>,
}

/// One of a Lambda invocation's `Records`.
#[derive(Debug)]
pub(crate) enum Record<'a> {
    Sqs(SqsRecord<'a>),
    Sns(SnsRecord<'a>),
    Kinesis(KinesisRecord<'a>),
    S3(S3Record<'a>),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SqsRecord<'a> {
    #[serde(borrow, default)]
    pub(crate) message_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) body: Cow<'a, str>,
    #[serde(borrow, rename = "eventSourceARN")]
    pub(crate) event_source_arn: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) attributes: SqsAttributes<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SqsAttributes<'a> {
    #[serde(borrow)]
    pub(crate) sent_timestamp: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SnsRecord<'a> {
    #[serde(borrow)]
    pub(crate) sns: Notification<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KinesisRecord<'a> {
    #[serde(borrow, rename = "eventSourceARN")]
    pub(crate) event_source_arn: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) kinesis: KinesisData<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KinesisData<'a> {
    #[serde(borrow, default)]
    pub(crate) sequence_number: Cow<'a, str>,
    /// Seconds, with a fraction.
    pub(crate) approximate_arrival_timestamp: Option<f64>,
    #[serde(borrow)]
    pub(crate) data: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct S3Record<'a> {
    #[serde(borrow)]
    pub(crate) s3: S3Entity<'a>,
}

/// The bucket and object of a notification; EventBridge has the same under `detail`, with the key not URL-encoded.
#[derive(Debug, Deserialize)]
pub(crate) struct S3Entity<'a> {
    #[serde(borrow)]
    pub(crate) bucket: S3Bucket<'a>,
    #[serde(borrow)]
    pub(crate) object: S3Object<'a>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct S3Bucket<'a> {
    #[serde(borrow)]
    pub(crate) name: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct S3Object<'a> {
    #[serde(borrow)]
    pub(crate) key: Cow<'a, str>,
}

/// The names at the top of an object by which envelopes are told apart.
#[derive(Deserialize)]
struct Names<'a> {
    #[serde(borrow, rename = "Records")]
    records: Option<Vec<&'a RawValue>>,
    #[serde(borrow, rename = "records")]
    firehose: Option<&'a RawValue>,
    #[serde(borrow, rename = "deliveryStreamArn", alias = "deliverySteamArn")]
    // AWS's own sample for Kinesis misspells it
    delivery_stream_arn: Option<&'a RawValue>,
    #[serde(borrow)]
    awslogs: Option<AwsLogs<'a>>,
    #[serde(borrow, rename = "logEvents")]
    log_events: Option<&'a RawValue>,
    #[serde(borrow, rename = "detail-type")]
    detail_type: Option<&'a RawValue>,
    #[serde(borrow, rename = "TopicArn")]
    topic_arn: Option<&'a RawValue>,
    #[serde(borrow, rename = "Message")]
    message: Option<&'a RawValue>,
    #[serde(borrow, rename = "rawData")]
    raw_data: Option<&'a RawValue>,
    #[serde(borrow, rename = "Event")]
    s3_test: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "event_type")]
    pinpoint: Option<&'a RawValue>,
    #[serde(borrow, rename = "inboundMessageId")]
    inbound: Option<&'a RawValue>,
    #[serde(borrow)]
    delivery: Option<&'a RawValue>,
    #[serde(borrow)]
    notification: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct AwsLogs<'a> {
    #[serde(borrow)]
    data: Cow<'a, str>,
}

#[derive(Deserialize)]
struct RecordSource<'a> {
    #[serde(borrow, rename = "eventSource", alias = "EventSource")]
    source: Cow<'a, str>,
}

impl<'a> Envelope<'a> {
    /// The envelope that a JSON object is; none if it is none of them.
    pub(crate) fn detect(object: &'a str) -> Result<Option<Self>, serde_json::Error> {
        if let Some(firehose) = Firehose::whole(object) {
            return Ok(Some(Self::Firehose(firehose)));
        }
        let names: Names<'_> = serde_json::from_str(object)?;
        let found = if let Some(records) = names.records {
            Self::Records(records)
        } else if let Some(records) = names.firehose {
            let arn = names.delivery_stream_arn.map(|arn| serde_json::from_str(arn.get())).transpose()?;
            Self::Firehose(Firehose::read(arn.flatten(), records)?)
        } else if let Some(logs) = names.awslogs {
            Self::AwsLogs(logs.data)
        } else if names.log_events.is_some() {
            Self::Logs(serde_json::from_str(object)?)
        } else if names.detail_type.is_some() {
            Self::EventBridge(serde_json::from_str(object)?)
        } else if names.topic_arn.is_some() && names.message.is_some() {
            Self::Notification(serde_json::from_str(object)?)
        } else if names.raw_data.is_some() {
            Self::FailedRecord(serde_json::from_str(object)?)
        } else if names.s3_test.as_deref() == Some("s3:TestEvent") {
            Self::S3Test
        } else if names.inbound.is_some() {
            Self::Neighbour("a two-way inbound message")
        } else if names.pinpoint.is_some() {
            Self::Neighbour("an event of a Pinpoint project's stream")
        } else if names.delivery.is_some() && names.notification.is_some() {
            Self::Neighbour("SNS's own log of an SMS")
        } else {
            return Ok(None);
        };
        Ok(Some(found))
    }
}

impl<'a> Record<'a> {
    /// One of `Records`; none if its source is none of ours.
    pub(crate) fn read(record: &'a RawValue) -> Result<Option<Self>, serde_json::Error> {
        let text = record.get();
        let RecordSource { source } = serde_json::from_str(text)?;
        Ok(Some(match &*source {
            "aws:sqs" => Self::Sqs(serde_json::from_str(text)?),
            "aws:sns" => Self::Sns(serde_json::from_str(text)?),
            "aws:kinesis" => Self::Kinesis(serde_json::from_str(text)?),
            "aws:s3" => Self::S3(serde_json::from_str(text)?),
            _ => return Ok(None),
        }))
    }
}

/// Hands over the items of an array one by one: a list of those of `[1,1,1,…` takes eight times the text.
pub(crate) fn each_item<'t>(array: &'t str, take: impl FnMut(&'t RawValue)) -> Result<(), serde_json::Error> {
    struct Items<F>(F);

    impl<'t, F: FnMut(&'t RawValue)> Visitor<'t> for Items<F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'t>>(mut self, mut items: A) -> Result<(), A::Error> {
            while let Some(item) = items.next_element()? {
                (self.0)(item);
            }
            Ok(())
        }
    }

    serde_json::Deserializer::from_str(array).deserialize_seq(Items(take))
}

/// Kinesis's arrival: seconds with a fraction.
pub(crate) fn seconds(seconds: Option<f64>) -> Option<Timestamp> {
    let millis = (seconds? * 1000.0).round();
    // Through the integer check of `from_millis`: a float out of range saturates, and is refused there.
    Timestamp::from_millis(millis as i64)
}
