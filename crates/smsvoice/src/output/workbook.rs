//! A workbook of Excel (`.xlsx`): one sheet whose head stays in sight and filters, and whose cells keep their types.
//!
//! Rows go through a file of the operating system's, so that memory does not grow with them. What Excel has no room for is
//! refused with the cell that it is about: nothing is cut short.

mod caught;
mod cell;

use std::io::{self, Seek, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use self::caught::{Kept, caught};
use self::cell::{Cell, CellColumn, number_format};
use super::RowWriter;

/// So many rows has a sheet, the head among them.
const ROWS: u32 = 1_048_576;

/// So many characters, as UTF-16 counts them, has a cell.
const CHARACTERS: usize = 32_767;

/// The widths of columns, in characters.
const WIDTHS: std::ops::RangeInclusive<usize> = 8..=60;

/// The arrow that filters takes so many characters of a head.
const ARROW: usize = 3;

/// What a sheet begins to be filled as.
struct Column {
    name: String,
    format: Format,
    /// The longest text seen.
    width: usize,
}

pub(super) struct WorkbookWriter<W> {
    book: Workbook,
    columns: Vec<Column>,
    /// Text that an edited cell would make a formula of.
    guarded: Format,
    /// The rows written, the head among them.
    rows: u32,
    out: Kept<W>,
}

impl<W: Write + Seek + Send> WorkbookWriter<W> {
    pub(super) fn new(schema: &SchemaRef, out: W) -> io::Result<Self> {
        let columns = schema.fields().iter().map(|field| {
            let width = field.name().chars().count() + ARROW;
            Column { name: field.name().clone(), format: number_format(field), width }
        });
        let mut book = caught(|| Ok(Workbook::new()))?;
        let columns: Vec<Column> = columns.collect();
        caught(|| {
            let head = Format::new().set_bold();
            let sheet = book.add_worksheet_with_constant_memory().set_name("smsvoice")?.set_freeze_panes(1, 0)?;
            for (at, column) in (0..).zip(&columns) {
                sheet.write_string_with_format(0, at, &column.name, &head)?;
            }
            Ok(())
        })?;
        Ok(Self { book, columns, guarded: Format::new().set_quote_prefix(), rows: 1, out: Kept::new(out) })
    }

    /// Filters and widths, once it is known how many rows there are and how long they get.
    fn dress(&mut self) -> Result<(), XlsxError> {
        let last = self.rows - 1;
        let sheet = self.book.worksheet_from_index(0)?;
        if let Some(columns) = (self.columns.len() as u16).checked_sub(1) {
            sheet.autofilter(0, 0, last, columns)?;
        }
        for (at, column) in (0..).zip(&self.columns) {
            sheet.set_column_width(at, column.width.clamp(*WIDTHS.start(), *WIDTHS.end()) as f64)?;
        }
        Ok(())
    }
}

impl<W: Write + Seek + Send> RowWriter for WorkbookWriter<W> {
    fn write(&mut self, rows: &RecordBatch) -> io::Result<()> {
        let cells = rows.columns().iter().map(CellColumn::new).collect::<Result<Vec<_>, _>>();
        let cells = cells.map_err(io::Error::other)?;
        if rows.num_rows() > (ROWS - self.rows) as usize {
            return Err(io::Error::other(format!(
                "a sheet of Excel has room for {} rows, and this answer has more: ask for fewer (LIMIT, --since, --top), or \
                 write .parquet or .csv",
                ROWS - 1
            )));
        }
        for row in 0..rows.num_rows() {
            let values = cells.iter().map(|column| column.cell(row)).collect::<Result<Vec<_>, _>>();
            let values = values.map_err(io::Error::other)?;
            for (value, column) in values.iter().zip(&mut self.columns) {
                checked(value, &column.name, self.rows)?;
                column.width = column.width.max(value.width());
            }
            let Self { book, columns, guarded, rows, .. } = self;
            caught(|| {
                let sheet = book.worksheet_from_index(0)?;
                let mut cells = (0..).zip(&values).zip(columns.iter());
                cells.try_for_each(|((at, value), column)| put(sheet, (*rows, at), value, &column.format, guarded))
            })?;
            self.rows += 1;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        let dressed = self.dress().map_err(io::Error::other);
        let saved = dressed.and_then(|()| caught(|| self.book.save_to_writer(&mut self.out)));
        self.out.told().and(saved)
    }
}

/// Whether Excel has room for it.
fn checked(cell: &Cell, column: &str, row: u32) -> io::Result<()> {
    let Cell::Text(text) = cell else { return Ok(()) };
    let long = text.encode_utf16().count();
    if long <= CHARACTERS {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "row {row} has {long} characters in {column}, and a cell of Excel has room for {CHARACTERS}: leave that column out, \
         shorten it (substr), or write .parquet or .csv"
    )))
}

/// Writes a cell. What is not there stays empty.
fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    format: &Format,
    guarded: &Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => sheet,
        Cell::Number(number) => sheet.write_number_with_format(row, column, *number, format)?,
        Cell::Truth(truth) => sheet.write_boolean(row, column, *truth)?,
        Cell::Text(text) if text.starts_with(['=', '+', '-', '@']) => {
            sheet.write_string_with_format(row, column, text, guarded)?
        }
        Cell::Text(text) => sheet.write_string(row, column, text)?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, StringArray};

    use super::*;

    fn rows_of(column: ArrayRef) -> RecordBatch {
        RecordBatch::try_from_iter([("column", column)]).unwrap()
    }

    #[test]
    fn more_rows_than_a_sheet_has_are_refused_and_not_cut() {
        let one = rows_of(Arc::new(Int64Array::from(vec![1])));
        let mut writer = WorkbookWriter::new(&one.schema(), Cursor::new(Vec::new())).unwrap();
        writer.rows = ROWS - 1;
        writer.write(&one).unwrap();
        let refused = writer.write(&one).unwrap_err().to_string();
        assert!(refused.contains("1048575 rows") && refused.contains(".parquet"), "{refused}");
    }

    #[test]
    fn a_text_that_no_cell_has_room_for_is_refused_with_its_place() {
        let fits = "a".repeat(CHARACTERS);
        let long = "\u{1f600}".repeat(CHARACTERS / 2 + 1); // each counts twice
        let rows = rows_of(Arc::new(StringArray::from(vec![fits, long])));
        let mut writer = WorkbookWriter::new(&rows.schema(), Cursor::new(Vec::new())).unwrap();
        let refused = writer.write(&rows).unwrap_err().to_string();
        assert!(refused.starts_with("row 2 has 32768 characters in column"), "{refused}");
    }
}
