//! Topics: there, open to the service, usable if encrypted, and with somebody who listens.

use super::{SERVICE, account_of, look, or_good};
use crate::{
    facts::{Facts, Found, Subscription, Topic},
    finding::Finding,
    policy::Ask,
    roles::{key_statement, topic_statement},
};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (arn, found) in &facts.topics {
        let absent = || {
            let cure = format!("aws sns create-topic --name {}", super::name_of(arn));
            ("this topic does not exist, so its events are lost".to_owned(), cure)
        };
        match look("topic_exists", arn, found, absent) {
            Ok(topic) => {
                findings.extend(or_good(
                    "topic_policy",
                    arn,
                    policy(facts, arn, topic),
                    &format!("{SERVICE} may publish"),
                ));
                findings.extend(encryption(facts, arn, topic));
                findings.extend(subscriptions(facts, arn, topic));
            }
            Err(finding) => findings.push(finding),
        }
    }
    findings
}

fn policy(facts: &Facts, arn: &str, topic: &Topic) -> Vec<Finding> {
    let account = account_of(arn);
    let any_set = format!("arn:aws:sms-voice:{}:{account}:configuration-set/x", facts.region);
    let context = [("aws:SourceAccount", account), ("aws:SourceArn", any_set.as_str())];
    let publish = |context| Ask { action: "sns:Publish", resource: arn, service: Some(SERVICE), context };
    let cure = format!(
        "add this statement to the topic's policy (aws sns set-topic-attributes --attribute-name Policy):\n{}",
        topic_statement(&facts.region, account, arn)
    );
    if !topic.policy.allows(&publish(&[])) {
        let says = format!("its policy does not let {SERVICE} publish");
        return vec![Finding::failure("topic_policy", arn, says, cure)];
    }
    if !topic.policy.allows(&publish(&context[..1])) {
        let says = format!("its policy has a condition that keeps out account {account}");
        return vec![Finding::failure("topic_policy", arn, says, cure)];
    }
    Vec::new()
}

fn encryption(facts: &Facts, arn: &str, topic: &Topic) -> Vec<Finding> {
    let Some(name) = &topic.key else { return Vec::new() };
    let own_key = format!(
        "encrypt the topic with a key of your own whose policy has this statement:\n{}",
        key_statement(account_of(arn))
    );
    if name.ends_with("alias/aws/sns") {
        let says =
            format!("it is encrypted with AWS's own key {name}, which {SERVICE} may not use: nothing can be published");
        return vec![Finding::failure("topic_key", arn, says, own_key)];
    }
    let Some(found) = facts.keys.get(name) else { return Vec::new() };
    let absent = || (format!("it is encrypted with the key {name}, which does not exist"), own_key.clone());
    let key = match look("topic_key", arn, found, absent) {
        Ok(key) => key,
        Err(finding) => return vec![finding],
    };
    if key.managed_by_aws {
        let says =
            format!("it is encrypted with AWS's own key {name}, which {SERVICE} may not use: nothing can be published");
        return vec![Finding::failure("topic_key", arn, says, own_key)];
    }
    if !key.enabled {
        let cure = format!("aws kms enable-key --key-id {name}");
        return vec![Finding::failure(
            "topic_key",
            arn,
            format!("its key {name} is disabled: nothing can be published"),
            cure,
        )];
    }
    let context = [("aws:SourceAccount", account_of(arn))];
    let may = |action| key.policy.allows(&Ask { action, resource: "*", service: Some(SERVICE), context: &context });
    if !may("kms:GenerateDataKey") || !may("kms:Decrypt") {
        let says = format!("the policy of its key {name} does not let {SERVICE} use it: nothing can be published");
        let cure = format!(
            "add this statement to the key's policy (aws kms put-key-policy):\n{}",
            key_statement(account_of(arn))
        );
        return vec![Finding::failure("topic_key", arn, says, cure)];
    }
    vec![Finding::good("topic_key", arn, format!("{SERVICE} may use its key"))]
}

fn subscriptions(facts: &Facts, arn: &str, topic: &Topic) -> Vec<Finding> {
    if topic.subscriptions.is_empty() {
        let cure = format!("aws sns subscribe --topic-arn {arn} --protocol sqs --notification-endpoint QUEUE_ARN");
        return vec![Finding::failure(
            "topic_subscribed",
            arn,
            "nobody subscribes to it, so its events are lost",
            cure,
        )];
    }
    topic.subscriptions.iter().flat_map(|to| subscription(facts, arn, to)).collect()
}

fn subscription(facts: &Facts, arn: &str, to: &Subscription) -> Vec<Finding> {
    let Subscription { arn: own, protocol, endpoint, raw, dead_letters, filtered } = to;
    let place = format!("{arn} → {endpoint}");
    if !own.starts_with("arn:") {
        let cure = "confirm it: open the SubscribeURL that SNS sent to the endpoint, or subscribe it again";
        return vec![Finding::failure(
            "subscription_confirmed",
            place,
            "this subscription is not confirmed, so it gets nothing",
            cure,
        )];
    }
    let mut findings = Vec::new();
    if *filtered {
        let cure = format!(
            "aws sns set-subscription-attributes --subscription-arn {own} --attribute-name FilterPolicy --attribute-value '{{}}'"
        );
        findings.push(Finding::warning("subscription_filter", &place, "a filter policy keeps some events back", cure));
    }
    if let Some(queue) = dead_letters
        && matches!(facts.queues.get(queue), Some(Found::Absent))
    {
        let says = format!("what cannot be delivered goes to {queue}, which does not exist, and is lost");
        findings.push(Finding::failure(
            "subscription_dead_letters",
            &place,
            says,
            "make that queue, or name another in the RedrivePolicy",
        ));
    }
    if findings.is_empty() && matches!(protocol.as_str(), "sqs" | "lambda" | "firehose") {
        let how = if *raw { "as they are" } else { "in SNS's envelope; the function reads both" };
        findings.push(Finding::good("subscription", place, format!("events go on {how}")));
    }
    findings
}
