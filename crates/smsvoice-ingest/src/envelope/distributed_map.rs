//! What a Distributed Map of Step Functions hands to the function: objects that its reader listed, one or a batch of them.
//!
//! The reader lists objects as `ListObjectsV2` does, whose keys are as they are, not encoded. It does not tell their bucket:
//! that stands in the batch's own input (`ItemBatcher`, `BatchInput`), or in each item (`ItemSelector`).
//! Shapes: docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::Kind;
use super::members::{Members, Misfit, each_item};
use crate::origin::Origin;
use crate::reader::{Output, Reader};
use crate::s3::ObjectName;

/// `Items` and what was said of all of them; or one item alone.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    /// The bucket that is told for all.
    bucket: Option<Cow<'a, str>>,
    items: Vec<&'a RawValue>,
}

/// What an item may say of its object, beside the key.
const SAID: [&str; 5] = ["Bucket", "ETag", "LastModified", "Size", "StorageClass"];

/// Whether these are the members of an object in a list.
fn is_item(members: &Members<'_>) -> bool {
    members.raw_exact("Key").is_some() && members.has_any(SAID)
}

impl<'a> Kind<'a> for Batch<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.raw_exact("Items").is_some_and(|items| {
            let mut all = true;
            let each = |item: &RawValue| all &= Members::of(item.get()).is_ok_and(|members| is_item(&members));
            each_item(items.get(), each).is_ok() && all
        })
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        let bucket = members.object("BatchInput").ok().and_then(|input| input.text("Bucket"));
        let mut items = Vec::new();
        // Its text was JSON.
        let _ = each_item(members.array("Items")?, |item| items.push(item));
        Ok(Self { bucket, items })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, origin: &Origin<'_>) {
        for item in &self.items {
            match Members::of(item.get()).and_then(|item| object(&item, self.bucket.as_deref())) {
                Ok(object) => reader.name_object(object, false),
                Err(misfit) => reader.misfit(item.get(), misfit, origin),
            }
        }
    }
}

/// One item, of a map without batches.
#[derive(Debug)]
pub(crate) struct Item(ObjectName);

impl<'a> Kind<'a> for Item {
    fn is(members: &Members<'a>) -> bool {
        is_item(members)
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        object(members, None).map(Self)
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, _: &'a str, _: &Origin<'_>) {
        reader.name_object(self.0.clone(), false);
    }
}

fn object(item: &Members<'_>, bucket: Option<&str>) -> Result<ObjectName, Misfit> {
    let bucket = match (item.text("Bucket"), bucket) {
        (Some(own), _) => own.into_owned(),
        (None, Some(of_all)) => of_all.to_owned(),
        (None, None) => item.string("Bucket")?.into_owned(),
    };
    Ok(ObjectName::current(&bucket, &item.string("Key")?))
}
