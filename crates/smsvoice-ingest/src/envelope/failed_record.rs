//! A line that Firehose leaves under `processing-failed/` when a transformation failed: the record as it came, in base64.
//! It is read from files and S3 objects; nobody waits for an answer.

use std::borrow::Cow;

use smsvoice_event::Timestamp;
use smsvoice_lake::Source;

use super::Kind;
use super::members::{Members, Misfit};
use crate::origin::Origin;
use crate::reader::{Output, Reader};

#[derive(Debug)]
pub(crate) struct FailedRecord<'a> {
    arrival: Option<Timestamp>,
    raw_data: Cow<'a, str>,
}

impl<'a> Kind<'a> for FailedRecord<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has("rawData")
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        Ok(Self { arrival: members.millis("arrivalTimestamp"), raw_data: members.string("rawData")? })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        reader.base64(&self.raw_data, &origin.inside(Source::Firehose).at(self.arrival));
    }
}
