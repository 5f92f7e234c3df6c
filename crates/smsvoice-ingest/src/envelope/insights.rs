//! A row of CloudWatch Logs Insights, as the console exports it as JSON: `@message` holds what was logged.
//!
//! What `GetQueryResults` answers (arrays of `field` and `value`) needs no file: its values are searched like those of any
//! object. Nobody invokes the function with either.

use serde_json::value::RawValue;
use smsvoice_event::Timestamp;
use smsvoice_lake::Source;

use super::Kind;
use super::members::{Members, Misfit, string};
use crate::origin::Origin;
use crate::reader::{Output, Reader};

#[derive(Debug)]
pub(crate) struct Row<'a> {
    time: Option<Timestamp>,
    /// A string; or, where the console recognized JSON, an object.
    message: &'a RawValue,
}

impl<'a> Kind<'a> for Row<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has("@message")
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        // `2025-11-25 10:00:00.123`, in UTC.
        let time = members.text("@timestamp").map(|time| time.replacen(' ', "T", 1) + "Z");
        Ok(Self {
            time: time.and_then(|time| Timestamp::parse_rfc3339(&time)),
            message: members.raw("@message").unwrap_or(RawValue::NULL),
        })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        let origin = origin.inside(Source::Logs).at(self.time);
        match string(self.message) {
            Some(text) => reader.record_bytes(text.as_bytes(), &origin),
            None => reader.text(self.message.get(), &origin),
        }
    }
}
