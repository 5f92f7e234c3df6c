//! `element_at(map, key)`: the value under a text key, null where the map has none; and `element_at(array, place)`. Trino's
//! meaning.

use arrow::array::{Array, ArrayRef, AsArray, ListArray, MapArray, StringViewArray, UInt64Array};
use arrow::compute::{cast, take};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ElementAt {
    signature: Signature,
}

impl ElementAt {
    pub(super) fn new() -> Self {
        Self { signature: Signature::any(2, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for ElementAt {
    fn name(&self) -> &'static str {
        "element_at"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments {
            [DataType::List(item), place] if place.is_integer() => Ok(item.data_type().clone()),
            [DataType::Map(entries, _), key] if is_text(key) => match entries.data_type() {
                DataType::Struct(fields) if is_text(fields[0].data_type()) => Ok(fields[1].data_type().clone()),
                _ => plan_err!("element_at takes a map whose keys are text"),
            },
            _ => plan_err!("element_at takes a map and a text key, or an array and a place"),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let [maps, keys] = &arrays[..] else { return exec_err!("element_at takes two arguments") };
        let found = match maps.data_type() {
            DataType::List(_) => elements_at(maps.as_list(), keys)?,
            _ => values_at(maps.as_map(), keys)?,
        };
        Ok(ColumnarValue::Array(found))
    }
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn values_at(maps: &MapArray, wanted: &ArrayRef) -> Result<ArrayRef> {
    let keys = as_view(maps.keys())?;
    let wanted = as_view(wanted)?;
    let offsets = maps.value_offsets();
    let position = |row: usize| {
        if maps.is_null(row) || wanted.is_null(row) {
            return None;
        }
        let (start, end) = (offsets[row] as usize, offsets[row + 1] as usize);
        (start..end).find(|&entry| keys.value(entry) == wanted.value(row)).map(|entry| entry as u64)
    };
    let positions: UInt64Array = (0..maps.len()).map(position).collect();
    Ok(take(maps.values(), &positions, None)?)
}

/// The elements at these places, from 1 on or from the end on (-1); null where there is none.
fn elements_at(lists: &ListArray, places: &ArrayRef) -> Result<ArrayRef> {
    let places = cast(places, &DataType::Int64)?;
    let places = places.as_primitive::<Int64Type>();
    let mut positions = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        if lists.is_null(row) || places.is_null(row) {
            positions.push(None);
            continue;
        }
        let (start, length) = (i64::from(lists.value_offsets()[row]), i64::from(lists.value_length(row)));
        positions.push(match places.value(row) {
            0 => return exec_err!("elements are counted from 1 on, or from -1 on from the end"),
            place if place > 0 && place <= length => Some((start + place - 1) as u64),
            place if place < 0 && -place <= length => Some((start + length + place) as u64),
            _ => None,
        });
    }
    Ok(take(lists.values(), &UInt64Array::from(positions), None)?)
}

fn as_view(texts: &ArrayRef) -> Result<StringViewArray> {
    let views = cast(texts, &DataType::Utf8View)?;
    Ok(views.as_string_view().clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{MapBuilder, StringArray, StringBuilder};

    use super::*;

    #[test]
    fn value_is_found_or_null() {
        let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        for entries in [Some(vec![("a", "1"), ("b", "2")]), None, Some(vec![]), Some(vec![("b", "3")])] {
            for (key, value) in entries.iter().flatten() {
                maps.keys().append_value(key);
                maps.values().append_value(value);
            }
            maps.append(entries.is_some()).unwrap();
        }
        let wanted: ArrayRef = Arc::new(StringArray::from(vec!["b"; 4]));
        let maps = maps.finish();
        let found = values_at(&maps, &wanted).unwrap();
        assert_eq!(found.as_string::<i32>().iter().collect::<Vec<_>>(), [Some("2"), None, None, Some("3")]);
        let found = values_at(&maps.slice(3, 1), &wanted.slice(3, 1)).unwrap();
        assert_eq!(found.as_string::<i32>().value(0), "3");
    }
}
