//! Opening envelopes: from an object that is no event to what lies in it.

use std::mem;

use base64_simd::STANDARD;
use serde_json::value::RawValue;
use smsvoice_event::Timestamp;
use smsvoice_lake::{Source, Stage};

use crate::envelope::{
    Envelope, EventBridge, FailedRecord, Firehose, FirehoseRecord, KinesisRecord, LogEvent, Logs, Notification, Record,
    S3Entity, S3Record, SnsRecord, SqsRecord, seconds,
};
use crate::origin::{Origin, name};
use crate::reader::{ObjectName, Reader, borrowed};

impl<'s> Reader<'s> {
    /// An object that is no event.
    pub(crate) fn object(&mut self, object: &str, origin: &Origin<'_>) {
        match Envelope::detect(object) {
            Ok(Some(envelope)) => self.envelope(envelope, object, origin),
            Ok(None) => {
                let detail = "no eventType, and no envelope this version knows";
                self.quarantine(object.as_bytes(), origin, Stage::Envelope, "not_an_event", detail);
            }
            Err(error) => self.invalid_envelope(object, &error, origin),
        }
    }

    fn envelope(&mut self, envelope: Envelope<'_>, object: &str, origin: &Origin<'_>) {
        match envelope {
            Envelope::Firehose(firehose) => self.firehose(&firehose, origin),
            Envelope::Records(records) => records.iter().for_each(|record| self.record(record, origin)),
            Envelope::AwsLogs(data) => self.base64(&data, &origin.inside(Source::Logs)),
            Envelope::Logs(logs) => self.logs(&logs, origin),
            Envelope::EventBridge(event) => self.event_bridge(&event, object, origin),
            Envelope::Notification(notification) => self.notification(&notification, object, origin),
            Envelope::FailedRecord(record) => self.failed_record(&record, origin),
            Envelope::S3Test => {}
            Envelope::Neighbour(what) => {
                self.quarantine(object.as_bytes(), origin, Stage::Envelope, "unsupported_event", what);
            }
        }
    }

    /// Base64, and whatever is in it.
    pub(crate) fn base64(&mut self, data: &str, origin: &Origin<'_>) {
        let mut bytes = mem::take(&mut self.decoded);
        bytes.clear();
        match STANDARD.decode_append(data.as_bytes(), &mut bytes) {
            Ok(()) => self.record_bytes(&bytes, origin),
            Err(_) => self.quarantine(data.as_bytes(), origin, Stage::Decode, "invalid_base64", "data is not base64"),
        }
        self.decoded = bytes;
    }

    /// The bytes of one record. A record of nothing is still a record that came in.
    pub(crate) fn record_bytes(&mut self, bytes: &[u8], origin: &Origin<'_>) {
        if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == b',') {
            return self.quarantine(bytes, origin, Stage::Parse, "not_an_event", "the record is empty");
        }
        self.bytes(bytes, origin);
    }

    fn firehose(&mut self, firehose: &Firehose<'_>, origin: &Origin<'_>) {
        let origin = self.firehose_origin(firehose, origin);
        for record in &firehose.records {
            self.firehose_record(record, &origin);
        }
    }

    /// Where all records of a request come from.
    pub(crate) fn firehose_origin<'a>(&self, firehose: &'a Firehose<'_>, origin: &'a Origin<'_>) -> Origin<'a>
    where
        's: 'a,
    {
        origin.inside(Source::Firehose).by_arn(firehose.delivery_stream_arn.as_deref(), self.settings)
    }

    /// One record of a transformation request (or of a delivery to an HTTP endpoint, which has no ids).
    pub(crate) fn firehose_record(&mut self, record: &Result<FirehoseRecord<'_>, &RawValue>, origin: &Origin<'_>) {
        match record {
            Ok(record) => {
                let arrival = record.approximate_arrival_timestamp.and_then(Timestamp::from_millis);
                self.base64(&record.data, &origin.beside().at(arrival).record(&record.record_id));
            }
            Err(text) => {
                if let Err(error) = serde_json::from_str::<FirehoseRecord<'_>>(text.get()) {
                    self.invalid_envelope(text.get(), &error, origin);
                }
            }
        }
    }

    /// One of a Lambda invocation's `Records`.
    pub(crate) fn record(&mut self, record: &RawValue, origin: &Origin<'_>) {
        match Record::read(record) {
            Ok(Some(Record::Sqs(record))) => self.sqs_record(&record, origin),
            Ok(Some(Record::Sns(SnsRecord { sns }))) => self.notification(&sns, record.get(), origin),
            Ok(Some(Record::Kinesis(record))) => self.kinesis_record(&record, origin),
            Ok(Some(Record::S3(s3))) => self.s3_record(&s3, record.get(), origin),
            Ok(None) => {
                let detail = "a record of no event source this version knows";
                self.quarantine(record.get().as_bytes(), origin, Stage::Envelope, "unknown_envelope", detail);
            }
            Err(error) => self.invalid_envelope(record.get(), &error, origin),
        }
    }

    pub(crate) fn sqs_record(&mut self, record: &SqsRecord<'_>, origin: &Origin<'_>) {
        let sent = record.attributes.sent_timestamp.as_deref().and_then(|millis| millis.parse().ok());
        let origin = origin.inside(Source::Sqs).by_arn(borrowed(record.event_source_arn.as_ref()), self.settings);
        let origin = origin.at(sent.and_then(Timestamp::from_millis)).record(&record.message_id);
        self.record_bytes(record.body.as_bytes(), &origin);
    }

    pub(crate) fn kinesis_record(&mut self, record: &KinesisRecord<'_>, origin: &Origin<'_>) {
        let data = &record.kinesis;
        let origin = origin.inside(Source::Kinesis).by_arn(borrowed(record.event_source_arn.as_ref()), self.settings);
        let origin = origin.at(seconds(data.approximate_arrival_timestamp)).record(&data.sequence_number);
        self.base64(&data.data, &origin);
    }

    fn s3_record(&mut self, record: &S3Record<'_>, text: &str, origin: &Origin<'_>) {
        if let Some(key) = url_decoded(&record.s3.object.key) {
            return self.objects.push(ObjectName { bucket: record.s3.bucket.name.to_string(), key });
        }
        let detail = "the object's key is not URL-encoded UTF-8";
        self.quarantine(text.as_bytes(), origin, Stage::Decode, "invalid_object_key", detail);
    }

    fn notification(&mut self, notification: &Notification<'_>, object: &str, origin: &Origin<'_>) {
        let time = notification.timestamp.as_deref().and_then(Timestamp::parse_rfc3339);
        let inner =
            origin.inside(Source::Sns).by_arn(borrowed(notification.topic_arn.as_ref()), self.settings).at(time);
        let inner = inner.record(&notification.message_id);
        if notification.r#type == "Notification" {
            self.record_bytes(notification.message.as_bytes(), &inner);
        } else {
            let detail = "an SNS message that is no notification: a subscription waits to be confirmed";
            self.quarantine(object.as_bytes(), &inner, Stage::Envelope, "unsupported_event", detail);
        }
    }

    fn logs(&mut self, logs: &Logs<'_>, origin: &Origin<'_>) {
        if logs.message_type == "CONTROL_MESSAGE" {
            return; // CloudWatch Logs asks whether somebody listens; nobody's event is in it
        }
        let mut origin = origin.inside(Source::Logs);
        origin.account_id = logs.owner.as_deref().and_then(name).or(origin.account_id);
        for event in &logs.log_events {
            match serde_json::from_str::<LogEvent<'_>>(event.get()) {
                Ok(event) => {
                    self.record_bytes(event.message.as_bytes(), &origin.clone().at(event.time()).record(event.id()));
                }
                Err(error) => self.invalid_envelope(event.get(), &error, &origin),
            }
        }
    }

    fn event_bridge(&mut self, event: &EventBridge<'_>, object: &str, origin: &Origin<'_>) {
        let time = event.time.as_deref().and_then(Timestamp::parse_rfc3339);
        let mut inner = origin.inside(Source::EventBridge).at(time).record(&event.id);
        inner.account_id = event.account.as_deref().and_then(name).or(inner.account_id);
        inner.aws_region = event.region.as_deref().and_then(name).or(inner.aws_region);
        if event.source.as_deref() == Some("aws.s3") {
            return self.event_bridge_object(event, object, &inner);
        }
        if event.detail_type.ends_with("Message Delivery Status Updated")
            || event.detail.get().contains("\"eventType\"")
        {
            return self.text(event.detail.get(), &inner);
        }
        let detail = format!("EventBridge detail-type {:?} is no delivery event", event.detail_type);
        self.quarantine(object.as_bytes(), &inner, Stage::Envelope, "unsupported_event", &detail);
    }

    /// `Object Created` by way of EventBridge; there the key is not URL-encoded.
    fn event_bridge_object(&mut self, event: &EventBridge<'_>, object: &str, origin: &Origin<'_>) {
        match serde_json::from_str::<S3Entity<'_>>(event.detail.get()) {
            Ok(s3) => {
                let (bucket, key) = (s3.bucket.name.to_string(), s3.object.key.to_string());
                self.objects.push(ObjectName { bucket, key });
            }
            Err(error) => self.invalid_envelope(object, &error, origin),
        }
    }

    /// What a failed transformation left behind: the record as Firehose had it.
    fn failed_record(&mut self, record: &FailedRecord<'_>, origin: &Origin<'_>) {
        let arrival = record.arrival_timestamp.and_then(Timestamp::from_millis);
        self.base64(&record.raw_data, &origin.inside(Source::Firehose).at(arrival));
    }
}

/// A key as S3 notifications write it: `%XX`, and `+` for a blank.
fn url_decoded(key: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| (byte? as char).to_digit(16);
                (digit(rest.next())? * 16 + digit(rest.next())?) as u8
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_keys_are_decoded() {
        assert_eq!(url_decoded("red+flower%C3%A9.jpg").as_deref(), Some("red floweré.jpg"));
        assert_eq!(url_decoded("a%2").as_deref(), None);
        assert_eq!(url_decoded("%FF").as_deref(), None);
    }
}
