//! Holds a JSON value against a shape of the model, and cuts an answer down to what the model says it has.

use serde_json::{Map, Value};

use super::{Model, Shape, Span};

/// One way in which a request does not satisfy the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The member, as `Tags[0].Key`.
    pub(crate) field: String,
    pub(crate) message: String,
    /// The JSON type itself is wrong: the service cannot even read such a request.
    pub(crate) unreadable: bool,
}

/// Every violation in `value`, in the order of the model's members.
pub(crate) fn check(model: &Model, shape: &Shape, value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    Checker { model, found: &mut found }.any(shape, value, "");
    found
}

struct Checker<'a> {
    model: &'a Model,
    found: &'a mut Vec<Violation>,
}

impl Checker<'_> {
    fn any(&mut self, shape: &Shape, value: &Value, path: &str) {
        match (shape, value) {
            (Shape::Text { length, pattern, source }, Value::String(text)) => {
                self.span(*length, text.chars().count() as i64, "length", path);
                if pattern.as_ref().is_some_and(|p| !p.is_match(text).unwrap_or(false)) {
                    self.say(path, format!("Member must satisfy regular expression pattern: {source}"));
                }
            }
            (Shape::OneOf(values), Value::String(text)) => {
                if !values.contains(&text.as_str()) {
                    self.say(path, format!("Member must satisfy enum value set: [{}]", values.join(", ")));
                }
            }
            (Shape::Int(span), Value::Number(number)) if number.is_i64() => {
                self.span(*span, number.as_i64().unwrap_or_default(), "value", path);
            }
            (Shape::Flag, Value::Bool(_)) | (Shape::Time, Value::Number(_)) => {}
            (Shape::List { length, of }, Value::Array(items)) => {
                self.span(*length, items.len() as i64, "length", path);
                for (at, item) in items.iter().enumerate() {
                    self.any(&self.model.shapes[*of], item, &format!("{path}[{at}]"));
                }
            }
            (Shape::Map { length, key, value }, Value::Object(entries)) => {
                self.span(*length, entries.len() as i64, "length", path);
                for (name, entry) in entries {
                    let at = format!("{path}[{name}]");
                    self.any(&self.model.shapes[*key], &Value::String(name.clone()), &at);
                    self.any(&self.model.shapes[*value], entry, &at);
                }
            }
            (Shape::Struct(_), Value::Object(entries)) => self.structure(shape, entries, path),
            _ => self.found.push(Violation {
                field: path.to_owned(),
                message: format!("Member cannot be read from a JSON {}", json_type(value)),
                unreadable: true,
            }),
        }
    }

    fn structure(&mut self, shape: &Shape, entries: &Map<String, Value>, path: &str) {
        let Shape::Struct(members) = shape else { return };
        for member in members {
            let at = if path.is_empty() { member.name.to_owned() } else { format!("{path}.{}", member.name) };
            match entries.get(member.name) {
                None | Some(Value::Null) if member.required => self.say(&at, "Member must not be null".to_owned()),
                None | Some(Value::Null) => {}
                Some(value) => self.any(&self.model.shapes[member.shape], value, &at),
            }
        }
    }

    fn span(&mut self, span: Span, size: i64, what: &str, path: &str) {
        if let Some(least) = span.least.filter(|least| size < *least) {
            self.say(path, format!("Member must have {what} greater than or equal to {least}"));
        }
        if let Some(most) = span.most.filter(|most| size > *most) {
            self.say(path, format!("Member must have {what} less than or equal to {most}"));
        }
    }

    fn say(&mut self, path: &str, message: String) {
        self.found.push(Violation { field: path.to_owned(), message, unreadable: false });
    }
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// What of `value` the model says the answer has: records hold more than each answer shows.
pub(crate) fn project(model: &Model, shape: &Shape, value: Value) -> Value {
    match (shape, value) {
        (Shape::Struct(members), Value::Object(mut entries)) => {
            let kept = members.iter().filter_map(|member| {
                let value = entries.remove(member.name).filter(|value| !value.is_null())?;
                Some((member.name.to_owned(), project(model, &model.shapes[member.shape], value)))
            });
            Value::Object(kept.collect())
        }
        (Shape::List { of, .. }, Value::Array(items)) => {
            items.into_iter().map(|item| project(model, &model.shapes[*of], item)).collect()
        }
        (_, value) => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Model;
    use super::{check, project};
    use crate::account::message::Api;

    fn fields(operation: &str, value: &serde_json::Value) -> Vec<String> {
        let model = Model::of(Api::V2);
        let input = &model.operation(operation).unwrap().input;
        check(model, input, value).into_iter().map(|violation| violation.field).collect()
    }

    #[test]
    fn a_violation_names_its_member_however_deep() {
        let request = json!({"ConfigurationSetName": "a b", "Tags": [{"Key": "", "Value": "v"}, {"Key": "k"}]});
        let expected = ["ConfigurationSetName", "Tags[0].Key", "Tags[0].Key", "Tags[1].Value"];
        assert_eq!(fields("CreateConfigurationSet", &request), expected);
    }

    #[test]
    fn patterns_that_look_around_are_held() {
        let context = |value: &str| json!({"DestinationPhoneNumber": "+14255550100", "Context": {"k": value}});
        assert_eq!(fields("SendTextMessage", &context(" leading")), ["Context[k]"]);
        assert_eq!(fields("SendTextMessage", &context("trailing ")), ["Context[k]"]);
        assert!(fields("SendTextMessage", &context("in between")).is_empty());
    }

    #[test]
    fn lengths_count_characters_not_bytes() {
        let body = |n| json!({"DestinationPhoneNumber": "+14255550100", "MessageBody": "é".repeat(n)});
        assert!(fields("SendTextMessage", &body(1600)).is_empty());
        assert_eq!(fields("SendTextMessage", &body(1601)), ["MessageBody"]);
    }

    #[test]
    fn an_answer_shows_only_what_the_model_lists() {
        let model = Model::of(Api::V2);
        let record = json!({"ConfigurationSetName": "a", "MessageType": null, "Secret": 1});
        let shown = project(model, &model.operation("SetDefaultMessageType").unwrap().output, record);
        assert_eq!(shown, json!({"ConfigurationSetName": "a"}));
    }
}
