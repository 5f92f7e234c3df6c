//! A bar a row, with its name above it and its value behind.

use super::framed;
use crate::figure::{Figure, Tone};
use crate::html::escaped;
use crate::written;

/// The height of a row: its name, its bar, and room.
const ROW: f64 = 40.0;
/// Rows that are drawn; the table has all.
const MOST: usize = 12;

pub(super) fn drawn(figure: &Figure, name: &str, value: &str, tones: &[(&str, Tone)]) -> String {
    let table = &figure.table;
    let Some(column) = table.place(value).map(|at| &table.columns[at]) else { return String::new() };
    let rows: Vec<_> = table.rows.iter().take(MOST).collect();
    let length = |row: &[_]| table.cell(row, value).number().unwrap_or(0.0).max(0.0);
    let longest = rows.iter().map(|row| length(row)).fold(0.0, f64::max);
    if longest <= 0.0 {
        return String::new();
    }
    let mut bars = String::new();
    for (at, row) in rows.iter().enumerate() {
        let (top, named) = (at as f64 * ROW, written::cell(table.cell(row, name), crate::table::Unit::Name));
        let tone = tones.iter().find(|(of, _)| *of == named).map_or(Tone::First, |(_, tone)| *tone);
        let text = written::cell(table.cell(row, value), column.unit);
        bars.push_str(&format!(
            "<g data-tip=\"{said}: {text}\"><rect class=\"hit\" x=\"0\" y=\"{top:.0}\" width=\"100%\" height=\"{ROW}\"/>\
             <text class=\"name\" x=\"0\" y=\"{:.0}\">{said}</text>\
             <text class=\"value\" x=\"100%\" y=\"{:.0}\" text-anchor=\"end\">{text}</text>\
             <rect class=\"track\" x=\"0\" y=\"{:.0}\" width=\"100%\" height=\"10\" rx=\"5\"/>\
             <rect class=\"{}\" x=\"0\" y=\"{:.0}\" width=\"{:.2}%\" height=\"10\" rx=\"5\"/></g>",
            top + 15.0,
            top + 15.0,
            top + 22.0,
            tone.class(),
            top + 22.0,
            (length(row) / longest * 100.0).max(0.4),
            said = escaped(&named),
        ));
    }
    framed(figure, "bars", rows.len() as f64 * ROW, &bars)
}
