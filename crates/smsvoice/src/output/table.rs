//! A table to be read by a person. Numbers stand right, shares are percentages, money has no idle zeros, null is a dash.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, SchemaRef};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use smsvoice_metrics::{SHARE, UNIT};

use super::RowWriter;
use super::value::{Column, Value, printable};

const NULL: &str = "–";

/// Text longer than this is broken into lines.
const LONGEST_TEXT: u16 = 60;

pub(super) struct TableWriter<W> {
    schema: SchemaRef,
    width: Option<u16>,
    /// Column widths follow from all rows, so all rows are held.
    rows: Vec<Vec<String>>,
    out: W,
}

impl<W: Write> TableWriter<W> {
    pub(super) fn new(schema: SchemaRef, width: Option<u16>, out: W) -> Self {
        Self { schema, width, rows: Vec::new(), out }
    }

    fn fits(&self, table: &Table) -> bool {
        self.width.is_none_or(|width| table.lines().all(|line| line.trim_end().chars().count() <= width.into()))
    }

    /// A column for each column, its name on one line or on a line a word.
    fn across(&self, between_words: &str) -> Table {
        let names = self.schema.fields().iter().map(|field| field.name().replace('_', between_words));
        let mut table = plain(names.collect());
        table.add_rows(self.rows.iter());
        for (field, column) in self.schema.fields().iter().zip(table.column_iter_mut()) {
            column.set_cell_alignment(alignment(field.data_type()));
            if *field.data_type() == DataType::Utf8View {
                column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(LONGEST_TEXT)));
            }
        }
        table
    }

    /// The one row, a line a column.
    fn downwards(&self, row: &[String]) -> Table {
        let mut table = plain(Vec::new());
        table.add_rows(self.schema.fields().iter().zip(row).map(|(field, text)| [field.name(), text]));
        table
    }
}

impl<W: Write> RowWriter for TableWriter<W> {
    fn write(&mut self, rows: &RecordBatch) -> io::Result<()> {
        let columns =
            rows.columns().iter().map(Column::new).collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
        let fields = self.schema.fields();
        for row in 0..rows.num_rows() {
            let cells =
                columns.iter().zip(fields).map(|(column, field)| Ok(cell(is_share(field), &column.value(row)?)));
            self.rows.push(cells.collect::<Result<_, arrow::error::ArrowError>>().map_err(io::Error::other)?);
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.rows.is_empty() {
            return writeln!(self.out, "no rows");
        }
        let whole = self.across("_");
        let table = match &self.rows[..] {
            _ if self.fits(&whole) => whole,
            [row] => self.downwards(row),
            _ => self.across("\n"),
        };
        for line in table.lines() {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        self.out.flush()
    }
}

fn plain(header: Vec<String>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if !header.is_empty() {
        table.set_header(header);
    }
    table
}

fn alignment(data_type: &DataType) -> CellAlignment {
    if data_type.is_numeric() { CellAlignment::Right } else { CellAlignment::Left }
}

fn cell(is_share: bool, value: &Value) -> String {
    match value {
        Value::Null => NULL.into(),
        Value::Integer(number) => thousands(&number.to_string()),
        Value::Float(number) if is_share => format!("{:.2} %", number * 100.0),
        Value::Float(number) => thousands(&format!("{number:.3}")),
        Value::Decimal(digits) => thousands(without_idle_zeros(digits)),
        other => printable(&other.text()),
    }
}

/// Whether the column says of itself that it is a part of a whole.
fn is_share(field: &Field) -> bool {
    field.metadata().get(UNIT).is_some_and(|unit| unit == SHARE)
}

/// Cents stay, and whatever digits say more: 0.005810 is 0.00581, 12.500000 is 12.50.
fn without_idle_zeros(digits: &str) -> &str {
    let Some(point) = digits.find('.') else { return digits };
    let shortest = (point + 3).min(digits.len());
    let used = digits.trim_end_matches('0').len();
    &digits[..used.max(shortest)]
}

/// Groups the digits before the point by three.
fn thousands(number: &str) -> String {
    let (whole, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    let digits = whole.trim_start_matches('-');
    let mut grouped = whole[..whole.len() - digits.len()].to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_to_be_read() {
        assert_eq!(cell(false, &Value::Integer(-1_234_567)), "-1,234,567");
        assert_eq!(cell(false, &Value::Decimal("1234.500000".into())), "1,234.50");
        assert_eq!(cell(false, &Value::Decimal("0.005810".into())), "0.00581");
        assert_eq!(cell(true, &Value::Float(0.5)), "50.00 %");
        assert_eq!(cell(false, &Value::Float(0.5)), "0.500");
        assert_eq!(cell(false, &Value::Null), "–");
        assert_eq!(cell(false, &Value::Text("a\n\u{1b}[2J".into())), "a\\n\\u{1b}[2J");
    }
}
