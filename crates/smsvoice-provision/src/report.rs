//! A difference as text for a person, and as JSON for a program.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::diff::{Action, Change, Diff, Field, Resource, Value};
use crate::world::{Api, SetId};

/// Letters of a terminal: green, yellow, magenta, red, bold, and back to plain.
struct Paint(bool);

impl Paint {
    fn action<'t>(&self, action: Action, text: &'t str) -> Painted<'t> {
        let code = match action {
            Action::Create => "\x1b[32m",
            Action::Update => "\x1b[33m",
            Action::Replace => "\x1b[35m",
            Action::Delete => "\x1b[31m",
        };
        Painted { code: self.0.then_some(code), text }
    }
}

struct Painted<'t> {
    code: Option<&'static str>,
    text: &'t str,
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{code}{}\x1b[0m", self.text),
            None => f.write_str(self.text),
        }
    }
}

impl Diff {
    /// For a person: each change with its fields, what is left alone, and how many changes there are.
    pub fn text(&self, coloured: bool) -> String {
        let paint = Paint(coloured);
        let changes = self.changes();
        let mut text: String = changes.iter().map(|change| change_text(change, &paint)).collect();
        if !self.unmanaged.is_empty() {
            let names: Vec<_> = self.unmanaged.iter().map(ToString::to_string).collect();
            text += &format!("  not in the file, and left alone: {}\n", names.join(", "));
        }
        if !text.is_empty() {
            text += "\n";
        }
        text + &summary(&changes) + "\n"
    }

    /// For a program: the changes, and the sets that are left alone.
    pub fn json(&self) -> Json {
        let unmanaged = self.unmanaged.iter().map(Unmanaged::of).collect();
        Json { changes: self.changes().into_iter().map(JsonChange::of).collect(), unmanaged }
    }
}

fn change_text(change: &Change, paint: &Paint) -> String {
    let Change { action, resource, set, name, fields, reason } = change;
    let sign = match action {
        Action::Create => "+",
        Action::Update => "~",
        Action::Replace => "±",
        Action::Delete => "-",
    };
    let (what, whose) = match resource {
        Resource::ConfigurationSet => ("configuration set", set.to_string()),
        Resource::EventDestination => ("event destination", format!("{set}/{name}")),
    };
    let because = reason.as_ref().map(|reason| format!(" is replaced: {reason}")).unwrap_or_default();
    let mut text = format!("{} {what} {whose}{because}\n", paint.action(*action, sign));
    let width = fields.iter().map(|field| field.name.chars().count()).max().unwrap_or(0);
    for field in fields {
        let value = match (action, &field.old) {
            (Action::Delete, Some(old)) => value_text(old),
            _ => field_text(field),
        };
        text += &format!("    {:<width$}  {value}\n", field.name);
    }
    text
}

fn field_text(field: &Field) -> String {
    match (&field.old, &field.new) {
        (Some(Value::Names(old)), Some(Value::Names(new))) => {
            let gone = old.difference(new).map(|name| format!("-{name}"));
            let added = new.difference(old).map(|name| format!("+{name}"));
            gone.chain(added).collect::<Vec<_>>().join(" ")
        }
        (Some(old), Some(new)) => format!("{} → {}", value_text(old), value_text(new)),
        (Some(old), None) => format!("{} → none", value_text(old)),
        (None, Some(new)) => value_text(new),
        (None, None) => String::new(),
    }
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Flag(flag) => flag.to_string(),
        Value::Text(text) => text.clone(),
        Value::Names(names) => names.iter().map(String::as_str).collect::<Vec<_>>().join(" "),
    }
}

fn summary(changes: &[Change]) -> String {
    let count = |action| changes.iter().filter(|change| change.action == action).count();
    let parts = [
        (Action::Create, "to create"),
        (Action::Update, "to change"),
        (Action::Replace, "to replace"),
        (Action::Delete, "to delete"),
    ];
    let parts = parts.into_iter().map(|(action, what)| (count(action), what)).filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts.map(|(count, what)| format!("{count} {what}")).collect();
    if parts.is_empty() { "nothing to do: everything is as the file says".to_owned() } else { parts.join(", ") }
}

/// A difference for a program.
#[derive(Clone, Debug, Serialize)]
pub struct Json {
    changes: Vec<JsonChange>,
    unmanaged: Vec<Unmanaged>,
}

#[derive(Clone, Debug, Serialize)]
struct JsonChange {
    action: Action,
    resource: Resource,
    configuration_set: String,
    name: String,
    api: Api,
    fields: BTreeMap<String, OldAndNew>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct OldAndNew {
    old: Option<Value>,
    new: Option<Value>,
}

impl JsonChange {
    fn of(change: Change) -> Self {
        let Change { action, resource, set: SetId { api, name: configuration_set }, name, fields, reason } = change;
        let fields = fields.into_iter().map(|Field { name, old, new }| (name, OldAndNew { old, new })).collect();
        Self { action, resource, configuration_set, name, api, fields, reason }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Unmanaged {
    resource: Resource,
    configuration_set: String,
    name: String,
    api: Api,
}

impl Unmanaged {
    fn of(SetId { api, name }: &SetId) -> Self {
        let name = name.clone();
        Self { resource: Resource::ConfigurationSet, configuration_set: name.clone(), name, api: *api }
    }
}
