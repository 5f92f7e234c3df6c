//! Configuration sets and their destinations: there, enabled, and taking the events of every channel.

use smsvoice_provision::{
    coverage::Coverage,
    world::{Api, Set, SetId, World},
};

use super::look;
use crate::{
    facts::{Facts, Found},
    finding::Finding,
};

/// The event that a message of each channel ends with at best.
const CHANNELS: [(&str, &str); 4] =
    [("TEXT", "TEXT_DELIVERED"), ("VOICE", "VOICE_COMPLETED"), ("MEDIA", "MEDIA_DELIVERED"), ("RCS", "RCS_DELIVERED")];

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let none = || ("there are no configuration sets".to_owned(), APPLY.to_owned());
    let world = match look("sets", "sms-voice", &facts.sets, none) {
        Ok(world) => world,
        Err(finding) => return vec![finding],
    };
    let mut findings = match &facts.desired {
        Some(desired) => missing(desired, world),
        None if world.sets.is_empty() => {
            vec![Finding::failure(
                "sets",
                "sms-voice",
                "there are no configuration sets, so no message has events",
                APPLY,
            )]
        }
        None => Vec::new(),
    };
    for (id, set) in crate::read::looked_at(facts) {
        findings.extend(check_set(id, set));
    }
    findings.extend(senders(facts));
    findings
}

const APPLY: &str = "make them: smsvoice apply infra/event-destinations.toml";

/// What the file names and AWS does not have.
fn missing(desired: &World, world: &World) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, set) in desired.sets.iter().filter(|(id, _)| id.api == Api::V2) {
        let Some(there) = world.sets.get(id) else {
            findings.push(Finding::failure(
                "set_exists",
                id.to_string(),
                "this configuration set does not exist",
                APPLY,
            ));
            continue;
        };
        for name in set.destinations.keys().filter(|name| !there.destinations.contains_key(*name)) {
            let says = "this event destination does not exist";
            findings.push(Finding::failure("destination_exists", format!("{id} / {name}"), says, APPLY));
        }
    }
    findings
}

fn check_set(id: &SetId, set: &Set) -> Vec<Finding> {
    let mut findings = Vec::new();
    let place = id.to_string();
    if set.destinations.is_empty() {
        let says = "it has no event destination, so messages that name it have no events";
        return vec![Finding::failure("has_destination", place, says, APPLY)];
    }
    for (name, destination) in &set.destinations {
        let place = format!("{id} / {name}");
        if destination.enabled {
            let kind = destination.target.kind();
            findings.push(Finding::good("enabled", place, format!("enabled, to {kind}")));
        } else {
            let cure = format!(
                "aws pinpoint-sms-voice-v2 update-event-destination --configuration-set-name {} \\\n  \
                 --event-destination-name {name} --enabled",
                id.name
            );
            findings.push(Finding::failure("enabled", place, "it is disabled, so it takes no event", cure));
        }
    }
    findings.extend(channels(id, set));
    findings
}

/// Which channels no enabled destination takes.
fn channels(id: &SetId, set: &Set) -> Vec<Finding> {
    let coverage = Coverage::of(id.api, set);
    let taken = |event: &&(&str, &str)| coverage.count(event.1) > 0;
    let lost: Vec<&str> = CHANNELS.iter().filter(|event| !taken(event)).map(|(channel, _)| *channel).collect();
    if lost.is_empty() {
        return vec![Finding::good("event_types", id.to_string(), "events of TEXT, VOICE, MEDIA and RCS are taken")];
    }
    let selectors = lost.iter().map(|channel| format!("{channel}_ALL")).collect::<Vec<_>>().join(" ");
    let says = format!("no enabled destination takes the outcome of {} messages", lost.join(", "));
    let cure = format!(
        "add {selectors} (or ALL) to the event types of a destination:\nevents = [\"ALL\"]   # in the file; then smsvoice apply"
    );
    vec![Finding::failure("event_types", id.to_string(), says, cure)]
}

/// No number and no pool has a default configuration set: the API has none.
fn senders(facts: &Facts) -> Option<Finding> {
    let ids = match &facts.senders {
        Found::Is(ids) if ids.is_empty() => return None,
        Found::Is(ids) => ids,
        Found::Absent => return None,
        Found::Unreadable { action, denied, why } => {
            return Some(super::unchecked("senders", "numbers and pools", action, *denied, why));
        }
    };
    let shown = ids.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = if ids.len() > 5 { format!(" and {} more", ids.len() - 5) } else { String::new() };
    let says = "a message that names no configuration set has no events: numbers and pools have no default one";
    let cure = format!(
        "pass ConfigurationSetName in every SendTextMessage, SendVoiceMessage and SendMediaMessage (these send: {shown}{more});\n\
         a rule on the default event bus for source aws.sms-voice catches the events of all sends, at best effort"
    );
    Some(Finding::note("senders", "numbers and pools", says, &cure))
}
