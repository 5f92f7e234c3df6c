//! Firehose streams: there, active, transformed by the function, and with a place for what failed.

use super::{look, name_of, or_good};
use crate::{
    facts::{Facts, Found, Stream},
    finding::Finding,
};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let one = |(arn, found): (&String, &Found<Stream>)| match look("stream_exists", arn, found, || absent(arn)) {
        Ok(stream) => or_good("stream", arn, wrong(arn, stream), "active, and its records go through a function"),
        Err(finding) => vec![finding],
    };
    facts.streams.iter().flat_map(one).collect()
}

fn absent(arn: &str) -> (String, String) {
    let cure = format!("make the stream {}, or name another in the destination", name_of(arn));
    ("this Firehose stream does not exist, so its events are lost".to_owned(), cure)
}

fn wrong(arn: &str, stream: &Stream) -> Vec<Finding> {
    let Stream { status, processing, function, error_prefix, to_s3 } = stream;
    let mut findings = Vec::new();
    if status != "ACTIVE" {
        let cure = format!(
            "aws firehose describe-delivery-stream --delivery-stream-name {}   # says why in FailureDescription",
            name_of(arn)
        );
        findings.push(Finding::failure(
            "stream_active",
            arn,
            format!("its status is {status}: it takes no record"),
            cure,
        ));
    }
    let to_function =
        "give the stream a Lambda processor with the function's ARN (update-destination, ProcessingConfiguration)";
    match function {
        None if *to_s3 => {
            let says = "no function transforms its records, so they are stored as they come and not in the lake";
            findings.push(Finding::warning(
                "stream_function",
                arn,
                says,
                format!("{to_function},\nor read its bucket: smsvoice replay s3://…"),
            ));
        }
        Some(function) if !processing => {
            let says = format!("its function {} is named, and processing is switched off", name_of(function));
            findings.push(Finding::failure(
                "stream_function",
                arn,
                says,
                "set ProcessingConfiguration.Enabled to true",
            ));
        }
        _ => {}
    }
    if *to_s3 && function.is_some() && error_prefix.is_none() {
        let says = "records that fail go among those that do not: it has no prefix for errors";
        let cure = "set ErrorOutputPrefix, for example errors/!{firehose:error-output-type}/";
        findings.push(Finding::warning("stream_errors", arn, says, cure));
    }
    findings
}
