//! `AWS::SMSVOICE::ConfigurationSet`, whose destinations are part of it.

use serde_json::{Map, Value, json};

use crate::world::{Destination, Set, SetId, Target};

const TYPE: &str = "AWS::SMSVOICE::ConfigurationSet";

pub(super) fn template(sets: &[(&SetId, Set)], names: &[String], notes: &mut Vec<String>) -> String {
    for (id, set) in sets {
        if let Some(kind) = &set.default_message_type {
            let kind = kind.as_str();
            notes.push(format!("{id}: CloudFormation has no property for default_message_type = \"{kind}\""));
        }
    }
    let resources = sets.iter().zip(names).map(|((id, set), name)| (name.clone(), resource(id, set)));
    let resources: Map<String, Value> = resources.collect();
    text(&json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Configuration sets of AWS End User Messaging SMS and their event destinations",
        "Resources": resources,
    }))
}

/// For `aws cloudformation create-change-set --change-set-type IMPORT --resources-to-import file://…`.
pub(super) fn resources_to_import(sets: &[(&SetId, Set)], names: &[String]) -> String {
    let resources = sets.iter().zip(names).map(|((id, _), name)| {
        json!({
            "ResourceType": TYPE,
            "LogicalResourceId": name,
            "ResourceIdentifier": { "ConfigurationSetName": id.name },
        })
    });
    text(&resources.collect())
}

fn resource(id: &SetId, set: &Set) -> Value {
    let Set { default_message_type: _, default_sender_id, message_feedback, protect_configuration, tags, destinations } =
        set;
    let destinations = destinations.iter().map(|(name, destination)| self::destination(name, destination));
    let mut properties = Map::new();
    properties.insert("ConfigurationSetName".to_owned(), json!(id.name));
    if let Some(id) = default_sender_id {
        properties.insert("DefaultSenderId".to_owned(), json!(id));
    }
    if *message_feedback {
        properties.insert("MessageFeedbackEnabled".to_owned(), json!(true));
    }
    if let Some(id) = protect_configuration {
        properties.insert("ProtectConfigurationId".to_owned(), json!(id));
    }
    properties.insert("EventDestinations".to_owned(), destinations.collect());
    if !tags.is_empty() {
        let tags = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value }));
        properties.insert("Tags".to_owned(), tags.collect());
    }
    // A resource that is imported must say what becomes of it without the stack; and no stack that goes takes events along.
    json!({
        "Type": TYPE,
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": properties,
    })
}

fn destination(name: &str, destination: &Destination) -> Value {
    let Destination { enabled, events, target } = destination;
    let (member, target) = match target {
        Target::CloudwatchLogs { log_group, role } => {
            ("CloudWatchLogsDestination", json!({ "IamRoleArn": role, "LogGroupArn": log_group }))
        }
        Target::Firehose { stream, role } => {
            ("KinesisFirehoseDestination", json!({ "DeliveryStreamArn": stream, "IamRoleArn": role }))
        }
        Target::Sns { topic } => ("SnsDestination", json!({ "TopicArn": topic })),
    };
    json!({ "EventDestinationName": name, "Enabled": enabled, "MatchingEventTypes": events, member: target })
}

fn text(value: &Value) -> String {
    format!("{value:#}\n")
}
