//! An event of EventBridge: `detail` is the delivery event, or an object that S3 created.
//!
//! EventBridge knows no partial failure: an invocation of which anything is not durable fails as a whole.

use std::borrow::Cow;

use serde_json::value::RawValue;
use smsvoice_event::Timestamp;
use smsvoice_lake::{Reason, Source};

use super::Kind;
use super::members::{Members, Misfit};
use super::s3::Named;
use crate::origin::{Origin, name};
use crate::reader::{Output, Reader};
use crate::s3::ObjectName;

#[derive(Debug)]
pub(crate) struct Event<'a> {
    id: Cow<'a, str>,
    detail_type: Cow<'a, str>,
    source: Option<Cow<'a, str>>,
    account: Option<Cow<'a, str>>,
    region: Option<Cow<'a, str>>,
    time: Option<Timestamp>,
    detail: &'a RawValue,
}

impl<'a> Kind<'a> for Event<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has("detail-type")
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        Ok(Self {
            id: members.text("id").unwrap_or_default(),
            detail_type: members.string("detail-type")?,
            source: members.text("source"),
            account: members.text("account"),
            region: members.text("region"),
            time: members.rfc3339("time"),
            detail: members.required("detail")?,
        })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, object: &'a str, origin: &Origin<'_>) {
        let mut inner = origin.inside(Source::EventBridge).at(self.time).record(&self.id);
        inner.account_id = self.account.as_deref().and_then(name).or(inner.account_id);
        inner.aws_region = self.region.as_deref().and_then(name).or(inner.aws_region);
        if self.source.as_deref() == Some("aws.s3") {
            return self.open_s3(reader, object, &inner);
        }
        if self.detail_type.ends_with("Message Delivery Status Updated") || self.detail.get().contains("\"eventType\"")
        {
            return reader.text(self.detail.get(), &inner);
        }
        let detail = format!("EventBridge detail-type {:?} is no delivery event", self.detail_type);
        reader.quarantine(object.as_bytes(), &inner, Reason::UnsupportedEvent, &detail);
    }
}

impl Event<'_> {
    /// `Object Created`, `Object Deleted`; here the key is not URL-encoded.
    fn open_s3<O: Output>(&self, reader: &mut Reader<'_, O>, object: &str, origin: &Origin<'_>) {
        match Members::of(self.detail.get()).and_then(|detail| Named::read(&detail, "version-id")) {
            Ok(Named { bucket, key, version }) => {
                let (bucket, key, version) = (bucket.into_owned(), key.into_owned(), version.map(Cow::into_owned));
                reader.name_object(ObjectName { bucket, key, version }, self.detail_type.contains("Deleted"));
            }
            Err(misfit) => reader.misfit(object, misfit, origin),
        }
    }
}
