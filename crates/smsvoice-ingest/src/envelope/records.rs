//! `Records` of a Lambda invocation: by SQS, SNS, Kinesis or S3. `ReceiveMessage` of SQS calls them `Messages`.
//!
//! Each record says itself what it is, and is read by itself: one that is broken leaves the others alone. What the function
//! replies for each of them stands in `lambda/retry.rs`.

use serde_json::value::RawValue;

use super::members::{Members, Misfit, each_item};
use super::{Envelope, Kind};
use crate::origin::Origin;
use crate::reader::{Output, Reader};

/// The records, still as text.
#[derive(Debug)]
pub(crate) struct Records<'a> {
    pub(crate) records: Vec<&'a RawValue>,
}

impl<'a> Kind<'a> for Records<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.raw_exact("Records").is_some() || members.raw_exact("Messages").is_some()
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        let name = if members.raw_exact("Records").is_some() { "Records" } else { "Messages" };
        let mut records = Vec::new();
        // Its text was JSON.
        let _ = each_item(members.array(name)?, |record| records.push(record));
        Ok(Self { records })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        let origin = origin.deeper();
        self.records.iter().for_each(|record| reader.record(record.get(), &origin));
    }
}

impl<O: Output> Reader<'_, O> {
    /// One record. Nearly all are an envelope, so that is tried before an event is.
    pub(crate) fn record(&mut self, record: &str, origin: &Origin<'_>) {
        if !record.starts_with('{') {
            return self.text(record, origin);
        }
        match Envelope::detect(record) {
            Ok(Some(envelope)) => self.open(&envelope, record, origin),
            Ok(None) | Err(_) => self.text(record, origin),
        }
    }
}
