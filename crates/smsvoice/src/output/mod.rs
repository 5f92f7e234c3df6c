//! Rows of an answer, written for a person (`table`) or a program (`json`, `csv`). What computes them is elsewhere.

mod csv;
pub(crate) mod document;
mod fields;
mod file;
mod json;
mod look;
mod numbers;
mod table;
mod value;
mod workbook;

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

pub(crate) use self::fields::{row_fields, row_json};
pub(crate) use self::file::{OutArgs, write_whole};
pub use self::look::{Interval, Look};

/// How rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Aligned columns for reading; shares as percentages. Where not even few columns fit, records.
    #[default]
    #[value(alias = "text")]
    Table,
    /// Each row a block, with a line a column.
    Records,
    /// One array, an object a row.
    Json,
    /// An object a row, each on a line of its own.
    Ndjson,
    /// A header and a line a row (RFC 4180), safe to open in a spreadsheet.
    Csv,
    /// The same with all cells as they are: `--csv-raw`.
    #[value(skip)]
    CsvRaw,
}

/// How rows are printed.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct FormatArgs {
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// CSV for programs, with all cells as they are. Without it, a cell that a spreadsheet would take for a formula (it
    /// begins with = + - or @) gets an apostrophe in front, and control codes are escaped.
    #[arg(long, conflicts_with = "json")]
    csv_raw: bool,
    /// Show all columns, however many. Without it, a table has those that are most asked for; JSON and CSV have all.
    #[arg(long)]
    wide: bool,
}

impl FormatArgs {
    /// What was asked for.
    pub(crate) fn format(self) -> Format {
        match self.format {
            _ if self.json => Format::Json,
            Format::Table | Format::Csv if self.csv_raw => Format::CsvRaw,
            format => format,
        }
    }

    /// For a terminal of this width.
    pub(crate) fn look(self, width: Option<u16>) -> Look {
        Look { wide: self.wide, ..Look::at(width) }
    }

    /// Whether a person reads the answer.
    pub(crate) fn is_read(self) -> bool {
        matches!(self.format(), Format::Table | Format::Records)
    }
}

/// Takes rows batch by batch and writes them.
pub trait RowWriter {
    /// Takes the rows of one batch. All batches have the schema that the writer was made for.
    fn write(&mut self, rows: &RecordBatch) -> io::Result<()>;

    /// Writes what is due at the end. Without it the output is not whole.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

impl Format {
    /// A writer of rows of `schema` to `out`. The look counts for what a person reads.
    pub fn writer<'a>(self, schema: SchemaRef, look: Look, out: impl Write + 'a) -> Box<dyn RowWriter + 'a> {
        match self {
            Self::Table => Box::new(table::TableWriter::new(&schema, look, false, out)),
            Self::Records => Box::new(table::TableWriter::new(&schema, look, true, out)),
            Self::Json => Box::new(json::JsonWriter::array(&schema, out)),
            Self::Ndjson => Box::new(json::JsonWriter::lines(&schema, out)),
            Self::Csv => Box::new(csv::CsvWriter::new(schema, csv::Cells::Guarded, out)),
            Self::CsvRaw => Box::new(csv::CsvWriter::new(schema, csv::Cells::Raw, out)),
        }
    }

    /// Writes `batches` and finishes.
    pub fn write_all<'a>(
        self,
        schema: SchemaRef,
        batches: impl IntoIterator<Item = &'a RecordBatch>,
        look: Look,
        out: impl Write,
    ) -> io::Result<()> {
        let mut writer = self.writer(schema, look, out);
        batches.into_iter().try_for_each(|rows| writer.write(rows))?;
        writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, MapBuilder,
        StringBuilder, StringViewArray, TimestampMillisecondArray,
    };

    use arrow::datatypes::{Field, Schema};
    use smsvoice_metrics::{SHARE, UNIT};

    use super::*;

    fn contexts() -> ArrayRef {
        let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        maps.keys().append_value("campaign");
        maps.values().append_value("winter \"26\"");
        maps.append(true).unwrap();
        maps.append(false).unwrap();
        Arc::new(maps.finish())
    }

    fn rows() -> RecordBatch {
        let usd = |values: Vec<Option<i128>>| Decimal128Array::from(values).with_precision_and_scale(38, 6).unwrap();
        let times = TimestampMillisecondArray::from(vec![Some(1_795_000_000_007), None]).with_timezone("UTC");
        let columns: [(&str, ArrayRef); 9] = [
            ("country", Arc::new(StringViewArray::from(vec![Some("CA"), None]))),
            ("messages", Arc::new(Int64Array::from(vec![1_234_567, 2]))),
            ("delivery_rate", Arc::new(Float64Array::from(vec![Some(0.973_15), None]))),
            ("total_usd", Arc::new(usd(vec![Some(5_810), Some(1_234_567_500_000)]))),
            ("day", Arc::new(Date32Array::from(vec![20_779, 0]))),
            ("requested_at", Arc::new(times)),
            ("context", contexts()),
            ("is_final", Arc::new(BooleanArray::from(vec![Some(true), None]))),
            ("payload", Arc::new(BinaryArray::from(vec![&b"{\"a\",1"[..], &[0xff, 0x00]]))),
        ];
        let fields = columns.iter().map(|(name, array)| {
            let field = Field::new(*name, array.data_type().clone(), true);
            let unit = (*name == "delivery_rate").then(|| (UNIT.to_owned(), SHARE.to_owned()));
            field.with_metadata(unit.into_iter().collect())
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        RecordBatch::try_new(schema, columns.into_iter().map(|(_, array)| array).collect()).unwrap()
    }

    fn written(format: Format, batches: &[RecordBatch], width: Option<u16>) -> String {
        let mut out = Vec::new();
        format.write_all(rows().schema(), batches, Look::at(width), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_is_one_array_with_an_object_a_row() {
        let json = written(Format::Json, &[rows(), rows()], None);
        assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&json).unwrap().len(), 4);
        insta::assert_snapshot!(written(Format::Json, &[rows()], None));
    }

    #[test]
    fn csv_has_a_header_and_a_line_a_row() {
        insta::assert_snapshot!(written(Format::Csv, &[rows()], None));
    }

    #[test]
    fn table_is_aligned() {
        insta::assert_snapshot!(written(Format::Table, &[rows()], None));
    }

    #[test]
    fn table_that_is_too_wide_breaks_its_headers_only() {
        insta::assert_snapshot!(written(Format::Table, &[rows()], Some(100)));
    }

    #[test]
    fn single_row_that_is_too_wide_is_written_downwards() {
        insta::assert_snapshot!(written(Format::Table, &[rows().slice(0, 1)], Some(60)));
    }

    #[test]
    fn no_rows_are_said_in_each_format() {
        assert_eq!(written(Format::Json, &[], None), "[]\n");
        let header = "country,messages,delivery_rate,total_usd,day,requested_at,context,is_final,payload\n";
        assert_eq!(written(Format::Csv, &[], None), header);
        assert_eq!(written(Format::Table, &[], None), "no rows\n");
    }
}
