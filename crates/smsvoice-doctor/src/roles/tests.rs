//! Snapshots of the policies, and what must hold for all of them.

use std::{fs, path::Path};

use smsvoice_provision::{Draft, Values};

use super::*;
use crate::operations::ALL;

const FILE: &str = r#"
[[configuration_set]]
name = "otp"
protect_configuration = "protect-0123456789abcdef0123456789abcdef"
[[configuration_set.event_destination]]
name = "lake"
events = ["ALL"]
firehose = { stream = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/sms", role = "arn:aws:iam::111122223333:role/events" }
[[configuration_set.event_destination]]
name = "logs"
events = ["TEXT_ALL"]
cloudwatch_logs = { log_group = "arn:aws:logs:eu-west-1:111122223333:log-group:/sms/events", role = "arn:aws:iam::111122223333:role/events" }
[[configuration_set]]
name = "alerts"
[[configuration_set.event_destination]]
name = "topic"
events = ["ALL"]
sns = { topic = "arn:aws:sns:eu-west-1:111122223333:sms" }
"#;

fn all() -> Vec<Policy> {
    let desired = Draft::read("file.toml", FILE).unwrap().settle(&Values::default()).unwrap();
    let place = Place { region: "eu-west-1".into(), account: "111122223333".into() };
    let function = FunctionScope {
        name: "smsvoice".into(),
        lake: Some("s3://bucket/lake".into()),
        queues: vec!["arn:aws:sqs:eu-west-1:111122223333:events".into()],
        secret: Some("arn:aws:secretsmanager:eu-west-1:111122223333:secret:key-a".into()),
        database: Some("sms".into()),
    };
    policies(&place, &desired.world, &function)
}

#[test]
fn policies_of_a_file_with_every_kind_of_destination() {
    let shown = all().iter().map(|p| format!("# {} ({})\n{}\n", p.of, p.kind, pretty(&p.document))).collect::<String>();
    insta::assert_snapshot!(shown);
}

fn strings<'v>(value: &'v Value, member: &str) -> Vec<&'v str> {
    match &value[member] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn statements(policies: &[Policy]) -> Vec<&Value> {
    policies.iter().flat_map(|policy| policy.document["Statement"].as_array().unwrap()).collect()
}

#[test]
fn no_action_has_a_wildcard_and_everywhere_is_only_what_iam_cannot_narrow() {
    let narrowest: Vec<_> = PROVISION.iter().copied().chain(ALL.iter().map(|o| (o.action, o.about))).collect();
    let policies = all();
    for statement in statements(&policies) {
        let actions = strings(statement, "Action");
        assert!(!actions.is_empty() && actions.iter().all(|action| !action.contains('*')), "{statement}");
        if strings(statement, "Resource").contains(&"*") {
            for action in actions {
                assert!(narrowest.contains(&(action, crate::operations::About::Account)), "{action}");
            }
        }
    }
}

#[test]
fn the_operator_may_do_all_that_plan_apply_and_doctor_call() {
    let policies = all();
    let operator = policies.iter().filter(|policy| policy.of == "operator").cloned().collect::<Vec<_>>();
    let allowed: Vec<_> =
        statements(&operator).into_iter().flat_map(|statement| strings(statement, "Action")).collect();
    for action in PROVISION.iter().map(|(action, _)| *action).chain(ALL.iter().map(|operation| operation.action)) {
        assert!(allowed.contains(&action), "{action}");
    }
    assert!(allowed.contains(&"iam:PassRole"));
}

/// The methods of SDK clients in the sources of `smsvoice-provision`, as actions.
fn called(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            called(&entry, found);
            continue;
        }
        let text: String = fs::read_to_string(&entry).unwrap().split_whitespace().collect();
        for (client, service) in [(".v1.", "sms-voice"), (".v2.", "sms-voice"), (".cloudformation.", "cloudformation")]
        {
            for rest in text.split(client).skip(1) {
                let Some((method, _)) = rest.split_once("()") else { continue };
                if method.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_') {
                    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
                    let name: String = method.split('_').filter(|word| !word.is_empty()).map(capital).collect();
                    found.insert(format!("{service}:{name}"));
                }
            }
        }
    }
}

#[test]
fn the_list_of_provisions_calls_has_every_call_in_its_code() {
    let mut found = BTreeSet::new();
    called(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../smsvoice-provision/src"), &mut found);
    found.retain(|action| !action.ends_with(":Clone"));
    let listed: BTreeSet<_> = PROVISION.iter().map(|(action, _)| (*action).to_owned()).collect();
    assert!(found.is_subset(&listed), "{:?}", found.difference(&listed).collect::<Vec<_>>());
}
