//! Columns made of parts that stand upon each other.

use super::{BOTTOM, HEIGHT, Scale, TOP, framed, labels_along, legend, slot, told};
use crate::figure::{Figure, Part};
use crate::table::Unit;

/// The share of a slot that its column fills.
const FILL: f64 = 0.78;

pub(super) fn drawn(figure: &Figure, along: &str, parts: &[Part]) -> String {
    let table = &figure.table;
    let count = table.rows.len();
    let value = |row: &[_], part: &Part| table.cell(row, &part.column).number().unwrap_or(0.0).max(0.0);
    let total = |row: &Vec<_>| parts.iter().map(|part| value(row, part)).sum::<f64>();
    let scale = Scale::around(0.0, table.rows.iter().map(total).fold(0.0, f64::max));
    let slot_width = 100.0 / count as f64;
    let mut marks = String::new();
    for (at, row) in table.rows.iter().enumerate() {
        let x = (at as f64 + (1.0 - FILL) / 2.0) * slot_width;
        let mut below = 0.0;
        for part in parts {
            let height = value(row, part);
            if height > 0.0 {
                let (top, bottom) = (scale.y(below + height), scale.y(below));
                marks.push_str(&format!(
                    "<rect class=\"{}\" x=\"{x:.3}%\" y=\"{top:.1}\" width=\"{:.3}%\" height=\"{:.1}\"/>",
                    part.tone.class(),
                    slot_width * FILL,
                    (bottom - top).max(0.5)
                ));
            }
            below += height;
        }
    }
    let said: Vec<String> = parts.iter().rev().map(|part| part.column.clone()).collect();
    let hits = table.rows.iter().enumerate().map(|(at, row)| slot(at, count, &told(table, row, along, &said)));
    let unit =
        parts.first().and_then(|part| table.place(&part.column)).map_or(Unit::Count, |at| table.columns[at].unit);
    let plot = scale.drawn(unit) + &marks + &labels_along(table, along) + &hits.collect::<String>();
    legend(table, parts) + &framed(figure, "axes", TOP + HEIGHT + BOTTOM, &plot)
}
