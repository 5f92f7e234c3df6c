//! CloudWatch Logs: a subscription as Lambda gets it (base64 of gzip), the same decoded, and one event of a log, as
//! `FilterLogEvents` and `GetLogEvents` list them.
//!
//! CloudWatch Logs knows no partial failure: an invocation of which anything is not durable fails as a whole.

use std::borrow::Cow;

use smsvoice_event::Timestamp;
use smsvoice_lake::Source;

use super::Kind;
use super::members::{Members, Misfit, each_item};
use crate::origin::{Origin, name};
use crate::reader::{Output, Reader};

/// `{"awslogs":{"data":…}}`.
#[derive(Debug)]
pub(crate) struct Subscription<'a> {
    data: Cow<'a, str>,
}

impl<'a> Kind<'a> for Subscription<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has("awslogs")
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        Ok(Self { data: members.object("awslogs")?.string("data")? })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        reader.base64(&self.data, &origin.inside(Source::Logs));
    }
}

/// Events of one log stream.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    message_type: Cow<'a, str>,
    owner: Option<Cow<'a, str>>,
    log_events: &'a str,
}

impl<'a> Kind<'a> for Batch<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has("logEvents")
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        Ok(Self {
            message_type: members.text("messageType").unwrap_or_default(),
            owner: members.text("owner"),
            log_events: members.array("logEvents")?,
        })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        if self.message_type == "CONTROL_MESSAGE" {
            return; // CloudWatch Logs asks whether somebody listens; nobody's event is in it
        }
        let mut origin = origin.inside(Source::Logs);
        origin.account_id = self.owner.as_deref().and_then(name).or(origin.account_id);
        // Its text was JSON.
        let _ = each_item(self.log_events, |event| match Members::of(event.get()).and_then(|of| LogEvent::read(&of)) {
            Ok(event) => event.read_message(reader, &origin),
            Err(misfit) => reader.misfit(event.get(), misfit, &origin),
        });
    }
}

/// One event of a log. Of a listed one, the id is called `eventId`.
#[derive(Debug)]
pub(crate) struct LogEvent<'a> {
    id: Cow<'a, str>,
    time: Option<Timestamp>,
    message: Cow<'a, str>,
}

impl<'a> Kind<'a> for LogEvent<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has_all(["timestamp", "message"])
            && members.has_any(["ingestionTime", "eventId", "logStreamName", "id"])
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        Ok(Self {
            id: members.word("id").or_else(|| members.word("eventId")).unwrap_or_default(),
            time: members.millis("timestamp"),
            message: members.string("message")?,
        })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        self.read_message(reader, &origin.inside(Source::Logs));
    }
}

impl LogEvent<'_> {
    fn read_message<O: Output>(&self, reader: &mut Reader<'_, O>, origin: &Origin<'_>) {
        reader.record_bytes(self.message.as_bytes(), &origin.beside().at(self.time).record(&self.id));
    }
}
