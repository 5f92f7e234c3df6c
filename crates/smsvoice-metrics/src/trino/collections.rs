//! Maps from lists: of entries, and of values that are counted. Trino's meaning, but that of equal keys the last counts.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray, MapArray, StructArray, UInt32Array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

/// What becomes of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// Each value with how often it is there.
    Histogram,
    /// Entries as a map.
    Entries,
    /// Entries as a map of lists.
    Multi,
}

#[derive(Clone, Debug)]
pub(super) struct MapOf {
    name: &'static str,
    kind: Kind,
    signature: Signature,
}

impl PartialEq for MapOf {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for MapOf {}

impl Hash for MapOf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl MapOf {
    pub(super) fn all() -> [Self; 3] {
        let of = |name, kind| Self { name, kind, signature: Signature::any(1, Volatility::Immutable) };
        [
            of("histogram_of", Kind::Histogram),
            of("map_from_entries", Kind::Entries),
            of("multimap_from_entries", Kind::Multi),
        ]
    }

    /// The types of keys and values.
    fn types(&self, list: &DataType) -> Result<(DataType, DataType)> {
        let item = match list {
            DataType::List(item) => item.data_type(),
            DataType::Null => &DataType::Null,
            _ => return plan_err!("{} takes an array", self.name),
        };
        Ok(match (self.kind, item) {
            (Kind::Histogram, item) => (item.clone(), DataType::Int64),
            (Kind::Entries, DataType::Struct(fields)) if fields.len() == 2 => {
                (fields[0].data_type().clone(), fields[1].data_type().clone())
            }
            (Kind::Multi, DataType::Struct(fields)) if fields.len() == 2 => {
                (fields[0].data_type().clone(), DataType::new_list(fields[1].data_type().clone(), true))
            }
            _ => return plan_err!("{} takes an array of entries: of rows of a key and a value", self.name),
        })
    }
}

fn entries_field(key: DataType, value: DataType) -> FieldRef {
    let fields: Fields = vec![Field::new("key", key, false), Field::new("value", value, true)].into();
    Arc::new(Field::new("entries", DataType::Struct(fields), false))
}

impl ScalarUDFImpl for MapOf {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        let (key, value) = self.types(&arguments[0])?;
        Ok(DataType::Map(entries_field(key, value), false))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let list = arguments.args[0].to_array(arguments.number_rows)?;
        let list = list.as_list::<i32>();
        let items = list.values();
        let (keys, values) = match self.kind {
            Kind::Histogram => (Arc::clone(items), None),
            Kind::Entries | Kind::Multi => {
                let entries = items.as_struct();
                (Arc::clone(entries.column(0)), Some(Arc::clone(entries.column(1))))
            }
        };
        let grouped = Grouped::new(list, &keys)?;
        let values: ArrayRef = match (self.kind, values) {
            (Kind::Entries, Some(values)) => take(&values, &grouped.last(), None)?,
            (Kind::Multi, Some(values)) => Arc::new(grouped.lists(&values)?),
            _ => Arc::new(grouped.counts()),
        };
        let keys = take(&keys, &grouped.first(), None)?;
        let field = entries_field(keys.data_type().clone(), values.data_type().clone());
        let DataType::Struct(fields) = field.data_type() else { unreachable!("it was just made of a struct") };
        let entries = StructArray::try_new(fields.clone(), vec![keys, values], None)?;
        let map = MapArray::try_new(field, grouped.offsets, entries, grouped.nulls, false)?;
        Ok(ColumnarValue::Array(Arc::new(map)))
    }
}

/// The different keys of each list, with the places of their items.
struct Grouped {
    offsets: OffsetBuffer<i32>,
    nulls: Option<NullBuffer>,
    places: Vec<Vec<u32>>,
}

impl Grouped {
    fn new(list: &ListArray, keys: &ArrayRef) -> Result<Self> {
        let converter = RowConverter::new(vec![SortField::new(keys.data_type().clone())])?;
        let rows = converter.convert_columns(std::slice::from_ref(keys))?;
        let (mut places, mut lengths) = (Vec::new(), Vec::new());
        for row in 0..list.len() {
            let begin = places.len();
            let mut known: HashMap<OwnedRow, usize> = HashMap::new();
            let offsets = list.value_offsets();
            let items = if list.is_null(row) { 0..0 } else { offsets[row] as usize..offsets[row + 1] as usize };
            for item in items.filter(|item| keys.is_valid(*item)) {
                let at = *known.entry(rows.row(item).owned()).or_insert_with(|| {
                    places.push(Vec::new());
                    places.len() - 1
                });
                places[at].push(item as u32);
            }
            lengths.push(places.len() - begin);
        }
        Ok(Self { offsets: OffsetBuffer::from_lengths(lengths), nulls: list.nulls().cloned(), places })
    }

    fn first(&self) -> UInt32Array {
        self.places.iter().map(|places| places.first().copied()).collect()
    }

    fn last(&self) -> UInt32Array {
        self.places.iter().map(|places| places.last().copied()).collect()
    }

    fn counts(&self) -> Int64Array {
        self.places.iter().map(|places| Some(places.len() as i64)).collect()
    }

    fn lists(&self, values: &ArrayRef) -> Result<ListArray> {
        let all: UInt32Array = self.places.iter().flatten().copied().map(Some).collect();
        let offsets = OffsetBuffer::from_lengths(self.places.iter().map(Vec::len));
        let item = Arc::new(Field::new_list_field(values.data_type().clone(), true));
        Ok(ListArray::try_new(item, offsets, take(values, &all, None)?, None)?)
    }
}
