//! The policy of whoever runs `smsvoice plan`, `apply`, `adopt`, `destroy` and `doctor`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use smsvoice_provision::world::World;

use super::{FunctionScope, Place, arns, role_arns};
use crate::operations::{ALL, About};

/// What `smsvoice plan` and `apply` call, by the action that IAM asks for, and what it is asked about. A test holds this
/// against the calls in the code of `smsvoice-provision`.
pub const PROVISION: &[(&str, About)] = &[
    ("cloudformation:DescribeStacks", About::Account),
    ("sms-voice:AssociateProtectConfiguration", About::Set),
    ("sms-voice:CreateConfigurationSet", About::Set),
    ("sms-voice:CreateConfigurationSetEventDestination", About::Account),
    ("sms-voice:CreateEventDestination", About::Set),
    ("sms-voice:DeleteConfigurationSet", About::Set),
    ("sms-voice:DeleteConfigurationSetEventDestination", About::Account),
    ("sms-voice:DeleteDefaultMessageType", About::Set),
    ("sms-voice:DeleteDefaultSenderId", About::Set),
    ("sms-voice:DeleteEventDestination", About::Set),
    ("sms-voice:DescribeConfigurationSets", About::Account),
    ("sms-voice:DisassociateProtectConfiguration", About::Set),
    ("sms-voice:GetConfigurationSetEventDestinations", About::Account),
    ("sms-voice:ListConfigurationSets", About::Account),
    ("sms-voice:ListTagsForResource", About::Set),
    ("sms-voice:SetDefaultMessageFeedbackEnabled", About::Set),
    ("sms-voice:SetDefaultMessageType", About::Set),
    ("sms-voice:SetDefaultSenderId", About::Set),
    ("sms-voice:TagResource", About::Set),
    ("sms-voice:UntagResource", About::Set),
    ("sms-voice:UpdateConfigurationSetEventDestination", About::Account),
    ("sms-voice:UpdateEventDestination", About::Set),
];

/// The document: all actions of [`PROVISION`] and of the doctor's operations, each with the resources that it needs, and
/// leave to hand the destinations' roles to the service.
pub fn operator(place: &Place, desired: &World, function: &FunctionScope) -> Value {
    let mut by_resources: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
    let doctor = ALL.iter().map(|operation| (operation.action, operation.about));
    let mut actions: Vec<_> = PROVISION.iter().copied().chain(doctor).collect();
    actions.sort_unstable();
    actions.dedup();
    for (action, about) in actions {
        let resources = resources(action, about, place, desired, function);
        if !resources.is_empty() {
            by_resources.entry(resources).or_default().push(action);
        }
    }
    let statement = |(resources, actions): (Vec<String>, Vec<&str>)| json!({"Effect": "Allow", "Action": actions, "Resource": resources});
    let mut statements: Vec<_> = by_resources.into_iter().map(statement).collect();
    let roles = role_arns(desired);
    if !roles.is_empty() {
        let to = json!({"StringEquals": {"iam:PassedToService": crate::checks::SERVICE}});
        statements.push(json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": roles, "Condition": to}));
    }
    super::document(&statements)
}

/// What an action is allowed on; nothing if the file has no such thing.
fn resources(action: &str, about: About, place: &Place, desired: &World, function: &FunctionScope) -> Vec<String> {
    let Place { region, account } = place;
    let all = |arns: std::collections::BTreeSet<&str>| arns.into_iter().map(str::to_owned).collect::<Vec<_>>();
    match about {
        About::Account => vec!["*".to_owned()],
        About::Set => {
            let arn = |name: &str| format!("arn:aws:sms-voice:{region}:{account}:configuration-set/{name}");
            let mut arns: Vec<_> = desired.sets.keys().map(|id| arn(&id.name)).collect();
            if action.ends_with("ProtectConfiguration") {
                let protects = desired.sets.values().filter_map(|set| set.protect_configuration.as_ref());
                let protect = |id: &String| format!("arn:aws:sms-voice:{region}:{account}:protect-configuration/{id}");
                let protects: Vec<_> = protects.map(protect).collect();
                arns = if protects.is_empty() { Vec::new() } else { [arns, protects].concat() };
            }
            arns
        }
        About::Role => all(role_arns(desired)),
        About::Policy => vec![format!("arn:aws:iam::{account}:policy/*"), "arn:aws:iam::aws:policy/*".to_owned()],
        About::Stream => all(arns(desired, "stream")),
        About::LogGroup => all(arns(desired, "log_group")).into_iter().map(|arn| format!("{arn}:*")).collect(),
        About::Topic => all(arns(desired, "topic")),
        About::Key if arns(desired, "topic").is_empty() => Vec::new(),
        About::Key => vec![format!("arn:aws:kms:{region}:{account}:key/*")],
        About::Queue => function.queues.clone(),
        About::Function if action.starts_with("logs:") => {
            vec![format!("arn:aws:logs:{region}:{account}:log-group:/aws/lambda/{}:*", function.name)]
        }
        About::Function => vec![format!("arn:aws:lambda:{region}:{account}:function:{}", function.name)],
        About::Table => {
            let of = |database: &String| {
                let glue = |what: &str| format!("arn:aws:glue:{region}:{account}:{what}");
                vec![glue("catalog"), glue(&format!("database/{database}")), glue(&format!("table/{database}/*"))]
            };
            function.database.as_ref().map(of).unwrap_or_default()
        }
        About::PhoneNumber => vec![format!("arn:aws:sms-voice:{region}:{account}:phone-number/*")],
    }
}
