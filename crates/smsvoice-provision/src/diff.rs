//! What is different between what there is and what shall be: a value that can be printed, and made into calls.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::call::Call;
use crate::desired::{Desired, OWNER_TAG};
use crate::order::{self, NoRoom};
use crate::world::{Api, Destination, Set, SetId, World};

/// The difference between two worlds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Sets that change, those that go last.
    pub sets: Vec<SetDiff>,
    /// Sets that are there, and that the file does not name.
    pub unmanaged: Vec<SetId>,
}

/// How one set changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetDiff {
    /// Which.
    pub id: SetId,
    /// As it is; none if there is none.
    pub before: Option<Set>,
    /// As it shall be; none if it goes.
    pub after: Option<Set>,
}

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is made.
    Create,
    /// It changes.
    Update,
    /// Another is made in its place.
    Replace,
    /// It goes.
    Delete,
}

/// What something is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// A set, with its settings.
    ConfigurationSet,
    /// A destination of a set.
    EventDestination,
}

/// One line of a plan, with its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// To what kind of thing.
    pub resource: Resource,
    /// The set, or the one that the destination belongs to.
    pub set: SetId,
    /// The resource's own name.
    pub name: String,
    /// What becomes different, by its name in the file.
    pub fields: Vec<Field>,
    /// Why a resource cannot just be changed.
    pub reason: Option<String>,
}

/// One field that becomes different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// As in the file: `enabled`, `firehose.stream`, `tags.team`.
    pub name: String,
    /// None if there was none.
    pub old: Option<Value>,
    /// None if there is none any more.
    pub new: Option<Value>,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Flag(bool),
    /// A text.
    Text(String),
    /// Names in no order.
    Names(BTreeSet<String>),
}

/// What has to change in `current` to make it as `desired`. Sets that the file does not name are left alone, unless
/// `prune` is set and they bear the tag of the file's owner.
pub fn diff(current: &World, desired: &Desired, prune: bool) -> Diff {
    let mut diff = Diff::default();
    for (id, wanted) in &desired.world.sets {
        let before = current.sets.get(id);
        let mut after = wanted.clone();
        // The tag of the owner is put on what is made here, and stays as it is on what was there.
        let owner = match before {
            None if id.api == Api::V2 => Some(desired.owner.clone()),
            before => before.and_then(|set| set.tags.get(OWNER_TAG).cloned()),
        };
        after.tags.extend(owner.map(|owner| (OWNER_TAG.to_owned(), owner)));
        if before != Some(&after) {
            diff.sets.push(SetDiff { id: id.clone(), before: before.cloned(), after: Some(after) });
        }
    }
    for (id, set) in current.sets.iter().filter(|(id, _)| !desired.world.sets.contains_key(*id)) {
        if prune && set.tags.get(OWNER_TAG) == Some(&desired.owner) {
            diff.sets.push(SetDiff { id: id.clone(), before: Some(set.clone()), after: None });
        } else {
            diff.unmanaged.push(id.clone());
        }
    }
    diff
}

impl Diff {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// Its lines, in the order of the sets.
    pub fn changes(&self) -> Vec<Change> {
        self.sets.iter().flat_map(SetDiff::changes).collect()
    }

    /// The calls that make it so, in an order that drops no event.
    pub fn calls(&self) -> Result<Vec<Call>, NoRoom> {
        let calls = self.sets.iter().map(|set| order::calls(&set.id, set.before.as_ref(), set.after.as_ref()));
        Ok(calls.collect::<Result<Vec<_>, _>>()?.concat())
    }
}

impl SetDiff {
    fn changes(&self) -> Vec<Change> {
        let none = Set::default();
        let (before, after) = (self.before.as_ref().unwrap_or(&none), self.after.as_ref().unwrap_or(&none));
        let action = match (&self.before, &self.after) {
            (None, _) => Action::Create,
            (_, None) => Action::Delete,
            _ => Action::Update,
        };
        let fields = set_fields(self.before.as_ref(), self.after.as_ref());
        let mut changes = Vec::new();
        if action != Action::Update || !fields.is_empty() {
            changes.push(Change {
                action,
                resource: Resource::ConfigurationSet,
                set: self.id.clone(),
                name: self.id.name.clone(),
                fields,
                reason: None,
            });
        }
        let names: BTreeSet<_> = before.destinations.keys().chain(after.destinations.keys()).collect();
        let both = |name: &String| (before.destinations.get(name), after.destinations.get(name));
        let differing = names.into_iter().filter(|name| both(name).0 != both(name).1);
        changes.extend(differing.map(|name| destination_change(&self.id, name, both(name))));
        changes
    }
}

fn destination_change(id: &SetId, name: &str, (is, to): (Option<&Destination>, Option<&Destination>)) -> Change {
    let kinds = is.map(|is| is.target.kind()).zip(to.map(|to| to.target.kind()));
    let (action, reason) = match (kinds, to) {
        (Some((is, to)), _) if is != to => {
            (Action::Replace, Some(format!("AWS lets no event destination change from {is} to {to}")))
        }
        (Some(_), _) => (Action::Update, None),
        (None, Some(_)) => (Action::Create, None),
        (None, None) => (Action::Delete, None),
    };
    Change {
        action,
        resource: Resource::EventDestination,
        set: id.clone(),
        name: name.to_owned(),
        fields: destination_fields(is, to),
        reason,
    }
}

fn set_fields(before: Option<&Set>, after: Option<&Set>) -> Vec<Field> {
    // Feedback that is off is worth a line only where it was on.
    let feedback = [before, after].into_iter().flatten().any(|set| set.message_feedback);
    let values = |set: Option<&Set>| {
        let Some(set) = set.cloned() else { return Vec::new() };
        let Set {
            default_message_type,
            default_sender_id,
            message_feedback,
            protect_configuration,
            tags,
            destinations: _,
        } = set;
        let texts = [
            ("default_message_type", default_message_type.map(String::from)),
            ("default_sender_id", default_sender_id),
            ("protect_configuration", protect_configuration),
        ];
        let mut values: Vec<(String, Value)> = Vec::new();
        values.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::Text(text?)))));
        values.extend(feedback.then(|| ("message_feedback".to_owned(), Value::Flag(message_feedback))));
        values.extend(tags.into_iter().map(|(key, value)| (format!("tags.{key}"), Value::Text(value))));
        values
    };
    fields(&values(before), &values(after))
}

fn destination_fields(before: Option<&Destination>, after: Option<&Destination>) -> Vec<Field> {
    let values = |destination: Option<&Destination>| {
        let mut values = Vec::new();
        if let Some(Destination { enabled, events, target }) = destination {
            values.push(("enabled".to_owned(), Value::Flag(*enabled)));
            values.push(("events".to_owned(), Value::Names(events.iter().map(ToString::to_string).collect())));
            let arns = target.arns().into_iter();
            values.extend(arns.map(|(key, arn)| (format!("{}.{key}", target.kind()), Value::Text(arn.to_owned()))));
        }
        values
    };
    fields(&values(before), &values(after))
}

/// What differs, the old ones first in their order.
fn fields(before: &[(String, Value)], after: &[(String, Value)]) -> Vec<Field> {
    let value = |values: &[(String, Value)], name: &str| {
        values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let added = after.iter().filter(|(name, _)| value(before, name).is_none());
    let names = before.iter().chain(added).map(|(name, _)| name);
    let all = names.map(|name| Field { name: name.clone(), old: value(before, name), new: value(after, name) });
    all.filter(|field| field.old != field.new).collect()
}
