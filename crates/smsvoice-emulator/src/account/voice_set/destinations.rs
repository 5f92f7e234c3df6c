//! The event destinations of a configuration set of API v1: created, updated, deleted; at most ten a set.

use serde::Deserialize;

use super::{VoiceDestination, require_name};
use crate::{
    account::{Transaction, event_destination::Targets, tag::Nothing},
    refusal::{Quota, Refusal, Resource},
};

const DESTINATIONS_PER_SET: usize = 10;

/// An event destination as a request defines it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    matching_event_types: Vec<String>,
    #[serde(flatten)]
    targets: Targets,
}

impl Definition {
    fn named(self, name: String) -> Result<VoiceDestination, Refusal> {
        if self.matching_event_types.is_empty() {
            return Err(Refusal::missing("EventDestination.MatchingEventTypes"));
        }
        let target = self.targets.single()?.ok_or_else(|| Refusal::missing("EventDestination.SnsDestination"))?;
        Ok(VoiceDestination { name, enabled: self.enabled, matching_event_types: self.matching_event_types, target })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PutDestination {
    configuration_set_name: String,
    event_destination_name: Option<String>,
    event_destination: Option<Definition>,
}

impl PutDestination {
    fn destination(self) -> Result<VoiceDestination, Refusal> {
        let name = self.event_destination_name.unwrap_or_default();
        require_name(&name, "EventDestinationName")?;
        self.event_destination.ok_or_else(|| Refusal::missing("EventDestination"))?.named(name)
    }
}

pub(crate) fn create(tx: &mut Transaction<'_>, input: PutDestination) -> Result<Nothing, Refusal> {
    let set = tx.account.voice_set_mut(&input.configuration_set_name)?;
    let destination = input.destination()?;
    if set.event_destinations.iter().any(|one| one.name == destination.name) {
        return Err(Refusal::exists(Resource::EventDestination, destination.name));
    }
    if set.event_destinations.len() >= DESTINATIONS_PER_SET {
        return Err(Refusal::quota(Quota::EventDestinations, DESTINATIONS_PER_SET));
    }
    set.event_destinations.push(destination);
    Ok(Nothing {})
}

pub(crate) fn update(tx: &mut Transaction<'_>, input: PutDestination) -> Result<Nothing, Refusal> {
    let set = tx.account.voice_set_mut(&input.configuration_set_name)?;
    let name = input.event_destination_name.clone().unwrap_or_default();
    let missing = || Refusal::not_found(Resource::EventDestination, name.as_str());
    let at = set.event_destinations.iter().position(|one| one.name == name).ok_or_else(missing)?;
    set.event_destinations[at] = input.destination()?;
    Ok(Nothing {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NamedDestination {
    configuration_set_name: String,
    event_destination_name: String,
}

pub(crate) fn delete(tx: &mut Transaction<'_>, input: NamedDestination) -> Result<Nothing, Refusal> {
    let set = tx.account.voice_set_mut(&input.configuration_set_name)?;
    let name = input.event_destination_name;
    let missing = || Refusal::not_found(Resource::EventDestination, name.as_str());
    let at = set.event_destinations.iter().position(|one| one.name == name).ok_or_else(missing)?;
    set.event_destinations.remove(at);
    Ok(Nothing {})
}
