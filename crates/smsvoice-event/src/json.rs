//! JSON objects whose members' values are JSON already.

use std::borrow::Cow;

/// The members, in their order, as one JSON object.
pub(crate) fn object(members: &[(Cow<'_, str>, Cow<'_, str>)]) -> String {
    let mut json = String::from("{");
    for (name, value) in members {
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&serde_json::to_string(name).expect("every text can be a JSON string"));
        json.push(':');
        json.push_str(value);
    }
    json.push('}');
    json
}
