//! The file for what there is: hand-made sets are adopted, and planning with the file then finds nothing to do.

use std::collections::BTreeSet;

use crate::desired::{DEFAULT_OWNER, OWNER_TAG};
use crate::world::{Api, Destination, Set, World};

/// The desired state, as TOML, that is `world` as it is.
pub fn adopt(world: &World) -> String {
    let owners: BTreeSet<_> = world.sets.values().filter_map(|set| set.tags.get(OWNER_TAG)).collect();
    let mut text = "# Configuration sets and event destinations as they were found.\n".to_owned();
    // The file speaks for one owner; sets of several keep their tags whatever it says.
    if let (1, Some(owner)) = (owners.len(), owners.first().filter(|owner| **owner != DEFAULT_OWNER)) {
        text += &format!("owner = {}\n", quoted(owner));
    }
    text + &world.sets.iter().map(|(id, set)| set_text(id.api, &id.name, set)).collect::<String>()
}

fn set_text(api: Api, name: &str, set: &Set) -> String {
    let Set { default_message_type, default_sender_id, message_feedback, protect_configuration, tags, destinations } =
        set;
    let mut text = format!("\n[[configuration_set]]\nname = {}\n", quoted(name));
    let mut line = |key: &str, value: Option<String>| {
        text += &value.map(|value| format!("{key} = {value}\n")).unwrap_or_default();
    };
    line("api", (api == Api::V1).then(|| quoted("v1")));
    line("default_message_type", default_message_type.as_ref().map(|kind| quoted(kind.as_str())));
    line("default_sender_id", default_sender_id.as_deref().map(quoted));
    line("message_feedback", message_feedback.then(|| "true".to_owned()));
    line("protect_configuration", protect_configuration.as_deref().map(quoted));
    let tags: Vec<_> = tags.iter().filter(|(key, _)| *key != OWNER_TAG).collect();
    let tags: Vec<_> = tags.into_iter().map(|(key, value)| format!("{} = {}", key_text(key), quoted(value))).collect();
    line("tags", (!tags.is_empty()).then(|| format!("{{ {} }}", tags.join(", "))));
    line("event_destination", destinations.is_empty().then(|| "[]".to_owned()));
    text + &destinations.iter().map(|(name, destination)| destination_text(name, destination)).collect::<String>()
}

fn destination_text(name: &str, destination: &Destination) -> String {
    let Destination { enabled, events, target } = destination;
    let events: Vec<_> = events.iter().map(|event| quoted(event.as_str())).collect();
    let arns: Vec<_> = target.arns().into_iter().map(|(key, arn)| format!("{key} = {}", quoted(arn))).collect();
    format!(
        "\n[[configuration_set.event_destination]]\nname = {}\n{}events = [{}]\n{} = {{ {} }}\n",
        quoted(name),
        if *enabled { "" } else { "enabled = false\n" },
        events.join(", "),
        target.kind(),
        arns.join(", ")
    )
}

/// A key as TOML writes it, in quotation marks where it needs them.
fn key_text(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { key.to_owned() } else { escaped(key) }
}

/// A value as a basic string of TOML, in which `${` stands for itself.
fn quoted(value: &str) -> String {
    escaped(&value.replace("${", "$${"))
}

/// JSON's escapes are TOML's, but for DEL, which TOML wants escaped too.
fn escaped(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
