//! A notification of S3, which names an object that holds the events. Whoever reads the notification fetches the object:
//! the function does, and a replay if it is told to.

use std::borrow::Cow;

use smsvoice_lake::{Reason, Source};

use super::Kind;
use super::members::{Members, Misfit};
use crate::origin::Origin;
use crate::reader::{Output, Reader};
use crate::s3::{ObjectName, url_decoded};

/// One of a Lambda invocation's `Records`; or the test that S3 sends once, when notifications are set up.
#[derive(Debug)]
pub(crate) enum Notification<'a> {
    Object { named: Named<'a>, is_removed: bool },
    Test,
}

/// An object, in the words of the service that names it.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    pub(super) bucket: Cow<'a, str>,
    pub(super) key: Cow<'a, str>,
    /// Told of buckets that keep versions; an object from before that has the version `null`, a word.
    pub(super) version: Option<Cow<'a, str>>,
}

impl<'a> Named<'a> {
    /// Under `s3` in a notification, under `detail` in EventBridge, where another word is used for the version.
    pub(super) fn read(members: &Members<'a>, version: &str) -> Result<Self, Misfit> {
        let object = members.object("object")?;
        Ok(Self {
            bucket: members.object("bucket")?.string("name")?,
            key: object.string("key")?,
            version: object.text(version).filter(|version| !version.is_empty()),
        })
    }
}

impl<'a> Kind<'a> for Notification<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has("s3") || members.text("Event").is_some_and(|event| event == "s3:TestEvent")
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        if !members.has("s3") {
            return Ok(Self::Test);
        }
        let named = Named::read(&members.object("s3")?, "versionId")?;
        let is_removed = members.text("eventName").is_some_and(|event| event.contains("ObjectRemoved"));
        Ok(Self::Object { named, is_removed })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, object: &'a str, origin: &Origin<'_>) {
        let Self::Object { named: Named { bucket, key, version }, is_removed } = self else { return };
        if let Some(key) = url_decoded(key) {
            let version = version.as_ref().map(ToString::to_string);
            return reader.name_object(ObjectName { bucket: bucket.to_string(), key, version }, *is_removed);
        }
        let detail = "the object's key is not URL-encoded UTF-8";
        reader.quarantine(object.as_bytes(), &origin.inside(Source::S3), Reason::InvalidObjectKey, detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_that_is_kept_names_the_same_object() {
        let current = ObjectName::current("archive", "/a b/../é+%2F\t");
        let version = ObjectName { version: Some("null".to_owned()), ..current.clone() };
        for object in [current, version] {
            let text = object.notification();
            let Ok(Notification::Object { named, is_removed: false }) =
                Notification::read(&Members::of(&text).unwrap())
            else {
                panic!("{text}")
            };
            assert_eq!((&*named.bucket, url_decoded(&named.key)), ("archive", Some(object.key)));
            assert_eq!(named.version.as_deref(), object.version.as_deref());
        }
    }
}
