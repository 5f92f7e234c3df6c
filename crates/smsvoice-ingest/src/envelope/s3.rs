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
    Object { bucket: Cow<'a, str>, key: Cow<'a, str>, is_removed: bool },
    Test,
}

impl<'a> Kind<'a> for Notification<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has("s3") || members.text("Event").is_some_and(|event| event == "s3:TestEvent")
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        if !members.has("s3") {
            return Ok(Self::Test);
        }
        let (bucket, key) = bucket_and_key(&members.object("s3")?)?;
        let is_removed = members.text("eventName").is_some_and(|event| event.contains("ObjectRemoved"));
        Ok(Self::Object { bucket, key, is_removed })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, object: &'a str, origin: &Origin<'_>) {
        let Self::Object { bucket, key, is_removed } = self else { return };
        if let Some(key) = url_decoded(key) {
            return reader.name_object(ObjectName { bucket: bucket.to_string(), key }, *is_removed);
        }
        let detail = "the object's key is not URL-encoded UTF-8";
        reader.quarantine(object.as_bytes(), &origin.inside(Source::S3), Reason::InvalidObjectKey, detail);
    }
}

/// The bucket and the key of an object: under `s3` in a notification, under `detail` in EventBridge.
pub(super) fn bucket_and_key<'a>(members: &Members<'a>) -> Result<(Cow<'a, str>, Cow<'a, str>), Misfit> {
    Ok((members.object("bucket")?.string("name")?, members.object("object")?.string("key")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_that_is_kept_names_the_same_object() {
        let object = ObjectName { bucket: "archive".into(), key: "/a b/../é+%2F\t".into() };
        let text = object.notification();
        let Ok(Notification::Object { bucket, key, is_removed: false }) =
            Notification::read(&Members::of(&text).unwrap())
        else {
            panic!("{text}")
        };
        assert_eq!((&*bucket, url_decoded(&key)), ("archive", Some(object.key)));
    }
}
