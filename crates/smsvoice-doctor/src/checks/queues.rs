//! Queues behind topics: there, open to the topic, with a place for what failed, and patient enough for the function.

use super::{look, name_of, or_good};
use crate::{
    facts::{Facts, Found, Function, Queue},
    finding::Finding,
    policy::Ask,
    roles::queue_statement,
};

/// How many times the function's timeout a message should stay invisible (the Lambda guide, "Using Lambda with SQS").
const PATIENCE: u64 = 6;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let topics = facts.topics.iter().filter_map(|(arn, topic)| Some((arn, topic.is()?)));
    let subscribed = topics.flat_map(|(arn, topic)| topic.subscriptions.iter().map(move |to| (arn, to)));
    let mut findings = Vec::new();
    for (topic, to) in subscribed.filter(|(_, to)| to.protocol == "sqs") {
        let arn = &to.endpoint;
        let Some(found) = facts.queues.get(arn) else { continue };
        let absent = || {
            let cure = format!("aws sqs create-queue --queue-name {}", name_of(arn));
            (format!("{topic} delivers to this queue, which does not exist: its events are lost"), cure)
        };
        match look("queue_exists", arn, found, absent) {
            Ok(queue) => findings.extend(or_good(
                "queue",
                arn,
                wrong(facts, topic, arn, queue),
                "takes the topic's events, and the function reads them",
            )),
            Err(finding) => findings.push(finding),
        }
    }
    findings
}

fn wrong(facts: &Facts, topic: &str, arn: &str, queue: &Queue) -> Vec<Finding> {
    let mut findings = Vec::new();
    let send = Ask {
        action: "sqs:SendMessage",
        resource: arn,
        service: Some("sns.amazonaws.com"),
        context: &[("aws:SourceArn", topic)],
    };
    if !queue.policy.allows(&send) {
        let cure = format!("add this statement to the queue's policy:\n{}", queue_statement(arn, topic));
        findings.push(Finding::failure("queue_policy", arn, format!("its policy does not let {topic} send"), cure));
    }
    match &queue.dead_letters {
        None => {
            let says =
                "it has no redrive policy: a message that fails is tried again until it is too old, and then gone";
            findings.push(Finding::warning("queue_redrive", arn, says, "make a queue for what failed, and name it with a maxReceiveCount of 3 or more:\naws sqs set-queue-attributes --queue-url QUEUE_URL --attributes '{\"RedrivePolicy\":\"{\\\"deadLetterTargetArn\\\":\\\"DLQ_ARN\\\",\\\"maxReceiveCount\\\":5}\"}'"));
        }
        Some(other) => match facts.queues.get(other) {
            Some(Found::Absent) => {
                let says = format!("what fails goes to {other}, which does not exist");
                findings.push(Finding::failure(
                    "queue_redrive",
                    arn,
                    says,
                    format!("aws sqs create-queue --queue-name {}", name_of(other)),
                ));
            }
            Some(Found::Is(failed)) if failed.waiting > 0 => {
                let says = format!("{} messages failed and wait in {other}", failed.waiting);
                findings.push(Finding::warning(
                    "queue_failed",
                    arn,
                    says,
                    "read the function's log for the reason; then aws sqs start-message-move-task",
                ));
            }
            _ => {}
        },
    }
    findings.extend(reader(facts, arn, queue));
    findings
}

/// The function that reads the queue.
fn reader(facts: &Facts, arn: &str, queue: &Queue) -> Vec<Finding> {
    let functions = facts.functions.iter().filter_map(|(name, function)| Some((name, function.is()?)));
    let reader =
        functions.flat_map(|(name, function)| function.sources.iter().map(move |source| (name, function, source)));
    let Some((name, function, source)) = reader.into_iter().find(|(_, _, source)| source.source == arn) else {
        if facts.functions.values().any(|function| matches!(function, Found::Unreadable { .. })) {
            return Vec::new();
        }
        let cure = format!(
            "aws lambda create-event-source-mapping --function-name FUNCTION --event-source-arn {arn} \\\n  \
             --function-response-types ReportBatchItemFailures"
        );
        return vec![Finding::failure(
            "queue_read",
            arn,
            "no function reads this queue, so its events wait until they are too old",
            cure,
        )];
    };
    let mut findings = Vec::new();
    let update = format!("aws lambda update-event-source-mapping --uuid {}", source.id);
    if !source.enabled {
        let says = format!("{} is switched off from it, so its events wait", name_of(name));
        findings.push(Finding::failure("queue_read", arn, says, format!("{update} --enabled")));
    }
    if !source.reports_failures {
        let says = "one event that fails makes its whole batch come again: ReportBatchItemFailures is not set";
        findings.push(Finding::warning(
            "queue_batch",
            arn,
            says,
            format!("{update} --function-response-types ReportBatchItemFailures"),
        ));
    }
    findings.extend(visibility(arn, queue, function));
    findings
}

fn visibility(arn: &str, queue: &Queue, function: &Function) -> Option<Finding> {
    let (visible, timeout) = (queue.visibility_seconds, function.timeout_seconds);
    let cure = format!(
        "aws sqs set-queue-attributes --queue-url QUEUE_URL --attributes VisibilityTimeout={}",
        timeout * PATIENCE
    );
    let says = format!("a message comes back after {visible} s, and the function may take {timeout} s");
    if visible < timeout {
        return Some(Finding::failure(
            "queue_visibility",
            arn,
            format!("{says}: AWS refuses that, and work is done twice"),
            cure,
        ));
    }
    (visible < timeout * PATIENCE).then(|| {
        Finding::warning("queue_visibility", arn, format!("{says}; Lambda asks for {PATIENCE} times that"), cure)
    })
}
