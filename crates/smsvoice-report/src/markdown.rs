//! A report as Markdown: for a ticket, a chat, a terminal.

use crate::report::{Block, Report, Section};
use crate::table::{Cell, Column, Table};
use crate::written;

impl Report {
    /// Headings, remarks and tables, without drawings; definitions at the end.
    pub fn markdown(&self) -> String {
        let mut text = format!("# Delivery report\n\n{}\n", inline(&self.subject()));
        for section in &self.sections {
            text.push_str(&self::section(section));
        }
        text.push_str("\n## Definitions\n\n");
        for definition in &self.definitions {
            text.push_str(&format!("* **{}**: {}\n", inline(&definition.term), inline(&definition.text)));
        }
        text
    }

    /// What it is about, in a sentence.
    pub(crate) fn subject(&self) -> String {
        let mut subject = format!("{} · {} (UTC)", self.lake, written::span(self.period));
        if let Some(before) = self.before {
            subject.push_str(&format!(" · compared with {}", written::span(before)));
        }
        for filter in &self.filters {
            subject.push_str(&format!(" · {filter}"));
        }
        subject + &format!(" · as of {} (UTC)", written::instant(self.made_at))
    }
}

fn section(section: &Section) -> String {
    let mut text = format!("\n## {}\n\n{}\n", section.title, inline(&section.lead));
    for block in &section.blocks {
        match block {
            Block::Note(note) => text.push_str(&format!("\n> {}\n", inline(note))),
            Block::Tiles(tiles) => {
                text.push('\n');
                for tile in tiles {
                    let trend = tile.trend.as_ref().map(|trend| format!(", {}", trend.text)).unwrap_or_default();
                    let line = format!("* {}: **{}** ({}{trend})\n", tile.label, tile.value, tile.beside);
                    text.push_str(&line);
                }
            }
            Block::Figure(figure) => {
                text.push_str(&format!("\n### {}\n\n{}\n\n", inline(&figure.title), inline(&figure.summary)));
                text.push_str(&table(&figure.table));
            }
        }
    }
    text
}

fn table(table: &Table) -> String {
    let shown: Vec<_> = table.shown().collect();
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(shown.iter().map(|(_, column)| inline(&column.label)).collect());
    text.push_str(&line(
        shown.iter().map(|(_, c)| if c.unit.is_number() { "--:" } else { "---" }.to_owned()).collect(),
    ));
    for row in &table.rows {
        text.push_str(&line(
            shown.iter().map(|(at, column)| inline(&with_interval(table, row, *at, column))).collect(),
        ));
    }
    text
}

/// A value with its interval behind it, where it has one.
pub(crate) fn with_interval(table: &Table, row: &[Cell], at: usize, column: &Column) -> String {
    let value = written::cell(&row[at], column.unit);
    let end = |name: &str| table.cell(row, name).number().map(|end| written::quantity(end, column.unit));
    match column.interval.map(|(low, high)| (end(low), end(high))) {
        Some((Some(low), Some(high))) => format!("{value} ({low} to {high})"),
        _ => value,
    }
}

/// A text of unknown origin on one line, none of whose characters means anything to Markdown.
fn inline(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~' => {
                safe.extend(['\\', letter]);
            }
            control if control.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}
