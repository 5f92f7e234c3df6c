//! A record of a Kinesis stream, in the `Records` of a Lambda invocation: base64.
//!
//! The lowest sequence number that is not durable is named in `batchItemFailures`, and Lambda goes on from there; see
//! `lambda/retry.rs`.

use std::borrow::Cow;

use smsvoice_event::Timestamp;
use smsvoice_lake::Source;

use super::Kind;
use super::members::{Members, Misfit};
use crate::origin::Origin;
use crate::reader::{Output, Reader};

#[derive(Debug)]
pub(crate) struct Record<'a> {
    event_source_arn: Option<Cow<'a, str>>,
    sequence_number: Cow<'a, str>,
    arrival: Option<Timestamp>,
    data: Cow<'a, str>,
}

impl<'a> Kind<'a> for Record<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has("kinesis")
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        let kinesis = members.object("kinesis")?;
        Ok(Self {
            event_source_arn: members.text("eventSourceARN"),
            sequence_number: kinesis.text("sequenceNumber").unwrap_or_default(),
            arrival: kinesis.seconds("approximateArrivalTimestamp"),
            data: kinesis.string("data")?,
        })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        let origin = origin.inside(Source::Kinesis);
        let origin = origin.by_arn(self.event_source_arn.as_deref(), reader.settings());
        reader.base64(&self.data, &origin.at(self.arrival).record(&self.sequence_number));
    }
}
