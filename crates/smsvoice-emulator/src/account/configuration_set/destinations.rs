//! The event destinations of a configuration set of API v2: created, updated, deleted; at most five a set.

use serde::{Deserialize, Serialize};

use super::ConfigurationSet;
use crate::{
    account::{
        Transaction,
        event_destination::{EventDestination, Targets, member},
    },
    refusal::{Clash, Invalid, Quota, Refusal, Resource},
};

/// AWS raises this quota for nobody.
const DESTINATIONS_PER_SET: usize = 5;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Create {
    configuration_set_name: String,
    event_destination_name: String,
    matching_event_types: Vec<String>,
    #[serde(flatten)]
    targets: Targets,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Update {
    configuration_set_name: String,
    event_destination_name: String,
    enabled: Option<bool>,
    matching_event_types: Option<Vec<String>>,
    #[serde(flatten)]
    targets: Targets,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Delete {
    configuration_set_name: String,
    event_destination_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer {
    configuration_set_arn: String,
    configuration_set_name: String,
    event_destination: EventDestination,
}

impl Answer {
    fn of(set: &ConfigurationSet, event_destination: EventDestination) -> Self {
        let (arn, name) = (set.configuration_set_arn.clone(), set.configuration_set_name.clone());
        Self { configuration_set_arn: arn, configuration_set_name: name, event_destination }
    }
}

pub(crate) fn create(tx: &mut Transaction<'_>, input: Create) -> Result<Answer, Refusal> {
    let missing = || {
        let message = "a value for a single event destination is required";
        Refusal::invalid(Invalid::MissingParameter, "SnsDestination", message)
    };
    let set = tx.account.configuration_set_mut(&input.configuration_set_name)?;
    let target = input.targets.single()?.ok_or_else(missing)?;
    if set.event_destinations.iter().any(|one| one.event_destination_name == input.event_destination_name) {
        return Err(Refusal::exists(Resource::EventDestination, input.event_destination_name));
    }
    if set.event_destinations.len() >= DESTINATIONS_PER_SET {
        return Err(Refusal::quota(Quota::EventDestinations, DESTINATIONS_PER_SET));
    }
    let destination = EventDestination {
        event_destination_name: input.event_destination_name,
        enabled: true,
        matching_event_types: once_each(input.matching_event_types),
        target,
    };
    set.event_destinations.push(destination.clone());
    Ok(Answer::of(set, destination))
}

pub(crate) fn update(tx: &mut Transaction<'_>, input: Update) -> Result<Answer, Refusal> {
    let target = input.targets.single()?;
    let set = tx.account.configuration_set_mut(&input.configuration_set_name)?;
    let at = position(set, &input.event_destination_name)?;
    let destination = &mut set.event_destinations[at];
    if let Some(target) = target {
        if member(&target) != member(&destination.target) {
            let message = format!("the destination has a {}, which can't be changed", member(&destination.target));
            let name = input.event_destination_name;
            return Err(Refusal::clash(Clash::EventDestinationMismatch, Resource::EventDestination, name, message));
        }
        destination.target = target;
    }
    destination.enabled = input.enabled.unwrap_or(destination.enabled);
    if let Some(types) = input.matching_event_types {
        destination.matching_event_types = once_each(types);
    }
    let destination = destination.clone();
    Ok(Answer::of(set, destination))
}

pub(crate) fn delete(tx: &mut Transaction<'_>, input: Delete) -> Result<Answer, Refusal> {
    let set = tx.account.configuration_set_mut(&input.configuration_set_name)?;
    let at = position(set, &input.event_destination_name)?;
    let destination = set.event_destinations.remove(at);
    Ok(Answer::of(set, destination))
}

fn position(set: &ConfigurationSet, name: &str) -> Result<usize, Refusal> {
    let missing = || Refusal::not_found(Resource::EventDestination, name);
    set.event_destinations.iter().position(|one| one.event_destination_name == name).ok_or_else(missing)
}

fn once_each(types: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(types.len());
    for one in types {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}
