//! One JSON array, an object a row, or a line a row; keys are named as the columns. Decimals are strings with all their digits.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::RowWriter;
use super::value::{Column, quoted, write_object};

pub(super) struct JsonWriter<W> {
    names: Vec<String>,
    before: &'static str,
    /// Between two rows, and behind the last.
    between: &'static str,
    end: &'static str,
    out: W,
}

impl<W: Write> JsonWriter<W> {
    /// One array.
    pub(super) fn array(schema: &SchemaRef, out: W) -> Self {
        Self { before: "[", between: ",\n", end: "]\n", ..Self::lines(schema, out) }
    }

    /// A line a row.
    pub(super) fn lines(schema: &SchemaRef, out: W) -> Self {
        let names = schema.fields().iter().map(|field| quoted(field.name())).collect();
        Self { names, before: "", between: "\n", end: "\n", out }
    }
}

impl<W: Write> RowWriter for JsonWriter<W> {
    fn write(&mut self, rows: &RecordBatch) -> io::Result<()> {
        let columns =
            rows.columns().iter().map(Column::new).collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
        for row in 0..rows.num_rows() {
            let values = columns.iter().map(|column| column.value(row)).collect::<Result<Vec<_>, _>>();
            let values = values.map_err(io::Error::other)?;
            let mut object = String::new();
            write_object(&mut object, self.names.iter().zip(&values));
            write!(self.out, "{}{object}", self.before)?;
            self.before = self.between;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        let end = match self.before {
            "[" => "[]\n",
            "" => "",
            _ => self.end,
        };
        self.out.write_all(end.as_bytes())?;
        self.out.flush()
    }
}
