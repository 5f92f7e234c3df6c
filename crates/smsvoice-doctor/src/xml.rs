//! The XML of AWS's older services as JSON: an element is a string, an object of its children, or, where they are called
//! `member` or `entry`, a list of them.

use quick_xml::{Reader, events::Event};
use serde_json::{Map, Value};

/// An element that is open: its name, its text and its children.
#[derive(Default)]
struct Open {
    name: String,
    text: String,
    children: Map<String, Value>,
    items: Vec<Value>,
    is_list: bool,
}

impl Open {
    fn take(&mut self, name: String, value: Value) {
        if name == "member" || name == "entry" {
            self.is_list = true;
            self.items.push(value);
        } else {
            self.children.insert(name, value);
        }
    }

    fn close(self) -> Value {
        if self.is_list {
            Value::Array(self.items)
        } else if self.children.is_empty() {
            Value::String(self.text)
        } else {
            Value::Object(self.children)
        }
    }
}

/// The document, as an object of its root's children; null if it is not well-formed.
pub(crate) fn value(xml: &str) -> Value {
    let mut reader = Reader::from_str(xml);
    let mut open = vec![Open::default()];
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
                open.push(Open { name, ..Open::default() });
            }
            Ok(Event::Empty(tag)) => {
                let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
                if let Some(parent) = open.last_mut() {
                    parent.take(name, Value::String(String::new()));
                }
            }
            Ok(Event::Text(text)) => {
                let text = text.decode().unwrap_or_default();
                open.last_mut().into_iter().for_each(|element| element.text.push_str(&text));
            }
            Ok(Event::CData(text)) => {
                let text = String::from_utf8_lossy(&text.into_inner()).into_owned();
                open.last_mut().into_iter().for_each(|element| element.text.push_str(&text));
            }
            Ok(Event::GeneralRef(name)) => {
                let name = name.decode().unwrap_or_default();
                let text = quick_xml::escape::unescape(&format!("&{name};")).unwrap_or_default().into_owned();
                open.last_mut().into_iter().for_each(|element| element.text.push_str(&text));
            }
            Ok(Event::End(_)) => {
                let Some(closed) = open.pop() else { return Value::Null };
                let Some(parent) = open.last_mut() else { return Value::Null };
                let name = closed.name.clone();
                parent.take(name, closed.close());
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => return Value::Null,
        }
    }
    match open.pop() {
        Some(root) if open.is_empty() => root.children.into_iter().next().map_or(Value::Null, |(_, value)| value),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::value;

    #[test]
    fn elements_are_strings_objects_and_lists() {
        let xml = "<?xml version=\"1.0\"?><R xmlns=\"urn:a\"><A>x &amp; y</A><L><member>1</member><member><B>2</B></member></L>\
            <M><entry><key>k</key><value>{&quot;a&quot;: &#39;b&#39;}</value></entry></M><E/></R>";
        let expected =
            json!({"A": "x & y", "L": ["1", {"B": "2"}], "M": [{"key": "k", "value": "{\"a\": 'b'}"}], "E": ""});
        assert_eq!(value(xml), expected);
    }

    #[test]
    fn what_is_not_well_formed_is_null() {
        for wrong in ["", "<a>", "<a></b>", "text"] {
            assert_eq!(value(wrong), serde_json::Value::Null, "{wrong}");
        }
    }
}
