//! Least-privilege policies: of event destinations, of the function, and of whoever runs plan, apply and doctor. No action
//! has a wildcard. A resource is `*` only where IAM knows no narrower one for the action.

mod operator;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use smsvoice_provision::world::{Target, World};

use crate::read::{logs_needs, stream_needs};

pub use operator::{PROVISION, operator};

/// The account and region that policies are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `eu-west-1`, say.
    pub region: String,
    /// 12 digits.
    pub account: String,
}

/// What is known of the function and its lake; what is not known is left out of the policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionScope {
    /// Its name.
    pub name: String,
    /// The lake, `s3://bucket/prefix`.
    pub lake: Option<String>,
    /// Queues that it reads, by ARN.
    pub queues: Vec<String>,
    /// The secret with the key for telephone numbers, by ARN.
    pub secret: Option<String>,
    /// The Glue database of the lake's tables.
    pub database: Option<String>,
}

/// A policy and what it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Whose it is: a role's ARN or name, or `operator`.
    pub of: String,
    /// `trust` or `permissions`, or `resource` for the policy of a topic.
    pub kind: &'static str,
    /// The document.
    pub document: Value,
}

/// What a role of event destinations is used for.
pub(crate) struct DestinationRole<'a> {
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    /// The names of the configuration sets whose destinations use it.
    pub(crate) sets: BTreeSet<&'a str>,
    pub(crate) targets: Vec<&'a Target>,
}

impl DestinationRole<'_> {
    fn trust_document(&self) -> Value {
        let source = |set: &&str| format!("arn:aws:sms-voice:{}:{}:configuration-set/{set}", self.region, self.account);
        let sources: Vec<_> = self.sets.iter().map(source).collect();
        document(&[json!({
            "Effect": "Allow", "Principal": {"Service": crate::checks::SERVICE}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": self.account}, "ArnEquals": {"aws:SourceArn": sources}},
        })])
    }

    /// The trust policy, to paste.
    pub(crate) fn trust(&self) -> String {
        pretty(&self.trust_document())
    }
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn targets_document(targets: &[&Target]) -> Value {
    let mut statements = Vec::new();
    let mut seen = BTreeSet::new();
    for target in targets {
        let needs = match target {
            Target::CloudwatchLogs { log_group, .. } => logs_needs(log_group),
            Target::Firehose { stream, .. } => stream_needs(stream),
            Target::Sns { .. } => continue,
        };
        let resource = needs.first().map(|(_, resource)| resource.clone()).unwrap_or_default();
        if seen.insert(resource.clone()) {
            let actions: Vec<_> = needs.iter().map(|(action, _)| *action).collect();
            statements.push(json!({"Effect": "Allow", "Action": actions, "Resource": resource}));
        }
    }
    document(&statements)
}

/// What a role needs for these targets, to paste.
pub(crate) fn destination_policy(targets: &[&Target]) -> String {
    pretty(&targets_document(targets))
}

fn topic_value(region: &str, account: &str, topic: &str) -> Value {
    let source = format!("arn:aws:sms-voice:{region}:{account}:configuration-set/*");
    json!({
        "Sid": "smsvoice", "Effect": "Allow", "Principal": {"Service": crate::checks::SERVICE}, "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": source}},
    })
}

/// The statement by which the service may publish, to paste.
pub(crate) fn topic_statement(region: &str, account: &str, topic: &str) -> String {
    pretty(&topic_value(region, account, topic))
}

/// The statement of a key by which the service may encrypt what it publishes, to paste.
pub(crate) fn key_statement(account: &str) -> String {
    pretty(&json!({
        "Sid": "smsvoice", "Effect": "Allow", "Principal": {"Service": crate::checks::SERVICE},
        "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }))
}

/// The statement of a queue by which a topic may send, to paste.
pub(crate) fn queue_statement(queue: &str, topic: &str) -> String {
    pretty(&json!({
        "Sid": "smsvoice", "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": queue, "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }))
}

/// All policies for what a file describes: for each role its trust and what it may do, for each topic who may publish, for
/// the function what it may do, and the operator's.
pub fn policies(place: &Place, desired: &World, function: &FunctionScope) -> Vec<Policy> {
    let mut policies = Vec::new();
    for role in role_arns(desired) {
        let uses = || desired.sets.iter().flat_map(|(id, set)| set.destinations.values().map(move |d| (id, &d.target)));
        let of_it = || uses().filter(|(_, target)| target.arns().contains(&("role", role)));
        let wanted = DestinationRole {
            region: &place.region,
            account: &place.account,
            sets: of_it().map(|(id, _)| id.name.as_str()).collect(),
            targets: of_it().map(|(_, target)| target).collect(),
        };
        policies.push(Policy { of: role.to_owned(), kind: "trust", document: wanted.trust_document() });
        policies.push(Policy { of: role.to_owned(), kind: "permissions", document: targets_document(&wanted.targets) });
    }
    for topic in topics(desired) {
        let statement = topic_value(&place.region, &place.account, topic);
        policies.push(Policy { of: topic.to_owned(), kind: "resource", document: document(&[statement]) });
    }
    let service =
        json!({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"});
    policies.push(Policy { of: function.name.clone(), kind: "trust", document: document(&[service]) });
    policies.push(Policy {
        of: function.name.clone(),
        kind: "permissions",
        document: function_document(place, function),
    });
    policies.push(Policy {
        of: "operator".to_owned(),
        kind: "permissions",
        document: operator(place, desired, function),
    });
    policies
}

/// The roles that destinations name, each once.
pub(crate) fn role_arns(desired: &World) -> BTreeSet<&str> {
    arns(desired, "role")
}

fn topics(desired: &World) -> BTreeSet<&str> {
    arns(desired, "topic")
}

pub(crate) fn arns<'w>(desired: &'w World, kind: &str) -> BTreeSet<&'w str> {
    let targets =
        desired.sets.values().flat_map(|set| set.destinations.values()).map(|destination| &destination.target);
    targets.flat_map(Target::arns).filter(|(name, _)| *name == kind).map(|(_, arn)| arn).collect()
}

fn function_document(place: &Place, function: &FunctionScope) -> Value {
    let FunctionScope { name, lake, queues, secret, database: _ } = function;
    let Place { region, account } = place;
    let log = format!("arn:aws:logs:{region}:{account}:log-group:/aws/lambda/{name}:*");
    let mut statements =
        vec![json!({"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": log})];
    if let Some(path) = lake.as_deref().and_then(|lake| lake.strip_prefix("s3://")) {
        let (bucket, prefix) = path.trim_end_matches('/').split_once('/').unwrap_or((path.trim_end_matches('/'), ""));
        let below = if prefix.is_empty() { "*".to_owned() } else { format!("{prefix}/*") };
        let objects = format!("arn:aws:s3:::{bucket}/{below}");
        statements.push(json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": objects}));
        let list = json!({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": format!("arn:aws:s3:::{bucket}"),
            "Condition": {"StringLike": {"s3:prefix": below}}});
        statements.push(list);
    }
    if !queues.is_empty() {
        let actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
        statements.push(json!({"Effect": "Allow", "Action": actions, "Resource": queues}));
    }
    if let Some(secret) = secret {
        let action = "secretsmanager:GetSecretValue";
        statements.push(json!({"Effect": "Allow", "Action": action, "Resource": secret}));
    }
    document(&statements)
}

#[cfg(test)]
mod tests;
