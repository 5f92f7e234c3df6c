//! An answer that is no table of the lake, a ledger or a plan: for a person a text, for a program an object, and where rows
//! are asked for, its objects as rows.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The objects of `document`, one or a list of them, as rows. Columns are the names in the order in which they first come up;
/// what lies deeper is JSON.
pub(crate) fn rows(document: &impl Serialize) -> anyhow::Result<RecordBatch> {
    let json = serde_json::to_string(document)?;
    let objects = objects(&json)?;
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in objects.iter().flat_map(|object| &object.0) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let read = |(name, value): &'_ (String, Box<RawValue>)| Ok((name.clone(), serde_json::from_str(value.get())?));
    let maps = objects.iter().map(|object| object.0.iter().map(read).collect());
    let maps: Vec<BTreeMap<String, Value>> = maps.collect::<serde_json::Result<_>>()?;
    let columns: Vec<ArrayRef> = names.iter().map(|name| column(maps.iter().map(|map| map.get(*name)))).collect();
    let fields = names.iter().zip(&columns).map(|(name, column)| Field::new(*name, column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let count = arrow::array::RecordBatchOptions::new().with_row_count(Some(objects.len()));
    Ok(RecordBatch::try_new_with_options(schema, columns, &count)?)
}

/// The same objects, a line of JSON each; what lies deeper stays what it is.
pub(crate) fn lines(document: &impl Serialize) -> serde_json::Result<String> {
    let items = items(&serde_json::to_string(document)?)?;
    Ok(items.iter().flat_map(|item| [item.get(), "\n"]).collect())
}

fn objects(json: &str) -> serde_json::Result<Vec<Object>> {
    items(json)?.iter().map(|item| serde_json::from_str(item.get())).collect()
}

/// Those of a list, those of the list that an object begins with, or the one object.
fn items(json: &str) -> serde_json::Result<Vec<Box<RawValue>>> {
    if json.starts_with('[') {
        return serde_json::from_str(json);
    }
    let object: Object = serde_json::from_str(json)?;
    match object.0.first() {
        Some((_, first)) if first.get().starts_with("[{") || first.get() == "[]" => serde_json::from_str(first.get()),
        _ => Ok(vec![serde_json::from_str(json)?]),
    }
}

/// Whole numbers, numbers and truths stay what they are, if all values are so; else text.
fn column<'a>(values: impl Iterator<Item = Option<&'a Value>> + Clone) -> ArrayRef {
    let all =
        |is: fn(&Value) -> bool| values.clone().all(|value| value.is_none_or(|value| value.is_null() || is(value)));
    if all(Value::is_i64) {
        Arc::new(values.map(|value| value?.as_i64()).collect::<Int64Array>())
    } else if all(Value::is_number) {
        Arc::new(values.map(|value| value?.as_f64()).collect::<Float64Array>())
    } else if all(Value::is_boolean) {
        Arc::new(values.map(|value| value?.as_bool()).collect::<BooleanArray>())
    } else {
        Arc::new(values.map(|value| value.filter(|value| !value.is_null()).map(text)).collect::<StringArray>())
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An object with its names in their order, which `serde_json` forgets.
struct Object(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Format, Look};

    #[derive(Serialize)]
    struct Told {
        zeta: u64,
        alpha: Option<f64>,
        inner: Vec<u8>,
        text: &'static str,
    }

    #[test]
    fn objects_are_rows_in_the_order_of_their_names() {
        let told = |zeta, alpha| Told { zeta, alpha, inner: vec![1, 2], text: "a" };
        let rows = rows(&[told(1, Some(0.5)), told(2, None)]).unwrap();
        let mut csv = Vec::new();
        Format::Csv.write_all(rows.schema(), [&rows], Look::default(), &mut csv).unwrap();
        assert_eq!(String::from_utf8(csv).unwrap(), "zeta,alpha,inner,text\n1,0.5,\"[1,2]\",a\n2,,\"[1,2]\",a\n");
    }
}
