//! An SQS message: one of a Lambda invocation's `Records`, or of the answer of `ReceiveMessage`.
//!
//! A message that fails is named in `batchItemFailures`, and SQS sends it again; see `lambda/retry.rs`.

use std::borrow::Cow;

use smsvoice_event::Timestamp;
use smsvoice_lake::Source;

use super::Kind;
use super::members::{Members, Misfit};
use crate::origin::Origin;
use crate::reader::{Output, Reader};

#[derive(Debug)]
pub(crate) struct Message<'a> {
    id: Cow<'a, str>,
    body: Cow<'a, str>,
    event_source_arn: Option<Cow<'a, str>>,
    sent: Option<Timestamp>,
}

impl<'a> Kind<'a> for Message<'a> {
    fn is(members: &Members<'a>) -> bool {
        let of_queue = members.text("eventSource").is_some_and(|source| source == "aws:sqs");
        of_queue || members.has("body") && members.has_any(["receiptHandle", "md5OfBody", "eventSourceARN"])
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        Ok(Self {
            id: members.text("messageId").unwrap_or_default(),
            body: members.string("body")?,
            event_source_arn: members.text("eventSourceARN"),
            sent: members.object("attributes").ok().and_then(|attributes| attributes.millis("SentTimestamp")),
        })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        let origin = origin.inside(Source::Sqs);
        let origin = origin.by_arn(self.event_source_arn.as_deref(), reader.settings());
        reader.record_bytes(self.body.as_bytes(), &origin.at(self.sent).record(&self.id));
    }
}
