//! `aws_pinpointsmsvoicev2_configuration_set` and `aws_pinpointsmsvoicev2_event_destination`, with `import` blocks.
//! Their arguments and the form of their ids are those of the provider's documentation (hashicorp/aws, May 2026).

use super::unique;
use crate::world::{Destination, Set, SetId, Target};

const SET: &str = "aws_pinpointsmsvoicev2_configuration_set";
const DESTINATION: &str = "aws_pinpointsmsvoicev2_event_destination";

pub(super) fn configuration(sets: &[(&SetId, Set)], notes: &mut Vec<String>) -> String {
    let names = unique(sets.iter().map(|(id, _)| id.name.as_str()), identifier);
    let destinations = |set: &Set| set.destinations.keys().cloned().collect::<Vec<_>>();
    let all: Vec<String> = sets
        .iter()
        .zip(&names)
        .flat_map(|((_, set), name)| {
            destinations(set).into_iter().map(move |destination| format!("{name}_{destination}"))
        })
        .collect();
    let labels = unique(all.iter().map(String::as_str), identifier);
    let mut labels = labels.into_iter();
    let mut blocks = Vec::new();
    for ((id, set), name) in sets.iter().zip(&names) {
        notes.extend(missing(id, set));
        blocks.extend([set_block(id, set, name), import(SET, name, &id.name)]);
        for ((destination_name, destination), label) in set.destinations.iter().zip(labels.by_ref()) {
            blocks.push(destination_block(name, destination_name, destination, &label));
            blocks.push(import(DESTINATION, &label, &format!("{},{destination_name}", id.name)));
        }
    }
    blocks.join("\n")
}

fn missing(id: &SetId, set: &Set) -> Vec<String> {
    let feedback = set.message_feedback.then_some("message_feedback");
    let protect = set.protect_configuration.as_ref().map(|_| "protect_configuration");
    let missing = feedback.into_iter().chain(protect);
    missing.map(|key| format!("{id}: Terraform's resource has no argument for {key}")).collect()
}

fn set_block(id: &SetId, set: &Set, name: &str) -> String {
    let mut arguments = vec![("name", text(&id.name))];
    arguments.extend(set.default_message_type.iter().map(|kind| ("default_message_type", text(kind.as_str()))));
    arguments.extend(set.default_sender_id.iter().map(|id| ("default_sender_id", text(id))));
    let mut inner = lines("  ", &arguments);
    if !set.tags.is_empty() {
        let tags: Vec<_> = set.tags.iter().map(|(key, value)| (text(key), text(value))).collect();
        let tags: Vec<_> = tags.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
        inner += &format!("\n  tags = {{\n{}  }}\n", lines("    ", &tags));
    }
    format!("resource \"{SET}\" \"{name}\" {{\n{inner}}}\n")
}

fn destination_block(set: &str, name: &str, destination: &Destination, label: &str) -> String {
    let Destination { enabled, events, target } = destination;
    let events: Vec<_> = events.iter().map(|event| text(event.as_str())).collect();
    let arguments = [
        ("configuration_set_name", format!("{SET}.{set}.name")),
        ("event_destination_name", text(name)),
        ("enabled", enabled.to_string()),
        ("matching_event_types", format!("[{}]", events.join(", "))),
    ];
    let (block, inner) = match target {
        Target::CloudwatchLogs { log_group, role } => {
            ("cloudwatch_logs_destination", vec![("iam_role_arn", text(role)), ("log_group_arn", text(log_group))])
        }
        Target::Firehose { stream, role } => {
            ("kinesis_firehose_destination", vec![("delivery_stream_arn", text(stream)), ("iam_role_arn", text(role))])
        }
        Target::Sns { topic } => ("sns_destination", vec![("topic_arn", text(topic))]),
    };
    let inner = format!("\n  {block} {{\n{}  }}\n", lines("    ", &inner));
    format!("resource \"{DESTINATION}\" \"{label}\" {{\n{}{inner}}}\n", lines("  ", &arguments))
}

fn import(kind: &str, name: &str, id: &str) -> String {
    format!("import {{\n  to = {kind}.{name}\n  id = {}\n}}\n", text(id))
}

fn lines(indent: &str, arguments: &[(&str, String)]) -> String {
    let width = arguments.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    arguments.iter().map(|(name, value)| format!("{indent}{name:<width$} = {value}\n")).collect()
}

/// A quoted template of HCL, in which `${` and `%{` stand for themselves. Its other escapes are JSON's.
fn text(value: &str) -> String {
    let plain = value.replace("${", "$${").replace("%{", "%%{");
    serde_json::Value::from(plain).to_string()
}

/// Letters, digits, `_` and `-`, and no digit or `-` at the beginning.
fn identifier(name: &str) -> String {
    if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        name.to_owned()
    } else {
        format!("set_{name}")
    }
}
