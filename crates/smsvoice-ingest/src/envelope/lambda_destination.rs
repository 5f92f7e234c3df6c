//! What Lambda sends to the destination of a function on failure or on success: the payload lies inside, unread.

use serde_json::value::RawValue;
use smsvoice_event::Timestamp;

use super::Kind;
use super::members::{Members, Misfit};
use crate::origin::Origin;
use crate::reader::{Output, Reader};

#[derive(Debug)]
pub(crate) struct Invocation<'a> {
    time: Option<Timestamp>,
    payload: &'a RawValue,
}

impl<'a> Kind<'a> for Invocation<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has_all(["requestContext", "requestPayload"])
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        let payload = members.raw("requestPayload").unwrap_or(RawValue::NULL);
        Ok(Self { time: members.rfc3339("timestamp"), payload })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        // The envelopes inside say when they arrived; the time here is that of the failure, and only the last resort.
        let mut origin = origin.deeper();
        if let Some(time) = self.time {
            origin = origin.arrived(time);
        }
        reader.text(self.payload.get(), &origin);
    }
}
