//! Roles of event destinations: there, assumable by the service, for this account alone, and allowed just what is needed.

use std::collections::BTreeMap;

use smsvoice_provision::world::Target;

use super::{SERVICE, account_of, look, name_of};
use crate::{
    facts::{Facts, Role},
    finding::Finding,
    policy::{Ask, Document},
    read::{logs_needs, looked_at, stream_needs},
    roles::{DestinationRole, destination_policy},
};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut uses: BTreeMap<String, Vec<(&str, Target)>> = BTreeMap::new();
    for (id, set) in looked_at(facts) {
        for destination in set.destinations.values() {
            let target = &destination.target;
            for (_, arn) in target.arns().iter().filter(|(kind, _)| *kind == "role") {
                uses.entry((*arn).to_owned()).or_default().push((&id.name, target.clone()));
            }
        }
    }
    uses.iter().flat_map(|(arn, of)| check_role(facts, arn, of)).collect()
}

fn check_role(facts: &Facts, arn: &str, uses: &[(&str, Target)]) -> Vec<Finding> {
    let Some(found) = facts.roles.get(arn) else { return Vec::new() };
    let wanted = DestinationRole {
        region: &facts.region,
        account: account_of(arn),
        sets: uses.iter().map(|(set, _)| *set).collect(),
        targets: uses.iter().map(|(_, target)| target).collect(),
    };
    let absent = || {
        let trust = "make it, with this trust policy:".to_owned();
        ("this role does not exist, so AWS cannot write".to_owned(), format!("{trust}\n{}", wanted.trust()))
    };
    let role = match look("role_exists", arn, found, absent) {
        Ok(role) => role,
        Err(finding) => return vec![finding],
    };
    let mut findings = trust(facts, arn, role, &wanted);
    findings.extend(permissions(arn, role, &wanted));
    findings
}

fn trust(facts: &Facts, arn: &str, role: &Role, wanted: &DestinationRole<'_>) -> Vec<Finding> {
    let account = wanted.account;
    let source = |set: &str| format!("arn:aws:sms-voice:{}:{account}:configuration-set/{set}", facts.region);
    let cure = |why: &str| {
        format!(
            "{why}\naws iam update-assume-role-policy --role-name {} --policy-document file://trust.json   # with trust.json:\n{}",
            name_of(arn),
            wanted.trust()
        )
    };
    let anybody = assume(&[]);
    if !role.trust.allows(&anybody) {
        let says = format!("{SERVICE} may not assume this role, so it cannot write");
        return vec![Finding::failure("role_trust", arn, says, cure("trust the service:"))];
    }
    for set in &wanted.sets {
        let source = source(set);
        if !role.trust.allows(&assume(&[("aws:SourceAccount", account), ("aws:SourceArn", &source)])) {
            let says = format!(
                "its trust policy has a condition that keeps out the configuration set {set} of account {account}"
            );
            return vec![Finding::failure("role_trust", arn, says, cure("name this account and these sets:"))];
        }
    }
    if !role.trust.is_conditioned(&anybody, &["aws:SourceAccount", "aws:SourceArn"]) {
        let says =
            "any account's configuration set can use this role (a confused deputy): its trust policy has no condition";
        return vec![Finding::warning("role_conditions", arn, says, cure("add the conditions:"))];
    }
    vec![Finding::good("role_trust", arn, format!("{SERVICE} may assume it, for this account"))]
}

/// The service wants to assume a role, on behalf of what the context says.
fn assume<'a>(context: &'a [(&'a str, &'a str)]) -> Ask<'a> {
    Ask { action: "sts:AssumeRole", resource: "", service: Some(SERVICE), context }
}

fn permissions(arn: &str, role: &Role, wanted: &DestinationRole<'_>) -> Vec<Finding> {
    let needs = wanted.targets.iter().flat_map(|target| match target {
        Target::CloudwatchLogs { log_group, .. } => logs_needs(log_group),
        Target::Firehose { stream, .. } => stream_needs(stream),
        Target::Sns { .. } => Vec::new(),
    });
    let forbidden: Vec<String> =
        needs.filter(|(action, on)| !may(role, action, on)).map(|(action, on)| format!("{action} on {on}")).collect();
    let paste = |why: &str| {
        format!(
            "{why}\naws iam put-role-policy --role-name {} --policy-name events --policy-document file://policy.json   # with policy.json:\n{}",
            name_of(arn),
            destination_policy(&wanted.targets)
        )
    };
    if !forbidden.is_empty() {
        let says = format!("it may not {}", forbidden.join(", nor "));
        return vec![Finding::failure("role_permissions", arn, says, paste("allow it:"))];
    }
    let wide: Vec<String> = role.policies.values().flat_map(Document::too_wide).collect();
    if !wide.is_empty() {
        let says = format!("it may do more than events need: {}", wide.join(", "));
        return vec![Finding::warning("role_width", arn, says, paste("this is enough:"))];
    }
    vec![Finding::good("role_permissions", arn, "it may do what its destinations need")]
}

/// What the simulator said; where it said nothing, what the policies say.
fn may(role: &Role, action: &str, resource: &str) -> bool {
    let read = || Document::allow(role.policies.values(), &Ask { action, resource, service: None, context: &[] });
    role.simulated.get(&format!("{action} {resource}")).copied().unwrap_or_else(read)
}
