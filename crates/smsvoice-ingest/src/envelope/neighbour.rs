//! What AWS sends besides delivery events, by the same ways. It is kept in quarantine, and counts as answered: sending it
//! again would not make an event of it.

use smsvoice_lake::Reason;

use super::Kind;
use super::members::{Members, Misfit};
use crate::origin::Origin;
use crate::reader::{Output, Reader};

/// What it is, in words.
#[derive(Debug)]
pub(crate) struct Neighbour(&'static str);

fn what(members: &Members<'_>) -> Option<&'static str> {
    if members.has("inboundMessageId") {
        Some("a two-way inbound message")
    } else if members.has("event_type") {
        Some("an event of a Pinpoint project's stream")
    } else if members.has_all(["delivery", "notification"]) {
        Some("SNS's own log of an SMS")
    } else {
        None
    }
}

impl<'a> Kind<'a> for Neighbour {
    fn is(members: &Members<'a>) -> bool {
        what(members).is_some()
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        Ok(Self(what(members).unwrap_or_default()))
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, object: &'a str, origin: &Origin<'_>) {
        reader.quarantine(object.as_bytes(), origin, Reason::UnsupportedEvent, self.0);
    }
}
