//! The function: there, able to run, open to what invokes it, into the right lake, and without errors.

use super::{look, name_of, or_good};
use crate::{
    facts::{Facts, Found, Function},
    finding::Finding,
    policy::Ask,
};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let some_are_ours = facts.functions.values().filter_map(Found::is).any(Function::is_ours);
    // Where one is ours, others that listen to the same topic or log group are somebody else's business.
    let strangers = |found: &Found<Function>| some_are_ours && found.is().is_some_and(|function| !function.is_ours());
    for (arn, found) in facts.functions.iter().filter(|(_, found)| !strangers(found)) {
        let absent = || {
            let cure = "deploy it: cargo lambda build --profile deploy -p smsvoice-ingest, then cargo lambda deploy"
                .to_owned();
            ("this function does not exist, so what leads to it is lost".to_owned(), cure)
        };
        match look("function_exists", arn, found, absent) {
            Ok(function) => {
                let wrong = wrong(facts, arn, function);
                let has_errors = function.errors.is_some_and(|errors| errors > 0.0);
                findings.extend(or_good("function", arn, wrong, "can run, and writes into a lake"));
                findings.extend(has_errors.then(|| errors(arn, function)));
            }
            Err(finding) => findings.push(finding),
        }
    }
    findings
}

fn wrong(facts: &Facts, arn: &str, function: &Function) -> Vec<Finding> {
    let name = name_of(arn);
    let mut findings = Vec::new();
    let Function {
        state,
        failed_update,
        timeout_seconds: _,
        variables,
        policy: _,
        reserved,
        sources: _,
        errors: _,
        throttles,
        last_error: _,
    } = function;
    if !matches!(state.as_str(), "" | "Active" | "Inactive") {
        let cure = format!("aws lambda get-function --function-name {name}   # StateReason says why");
        findings.push(Finding::failure("function_state", arn, format!("its state is {state}: it cannot run"), cure));
    }
    if let Some(why) = failed_update {
        findings.push(Finding::failure(
            "function_update",
            arn,
            format!("its last update failed: {why}"),
            "deploy it again",
        ));
    }
    if *reserved == Some(0) {
        let cure = format!("aws lambda delete-function-concurrency --function-name {name}");
        findings.push(Finding::failure(
            "function_concurrency",
            arn,
            "its reserved concurrency is 0, so it never runs",
            cure,
        ));
    }
    if throttles.is_some_and(|count| count > 0.0) {
        let says = format!("it was throttled {} times in 24 hours", throttles.unwrap_or_default());
        findings.push(Finding::warning("function_throttles", arn, says, format!("give it concurrency of its own: aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions 10")));
    }
    match (variables.get("SMSVOICE_LAKE"), &facts.lake) {
        (None, _) => {
            let says = "it is not ours, or does not know where to write: SMSVOICE_LAKE is not set";
            let cure = format!(
                "aws lambda update-function-configuration --function-name {name} --environment 'Variables={{SMSVOICE_LAKE=s3://BUCKET/PREFIX}}'"
            );
            findings.push(Finding::failure("function_lake", arn, says, cure));
        }
        (Some(its), Some(lake)) if its.trim_end_matches('/') != lake.url.trim_end_matches('/') => {
            let says = format!("it writes into {its}, and the lake that you asked about is {}", lake.url);
            findings.push(Finding::failure(
                "function_lake",
                arn,
                says,
                "set SMSVOICE_LAKE to the same URL, or ask with --lake for the other",
            ));
        }
        _ => {}
    }
    findings.extend(invokers(facts, arn, function));
    findings
}

/// Topics and log groups that lead to the function, and may not invoke it.
fn invokers(facts: &Facts, arn: &str, function: &Function) -> Vec<Finding> {
    let topics = facts.topics.iter().filter_map(|(topic, found)| Some((topic, found.is()?)));
    let topics = topics.filter(|(_, topic)| {
        topic.subscriptions.iter().any(|to| to.protocol == "lambda" && to.endpoint.starts_with(arn))
    });
    let groups = facts.log_groups.iter().filter_map(|(group, found)| Some((group, found.is()?)));
    let groups = groups.filter(|(_, group)| group.filters.iter().any(|(_, to)| to.starts_with(arn)));
    let sources = topics.map(|(topic, _)| (topic.clone(), "sns.amazonaws.com"));
    let sources = sources.chain(groups.map(|(group, _)| (format!("{group}:*"), "logs.amazonaws.com")));
    let may = |source: &str, service: &str| {
        let context = [("AWS:SourceArn", source)];
        let ask = Ask { action: "lambda:InvokeFunction", resource: arn, service: Some(service), context: &context };
        function.policy.allows(&ask)
    };
    let regional = |service: &str| format!("logs.{}.{}", facts.region, service.trim_start_matches("logs."));
    let refused = sources.filter(|(source, service)| !may(source, service) && !may(source, &regional(service)));
    let finding = |(source, service): (String, &str)| {
        let says = format!("{source} leads here, and {service} may not invoke it");
        let cure = format!(
            "aws lambda add-permission --function-name {} --statement-id {} \\\n  --action lambda:InvokeFunction --principal {service} --source-arn '{source}'",
            name_of(arn),
            service.split('.').next().unwrap_or_default()
        );
        Finding::failure("function_policy", arn, says, cure)
    };
    refused.map(finding).collect()
}

fn errors(arn: &str, function: &Function) -> Finding {
    let last = function.last_error.as_ref().map(|line| format!("; the last: {line}")).unwrap_or_default();
    let says = format!("it failed {} times in 24 hours{last}", function.errors.unwrap_or_default());
    let cure = format!("aws logs tail /aws/lambda/{} --since 1d --filter-pattern ERROR", name_of(arn));
    Finding::warning("function_errors", arn, says, cure)
}
