//! An SNS notification: in the `Records` of a Lambda invocation, in the body of an SQS message, or as an HTTP request.
//!
//! SNS knows no partial failure: an invocation of which anything is not durable fails, and Lambda retries all of it.

use std::borrow::Cow;

use smsvoice_event::Timestamp;
use smsvoice_lake::{Reason, Source};

use super::Kind;
use super::members::{Members, Misfit};
use crate::origin::Origin;
use crate::reader::{Output, Reader};

#[derive(Debug)]
pub(crate) struct Notification<'a> {
    r#type: Cow<'a, str>,
    message_id: Cow<'a, str>,
    topic_arn: Option<Cow<'a, str>>,
    time: Option<Timestamp>,
    message: Cow<'a, str>,
}

/// One of a Lambda invocation's `Records`.
#[derive(Debug)]
pub(crate) struct Record<'a>(Notification<'a>);

impl<'a> Kind<'a> for Record<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has("Sns")
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        Notification::read(&members.object("Sns")?).map(Self)
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, object: &'a str, origin: &Origin<'_>) {
        self.0.open(reader, object, origin);
    }
}

impl<'a> Kind<'a> for Notification<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has("Message") && members.has_any(["TopicArn", "SubscribeURL", "UnsubscribeURL", "SigningCertURL"])
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        Ok(Self {
            r#type: members.text("Type").unwrap_or(Cow::Borrowed("Notification")),
            message_id: members.text("MessageId").unwrap_or_default(),
            topic_arn: members.text("TopicArn"),
            time: members.rfc3339("Timestamp"),
            message: members.string("Message")?,
        })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, object: &'a str, origin: &Origin<'_>) {
        let origin = origin.inside(Source::Sns);
        let origin = origin.by_arn(self.topic_arn.as_deref(), reader.settings()).at(self.time).record(&self.message_id);
        if self.r#type == "Notification" {
            return reader.record_bytes(self.message.as_bytes(), &origin);
        }
        let detail = "an SNS message that is no notification: a subscription waits to be confirmed";
        reader.quarantine(object.as_bytes(), &origin, Reason::UnsupportedEvent, detail);
    }
}
