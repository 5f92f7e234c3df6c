//! An event in a line.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use chrono::{DateTime, SecondsFormat};
use console::Style;

/// The columns of a line behind the time, with their widths.
const COLUMNS: [(&str, usize); 7] = [
    ("event_type", 24),
    ("outcome", 9),
    ("destination_phone_number", 16),
    ("iso_country_code", 2),
    ("carrier_name", 16),
    ("failure_reason", 16),
    ("message_id", 0),
];

/// A line an event; `coloured` by its outcome.
pub(super) fn lines(rows: &RecordBatch, coloured: bool) -> anyhow::Result<Vec<String>> {
    let column = |name: &str, to: &DataType| -> anyhow::Result<ArrayRef> {
        let column = rows.column_by_name(name);
        Ok(cast(column.ok_or_else(|| anyhow::anyhow!("no column {name}"))?, to)?)
    };
    let at = column("event_time", &DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())))?;
    let at = cast(&at, &DataType::Int64)?;
    let texts = COLUMNS.iter().map(|(name, _)| column(name, &DataType::Utf8)).collect::<Result<Vec<_>, _>>()?;
    let line = |row: usize| {
        let mut line = DateTime::from_timestamp_millis(at.as_primitive::<Int64Type>().value(row))
            .map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
            .unwrap_or_default();
        for ((_, width), texts) in COLUMNS.iter().zip(&texts) {
            let text = if texts.is_valid(row) { texts.as_string::<i32>().value(row) } else { "-" };
            let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
            line.push_str(&format!("  {text:<width$}"));
        }
        let outcome = &texts[1];
        let style = if coloured && outcome.is_valid(row) { style(outcome.as_string::<i32>().value(row)) } else { None };
        style.map_or_else(|| line.clone(), |style| style.force_styling(true).apply_to(&line).to_string())
    };
    Ok((0..rows.num_rows()).map(line).collect())
}

fn style(outcome: &str) -> Option<Style> {
    let style = Style::new();
    Some(match outcome {
        "delivered" => style.green(),
        "accepted" => style.cyan(),
        "blocked" | "failed" => style.red(),
        "unknown" => style.magenta(),
        _ => return None,
    })
}
