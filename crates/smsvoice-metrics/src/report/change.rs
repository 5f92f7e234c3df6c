//! What made the rate change since the period before: the largest contribution first.

use std::collections::BTreeMap;

use smsvoice_report::{Block, Cell, Figure, Section, Table};

use super::Asked;
use super::answer::Answer;
use super::columns::column;
use crate::dimension::Dimension;
use crate::error::EngineError;
use crate::metric::Metric;

/// Contributions that are listed, of each breakdown.
const LISTED: usize = 15;

pub(crate) async fn section(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let mut blocks = Vec::new();
    let before = asked.before.unwrap_or_default();
    let rate_before = asked.source.metric(Metric::Rates, &[], before).await?.number(0, "delivery_rate");
    let dimensions = [Dimension::Country, Dimension::Carrier, Dimension::OriginationIdentity, Dimension::MessageType];
    for dimension in dimensions.into_iter().chain(asked.by.iter().cloned()) {
        let by = [dimension.clone()];
        let now = asked.source.metric(Metric::Rates, &by, asked.now).await?;
        let then = asked.source.metric(Metric::Rates, &by, before).await?;
        if let Some(rate) = rate_before {
            blocks.push(Block::Figure(Box::new(figure(&dimension, &now, &then, rate))));
        }
    }
    let lead =
        "What made the delivery rate differ from that of the period before. Contributions add up to the whole change.";
    Ok(Section { id: "change", title: "What changed", lead: lead.into(), blocks })
}

/// Of one value: concluded messages and arrivals, before and now.
#[derive(Default)]
struct Pair {
    now: Option<usize>,
    before: Option<usize>,
}

fn figure(dimension: &Dimension, now: &Answer, before: &Answer, rate: f64) -> Figure {
    let name = dimension.to_string();
    let mut pairs: BTreeMap<String, Pair> = BTreeMap::new();
    (0..now.len()).for_each(|row| pairs.entry(now.text(row, &name)).or_default().now = Some(row));
    (0..before.len()).for_each(|row| pairs.entry(before.text(row, &name)).or_default().before = Some(row));
    let mut rows: Vec<(f64, Vec<Cell>)> =
        pairs.into_iter().map(|(value, pair)| row(value, &pair, now, before, rate)).collect();
    rows.sort_by(|one, other| other.0.abs().total_cmp(&one.0.abs()));
    let more = rows.len().saturating_sub(LISTED);
    let columns = [
        &name,
        "contribution",
        "delivery_rate",
        "delivery_rate_low",
        "delivery_rate_high",
        "delivery_rate_before",
        "messages",
        "messages_before",
    ];
    let table = Table {
        columns: columns.iter().map(|name| column(name)).collect(),
        rows: rows.into_iter().take(LISTED).map(|(_, cells)| cells).collect(),
    };
    Figure {
        id: format!("change-by-{}", name.replace(['_', '.'], "-")),
        title: format!("By {}", column(&name).label.to_lowercase()),
        summary: if more > 0 {
            format!("The {LISTED} largest; {more} smaller ones are not listed.")
        } else {
            "All of them.".into()
        },
        drawing: None,
        table,
    }
}

fn row(value: String, pair: &Pair, now: &Answer, before: &Answer, rate: f64) -> (f64, Vec<Cell>) {
    let concluded = now.sum("concluded").max(1) as f64;
    let concluded_before = before.sum("concluded").max(1) as f64;
    let excess = |answer: &Answer, row: Option<usize>, all: f64| {
        row.map_or(0.0, |row| {
            let arrived = answer.count(row, "delivered") + answer.count(row, "accepted");
            (arrived as f64 - rate * answer.count(row, "concluded") as f64) / all
        })
    };
    let contribution = excess(now, pair.now, concluded) - excess(before, pair.before, concluded_before);
    let of = |answer: &Answer, row: Option<usize>, name: &str| {
        row.map_or(Cell::Missing, |row| answer.cell(row, name).clone())
    };
    let cells = vec![
        if value.is_empty() { Cell::Missing } else { Cell::Text(value) },
        Cell::real(Some(contribution)),
        of(now, pair.now, "delivery_rate"),
        of(now, pair.now, "delivery_rate_low"),
        of(now, pair.now, "delivery_rate_high"),
        of(before, pair.before, "delivery_rate"),
        pair.now.map_or(Cell::Whole(0), |row| Cell::Whole(now.count(row, "messages"))),
        pair.before.map_or(Cell::Whole(0), |row| Cell::Whole(before.count(row, "messages"))),
    ];
    (contribution, cells)
}
