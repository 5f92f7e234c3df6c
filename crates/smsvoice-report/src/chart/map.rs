//! The world as tiles of one size: each country near to where it is, and none so small that it cannot be seen.

use super::framed;
use super::world::{COLUMNS, place};
use crate::figure::Figure;
use crate::html::escaped;
use crate::table::{Cell, Unit};
use crate::written;

/// The height of a tile with the room below it.
const TILE: f64 = 30.0;
/// The lowest share of each of the five colours, the worst first.
const BOUNDS: [f64; 5] = [0.0, 0.8, 0.9, 0.95, 0.98];

pub(super) fn drawn(figure: &Figure, country: &str, share: &str, weight: &str) -> String {
    let table = &figure.table;
    let mut elsewhere = 0;
    let mut tiles = String::new();
    let lowest = super::world::ROWS;
    let mut rows = lowest;
    for row in &table.rows {
        let Cell::Text(code) = table.cell(row, country) else { continue };
        let (column, line) = place(code).unwrap_or_else(|| {
            elsewhere += 1; // below the map, side by side
            ((elsewhere - 1) % COLUMNS, lowest + (elsewhere - 1) / COLUMNS)
        });
        rows = rows.max(line + 1);
        let share = table.cell(row, share);
        let said = format!(
            "{code}\n{} of {} messages",
            written::cell(share, Unit::Share),
            written::cell(table.cell(row, weight), Unit::Count)
        );
        tiles.push_str(&tile(code, column, line, colour(share), &said));
    }
    let empty: String = super::world::all()
        .filter(|(code, ..)| {
            !table.rows.iter().any(|row| matches!(table.cell(row, country), Cell::Text(c) if c == code))
        })
        .map(|(code, column, line)| tile(code, column, line, "m-none", ""))
        .collect();
    let key: String = BOUNDS
        .iter()
        .enumerate()
        .map(|(at, bound)| {
            let above = if at == 0 { "below 80 %".to_owned() } else { format!("from {:.0} %", bound * 100.0) };
            format!("<li><span class=\"key m-{at}\" aria-hidden=\"true\"></span>{above}</li>")
        })
        .collect();
    let drawing = framed(figure, "map", rows as f64 * TILE, &(empty + &tiles));
    format!(
        "<ul class=\"legend\">{key}</ul><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Map\">{drawing}</div>"
    )
}

fn colour(share: &Cell) -> &'static str {
    const CLASSES: [&str; 5] = ["m-0", "m-1", "m-2", "m-3", "m-4"];
    let Some(share) = share.number() else { return "m-open" };
    let at = BOUNDS.iter().rposition(|bound| share >= *bound).unwrap_or(0);
    CLASSES[at]
}

fn tile(code: &str, column: usize, line: usize, class: &str, said: &str) -> String {
    let width = 100.0 / COLUMNS as f64;
    let (x, y) = (column as f64 * width, line as f64 * TILE);
    let tip = if said.is_empty() { String::new() } else { format!(" data-tip=\"{}\"", escaped(said)) };
    let text = if said.is_empty() {
        String::new()
    } else {
        format!(
            "<text class=\"code\" x=\"{:.2}%\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            x + width * 0.46,
            y + TILE * 0.6,
            escaped(&code.chars().take(3).collect::<String>())
        )
    };
    format!(
        "<g{tip} class=\"{class}\"><rect x=\"{x:.2}%\" y=\"{y:.1}\" width=\"{:.2}%\" height=\"{:.1}\" rx=\"4\"/>{text}</g>",
        width * 0.92,
        TILE * 0.9
    )
}
