//! What of an answer a person is shown: which columns at which width, what is one column for them, and the total.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, SchemaRef};
use arrow::error::ArrowError;
use smsvoice_metrics::{SHARE, UNIT};

use super::numbers::{self, NULL};
use super::value::{Column, Value, printable};

/// How an answer is laid out for a person.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// The terminal's width in characters, where there is one.
    pub width: Option<u16>,
    /// Whether all columns are wanted, however many.
    pub wide: bool,
    /// Columns that are shown only if there is room.
    pub useful: BTreeSet<&'static str>,
    /// Columns that are shown only if all are wanted.
    pub details: BTreeSet<&'static str>,
    /// Rates with the ends of their intervals, which are shown in one column.
    pub intervals: Vec<Interval>,
    /// One row over all rows, with some of their columns.
    pub total: Option<RecordBatch>,
}

/// A rate and the columns with the ends of its interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The column with the rate.
    pub rate: &'static str,
    /// The lower end.
    pub low: &'static str,
    /// The upper end.
    pub high: &'static str,
}

impl Look {
    /// For a terminal of this width.
    pub fn at(width: Option<u16>) -> Self {
        Self { width, ..Self::default() }
    }
}

/// When a column is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Always,
    IfThereIsRoom,
    IfAllAreWanted,
}

/// A column as it is shown.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) level: Level,
    pub(super) is_number: bool,
    pub(super) is_text: bool,
    cells: Cells,
}

#[derive(Clone, Debug)]
enum Cells {
    Plain { at: usize, is_share: bool },
    Interval { rate: usize, low: usize, high: usize },
}

/// The columns of an answer as they are shown.
pub(super) fn columns(schema: &SchemaRef, look: &Look) -> Vec<Shown> {
    let ends = |name: &str| look.intervals.iter().any(|interval| name == interval.low || name == interval.high);
    let fields = schema.fields().iter().enumerate();
    fields.filter(|(_, field)| !ends(field.name())).map(|(at, field)| shown(schema, look, at, field)).collect()
}

fn shown(schema: &SchemaRef, look: &Look, at: usize, field: &Field) -> Shown {
    let name = field.name().as_str();
    let interval = look.intervals.iter().find(|interval| interval.rate == name).and_then(|interval| {
        let (low, high) = (schema.index_of(interval.low).ok()?, schema.index_of(interval.high).ok()?);
        Some(Cells::Interval { rate: at, low, high })
    });
    let level = if look.details.contains(name) {
        Level::IfAllAreWanted
    } else if look.useful.contains(name) {
        Level::IfThereIsRoom
    } else {
        Level::Always
    };
    Shown {
        name: name.to_owned(),
        level,
        is_number: field.data_type().is_numeric(),
        is_text: !field.data_type().is_numeric()
            && !field.data_type().is_temporal()
            && *field.data_type() != DataType::Boolean,
        cells: interval.unwrap_or(Cells::Plain { at, is_share: is_share(field) }),
    }
}

/// The cells of each row of a batch.
pub(super) fn cells(rows: &RecordBatch, shown: &[Shown]) -> Result<Vec<Vec<String>>, ArrowError> {
    let columns = rows.columns().iter().map(Column::new).collect::<Result<Vec<_>, _>>()?;
    let cell = |row: usize, shown: &Shown| match shown.cells {
        Cells::Plain { at, is_share } => Ok(plain(is_share, &columns[at].value(row)?)),
        Cells::Interval { rate, low, high } => {
            Ok(numbers::interval(&columns[rate].value(row)?, &columns[low].value(row)?, &columns[high].value(row)?))
        }
    };
    (0..rows.num_rows()).map(|row| shown.iter().map(|shown| cell(row, shown)).collect()).collect()
}

/// The cells of the total: those of the columns it has.
pub(super) fn total(total: &RecordBatch, look: &Look, all: &[Shown]) -> Result<Vec<String>, ArrowError> {
    let own = columns(&total.schema(), look);
    let cells = cells(total, &own)?.into_iter().next().unwrap_or_default();
    let mut unnamed = true;
    Ok(all
        .iter()
        .map(|shown| match own.iter().position(|own| own.name == shown.name) {
            Some(at) => cells[at].clone(),
            None if std::mem::take(&mut unnamed) => "all".to_owned(),
            None => String::new(),
        })
        .collect())
}

fn plain(is_share: bool, value: &Value) -> String {
    match value {
        Value::Null => NULL.into(),
        Value::Integer(number) => numbers::thousands(&number.to_string()),
        Value::Float(number) if is_share => numbers::percent(*number),
        Value::Float(number) => numbers::thousands(&format!("{number:.3}")),
        Value::Decimal(digits) => numbers::thousands(numbers::without_idle_zeros(digits)),
        other => printable(&other.text()),
    }
}

/// Whether the column says of itself that it is a part of a whole.
fn is_share(field: &Field) -> bool {
    field.metadata().get(UNIT).is_some_and(|unit| unit == SHARE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_to_be_read() {
        assert_eq!(plain(false, &Value::Integer(-1_234_567)), "-1,234,567");
        assert_eq!(plain(false, &Value::Decimal("1234.500000".into())), "1,234.50");
        assert_eq!(plain(false, &Value::Decimal("0.005810".into())), "0.00581");
        assert_eq!(plain(true, &Value::Float(0.5)), "50.0 %");
        assert_eq!(plain(false, &Value::Float(0.5)), "0.500");
        assert_eq!(plain(false, &Value::Null), "–");
        assert_eq!(plain(false, &Value::Text("a\n\u{1b}[2J".into())), "a\\n\\u{1b}[2J");
    }
}
