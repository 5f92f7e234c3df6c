//! `date_diff(unit, from, to)`: how many whole units lie between two timestamps. Trino's meaning.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array};
use arrow::compute::{binary, cast};
use arrow::datatypes::{DataType, TimeUnit, TimestampMillisecondType};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use super::times::{self, Unit, months_between};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct DateDiff {
    signature: Signature,
}

impl DateDiff {
    pub(super) fn new() -> Self {
        Self { signature: Signature::any(3, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for DateDiff {
    fn name(&self) -> &'static str {
        "date_diff"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        let is_time = |t: &DataType| matches!(t, DataType::Timestamp(..) | DataType::Date32 | DataType::Null);
        if arguments[1..].iter().all(is_time) {
            Ok(DataType::Int64)
        } else {
            plan_err!("date_diff takes a unit, such as 'millisecond', and two timestamps or dates")
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args[1..])?;
        let differences = match unit(&arguments.args[0])? {
            Unit::Milliseconds(length) => whole_units(length, &arrays[0], &arrays[1])?,
            Unit::Months(length) => whole_months(length, &arrays[0], &arrays[1])?,
        };
        Ok(ColumnarValue::Array(differences))
    }
}

fn whole_units(unit: i64, from: &ArrayRef, to: &ArrayRef) -> Result<ArrayRef> {
    let milliseconds = DataType::Timestamp(TimeUnit::Millisecond, None);
    let (from, to) = (cast(from, &milliseconds)?, cast(to, &milliseconds)?);
    let (from, to) = (from.as_primitive::<TimestampMillisecondType>(), to.as_primitive::<TimestampMillisecondType>());
    let differences: Int64Array = binary(from, to, |from, to| to.wrapping_sub(from) / unit)?;
    Ok(Arc::new(differences))
}

fn whole_months(length: i64, from: &ArrayRef, to: &ArrayRef) -> Result<ArrayRef> {
    let milliseconds = DataType::Timestamp(TimeUnit::Millisecond, None);
    let (from, to) = (cast(from, &milliseconds)?, cast(to, &milliseconds)?);
    let shown = |at: i64| chrono::DateTime::from_timestamp_millis(at).unwrap_or_default().naive_utc();
    let (from, to) = (from.as_primitive::<TimestampMillisecondType>(), to.as_primitive::<TimestampMillisecondType>());
    let between = |from, to| months_between(shown(from), shown(to)) / length;
    let differences: Int64Array = binary(from, to, between)?;
    Ok(Arc::new(differences))
}

fn unit(name: &ColumnarValue) -> Result<Unit> {
    let ColumnarValue::Scalar(ScalarValue::Utf8(Some(name)) | ScalarValue::Utf8View(Some(name))) = name else {
        return exec_err!("the unit of date_diff is a text such as 'millisecond'");
    };
    times::unit(name).or_else(|problem| exec_err!("date_diff: {problem}"))
}

#[cfg(test)]
mod tests {
    use arrow::array::{TimestampMillisecondArray, TimestampSecondArray};

    use super::*;

    #[test]
    fn only_whole_units_count() {
        let from: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![Some(0), Some(2_500), None]));
        let to: ArrayRef = Arc::new(TimestampSecondArray::from(vec![Some(2), Some(0), Some(1)]));
        for (unit, expected) in [(1, [Some(2_000), Some(-2_500), None]), (1_000, [Some(2), Some(-2), None])] {
            let found = whole_units(unit, &from, &to).unwrap();
            assert_eq!(found.as_primitive::<arrow::datatypes::Int64Type>().iter().collect::<Vec<_>>(), expected);
        }
    }
}
