//! `max_by(value, key)`: the value of the row with the largest key. Trino's meaning, and never dependent on the order of
//! rows: among equal keys the larger value counts. Rows whose key is null do not count; a null value does.

mod largest;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, BinaryViewArray, BooleanArray, new_null_array};
use arrow::buffer::NullBuffer;
use arrow::compute::{filter, prep_null_mask_filter};
use arrow::datatypes::{DataType, Field, FieldRef};
use arrow::row::{RowConverter, Rows, SortField};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility};

use self::largest::{Entry, LargestEntries};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct MaxBy {
    signature: Signature,
}

impl MaxBy {
    pub(super) fn new() -> Self {
        Self { signature: Signature::any(2, Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for MaxBy {
    fn name(&self) -> &'static str {
        "max_by"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        Ok(arguments[0].clone())
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format_state_name(args.name, "entry"), DataType::BinaryView, true))])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(OneGroup(MaxByGroups::new(&args)?)))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(MaxByGroups::new(&args)?))
    }
}

/// The largest key of each group and the value beside it, both in Arrow's row format, in which bytes compare as values do.
struct MaxByGroups {
    keys: RowConverter,
    values: RowConverter,
    value_type: DataType,
    largest: LargestEntries,
}

impl MaxByGroups {
    fn new(args: &AccumulatorArgs) -> Result<Self> {
        let rows_of = |argument: usize| {
            let data_type = args.expr_fields[argument].data_type().clone();
            RowConverter::new(vec![SortField::new(data_type)])
        };
        let value_type = args.expr_fields[0].data_type().clone();
        Ok(Self { keys: rows_of(1)?, values: rows_of(0)?, value_type, largest: LargestEntries::default() })
    }

    fn encode(&self, arguments: &[ArrayRef]) -> Result<(Rows, Rows)> {
        let [value, key] = arguments else { unreachable!("the signature has two arguments") };
        Ok((
            self.keys.convert_columns(std::slice::from_ref(key))?,
            self.values.convert_columns(std::slice::from_ref(value))?,
        ))
    }

    fn decode(&self, entries: &LargestEntries) -> Result<ArrayRef> {
        let null = self.values.convert_columns(&[new_null_array(&self.value_type, 1)])?;
        let parser = self.values.parser();
        let rows = entries.iter().map(|entry| entry.map_or_else(|| null.row(0), |entry| parser.parse(entry.value)));
        let mut columns = self.values.convert_rows(rows)?;
        Ok(columns.swap_remove(0))
    }
}

impl GroupsAccumulator for MaxByGroups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.largest.resize(total_num_groups);
        let Some(chosen) = opt_filter.map(without_nulls) else {
            return self.update(values, group_indices.iter().copied());
        };
        if chosen.true_count() == 0 {
            return Ok(());
        }
        let values = values.iter().map(|array| filter(array, &chosen)).collect::<Result<Vec<_>, _>>()?;
        self.update(&values, chosen.values().set_indices().map(|row| group_indices[row]))
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total_num_groups: usize) -> Result<()> {
        self.largest.resize(total_num_groups);
        for (entry, group) in values[0].as_binary_view().iter().zip(group_indices) {
            if let Some(entry) = entry {
                self.largest.offer(*group, Entry::from_bytes(entry));
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let emitted = self.largest.take(emit_to);
        self.decode(&emitted)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let emitted = self.largest.take(emit_to);
        Ok(vec![Arc::new(emitted.to_array())])
    }

    fn convert_to_state(&self, values: &[ArrayRef], opt_filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let (keys, rows) = self.encode(values)?;
        let mut bytes = Vec::with_capacity(keys.size() + rows.size());
        let mut ends = Vec::with_capacity(keys.num_rows() + 1);
        ends.push(0);
        for (key, value) in keys.iter().zip(&rows) {
            Entry { key: key.data(), value: value.data() }.write_to(&mut bytes);
            ends.push(bytes.len() as i32); // a batch is some thousand rows: far below 2 GiB
        }
        let counted = opt_filter.map(|chosen| NullBuffer::new(without_nulls(chosen).values().clone()));
        let nulls = NullBuffer::union(counted.as_ref(), values[1].logical_nulls().as_ref());
        let entries = BinaryArray::try_new(arrow::buffer::OffsetBuffer::new(ends.into()), bytes.into(), nulls)?;
        Ok(vec![Arc::new(BinaryViewArray::from(&entries))])
    }

    fn size(&self) -> usize {
        self.largest.size() + self.keys.size() + self.values.size()
    }
}

impl MaxByGroups {
    /// `groups` has the group of each row.
    fn update(&mut self, arguments: &[ArrayRef], groups: impl Iterator<Item = usize>) -> Result<()> {
        let (keys, values) = self.encode(arguments)?;
        let nulls = arguments[1].logical_nulls();
        for (row, group) in groups.enumerate() {
            if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
                self.largest.offer(group, Entry { key: keys.row(row).data(), value: values.row(row).data() });
            }
        }
        Ok(())
    }
}

/// A row counts where the filter is true; where it is null it does not.
fn without_nulls(chosen: &BooleanArray) -> BooleanArray {
    if chosen.null_count() == 0 { chosen.clone() } else { prep_null_mask_filter(chosen) }
}

/// Without GROUP BY, and in windows: everything is one group.
struct OneGroup(MaxByGroups);

impl std::fmt::Debug for OneGroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("max_by")
    }
}

impl Accumulator for OneGroup {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.largest.resize(1);
        self.0.update(values, std::iter::repeat_n(0, values[0].len()))
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        GroupsAccumulator::merge_batch(&mut self.0, states, &vec![0; states[0].len()], 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.0.largest.resize(1);
        ScalarValue::try_from_array(&self.0.decode(&self.0.largest)?, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.0.largest.resize(1);
        Ok(vec![ScalarValue::try_from_array(&self.0.largest.to_array(), 0)?])
    }

    fn size(&self) -> usize {
        GroupsAccumulator::size(&self.0)
    }
}
