//! An invocation by S3 Batch Operations: tasks, each of which names an object. What is replied for each of them stands in
//! `lambda/batch.rs`.
//!
//! Shapes of 1.0 and 2.0: docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html. The second tells
//! the bucket by its name instead of its ARN.

use std::borrow::Cow;

use serde_json::json;
use serde_json::value::RawValue;

use super::Kind;
use super::members::{Members, Misfit, each_item};
use crate::origin::Origin;
use crate::reader::{Output, Reader};

/// The tasks of one invocation.
#[derive(Debug)]
pub(crate) struct Invocation<'a> {
    /// `1.0` or `2.0`, to be said again in the reply.
    pub(crate) schema: Cow<'a, str>,
    /// To be said again in the reply.
    pub(crate) id: Cow<'a, str>,
    /// S3 sends one at a time today.
    pub(crate) tasks: Vec<Task<'a>>,
}

/// One object to be read.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    /// To be said again in the reply; empty if there is none.
    pub(crate) id: Cow<'a, str>,
    /// The object; or why the task names none.
    pub(crate) object: Result<EncodedName<'a>, Misfit>,
}

/// An object as S3 names it: its key is URL-encoded, as in a notification.
#[derive(Debug)]
pub(crate) struct EncodedName<'a> {
    bucket: Cow<'a, str>,
    key: Cow<'a, str>,
    /// The version that the job's manifest names, if it names one.
    version: Option<Cow<'a, str>>,
}

impl EncodedName<'_> {
    /// The notification by which a bucket tells of the same object: whoever reads that reads the object.
    pub(crate) fn notification(&self) -> String {
        let Self { bucket, key, version } = self;
        let object = json!({"key": key, "versionId": version});
        json!({"eventSource": "aws:s3", "s3": {"bucket": {"name": bucket}, "object": object}}).to_string()
    }
}

impl<'a> Kind<'a> for Invocation<'a> {
    fn is(members: &Members<'a>) -> bool {
        members.has_all(["invocationSchemaVersion", "invocationId", "tasks"])
    }

    fn read(members: &Members<'a>) -> Result<Self, Misfit> {
        let mut tasks = Vec::new();
        // Its text was JSON.
        let _ = each_item(members.array("tasks")?, |task| tasks.push(Task::read(task)));
        Ok(Self { schema: members.string("invocationSchemaVersion")?, id: members.string("invocationId")?, tasks })
    }

    fn open<O: Output>(&self, reader: &mut Reader<'_, O>, object: &'a str, origin: &Origin<'_>) {
        for task in &self.tasks {
            match &task.object {
                Ok(name) => reader.text(&name.notification(), &origin.deeper()),
                Err(misfit) => reader.misfit(object, *misfit, origin),
            }
        }
    }
}

impl<'a> Task<'a> {
    fn read(task: &'a RawValue) -> Self {
        match Members::of(task.get()) {
            Ok(members) => Self { id: members.text("taskId").unwrap_or_default(), object: name(&members) },
            Err(misfit) => Self { id: Cow::Borrowed(""), object: Err(misfit) },
        }
    }
}

fn name<'a>(task: &Members<'a>) -> Result<EncodedName<'a>, Misfit> {
    let bucket = match task.text("s3Bucket") {
        Some(name) => name,
        // arn:aws:s3:::bucket, or with region and account
        None => Cow::Owned(task.string("s3BucketArn")?.rsplit(':').next().unwrap_or_default().to_owned()),
    };
    Ok(EncodedName { bucket, key: task.string("s3Key")?, version: task.text("s3VersionId") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_told_by_name_or_by_arn() {
        for bucket in [
            r#""s3Bucket":"archive""#,
            r#""s3BucketArn":"arn:aws:s3:::archive""#,
            r#""s3BucketArn":"arn:aws:s3:us-east-1:111122223333:archive""#,
        ] {
            let text = format!(
                r#"{{"invocationSchemaVersion":"1.0","invocationId":"i","job":{{"id":"j"}},
                    "tasks":[{{"taskId":"t","s3Key":"a%2Bb+c","s3VersionId":null,{bucket}}}]}}"#
            );
            let invocation = Invocation::read(&Members::of(&text).unwrap()).unwrap();
            let name = invocation.tasks[0].object.as_ref().unwrap();
            assert_eq!((&*name.bucket, &*name.key, &*invocation.tasks[0].id), ("archive", "a%2Bb+c", "t"), "{bucket}");
        }
    }
}
