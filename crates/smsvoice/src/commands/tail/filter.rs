//! Which events are wanted.

use std::str::FromStr;

use anyhow::Context;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::DataType;
use smsvoice_lake::schema::EVENT_COLUMNS;

/// A column has a value, or another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    column: String,
    value: String,
    not: bool,
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (column, value) = text.split_once('=').ok_or("COLUMN=VALUE is expected: outcome=failed")?;
        let known = || EVENT_COLUMNS.iter().map(|column| column.name);
        if !known().any(|name| name == column) {
            return Err(format!("no column {column:?}; there are {}", known().collect::<Vec<_>>().join(", ")));
        }
        let (not, value) = match value.strip_prefix('!') {
            Some(value) => (true, value),
            None => (false, value),
        };
        Ok(Self { column: column.to_owned(), value: value.to_owned(), not })
    }
}

/// The rows for which all filters hold. A null has no value, so it is another one.
pub(super) fn wanted(rows: &RecordBatch, filters: &[Filter]) -> anyhow::Result<RecordBatch> {
    let mut rows = rows.clone();
    for Filter { column, value, not } in filters {
        let texts: ArrayRef = rows.column_by_name(column).context("the rows are no events")?.clone();
        let texts =
            cast(&texts, &DataType::Utf8).with_context(|| format!("{column} cannot be compared with a text"))?;
        let texts = texts.as_string::<i32>();
        let holds = (0..texts.len()).map(|row| (texts.is_valid(row) && texts.value(row) == value) != *not);
        rows = filter_record_batch(&rows, &holds.collect::<Vec<_>>().into_iter().map(Some).collect::<BooleanArray>())?;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringArray;
    use arrow::datatypes::{Field, Schema};

    use super::*;

    #[test]
    fn filter_names_a_column_that_there_is() {
        let error = "outcom=failed".parse::<Filter>().unwrap_err();
        assert!(error.contains("no column \"outcom\"; there are event_type"), "{error}");
        assert!("outcome".parse::<Filter>().is_err());
    }

    #[test]
    fn a_null_is_another_value() {
        let schema = Arc::new(Schema::new(vec![Field::new("carrier_name", DataType::Utf8, true)]));
        let column = StringArray::from(vec![Some("A"), None, Some("B")]);
        let rows = RecordBatch::try_new(schema, vec![Arc::new(column)]).unwrap();
        let count = |filter: &str| wanted(&rows, &[filter.parse().unwrap()]).unwrap().num_rows();
        assert_eq!((count("carrier_name=A"), count("carrier_name=!A"), count("carrier_name=C")), (1, 2, 0));
    }
}
