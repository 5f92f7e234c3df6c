//! Lines from slot to slot; a slot without value leaves a gap.

use super::{BOTTOM, HEIGHT, Scale, TOP, framed, labels_along, legend, slot, told};
use crate::figure::{Figure, Part};
use crate::table::{Table, Unit};

pub(super) fn drawn(figure: &Figure, along: &str, lines: &[Part], from_zero: bool) -> String {
    let table = &figure.table;
    let count = table.rows.len();
    let values = lines.iter().flat_map(|line| points(table, line)).flatten();
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return String::new(); // not one value
    }
    let unit =
        lines.first().and_then(|line| table.place(&line.column)).map_or(Unit::Count, |at| table.columns[at].unit);
    let low = if from_zero { low.min(0.0) } else { low };
    let scale = if unit == Unit::Share { Scale::around_shares(low, high) } else { Scale::around(low, high) };
    let marks: String = lines.iter().map(|line| line_of(&points(table, line), line, &scale)).collect();
    let said: Vec<String> = lines.iter().map(|line| line.column.clone()).collect();
    let hits = table.rows.iter().enumerate().map(|(at, row)| slot(at, count, &told(table, row, along, &said)));
    let plot = scale.drawn(unit) + &marks + &labels_along(table, along) + &hits.collect::<String>();
    legend(table, lines) + &framed(figure, "axes", TOP + HEIGHT + BOTTOM, &plot)
}

fn points(table: &Table, line: &Part) -> Vec<Option<f64>> {
    table.rows.iter().map(|row| table.cell(row, &line.column).number()).collect()
}

fn line_of(points: &[Option<f64>], line: &Part, scale: &Scale) -> String {
    let x = |at: usize| (at as f64 + 0.5) * 100.0 / points.len() as f64;
    let class = line.tone.class();
    let mut drawn = String::new();
    for (at, pair) in points.windows(2).enumerate() {
        if let [Some(from), Some(to)] = pair {
            drawn.push_str(&format!(
                "<line class=\"line {class}\" x1=\"{:.2}%\" y1=\"{:.1}\" x2=\"{:.2}%\" y2=\"{:.1}\"/>",
                x(at),
                scale.y(*from),
                x(at + 1),
                scale.y(*to)
            ));
        }
    }
    // A dot where a value stands alone or there are few; else the line says enough.
    let alone = |at: usize| {
        at.checked_sub(1).is_none_or(|b| points[b].is_none()) && points.get(at + 1).is_none_or(Option::is_none)
    };
    for (at, value) in points.iter().enumerate() {
        if let Some(value) = value.filter(|_| points.len() <= 40 || alone(at)) {
            drawn.push_str(&format!(
                "<circle class=\"dot {class}\" cx=\"{:.2}%\" cy=\"{:.1}\" r=\"3\"/>",
                x(at),
                scale.y(value)
            ));
        }
    }
    drawn
}
