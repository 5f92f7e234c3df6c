//! The rows of an answer as cells, by name.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMillisecondType};
use chrono::{DateTime, Utc};
use smsvoice_event::PhoneNumber;
use smsvoice_report::{Cell, Table};

use super::columns::column;

/// An answer, whole. It is small: everything in it is aggregated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    names: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Answer {
    /// Of batches of one schema. Telephone numbers are masked unless they shall be plain.
    pub(crate) fn of(batches: &[RecordBatch], plain_numbers: bool) -> Self {
        let names = batches.first().map(|batch| batch.schema().fields().iter().map(|f| f.name().clone()).collect());
        let rows = batches.iter().flat_map(|batch| {
            let columns: Vec<Vec<Cell>> = batch.columns().iter().map(|column| cells(column, plain_numbers)).collect();
            (0..batch.num_rows()).map(move |row| columns.iter().map(|column| column[row].clone()).collect())
        });
        Self { names: names.unwrap_or_default(), rows: rows.collect() }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The cell of a row; missing if there is no such row or column.
    pub(crate) fn cell(&self, row: usize, name: &str) -> &Cell {
        let at = self.names.iter().position(|known| known == name);
        at.and_then(|at| self.rows.get(row)?.get(at)).unwrap_or(&Cell::Missing)
    }

    /// A count; 0 where it is missing.
    pub(crate) fn count(&self, row: usize, name: &str) -> i64 {
        self.number(row, name).unwrap_or_default() as i64
    }

    pub(crate) fn number(&self, row: usize, name: &str) -> Option<f64> {
        self.cell(row, name).number()
    }

    /// A name; empty where it is missing.
    pub(crate) fn text(&self, row: usize, name: &str) -> String {
        self.cell(row, name).plain()
    }

    pub(crate) fn time(&self, row: usize, name: &str) -> Option<DateTime<Utc>> {
        match self.cell(row, name) {
            Cell::Hour(at) => Some(*at),
            _ => None,
        }
    }

    /// The sum of a column.
    pub(crate) fn sum(&self, name: &str) -> i64 {
        (0..self.len()).map(|row| self.count(row, name)).sum()
    }

    /// A table of these columns, of the rows in this order.
    pub(crate) fn table_of(&self, names: &[&str], rows: impl IntoIterator<Item = usize>) -> Table {
        let rows = rows.into_iter().map(|row| names.iter().map(|name| self.cell(row, name).clone()).collect());
        Table { columns: names.iter().map(|name| column(name)).collect(), rows: rows.collect() }
    }

    /// A table of these columns, of all rows.
    pub(crate) fn table(&self, names: &[&str]) -> Table {
        self.table_of(names, 0..self.len())
    }

    /// The rows, those with the largest values of a column first.
    pub(crate) fn by(&self, name: &str) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.len()).collect();
        let value = |row: usize| self.number(row, name).unwrap_or(f64::NEG_INFINITY);
        rows.sort_by(|one, other| value(*other).total_cmp(&value(*one)));
        rows
    }
}

fn cells(column: &ArrayRef, plain_numbers: bool) -> Vec<Cell> {
    let cell: Box<dyn Fn(usize) -> Cell> = match column.data_type() {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt32 | DataType::UInt64 => {
            let whole = as_type(column, &DataType::Int64);
            Box::new(move |row| Cell::Whole(whole.as_primitive::<Int64Type>().value(row)))
        }
        DataType::Float32 | DataType::Float64 => {
            let real = as_type(column, &DataType::Float64);
            Box::new(move |row| Cell::real(Some(real.as_primitive::<Float64Type>().value(row))))
        }
        DataType::Decimal128(..) => {
            let text = as_type(column, &DataType::Utf8);
            Box::new(move |row| Cell::Exact(text.as_string::<i32>().value(row).to_owned()))
        }
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>().clone();
            Box::new(move |row| days.value_as_date(row).map_or(Cell::Missing, Cell::Day))
        }
        DataType::Timestamp(..) => {
            let times = as_type(column, &DataType::Timestamp(TimeUnit::Millisecond, None));
            let at = move |row| times.as_primitive::<TimestampMillisecondType>().value(row);
            Box::new(move |row| DateTime::from_timestamp_millis(at(row)).map_or(Cell::Missing, Cell::Hour))
        }
        _ => {
            let text = as_type(column, &DataType::Utf8);
            Box::new(move |row| Cell::Text(shown(text.as_string::<i32>().value(row), plain_numbers)))
        }
    };
    (0..column.len()).map(|row| if column.is_null(row) { Cell::Missing } else { cell(row) }).collect()
}

/// A cast that DataFusion's own types all have; a column that had none would be empty.
fn as_type(column: &ArrayRef, to: &DataType) -> ArrayRef {
    cast(column, to).unwrap_or_else(|_| arrow::array::new_null_array(to, column.len()))
}

fn shown(text: &str, plain_numbers: bool) -> String {
    let number = PhoneNumber::from(text);
    if number.is_telephone_number() && !plain_numbers { number.masked() } else { text.to_owned() }
}
