//! Drawings as SVG. All across is in percent and all upright in pixels, so that a drawing fits any width and its letters
//! stay readable on a telephone. Colours are classes, for the page to set in light and dark.

mod bars;
mod lines;
mod map;
mod stacked;
mod world;

use crate::figure::{Drawing, Figure};
use crate::html::escaped;
use crate::table::{Cell, Table, Unit};
use crate::written;

/// The height of what is drawn in, without its labels.
const HEIGHT: f64 = 200.0;
/// Room above the highest mark.
const TOP: f64 = 10.0;
/// Room below for the labels along the axis.
const BOTTOM: f64 = 26.0;
/// At most so many labels along the axis.
const LABELS: usize = 8;

/// The drawing of a figure; nothing if it has none, or nothing to draw.
pub(crate) fn drawn(figure: &Figure) -> String {
    let table = &figure.table;
    match &figure.drawing {
        _ if table.rows.is_empty() => String::new(),
        None => String::new(),
        Some(Drawing::Bars { name, value, tones }) => bars::drawn(figure, name, value, tones),
        Some(Drawing::Stacked { along, parts }) => stacked::drawn(figure, along, parts),
        Some(Drawing::Lines { along, lines, from_zero }) => lines::drawn(figure, along, lines, *from_zero),
        Some(Drawing::Map { country, share, weight }) => map::drawn(figure, country, share, weight),
    }
}

/// The outer element: named and described for those who do not see it, and reached by the keyboard, whose arrow keys go
/// from mark to mark.
fn framed(figure: &Figure, kind: &str, height: f64, content: &str) -> String {
    let (id, title, summary) = (escaped(&figure.id), escaped(&figure.title), escaped(&figure.summary));
    format!(
        "<svg class=\"chart {kind}\" role=\"img\" tabindex=\"0\" height=\"{height:.0}\" aria-labelledby=\"{id}-t {id}-d\">\
         <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{summary} The table below has all values.</desc>{content}</svg>\n"
    )
}

/// The upright axis: from one round number to another.
struct Scale {
    low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    /// Round numbers around these values.
    fn around(low: f64, high: f64) -> Self {
        let span = if high > low { high - low } else { high.abs().max(1.0) };
        let rough = span / 4.0;
        let magnitude = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].iter().map(|s| s * magnitude).find(|step| *step >= rough).unwrap_or(rough);
        let low = (low / step).floor() * step;
        let high = ((high / step).ceil() * step).max(low + step);
        Self { low, high, step }
    }

    /// Around shares, which do not go beyond 1.
    fn around_shares(low: f64, high: f64) -> Self {
        let scale = Self::around(low, high);
        let high = scale.high.min(1.0);
        Self { high, low: scale.low.min(high - scale.step).max(0.0), ..scale }
    }

    /// Pixels from the top.
    fn y(&self, value: f64) -> f64 {
        TOP + HEIGHT * (1.0 - (value - self.low) / (self.high - self.low))
    }

    /// Lines across, with their values before them.
    fn drawn(&self, unit: Unit) -> String {
        let count = ((self.high - self.low) / self.step).round() as i32;
        let steps = (0..=count).map(|at| self.low + f64::from(at) * self.step);
        steps
            .filter(|value| *value <= self.high + self.step / 1000.0)
            .map(|value| {
                let (y, text) = (self.y(value), axis_text(value, unit));
                format!(
                    "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text class=\"tick\" x=\"-8\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
                    y + 4.0
                )
            })
            .collect()
    }
}

/// Short: there is little room before an axis.
fn axis_text(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => {
            let percent = value * 100.0;
            if (percent - percent.round()).abs() < 1e-6 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
        }
        Unit::Count if value >= 1_000_000.0 => format!("{} M", trimmed(value / 1_000_000.0)),
        Unit::Count if value >= 10_000.0 => format!("{} k", trimmed(value / 1_000.0)),
        Unit::Count => written::grouped(value, usize::from(value.fract() != 0.0)),
        Unit::Milliseconds if value == 0.0 => "0".to_owned(),
        _ => written::quantity(value, unit),
    }
}

fn trimmed(value: f64) -> String {
    format!("{value:.1}").trim_end_matches(".0").to_owned()
}

/// Names of slots below the axis: as many as there is room for, and half of these on a telephone.
fn labels_along(table: &Table, along: &str) -> String {
    let count = table.rows.len();
    let every = count.div_ceil(LABELS).max(1);
    let labelled = table.rows.iter().enumerate().step_by(every).enumerate();
    labelled
        .map(|(nth, (at, row))| {
            let x = (at as f64 + 0.5) * 100.0 / count as f64;
            let half = if nth % 2 == 1 { " wide" } else { "" };
            let anchor = if count > LABELS && at == 0 { "start" } else { "middle" };
            format!(
                "<text class=\"tick{half}\" x=\"{x:.2}%\" y=\"{:.0}\" text-anchor=\"{anchor}\">{}</text>",
                TOP + HEIGHT + 18.0,
                escaped(&short(table.cell(row, along)))
            )
        })
        .collect()
}

/// A time as it stands below an axis: an hour names its day only at midnight.
fn short(cell: &Cell) -> String {
    match cell {
        Cell::Day(day) => day.format("%-d %b").to_string(),
        Cell::Hour(hour) if hour.format("%H").to_string() == "00" => hour.format("%-d %b").to_string(),
        Cell::Hour(hour) => hour.format("%H:%M").to_string(),
        other => other.plain().chars().take(16).collect(),
    }
}

/// Invisible, the height of the drawing, and as wide as a slot: what the pointer and the arrow keys find.
fn slot(at: usize, count: usize, said: &str) -> String {
    let width = 100.0 / count as f64;
    format!(
        "<rect class=\"hit\" x=\"{:.3}%\" y=\"{TOP}\" width=\"{width:.3}%\" height=\"{HEIGHT}\" data-tip=\"{}\"/>",
        at as f64 * width,
        escaped(said)
    )
}

/// What is said of a slot: its name, and each column's value.
fn told(table: &Table, row: &[Cell], along: &str, columns: &[String]) -> String {
    let mut lines = vec![written::cell(table.cell(row, along), Unit::Time)];
    for name in columns {
        if let Some(at) = table.place(name) {
            let column = &table.columns[at];
            if row[at] != Cell::Missing {
                lines.push(format!("{}: {}", column.label, written::cell(&row[at], column.unit)));
            }
        }
    }
    lines.join("\n")
}

/// What the colours stand for.
fn legend(table: &Table, parts: &[crate::figure::Part]) -> String {
    let entries = parts.iter().filter_map(|part| {
        let label = &table.columns[table.place(&part.column)?].label;
        Some(format!(
            "<li><span class=\"key {}\" aria-hidden=\"true\"></span>{}</li>",
            part.tone.class(),
            escaped(label)
        ))
    });
    format!("<ul class=\"legend\">{}</ul>", entries.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers_whatever_the_values() {
        for (low, high, expected) in
            [(0.0, 37.0, (0.0, 40.0, 10.0)), (0.0, 0.0, (0.0, 0.5, 0.5)), (0.913, 0.987, (0.9, 1.0, 0.02))]
        {
            let scale = Scale::around(low, high);
            let close = |one: f64, other: f64| (one - other).abs() < 1e-9;
            assert!(scale.high > scale.low && scale.low <= low && scale.high >= high - 1e-9);
            assert!(
                close(scale.low, expected.0) || low == 0.0 && high == 0.0,
                "{} {} {}",
                scale.low,
                scale.high,
                scale.step
            );
        }
        for (low, high) in [(0.97, 1.0), (1.0, 1.0), (0.0, 0.0)] {
            let scale = Scale::around_shares(low, high);
            assert!(
                scale.high <= 1.0 && scale.low >= 0.0 && scale.low < scale.high,
                "a single value is no axis of no length"
            );
        }
    }
}
