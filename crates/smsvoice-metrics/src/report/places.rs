//! Where it went well and where not: by country, carrier, sender and the rest, and why messages did not arrive.

use std::collections::BTreeMap;

use smsvoice_report::{Block, Cell, Column, Drawing, Figure, Part, Section, Table, Tone, Unit};

use super::Asked;
use super::answer::Answer;
use super::columns::column;
use super::overview::RATES;
use super::timeline::filled;
use crate::dimension::Dimension;
use crate::error::EngineError;
use crate::metric::Metric;

/// A rate of fewer concluded messages says little: such rows stand behind the others.
const FEW: i64 = 30;
/// Rows that are listed, of a breakdown that may have any number.
const LISTED: usize = 100;
/// Reasons that are drawn over time, each in its tone; the others are taken together.
const DRAWN: usize = 4;

pub(crate) async fn countries(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let rates = asked.source.metric(Metric::Rates, &[Dimension::Country], asked.now).await?;
    let mut table = breakdown(&rates, &Dimension::Country);
    table.summary += " Tiles are as large for small countries as for large ones; grey ones had no messages.";
    table.id = "countries".into();
    table.drawing = Some(Drawing::Map { country: "country", share: "delivery_rate", weight: "messages" });
    let lead = "The destination's country, as two letters (ISO 3166).";
    let blocks = vec![Block::Figure(Box::new(table))];
    Ok(Section { id: "countries", title: "Countries", lead: lead.into(), blocks })
}

pub(crate) async fn others(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let usual = [
        Dimension::Channel,
        Dimension::Carrier,
        Dimension::OriginationIdentity,
        Dimension::MessageType,
        Dimension::ConfigurationSet,
    ];
    let mut blocks = Vec::new();
    for dimension in usual.into_iter().chain(asked.by.iter().cloned()) {
        let rates = asked.source.metric(Metric::Rates, std::slice::from_ref(&dimension), asked.now).await?;
        blocks.push(Block::Figure(Box::new(breakdown(&rates, &dimension))));
    }
    let note = "Messages that fail often come without a carrier, and gather in the row without a name (–): carriers with a name look better than they are.";
    blocks.push(Block::Note(note.into()));
    let lead = "The worst first, of those with enough messages to judge. Any key of the context can be added: --by context.KEY.";
    Ok(Section { id: "breakdowns", title: "Carriers, senders, types", lead: lead.into(), blocks })
}

fn breakdown(rates: &Answer, dimension: &Dimension) -> Figure {
    let name = dimension.to_string();
    let judged = |row: usize| rates.count(row, "concluded") >= FEW;
    let high = |row: usize| rates.number(row, "delivery_rate_high").unwrap_or(1.0);
    let mut rows: Vec<usize> = (0..rates.len()).collect();
    rows.sort_by(|one, other| judged(*other).cmp(&judged(*one)).then(high(*one).total_cmp(&high(*other))));
    let few = rows.iter().filter(|row| !judged(**row)).count();
    let more = rows.len().saturating_sub(LISTED.max(260 * usize::from(*dimension == Dimension::Country)));
    rows.truncate(rows.len() - more);
    let mut summary = format!(
        "The worst first, by the upper end of the interval; the {few} with fewer than {FEW} concluded messages last."
    );
    if more > 0 {
        summary += &format!(" {more} further ones are not listed: smsvoice metrics --by {name} has all.");
    }
    let names: Vec<&str> = [name.as_str()].into_iter().chain(RATES).chain(["total_usd"]).collect();
    Figure {
        id: format!("by-{}", name.replace(['_', '.'], "-")),
        title: format!("By {}", column(&name).label.to_lowercase()),
        summary,
        drawing: None,
        table: rates.table_of(&names, rows),
    }
}

/// Why messages did not arrive: ranked, over time, by carrier.
pub(crate) async fn failures(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let ranked = asked.source.metric(Metric::Failures, &[], asked.now).await?;
    let lead = "Reasons of blocked and failed messages. AWS charges for many of them.";
    if ranked.is_empty() {
        let note = Block::Note("No message of the period was blocked or failed.".into());
        return Ok(Section { id: "failures", title: "Failure reasons", lead: lead.into(), blocks: vec![note] });
    }
    let names = ["failure_reason", "outcome", "messages", "share_of_undelivered", "share_of_concluded", "total_usd"];
    let ranking = Figure {
        id: "failures".into(),
        title: "Reasons, ranked".into(),
        summary: "The most frequent first, with what was spent on them.".into(),
        drawing: Some(Drawing::Bars { name: "failure_reason", value: "messages", tones: &[] }),
        table: ranked.table(&names),
    };
    let step = asked.step();
    let over_time = asked.source.metric(Metric::Failures, &[step], asked.now).await?;
    let by_carrier = asked.source.metric(Metric::Failures, &[Dimension::Carrier], asked.now).await?;
    let rows: Vec<usize> = by_carrier.by("messages").into_iter().take(LISTED).collect();
    let carriers = Figure {
        id: "failures-by-carrier".into(),
        title: "Reasons by carrier".into(),
        summary: format!(
            "The {} most frequent pairs of {}; shares are of the carrier's own messages.",
            rows.len(),
            by_carrier.len()
        ),
        drawing: None,
        table: by_carrier.table_of(&[&["carrier"][..], &names].concat(), rows),
    };
    let figures = [ranking, reasons_over_time(&ranked, &over_time, asked), carriers];
    let blocks = figures.map(|figure| Block::Figure(Box::new(figure))).into();
    Ok(Section { id: "failures", title: "Failure reasons", lead: lead.into(), blocks })
}

/// A column a reason, for the most frequent; all others together.
fn reasons_over_time(ranked: &Answer, over_time: &Answer, asked: &Asked<'_>) -> Figure {
    let along: &'static str = if asked.step() == Dimension::Hour { "hour" } else { "day" };
    let drawn: Vec<String> = (0..ranked.len().min(DRAWN)).map(|row| ranked.text(row, "failure_reason")).collect();
    let mut slots: BTreeMap<String, (Cell, Vec<i64>)> = BTreeMap::new();
    for row in 0..over_time.len() {
        let time = over_time.cell(row, along).clone();
        let place = drawn.iter().position(|reason| *reason == over_time.text(row, "failure_reason"));
        let slot = slots.entry(time.plain()).or_insert_with(|| (time, vec![0; drawn.len() + 1]));
        slot.1[place.unwrap_or(drawn.len())] += over_time.count(row, "messages");
    }
    let others = "others".to_owned();
    let named = |reason: &String| Column::new(reason, &reason.replace('_', " "), Unit::Count);
    let columns = std::iter::once(column(along)).chain(drawn.iter().chain([&others]).map(named)).collect();
    let parts = drawn.iter().chain([&others]).zip(Tone::PLAIN).map(|(reason, tone)| Part::new(reason, tone)).collect();
    let rows = slots
        .into_values()
        .map(|(time, counts)| std::iter::once(time).chain(counts.into_iter().map(Cell::Whole)).collect());
    Figure {
        id: "failures-over-time".into(),
        title: format!("Reasons by {along} of the request"),
        summary: "The most frequent apart, the others together.".into(),
        drawing: Some(Drawing::Stacked { along, parts }),
        table: filled(Table { columns, rows: rows.collect() }, asked.period),
    }
}
