//! The function with what feeds it, and what CloudWatch counted.

use serde_json::{Value, json};

use super::{list, maybe, text};
use crate::{
    aws::{Aws, CallError, path_part},
    facts::{EventSource, Found, Function},
    operations::{
        FILTER_LOG_EVENTS, GET_FUNCTION, GET_FUNCTION_CONCURRENCY, GET_FUNCTION_POLICY, GET_METRIC_STATISTICS,
        LIST_EVENT_SOURCE_MAPPINGS,
    },
    policy::Document,
};

/// How far back errors are counted, in seconds.
const DAY: i64 = 24 * 3600;

pub(super) async fn function(aws: &Aws, arn: &str, sources: Vec<EventSource>, now_ms: i64) -> Found<Function> {
    match read(aws, arn, now_ms).await {
        Ok(function) => Found::Is(Function { sources, ..function }),
        Err(error) => error.into_found(),
    }
}

async fn read(aws: &Aws, arn: &str, now_ms: i64) -> Result<Function, CallError> {
    let path = format!("/2015-03-31/functions/{}", path_part(arn));
    let answer = aws.call(&GET_FUNCTION, json!(path)).await?;
    let told = &answer["Configuration"];
    let policy = match aws.call(&GET_FUNCTION_POLICY, json!(format!("{path}/policy"))).await {
        Ok(answer) => text(&answer["Policy"]),
        Err(error) if error.is_absent() => String::new(),
        Err(error) => return Err(error),
    };
    let concurrency = format!("/2019-09-30/functions/{}/concurrency", path_part(arn));
    let concurrency = aws.call(&GET_FUNCTION_CONCURRENCY, json!(concurrency)).await?;
    let variables = told["Environment"]["Variables"].as_object().into_iter().flatten();
    let name = arn.rsplit(':').next().unwrap_or_default();
    let failed = told["LastUpdateStatus"] == "Failed";
    Ok(Function {
        state: text(&told["State"]),
        failed_update: failed.then(|| text(&told["LastUpdateStatusReason"])),
        timeout_seconds: told["Timeout"].as_u64().unwrap_or(3),
        variables: variables.map(|(name, value)| (name.clone(), text(value))).collect(),
        policy: Document::read(&policy),
        reserved: concurrency["ReservedConcurrentExecutions"].as_u64(),
        sources: Vec::new(),
        errors: metric(aws, "AWS/Lambda", "Errors", &[("FunctionName", name)], now_ms).await.ok(),
        throttles: metric(aws, "AWS/Lambda", "Throttles", &[("FunctionName", name)], now_ms).await.ok(),
        last_error: last_error(aws, name, now_ms).await,
    })
}

/// The event source mappings that read this queue, each with the ARN of its function.
pub(super) async fn sources_of(aws: &Aws, queue: &str) -> Result<Vec<(String, EventSource)>, CallError> {
    let path = format!("/2015-03-31/event-source-mappings?EventSourceArn={}", path_part(queue));
    let answer = aws.call(&LIST_EVENT_SOURCE_MAPPINGS, json!(path)).await?;
    let source = |told: &Value| {
        let reports = list(&told["FunctionResponseTypes"]).iter().any(|kind| kind == "ReportBatchItemFailures");
        let state = text(&told["State"]);
        let source = EventSource {
            id: text(&told["UUID"]),
            source: text(&told["EventSourceArn"]),
            enabled: !matches!(state.as_str(), "Disabled" | "Disabling"),
            reports_failures: reports,
        };
        (text(&told["FunctionArn"]), source)
    };
    Ok(list(&answer["EventSourceMappings"]).iter().map(source).collect())
}

/// The sum of a metric over the last day.
async fn metric(
    aws: &Aws,
    namespace: &str,
    name: &str,
    dimensions: &[(&str, &str)],
    now_ms: i64,
) -> Result<f64, CallError> {
    let dimension = |(name, value): &(&str, &str)| json!({"Name": name, "Value": value});
    let request = json!({"Namespace": namespace, "MetricName": name, "Period": DAY, "Statistics": ["Sum"],
        "StartTime": iso_time(now_ms / 1000 - DAY), "EndTime": iso_time(now_ms / 1000 + 60),
        "Dimensions": dimensions.iter().map(dimension).collect::<Vec<_>>()});
    let answer = aws.call(&GET_METRIC_STATISTICS, request).await?;
    let points = list(&answer["GetMetricStatisticsResult"]["Datapoints"]);
    Ok(points.iter().filter_map(|point| point["Sum"].as_str()?.parse::<f64>().ok()).sum())
}

/// The newest line of the last day in the function's log that reports an error.
async fn last_error(aws: &Aws, name: &str, now_ms: i64) -> Option<String> {
    let request = json!({"logGroupName": format!("/aws/lambda/{name}"), "startTime": now_ms - DAY * 1000,
        "filterPattern": "?ERROR ?error ?\"Task timed out\""});
    let answer = aws.call(&FILTER_LOG_EVENTS, request).await.ok()?;
    let newest = list(&answer["events"]).iter().max_by_key(|event| event["timestamp"].as_i64());
    newest.and_then(|event| maybe(&event["message"])).map(|line| masked(line.trim()))
}

/// A line without its long runs of digits: they may be telephone numbers.
fn masked(line: &str) -> String {
    let mut masked = String::new();
    for run in line.split_inclusive(|letter: char| !letter.is_ascii_digit()) {
        let digits = run.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let hidden = if digits.len() >= 7 { "*".repeat(digits.len()) } else { digits.to_owned() };
        masked.push_str(&hidden);
        masked.push_str(&run[digits.len()..]);
    }
    masked.chars().take(300).collect()
}

/// Message parts of SMS and MMS that the service counted as sent in the last day (the SMS guide, "Monitoring with
/// CloudWatch"). It counts only where its service-linked role is there.
pub(super) async fn sent_parts(aws: &Aws, now_ms: i64) -> Found<f64> {
    let mut sum = 0.0;
    for name in ["NumberOfTextMessagePartsSent", "NumberOfMediaMessagePartsSent"] {
        match metric(aws, "AWS/SMSVoice", name, &[], now_ms).await {
            Ok(count) => sum += count,
            Err(error) => return error.into_found(),
        }
    }
    Found::Is(sum)
}

/// `2026-11-25T22:00:00Z`, from epoch seconds.
fn iso_time(seconds: i64) -> String {
    let time = chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_cloudwatch_reads_them() {
        assert_eq!(iso_time(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso_time(1_709_210_096), "2024-02-29T12:34:56Z");
    }

    #[test]
    fn numbers_in_a_line_of_a_log_are_masked_and_short_ones_stay() {
        assert_eq!(masked("failed for +14255550142 after 3 tries"), "failed for +*********** after 3 tries");
        assert_eq!(masked("1234567"), "*******");
        assert_eq!(masked("code 500"), "code 500");
    }
}
