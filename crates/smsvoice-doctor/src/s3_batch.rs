//! S3 Batch Operations: a function invoked for every object of a list. For `smsvoice backfill`; it is here because the
//! signed caller is. The SDK's client of S3's control plane has a hundred operations, of which two are needed.
//!
//! Shapes: docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::aws::{Aws, CallError, path_part};
use crate::facts::Found;

/// A job that invokes a function for every object that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The account that owns it.
    pub account: String,
    /// The function.
    pub function_arn: String,
    /// What S3 may do for the job: read the manifest, invoke the function, write the report.
    pub role_arn: String,
    /// A CSV file of buckets and URL-encoded keys.
    pub manifest_arn: String,
    /// The manifest's ETag, as S3 told it.
    pub manifest_etag: String,
    /// The bucket of the completion report.
    pub report_bucket_arn: String,
    /// Where the report lies in it.
    pub report_prefix: String,
    /// The same token makes the same job, however often it is sent.
    pub token: String,
    /// For people.
    pub description: String,
}

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// AWS's word: `New`, `Preparing`, `Ready`, `Active`, `Complete`, `Failed`, `Cancelled` …
    pub status: String,
    /// Objects in the manifest; none until S3 has read it.
    pub total: Option<u64>,
    /// Objects of which the function said that they are done.
    pub succeeded: u64,
    /// Objects that S3 gave up.
    pub failed: u64,
    /// Why the job failed.
    pub reason: String,
    /// The bucket and the prefix of the completion report.
    pub report: (String, String),
}

impl Progress {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "Complete" | "Failed" | "Cancelled")
    }
}

/// The names of the members of a manifest's lines.
const FIELDS: [&str; 2] = ["Bucket", "Key"];
const MANIFEST: &str = "S3BatchOperations_CSV_20180820";
const REPORT: &str = "Report_CSV_20180820";
/// Version 1.0 is the default, and all that objects of ordinary buckets need.
const SCHEMA: &str = "1.0";
const PRIORITY: u32 = 10;

impl Job {
    /// The request as `aws s3control create-job --cli-input-json` takes it.
    pub fn to_json(&self) -> Value {
        let Self {
            account,
            function_arn,
            role_arn,
            manifest_arn,
            manifest_etag,
            report_bucket_arn,
            report_prefix,
            token,
            description,
        } = self;
        json!({
            "AccountId": account,
            "ConfirmationRequired": false,
            "Operation": {"LambdaInvoke": {"FunctionArn": function_arn, "InvocationSchemaVersion": SCHEMA}},
            "Report": {"Bucket": report_bucket_arn, "Format": REPORT, "Enabled": true, "Prefix": report_prefix,
                "ReportScope": "AllTasks"},
            "ClientRequestToken": token,
            "Manifest": {
                "Spec": {"Format": MANIFEST, "Fields": FIELDS},
                "Location": {"ObjectArn": manifest_arn, "ETag": manifest_etag},
            },
            "Description": description,
            "Priority": PRIORITY,
            "RoleArn": role_arn,
        })
    }

    /// The request as it travels.
    fn to_xml(&self) -> String {
        let mut xml = String::from(r#"<CreateJobRequest xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/">"#);
        if let Value::Object(members) = self.to_json() {
            // The account is a header.
            members
                .iter()
                .filter(|(name, _)| *name != "AccountId")
                .for_each(|(name, value)| element(&mut xml, name, value));
        }
        xml + "</CreateJobRequest>"
    }
}

/// Appends an element; items of a list are called `member`.
fn element(xml: &mut String, name: &str, value: &Value) {
    let _ = write!(xml, "<{name}>");
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| element(xml, name, value)),
        Value::Array(items) => items.iter().for_each(|item| element(xml, "member", item)),
        Value::String(text) => xml.push_str(&quick_xml::escape::escape(text.as_str())),
        other => xml.push_str(&other.to_string()),
    }
    let _ = write!(xml, "</{name}>");
}

impl Aws {
    /// The account that asks (`sts:GetCallerIdentity`).
    ///
    /// # Errors
    /// Says why it is not known.
    pub async fn account(&self) -> Result<String, String> {
        match crate::read::caller(self).await {
            Found::Is(identity) => Ok(identity.account),
            Found::Unreadable { action, why, .. } => Err(format!("{action}: {why}")),
            Found::Absent => Err("nobody is asking".to_owned()),
        }
    }

    /// Makes a job (`s3:CreateJob`, and `iam:PassRole` for its role); returns its id.
    ///
    /// # Errors
    /// As AWS says.
    pub async fn create_job(&self, job: &Job) -> Result<String, CallError> {
        let action = "s3:CreateJob";
        let answer = self.ask_s3_control(action, "POST", &job.account, "/v20180820/jobs", &job.to_xml()).await?;
        match answer.pointer("/JobId").and_then(Value::as_str) {
            Some(id) => Ok(id.to_owned()),
            None => Err(CallError { action, kind: "NoJobId".into(), why: "the answer names no job".into() }),
        }
    }

    /// How far a job is (`s3:DescribeJob`).
    ///
    /// # Errors
    /// As AWS says.
    pub async fn describe_job(&self, account: &str, id: &str) -> Result<Progress, CallError> {
        let path = format!("/v20180820/jobs/{}", path_part(id));
        let answer = self.ask_s3_control("s3:DescribeJob", "GET", account, &path, "").await?;
        Ok(progress(&answer))
    }
}

fn progress(answer: &Value) -> Progress {
    let text = |at: &str| answer.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |at: &str| answer.pointer(at).and_then(Value::as_str).and_then(|number| number.parse().ok());
    let bucket = text("/Job/Report/Bucket").rsplit(':').next().unwrap_or_default().to_owned();
    Progress {
        status: text("/Job/Status"),
        total: number("/Job/ProgressSummary/TotalNumberOfTasks"),
        succeeded: number("/Job/ProgressSummary/NumberOfTasksSucceeded").unwrap_or(0),
        failed: number("/Job/ProgressSummary/NumberOfTasksFailed").unwrap_or(0),
        reason: [text("/Job/FailureReasons/0/FailureCode"), text("/Job/FailureReasons/0/FailureReason")]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(": "),
        report: (bucket, text("/Job/Report/Prefix")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job {
            account: "111122223333".into(),
            function_arn: "arn:aws:lambda:us-east-1:111122223333:function:f".into(),
            role_arn: "arn:aws:iam::111122223333:role/r".into(),
            manifest_arn: "arn:aws:s3:::b/m & n.csv".into(),
            manifest_etag: "e".into(),
            report_bucket_arn: "arn:aws:s3:::b".into(),
            report_prefix: "p".into(),
            token: "t".into(),
            description: "d".into(),
        }
    }

    #[test]
    fn a_job_travels_as_xml_in_which_nothing_is_lost() {
        let mut expected = job().to_json();
        let members = expected.as_object_mut().unwrap();
        members.remove("AccountId");
        members.insert("ConfirmationRequired".into(), json!("false"));
        members.insert("Priority".into(), json!("10"));
        expected["Report"]["Enabled"] = json!("true");
        assert_eq!(crate::xml::value(&job().to_xml()), expected);
    }

    #[test]
    fn progress_is_read_from_what_s3_answers() {
        let xml = "<DescribeJobResult><Job><JobId>j</JobId><Status>Failed</Status><ProgressSummary>\
            <TotalNumberOfTasks>9</TotalNumberOfTasks><NumberOfTasksSucceeded>7</NumberOfTasksSucceeded>\
            <NumberOfTasksFailed>2</NumberOfTasksFailed></ProgressSummary><FailureReasons><member>\
            <FailureCode>JobFailureRateExceeded</FailureCode><FailureReason>over half</FailureReason></member></FailureReasons>\
            <Report><Bucket>arn:aws:s3:::b</Bucket><Prefix>p</Prefix></Report></Job></DescribeJobResult>";
        let told = progress(&crate::xml::value(xml));
        let expected = Progress {
            status: "Failed".into(),
            total: Some(9),
            succeeded: 7,
            failed: 2,
            reason: "JobFailureRateExceeded: over half".into(),
            report: ("b".into(), "p".into()),
        };
        assert_eq!(told, expected);
        assert!(told.is_over());
    }
}
