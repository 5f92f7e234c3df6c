//! A report as CSV: every value of every figure on a line of its own, because its tables have different columns.

use crate::report::Report;

impl Report {
    /// Lines of `section,figure,row,column,unit,value`, with a header (RFC 4180). Rows are numbered from 1. A text that a
    /// spreadsheet would take for a formula gets an apostrophe in front.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    pub fn csv(&self) -> String {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let mut line = |fields: [&str; 6]| writer.write_record(fields).expect("writing to memory does not fail");
        line(["section", "figure", "row", "column", "unit", "value"]);
        for (section, figure) in self.figures() {
            for (number, row) in figure.table.rows.iter().enumerate() {
                for (column, cell) in figure.table.columns.iter().zip(row) {
                    let (number, value) = ((number + 1).to_string(), guarded(cell.plain(), column.unit.is_number()));
                    line([section.id, &figure.id, &number, &column.name, column.unit.as_str(), &value]);
                }
            }
        }
        let bytes = writer.into_inner().expect("writing to memory does not fail");
        String::from_utf8(bytes).expect("all of it was text")
    }
}

fn guarded(value: String, is_number: bool) -> String {
    if !is_number && value.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{value}") } else { value }
}
