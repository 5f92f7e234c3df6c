//! CSV with a header. Null is an empty field; maps and lists are JSON in a field.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and runs it: whoever can send an event
//! could run something on the machine of whoever opens the file. Such text gets an apostrophe in front, which spreadsheets
//! do not show, and control codes are escaped. Programs ask for the cells as they are.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::RowWriter;
use super::value::{Column, Value, printable};

/// For whom cells are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cells {
    /// For a person with a spreadsheet.
    Guarded,
    /// For a program.
    Raw,
}

pub(super) struct CsvWriter<W: Write> {
    cells: Cells,
    /// Until the first row.
    header: Option<SchemaRef>,
    out: csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    pub(super) fn new(schema: SchemaRef, cells: Cells, out: W) -> Self {
        Self { cells, header: Some(schema), out: csv::Writer::from_writer(out) }
    }

    fn write_header(&mut self) -> io::Result<()> {
        let Some(schema) = self.header.take() else { return Ok(()) };
        let names = schema.fields().iter().map(|field| self.cells.of(field.name().clone()));
        self.out.write_record(names).map_err(of_disk)
    }
}

/// The error of what is written to, which the crate's own hides: advice follows from its kind.
fn of_disk(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

impl Cells {
    fn of(self, text: String) -> String {
        match self {
            Self::Raw => text,
            Self::Guarded if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) => {
                format!("'{}", printable(&text))
            }
            Self::Guarded => printable(&text),
        }
    }

    fn of_value(self, value: &Value) -> String {
        match value {
            // A number is no formula, whatever its sign.
            Value::Integer(_) | Value::Float(_) | Value::Decimal(_) => value.text(),
            Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Object(_) => self.of(value.text()),
        }
    }
}

impl<W: Write> RowWriter for CsvWriter<W> {
    fn write(&mut self, rows: &RecordBatch) -> io::Result<()> {
        self.write_header()?;
        let columns =
            rows.columns().iter().map(Column::new).collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
        for row in 0..rows.num_rows() {
            for column in &columns {
                let value = column.value(row).map_err(io::Error::other)?;
                self.out.write_field(self.cells.of_value(&value)).map_err(of_disk)?;
            }
            self.out.write_record(None::<&[u8]>).map_err(of_disk)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.write_header()?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_taken_for_a_formula_and_no_control_code_gets_through() {
        for (text, guarded) in [
            ("=HYPERLINK(\"http://127.0.0.1\")", "'=HYPERLINK(\"http://127.0.0.1\")"),
            ("+1********42", "'+1********42"),
            ("-1+1", "'-1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("\t=1", "\\t=1"),
            ("a\r\n=1\u{1b}[2J", "a\\r\\n=1\\u{1b}[2J"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(Cells::Guarded.of(text.to_owned()), guarded);
            assert_eq!(Cells::Raw.of(text.to_owned()), text);
        }
        assert_eq!(Cells::Guarded.of_value(&Value::Integer(-5)), "-5");
        assert_eq!(Cells::Guarded.of_value(&Value::Decimal("-0.5".to_owned())), "-0.5");
        assert_eq!(Cells::Guarded.of_value(&Value::Text("-5".to_owned())), "'-5");
    }
}
