//! CSV with a header. Null is an empty field; maps and lists are JSON in a field.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::RowWriter;
use super::value::Column;

pub(super) struct CsvWriter<W: Write> {
    /// Until the first row.
    header: Option<SchemaRef>,
    out: csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    pub(super) fn new(schema: SchemaRef, out: W) -> Self {
        Self { header: Some(schema), out: csv::Writer::from_writer(out) }
    }

    fn write_header(&mut self) -> io::Result<()> {
        let Some(schema) = self.header.take() else { return Ok(()) };
        Ok(self.out.write_record(schema.fields().iter().map(|field| field.name()))?)
    }
}

impl<W: Write> RowWriter for CsvWriter<W> {
    fn write(&mut self, rows: &RecordBatch) -> io::Result<()> {
        self.write_header()?;
        let columns =
            rows.columns().iter().map(Column::new).collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
        for row in 0..rows.num_rows() {
            for column in &columns {
                self.out.write_field(column.value(row).map_err(io::Error::other)?.text())?;
            }
            self.out.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.write_header()?;
        self.out.flush()
    }
}
