//! Rows to be read by a person: a table with as many columns as there is room for, or where that is too wide, each row a
//! block with a line a column. Numbers stand right in a table, and none is ever broken in two.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use console::measure_text_width;

use super::RowWriter;
use super::look::{self, Level, Look, Shown};

/// Text longer than this is broken into lines.
const LONGEST_TEXT: usize = 60;

/// Between two columns.
const GAP: usize = 2;

pub(super) struct TableWriter<W> {
    look: Look,
    /// Whether rows are blocks, whatever the width.
    blocks: bool,
    columns: Vec<Shown>,
    /// Column widths follow from all rows, so all rows are held.
    rows: Vec<Vec<String>>,
    out: W,
}

impl<W: Write> TableWriter<W> {
    pub(super) fn new(schema: &SchemaRef, look: Look, blocks: bool, out: W) -> Self {
        let columns = look::columns(schema, &look);
        Self { look, blocks, columns, rows: Vec::new(), out }
    }

    fn chosen(&self, level: Level) -> Vec<usize> {
        (0..self.columns.len()).filter(|at| self.columns[*at].level <= level).collect()
    }

    /// The table with the most columns that fits; none if not even the fewest do.
    fn across(&self, total: Option<&[String]>) -> Option<Vec<String>> {
        let levels = match (self.look.wide, self.look.width) {
            (true, _) => &[Level::IfAllAreWanted][..],
            (false, None) => &[Level::IfThereIsRoom],
            (false, Some(_)) => &[Level::IfThereIsRoom, Level::Always],
        };
        let grids = levels.iter().flat_map(|level| ["_", "\n"].map(|between| (self.chosen(*level), between)));
        let mut grids = grids.map(|(chosen, between)| Grid::of(self, &chosen, between, total));
        let room = self.look.width.map_or(usize::MAX, usize::from);
        grids.find_map(|grid| grid.within(room)).map(|grid| grid.lines())
    }

    /// A line a column, and above each of several rows its number.
    fn downwards(&self, total: Option<&Vec<String>>) -> Vec<String> {
        let level = if self.look.wide || self.blocks { Level::IfAllAreWanted } else { Level::IfThereIsRoom };
        let chosen = self.chosen(level);
        let names = chosen.iter().map(|at| self.columns[*at].name.as_str());
        let indent = names.clone().map(measure_text_width).max().unwrap_or(0) + GAP;
        let room = self.look.width.map_or(usize::MAX, |width| usize::from(width).saturating_sub(indent).max(20));
        let mut lines = Vec::new();
        for (number, row) in self.rows.iter().chain(total).enumerate() {
            if self.rows.len() > 1 {
                let is_total = number == self.rows.len();
                let title = if is_total { "all".to_owned() } else { (number + 1).to_string() };
                lines.push(format!("─ {title} ─"));
            }
            for (name, at) in names.clone().zip(&chosen).filter(|(_, at)| !row[**at].is_empty()) {
                for (line, text) in pieces(&row[*at], room).into_iter().enumerate() {
                    lines.push(format!("{:indent$}{text}", if line == 0 { name } else { "" }));
                }
            }
        }
        lines
    }
}

impl<W: Write> RowWriter for TableWriter<W> {
    fn write(&mut self, rows: &RecordBatch) -> io::Result<()> {
        self.rows.extend(look::cells(rows, &self.columns).map_err(io::Error::other)?);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.rows.is_empty() {
            return writeln!(self.out, "no rows");
        }
        let total = self.look.total.as_ref().filter(|total| total.num_rows() > 0);
        let total = total.map(|total| look::total(total, &self.look, &self.columns)).transpose();
        let total = total.map_err(io::Error::other)?;
        let across = if self.blocks { None } else { self.across(total.as_deref()) };
        for line in across.unwrap_or_else(|| self.downwards(total.as_ref())) {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        self.out.flush()
    }
}

/// A table of some of the columns, with a width for each.
struct Grid<'a> {
    headers: Vec<String>,
    rows: Vec<Vec<&'a str>>,
    has_total: bool,
    is_number: Vec<bool>,
    widths: Vec<usize>,
    /// How narrow each column can be made.
    least: Vec<usize>,
}

impl<'a> Grid<'a> {
    fn of<W>(writer: &'a TableWriter<W>, chosen: &[usize], between: &str, total: Option<&'a [String]>) -> Self {
        let columns: Vec<&Shown> = chosen.iter().map(|at| &writer.columns[*at]).collect();
        let headers: Vec<String> = columns.iter().map(|column| column.name.replace('_', between)).collect();
        let all = writer.rows.iter().map(Vec::as_slice).chain(total);
        let rows: Vec<Vec<&str>> = all.map(|row| chosen.iter().map(|at| row[*at].as_str()).collect()).collect();
        let widest = |at: usize, of: fn(&str) -> usize| {
            let cells = rows.iter().map(|row| of(row[at])).max().unwrap_or(0);
            let header = headers[at].lines().map(measure_text_width).max().unwrap_or(0);
            (cells, header)
        };
        let (mut widths, mut least) = (Vec::new(), Vec::new());
        for (at, column) in columns.iter().enumerate() {
            let (cells, header) = widest(at, measure_text_width);
            let natural = if column.is_text { cells.min(LONGEST_TEXT) } else { cells };
            widths.push(natural.max(header));
            let (words, _) = widest(at, longest_word);
            least.push(if column.is_text { words.min(natural).max(header) } else { cells.max(header) });
        }
        let is_number = columns.iter().map(|column| column.is_number).collect();
        Self { headers, rows, has_total: total.is_some(), is_number, widths, least }
    }

    fn width(&self) -> usize {
        self.widths.iter().sum::<usize>() + GAP * self.widths.len().saturating_sub(1)
    }

    /// Made so narrow that it fits, by breaking long texts between words; none if that does not do.
    fn within(mut self, room: usize) -> Option<Self> {
        while self.width() > room {
            let excess = self.width() - room;
            let (at, spare) = (0..self.widths.len())
                .map(|at| (at, self.widths[at] - self.least[at]))
                .max_by_key(|(_, spare)| *spare)?;
            if spare == 0 {
                return None;
            }
            self.widths[at] -= spare.min(excess);
        }
        Some(self)
    }

    fn lines(&self) -> Vec<String> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::MAX);
        table.set_header(&self.headers);
        table.add_rows(&self.rows);
        for (at, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if at + 1 < self.widths.len() { GAP as u16 } else { 0 }));
            let padded = self.widths[at] + if at + 1 < self.widths.len() { GAP } else { 0 };
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(padded as u16)));
            column.set_cell_alignment(if self.is_number[at] { CellAlignment::Right } else { CellAlignment::Left });
        }
        let mut lines: Vec<String> = table.lines().collect();
        if self.has_total && self.rows.len() > 1 {
            // The last row is one line: nothing in it is text that could be long.
            lines.insert(lines.len() - 1, "─".repeat(self.width()));
        }
        lines
    }
}

fn longest_word(text: &str) -> usize {
    text.split(' ').map(measure_text_width).max().unwrap_or(0)
}

/// A long text in pieces of so many characters at most.
fn pieces(text: &str, room: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let last = pieces.last().map_or(0, |piece| measure_text_width(piece));
        if last > 0 && last + measure_text_width(word.trim_end()) > room {
            pieces.push(String::new());
        }
        for letter in word.chars() {
            if pieces.last().is_some_and(|piece| measure_text_width(piece) >= room) {
                pieces.push(String::new());
            }
            if let Some(piece) = pieces.last_mut() {
                piece.push(letter);
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_broken_between_words_where_it_has_any() {
        assert_eq!(pieces("one two three", 8), ["one two ", "three"]);
        assert_eq!(pieces("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(pieces("", 4), [""]);
    }
}
