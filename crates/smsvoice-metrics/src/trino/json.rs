//! JSON in texts: paths, arrays and members. Trino's meaning of its functions of the name `json_…`.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::row_function::{Answer, Answered, Gives, Row, RowFunction, Takes};

pub(super) fn functions() -> Vec<RowFunction> {
    use Takes::{Int, Text};
    let function = RowFunction::new;
    vec![
        function("json_extract", &[Text, Text], 2, Gives::Text, extract),
        function("json_extract_scalar", &[Text, Text], 2, Gives::Text, extract_scalar),
        function("json_array_length", &[Text], 1, Gives::Int, array_length),
        function("json_array_get", &[Text, Int], 2, Gives::Text, array_get),
        function("json_array_contains", &[Text, Takes::Any], 2, Gives::Bool, array_contains),
        function("json_size", &[Text, Text], 2, Gives::Int, size),
        function("json_parse", &[Text], 1, Gives::Text, parse),
        function("json_format", &[Text], 1, Gives::Text, parse),
        function("is_json_scalar", &[Text], 1, Gives::Bool, is_scalar),
    ]
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Member(String),
    Element(usize),
}

/// `$.store.book[0]["a b"]`.
fn path(text: &str) -> Result<Vec<Step>, String> {
    let invalid = || format!("{text:?} is no path; write $.member[0][\"another member\"]");
    let mut rest = text.strip_prefix('$').ok_or_else(invalid)?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            if end == 0 {
                return Err(invalid());
            }
            steps.push(Step::Member(after[..end].to_owned()));
            rest = &after[end..];
            continue;
        }
        let after = rest.strip_prefix('[').ok_or_else(invalid)?;
        let quote = after.chars().next().filter(|first| matches!(first, '"' | '\''));
        let (inner, behind) = match quote {
            Some(quote) => {
                let (inner, behind) = after[1..].split_once(quote).ok_or_else(invalid)?;
                (inner, behind.strip_prefix(']').ok_or_else(invalid)?)
            }
            None => after.split_once(']').ok_or_else(invalid)?,
        };
        steps.push(match (quote, inner.trim().parse()) {
            (None, Ok(element)) => Step::Element(element),
            _ => Step::Member(inner.to_owned()),
        });
        rest = behind;
    }
    Ok(steps)
}

/// The text of what lies at the path, as it is written there; none where the text is no JSON, or nothing lies there. Of
/// members of one name the last counts.
fn text_at<'a>(row: &Row<'a>) -> Result<Option<&'a str>, String> {
    let steps = path(row.text(1))?;
    let Ok(mut raw) = serde_json::from_str::<&RawValue>(row.text(0)) else { return Ok(None) };
    for step in steps {
        let next = match step {
            Step::Member(name) => serde_json::from_str::<BTreeMap<String, &'a RawValue>>(raw.get())
                .ok()
                .and_then(|members| members.get(&*name).copied()),
            Step::Element(element) => serde_json::from_str::<Vec<&'a RawValue>>(raw.get())
                .ok()
                .and_then(|elements| elements.get(element).copied()),
        };
        let Some(next) = next else { return Ok(None) };
        raw = next;
    }
    Ok(Some(raw.get()))
}

/// What lies at the path; none where the text is no JSON, or nothing lies there.
fn at(row: &Row<'_>) -> Result<Option<Value>, String> {
    let steps = path(row.text(1))?;
    let Ok(mut value) = serde_json::from_str::<Value>(row.text(0)) else { return Ok(None) };
    for step in steps {
        let next = match (&step, &mut value) {
            (Step::Member(name), Value::Object(members)) => members.get_mut(name),
            (Step::Element(element), Value::Array(elements)) => elements.get_mut(*element),
            _ => None,
        };
        match next {
            Some(next) => value = next.take(),
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}

fn extract(row: &Row<'_>) -> Answered {
    Ok(at(row)?.map_or(Answer::Null, |value| Answer::Text(value.to_string())))
}

fn extract_scalar(row: &Row<'_>) -> Answered {
    let Some(text) = text_at(row)? else { return Ok(Answer::Null) };
    Ok(match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str(text).map_or(Answer::Null, Answer::Text),
        // A number keeps its own digits.
        Some(b'-' | b'0'..=b'9' | b't' | b'f') => Answer::Text(text.to_owned()),
        _ => Answer::Null,
    })
}

fn array(text: &str) -> Option<Vec<Value>> {
    serde_json::from_str(text).ok()
}

#[allow(clippy::unnecessary_wraps)] // as the others
fn array_length(row: &Row<'_>) -> Answered {
    Ok(array(row.text(0)).map_or(Answer::Null, |elements| Answer::Int(elements.len() as i64)))
}

#[allow(clippy::unnecessary_wraps)] // as the others
fn array_get(row: &Row<'_>) -> Answered {
    let Some(elements) = array(row.text(0)) else { return Ok(Answer::Null) };
    let at = row.int(1);
    let at = if at < 0 { elements.len() as i64 + at } else { at };
    let element = usize::try_from(at).ok().and_then(|at| elements.get(at));
    Ok(match element {
        None | Some(Value::Null) => Answer::Null,
        // As Trino gives it: a text without its quotes.
        Some(Value::String(text)) => Answer::Text(text.clone()),
        Some(other) => Answer::Text(other.to_string()),
    })
}

#[allow(clippy::unnecessary_wraps)] // as the others
fn array_contains(row: &Row<'_>) -> Answered {
    let Some(elements) = array(row.text(0)) else { return Ok(Answer::Null) };
    Ok(Answer::Bool(elements.iter().any(|element| match element {
        Value::String(text) => text == row.text(1),
        other => format!("{other}") == row.text(1),
    })))
}

fn size(row: &Row<'_>) -> Answered {
    Ok(match at(row)? {
        None => Answer::Null,
        Some(Value::Object(members)) => Answer::Int(members.len() as i64),
        Some(Value::Array(elements)) => Answer::Int(elements.len() as i64),
        Some(_) => Answer::Int(0),
    })
}

fn parse(row: &Row<'_>) -> Answered {
    let value: Value =
        serde_json::from_str(row.text(0)).map_err(|error| format!("{:?} is no JSON: {error}", row.text(0)))?;
    Ok(Answer::Text(value.to_string()))
}

fn is_scalar(row: &Row<'_>) -> Answered {
    let value: Value = serde_json::from_str(row.text(0)).map_err(|error| error.to_string())?;
    Ok(Answer::Bool(!value.is_object() && !value.is_array()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_members_and_elements() {
        let member = |name: &str| Step::Member(name.to_owned());
        assert_eq!(path("$").unwrap(), []);
        assert_eq!(path("$.a.b[2]").unwrap(), [member("a"), member("b"), Step::Element(2)]);
        assert_eq!(path("$[\"a.b\"]['c']").unwrap(), [member("a.b"), member("c")]);
        for wrong in ["a", "$a", "$.", "$[1", "$[\"a]"] {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }
}
