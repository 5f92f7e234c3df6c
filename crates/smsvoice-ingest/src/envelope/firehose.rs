//! A Firehose transformation request, and a delivery of Firehose to an HTTP endpoint: base64 in each record.
//!
//! The reply names each record; it is made in `lambda/firehose.rs`.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use smsvoice_event::Timestamp;
use smsvoice_lake::Source;

use super::Kind;
use super::members::{Members, Misfit, each_item};
use crate::origin::Origin;
use crate::reader::{Output, Reader};
use crate::settings::Settings;

/// A transformation request, or a delivery to an HTTP endpoint.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    delivery_stream_arn: Option<Cow<'a, str>>,
    /// Read once, for the events and for the reply; one that is not as AWS documents it stays text.
    pub(crate) records: Vec<Result<Record<'a>, &'a RawValue>>,
}

/// One record; a delivery to an HTTP endpoint has no ids.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record<'a> {
    #[serde(borrow, default)]
    #[serde(rename = "recordId")]
    pub(crate) id: Cow<'a, str>,
    approximate_arrival_timestamp: Option<i64>,
    #[serde(borrow)]
    pub(crate) data: Cow<'a, str>,
}

/// A request as nearly all are.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WholeRequest<'a> {
    #[serde(borrow, alias = "deliverySteamArn")] // AWS's own sample for Kinesis misspells it
    delivery_stream_arn: Option<Cow<'a, str>>,
    #[serde(borrow)]
    records: Vec<Record<'a>>,
    /// Of a Lambda invocation: then it is no request.
    #[serde(rename = "Records")]
    invocation: Option<IgnoredAny>,
}

/// Before the records stand an invocation id, an ARN and a region.
const HEAD: usize = 1024;

impl<'a> Request<'a> {
    /// A request all of whose records are as AWS documents them, read in one go, since its base64 may be six megabytes.
    pub(super) fn at_once(object: &'a str) -> Option<Self> {
        let head = &object.as_bytes()[..object.len().min(HEAD)];
        memchr::memmem::find(head, b"\"records\"")?;
        let request: WholeRequest<'_> = serde_json::from_str(object).ok()?;
        let records = request.records.into_iter().map(Ok).collect();
        let whole = Self { delivery_stream_arn: request.delivery_stream_arn, records };
        request.invocation.is_none().then_some(whole)
    }

    /// Where all its records come from.
    pub(crate) fn origin<'o>(&'o self, settings: &'o Settings, origin: &'o Origin<'_>) -> Origin<'o> {
        origin.inside(Source::Firehose).by_arn(self.delivery_stream_arn.as_deref(), settings)
    }
}

impl<'a> Kind<'a> for Request<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has("records")
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        let mut records = Vec::new();
        let _ = each_item(members.array("records")?, |record| {
            records.push(serde_json::from_str(record.get()).map_err(|_| record));
        });
        let arn = members.text("deliveryStreamArn").or_else(|| members.text("deliverySteamArn"));
        Ok(Self { delivery_stream_arn: arn, records })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        let origin = self.origin(reader.settings(), origin);
        for record in &self.records {
            reader.firehose_record(record, &origin);
        }
    }
}

impl<'a> Kind<'a> for Record<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has_all(["recordId", "data"])
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        Ok(Self {
            id: members.string("recordId")?,
            approximate_arrival_timestamp: members.millis("approximateArrivalTimestamp").map(Timestamp::millis),
            data: members.string("data")?,
        })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        let arrival = self.approximate_arrival_timestamp.and_then(Timestamp::from_millis);
        reader.base64(&self.data, &origin.inside(Source::Firehose).at(arrival).record(&self.id));
    }
}

impl<O: Output> Reader<'_, O> {
    /// One record of a request; one that is none as AWS documents it may be something else.
    pub(crate) fn firehose_record(&mut self, record: &Result<Record<'_>, &RawValue>, origin: &Origin<'_>) {
        match record {
            Ok(record) => {
                self.recognize();
                let arrival = record.approximate_arrival_timestamp.and_then(Timestamp::from_millis);
                self.base64(&record.data, &origin.beside().at(arrival).record(&record.id));
            }
            Err(other) => self.record(other.get(), origin),
        }
    }
}
