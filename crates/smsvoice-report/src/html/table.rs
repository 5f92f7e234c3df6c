//! Tables: sortable by their heads, downloadable as CSV, with a rate's interval drawn in its cell.

use super::escaped;
use super::page::anchor;
use crate::figure::Figure;
use crate::table::{Cell, Column, Table, Unit};
use crate::written;

pub(super) fn table(figure: &Figure) -> String {
    let (id, title, table) = (escaped(&figure.id), escaped(&figure.title), &figure.table);
    if table.rows.is_empty() {
        return "<p class=\"none\">There is nothing to show.</p>\n".to_owned();
    }
    let heads: String = table.shown().map(|(_, column)| head(column)).collect();
    let rows: String = table.rows.iter().enumerate().map(|(at, row)| self::row(table, at, row)).collect();
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table: {title}\"><table data-figure=\"{id}\">\
         <caption class=\"out\">{title}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>\
         <p class=\"tools\"><button type=\"button\" data-csv=\"{id}\" hidden>Download as CSV<span class=\"out\">: {title}</span></button></p>\n"
    )
}

fn head(column: &Column) -> String {
    let (label, class) = (escaped(&column.label), if column.unit.is_number() { " class=\"n\"" } else { "" });
    let name = escaped(&column.name);
    let help = column
        .term
        .map(|term| format!("<a class=\"what\" href=\"#{}\" aria-label=\"Definition of {label}\">?</a>", anchor(term)));
    format!(
        "<th scope=\"col\"{class}><button type=\"button\" data-sort=\"{name}\">{label}</button>{}</th>",
        help.unwrap_or_default()
    )
}

fn row(table: &Table, at: usize, row: &[Cell]) -> String {
    let cells = table.shown().enumerate().map(|(place, (at, column))| {
        let text = escaped(&written::cell(&row[at], column.unit));
        if place == 0 {
            return format!("<th scope=\"row\">{text}</th>");
        }
        let class = if column.unit.is_number() { " class=\"n\"" } else { "" };
        format!("<td{class}>{text}{}</td>", interval(table, row, at, column))
    });
    format!("<tr data-r=\"{at}\">{}</tr>", cells.collect::<String>())
}

/// The interval in words, and as a bar over 0 to 100 % with the value in it.
fn interval(table: &Table, row: &[Cell], at: usize, column: &Column) -> String {
    let Some((low, high)) = column.interval else { return String::new() };
    let end = |name: &str| table.cell(row, name).number();
    let (Some(low), Some(high), Some(value)) = (end(low), end(high), row[at].number()) else { return String::new() };
    if column.unit != Unit::Share {
        return String::new();
    }
    format!(
        "<span class=\"ends\">{} – {}</span><svg class=\"whisker\" width=\"90\" height=\"8\" aria-hidden=\"true\">\
         <rect class=\"track\" width=\"100%\" height=\"4\" y=\"2\" rx=\"2\"/>\
         <rect class=\"fill\" width=\"{:.1}%\" height=\"4\" y=\"2\" rx=\"2\"/>\
         <rect class=\"range\" x=\"{:.1}%\" width=\"{:.1}%\" height=\"8\" rx=\"2\"/></svg>",
        written::percent(low),
        written::percent(high),
        value * 100.0,
        low * 100.0,
        ((high - low) * 100.0).max(1.0),
    )
}
