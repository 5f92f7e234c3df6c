//! Log groups: there, and read by somebody.

use super::{look, name_of};
use crate::{
    facts::{Facts, Found, Function, LogGroup},
    finding::Finding,
};

/// Subscription filters of one log group (CloudWatch Logs quotas); AWS raises it for nobody.
const MOST_FILTERS: usize = 2;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    facts.log_groups.iter().flat_map(|(arn, found)| check_group(facts, arn, found)).collect()
}

fn check_group(facts: &Facts, arn: &str, found: &Found<LogGroup>) -> Vec<Finding> {
    let name = arn.split(":log-group:").nth(1).unwrap_or(arn);
    let absent = || {
        let cure = format!("aws logs create-log-group --log-group-name {name}");
        ("this log group does not exist, so its events are lost".to_owned(), cure)
    };
    let group = match look("log_group_exists", arn, found, absent) {
        Ok(group) => group,
        Err(finding) => return vec![finding],
    };
    // One that cannot be looked at may be ours.
    let may_be_ours = |found: &Found<Function>| !matches!(found, Found::Is(function) if !function.is_ours());
    let to_function =
        |to: &str| facts.functions.iter().any(|(arn, found)| to.starts_with(arn.as_str()) && may_be_ours(found));
    let names = || group.filters.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" and ");
    if group.filters.iter().any(|(_, to)| to_function(to) || to.contains(":firehose:") || to.contains(":kinesis:")) {
        return vec![Finding::good("log_group_read", arn, format!("read by {}", names()))];
    }
    if group.filters.len() >= MOST_FILTERS {
        let says = format!(
            "both of its {MOST_FILTERS} subscription filters ({}) lead elsewhere, and there is no third",
            names()
        );
        let cure = "send the events to SNS or Firehose, or put the function behind one of the two";
        return vec![Finding::failure("log_group_filters", arn, says, cure)];
    }
    let cure = format!(
        "aws logs put-subscription-filter --log-group-name {name} --filter-name smsvoice --filter-pattern '' \\\n  \
         --destination-arn FUNCTION_ARN   # after lambda add-permission for logs.amazonaws.com"
    );
    let says = "no subscription filter leads to the function, so events stay in the log group";
    vec![Finding::warning("log_group_read", arn, says, format!("{cure}\n# {}", name_of(arn)))]
}
