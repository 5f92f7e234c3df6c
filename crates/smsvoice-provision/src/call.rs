//! The calls that change something, as values: what they are for a person, and what they make of a world.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::world::{Api, Destination, MessageType, Set, SetId, World};

/// One call of the service that changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the members of the request, whose names they have")]
pub enum Call {
    /// Makes an empty set, with its tags in API v2.
    CreateSet { set: SetId, tags: BTreeMap<String, String> },
    /// Sets or removes the default message type.
    SetMessageType { set: SetId, to: Option<MessageType> },
    /// Sets or removes the default sender ID.
    SetSenderId { set: SetId, to: Option<String> },
    /// Switches message feedback.
    SetMessageFeedback { set: SetId, to: bool },
    /// Ties the set to a protect configuration in place of the one it has.
    AssociateProtect { set: SetId, to: String },
    /// Unties the set from its protect configuration.
    DisassociateProtect { set: SetId, from: String },
    /// Adds tags, or gives them other values.
    Tag { set: SetId, tags: BTreeMap<String, String> },
    /// Removes tags.
    Untag { set: SetId, keys: BTreeSet<String> },
    /// Makes a destination. In API v2 it is enabled, since `CreateEventDestination` has no member to say otherwise.
    CreateDestination { set: SetId, name: String, destination: Destination },
    /// Changes whatever is different but the kind of the target.
    UpdateDestination { set: SetId, name: String, destination: Destination },
    /// Removes a destination.
    DeleteDestination { set: SetId, name: String },
    /// Removes a set with all its destinations.
    DeleteSet { set: SetId },
}

/// Why the service would refuse a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// What the call is about is not there.
    #[error("it does not exist")]
    Missing,
    /// What the call would make is there.
    #[error("it exists already")]
    Exists,
    /// No further destination.
    #[error("the set has no room for another event destination")]
    Full,
    /// `EVENT_DESTINATION_MISMATCH`.
    #[error("a destination cannot become one of another kind")]
    Mismatch,
}

impl Call {
    /// The set it is about.
    pub fn set(&self) -> &SetId {
        match self {
            Self::CreateSet { set, .. }
            | Self::SetMessageType { set, .. }
            | Self::SetSenderId { set, .. }
            | Self::SetMessageFeedback { set, .. }
            | Self::AssociateProtect { set, .. }
            | Self::DisassociateProtect { set, .. }
            | Self::Tag { set, .. }
            | Self::Untag { set, .. }
            | Self::CreateDestination { set, .. }
            | Self::UpdateDestination { set, .. }
            | Self::DeleteDestination { set, .. }
            | Self::DeleteSet { set } => set,
        }
    }

    /// Does to a world what the service does.
    pub fn perform(&self, world: &mut World) -> Result<(), Refused> {
        match self {
            Self::CreateSet { set, tags } => {
                if world.sets.contains_key(set) {
                    return Err(Refused::Exists);
                }
                world.sets.insert(set.clone(), Set { tags: tags.clone(), ..Set::default() });
                Ok(())
            }
            Self::DeleteSet { set } => world.sets.remove(set).map(drop).ok_or(Refused::Missing),
            other => other.change(world.sets.get_mut(other.set()).ok_or(Refused::Missing)?),
        }
    }

    fn change(&self, set: &mut Set) -> Result<(), Refused> {
        match self {
            Self::CreateSet { .. } | Self::DeleteSet { .. } => {}
            Self::SetMessageType { to, .. } => set.default_message_type.clone_from(to),
            Self::SetSenderId { to, .. } => set.default_sender_id.clone_from(to),
            Self::SetMessageFeedback { to, .. } => set.message_feedback = *to,
            Self::AssociateProtect { to, .. } => set.protect_configuration = Some(to.clone()),
            Self::DisassociateProtect { .. } => set.protect_configuration = None,
            Self::Tag { tags, .. } => set.tags.extend(tags.clone()),
            Self::Untag { keys, .. } => set.tags.retain(|key, _| !keys.contains(key)),
            Self::CreateDestination { set: id, name, destination } => {
                if set.destinations.contains_key(name) {
                    return Err(Refused::Exists);
                }
                if set.destinations.len() >= id.api.destinations_per_set() {
                    return Err(Refused::Full);
                }
                let enabled = destination.enabled || id.api == Api::V2;
                set.destinations.insert(name.clone(), Destination { enabled, ..destination.clone() });
            }
            Self::UpdateDestination { name, destination, .. } => {
                let known = set.destinations.get_mut(name).ok_or(Refused::Missing)?;
                if known.target.kind() != destination.target.kind() {
                    return Err(Refused::Mismatch);
                }
                known.clone_from(destination);
            }
            Self::DeleteDestination { name, .. } => {
                set.destinations.remove(name).ok_or(Refused::Missing)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateSet { set, .. } => write!(f, "create configuration set {set}"),
            Self::SetMessageType { set, to: Some(to) } => {
                write!(f, "set default message type of {set} to {}", to.as_str())
            }
            Self::SetMessageType { set, to: None } => write!(f, "remove default message type of {set}"),
            Self::SetSenderId { set, to: Some(to) } => write!(f, "set default sender ID of {set} to {to}"),
            Self::SetSenderId { set, to: None } => write!(f, "remove default sender ID of {set}"),
            Self::SetMessageFeedback { set, to } => {
                write!(f, "switch message feedback of {set} {}", if *to { "on" } else { "off" })
            }
            Self::AssociateProtect { set, to } => write!(f, "associate {set} with {to}"),
            Self::DisassociateProtect { set, from } => write!(f, "disassociate {set} from {from}"),
            Self::Tag { set, tags } => write!(f, "tag {set}: {}", listed(tags.keys())),
            Self::Untag { set, keys } => write!(f, "untag {set}: {}", listed(keys)),
            Self::CreateDestination { set, name, .. } => write!(f, "create event destination {set}/{name}"),
            Self::UpdateDestination { set, name, .. } => write!(f, "update event destination {set}/{name}"),
            Self::DeleteDestination { set, name } => write!(f, "delete event destination {set}/{name}"),
            Self::DeleteSet { set } => write!(f, "delete configuration set {set}"),
        }
    }
}

fn listed<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
