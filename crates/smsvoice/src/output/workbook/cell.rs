//! What stands in a cell: numbers as numbers, moments as Excel counts them, all else as text.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use arrow::error::ArrowError;
use chrono::{NaiveDate, NaiveDateTime};
use rust_xlsxwriter::Format;
use smsvoice_metrics::{SHARE, UNIT};

use crate::output::value::{Column, Value};

/// Excel keeps so many digits of a number, and makes zeros of the others.
const DIGITS: usize = 15;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Empty,
    Number(f64),
    Truth(bool),
    Text(String),
}

impl Cell {
    /// About so many characters are seen.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Truth(_) => 5,
            Self::Number(number) if number.fract() == 0.0 => format!("{number:.0}").len() + 1,
            Self::Number(_) => 12,
            Self::Text(text) => text.lines().map(|line| line.chars().count()).max().unwrap_or_default() + 1,
        }
    }

    fn of(value: Value) -> Self {
        match value {
            Value::Null => Self::Empty,
            Value::Bool(truth) => Self::Truth(truth),
            Value::Integer(number) => number_or_text(number.to_string()),
            // As in JSON, which has no other word for them.
            Value::Float(number) if !number.is_finite() => Self::Empty,
            Value::Float(number) => Self::Number(number),
            Value::Decimal(digits) => number_or_text(digits),
            Value::Text(text) if text.is_empty() => Self::Empty,
            Value::Text(text) => Self::Text(text),
            other @ (Value::List(_) | Value::Object(_)) => Self::Text(other.json()),
        }
    }
}

/// A number that Excel would not keep whole is text.
fn number_or_text(number: String) -> Cell {
    let digits = number.trim_start_matches('-');
    let digits = if digits.contains('.') { digits.trim_end_matches('0') } else { digits };
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    if digits.trim_start_matches('0').len() > DIGITS {
        return Cell::Text(number);
    }
    number.parse().map_or(Cell::Text(number), Cell::Number)
}

/// A column of an answer, cell by cell.
pub(super) struct CellColumn {
    values: Column,
    /// Width is that of its format.
    is_moment: bool,
}

impl CellColumn {
    pub(super) fn new(array: &ArrayRef) -> Result<Self, ArrowError> {
        let is_moment = matches!(array.data_type(), DataType::Timestamp(..) | DataType::Date32);
        Ok(Self { values: Column::new(array)?, is_moment })
    }

    pub(super) fn cell(&self, row: usize) -> Result<Cell, ArrowError> {
        let moment = if self.is_moment { self.values.on_clock(row) } else { None };
        match moment.and_then(serial) {
            Some(serial) => Ok(Cell::Number(serial)),
            None => Ok(Cell::of(self.values.value(row)?)),
        }
    }
}

/// A moment as Excel counts it: in days, the first of March 1900 being the 61st. Those before it are counted wrongly there,
/// and those after the year 9999 not at all: they are text.
fn serial(moment: NaiveDateTime) -> Option<f64> {
    const MILLISECONDS_A_DAY: f64 = 86_400_000.0;
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(0, 0, 0);
    let counted = day(1900, 3, 1)? <= moment && moment < day(10_000, 1, 1)?;
    counted.then_some((moment - day(1899, 12, 30)?).num_milliseconds() as f64 / MILLISECONDS_A_DAY)
}

/// How the numbers of a column are shown.
pub(super) fn number_format(field: &Field) -> Format {
    use DataType as T;
    let shown = match field.data_type() {
        T::Timestamp(..) => "yyyy-mm-dd hh:mm:ss.000".to_owned(),
        T::Date32 => "yyyy-mm-dd".to_owned(),
        _ if field.metadata().get(UNIT).is_some_and(|unit| unit == SHARE) => "0.0%".to_owned(),
        T::Decimal32(_, scale) | T::Decimal64(_, scale) | T::Decimal128(_, scale) | T::Decimal256(_, scale) => {
            // Cents stay, and whatever digits say more.
            let more = usize::try_from(*scale).unwrap_or_default().saturating_sub(2);
            format!("0.00{}", "#".repeat(more))
        }
        data_type if data_type.is_integer() => "0".to_owned(), // else long ones are shown as 1.79E+12
        _ => return Format::new(),
    };
    Format::new().set_num_format(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_excel_would_change_are_text() {
        for (number, cell) in [
            ("999999999999999", Cell::Number(999_999_999_999_999.0)),
            ("-999999999999999", Cell::Number(-999_999_999_999_999.0)),
            ("1000000000000001", Cell::Text("1000000000000001".to_owned())),
            ("0.005810", Cell::Number(0.005_81)),
            ("123456789.123456", Cell::Number(123_456_789.123_456)),
            ("1234567890.123456", Cell::Text("1234567890.123456".to_owned())),
            ("1234567890.123400", Cell::Number(1_234_567_890.123_4)),
        ] {
            assert_eq!(number_or_text(number.to_owned()), cell);
        }
        assert_eq!(Cell::of(Value::Float(f64::NAN)), Cell::Empty);
    }

    #[test]
    fn moments_that_excel_counts_wrongly_are_text() {
        let at = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(12, 0, 0).unwrap();
        assert_eq!(serial(at(2026, 11, 22)), Some(46_348.5));
        assert_eq!(serial(at(1900, 3, 1)), Some(61.5));
        assert_eq!(serial(at(1900, 2, 28)), None);
        assert_eq!(serial(at(10_000, 1, 1)), None);
    }
}
