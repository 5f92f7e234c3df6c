//! How long it took: to the carrier's acceptance, and, apart from it, to the receipt.

use smsvoice_report::{Block, Drawing, Figure, Part, Section, Tone};

use super::Asked;
use super::timeline::filled;
use crate::dimension::Dimension;
use crate::error::EngineError;
use crate::metric::Metric;

const PROMPT: &str = include_str!("../../sql/report/prompt.sql");
const WARNING: &str = "AWS warns that these events are no measure of delay: a receipt needs time to come back, and some carriers send receipts in batches. The accepted leg is the better sign of how fast messages leave; the receipt leg tells when receipts came.";
const ACCEPTED: [&str; 5] = ["accept_messages", "accept_p50_ms", "accept_p90_ms", "accept_p95_ms", "accept_p99_ms"];
const RECEIPTS: [&str; 5] =
    ["delivery_messages", "delivery_p50_ms", "delivery_p90_ms", "delivery_p95_ms", "delivery_p99_ms"];
/// Carriers that are listed.
const LISTED: usize = 100;

pub(crate) async fn section(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let step = asked.step();
    let along: &'static str = if step == Dimension::Hour { "hour" } else { "day" };
    let over_time = asked.source.metric(Metric::Latency, &[step], asked.now).await?;
    let mut blocks = vec![Block::Note(WARNING.into())];
    for (id, title, names, drawn) in [
        ("accepted-over-time", "Request to acceptance", ACCEPTED, ["accept_p50_ms", "accept_p95_ms"]),
        ("receipts-over-time", "Request to receipt", RECEIPTS, ["delivery_p50_ms", "delivery_p95_ms"]),
    ] {
        let names: Vec<&str> = [along].into_iter().chain(names).collect();
        blocks.push(figure(Figure {
            id: id.into(),
            title: format!("{title}, by {along} of the request"),
            summary: "Half of the messages took at most the lower line (p50), 95 of 100 at most the upper one (p95)."
                .into(),
            drawing: Some(Drawing::Lines {
                along,
                lines: drawn
                    .iter()
                    .zip([Tone::First, Tone::Third])
                    .map(|(name, tone)| Part::new(*name, tone))
                    .collect(),
                from_zero: true,
            }),
            table: filled(over_time.table(&names), asked.period),
        }));
    }
    let by_carrier = asked.source.metric(Metric::Latency, &[Dimension::Carrier], asked.now).await?;
    let rows: Vec<usize> = by_carrier.by("accept_p95_ms").into_iter().take(LISTED).collect();
    let names: Vec<&str> = ["carrier"].into_iter().chain(ACCEPTED).chain(RECEIPTS).collect();
    blocks.push(figure(Figure {
        id: "latency-by-carrier".into(),
        title: "By carrier".into(),
        summary: format!("The slowest acceptance first; {} of {} carriers.", rows.len(), by_carrier.len()),
        drawing: None,
        table: by_carrier.table_of(&names, rows),
    }));
    blocks.push(prompt(asked).await?);
    let lead = "Percentiles by nearest rank, of messages of which both times are known. The request to acceptance and the request to receipt are different questions.";
    Ok(Section { id: "latency", title: "Latency", lead: lead.into(), blocks })
}

async fn prompt(asked: &Asked<'_>) -> Result<Block, EngineError> {
    let by_country = asked.source.broken_down(PROMPT, &[Dimension::Country], asked.now).await?;
    let names = [
        "country",
        "messages",
        "accepted_within_10s",
        "accepted_within_10s_share",
        "confirmed",
        "delivered_within_10s",
        "delivered_within_10s_share",
    ];
    Ok(figure(Figure {
        id: "prompt".into(),
        title: "Within ten seconds".into(),
        summary: "Of transactional messages, one-time passcodes among them (no event tells which these are; if the context does, ask with --where context.KEY=VALUE).".into(),
        drawing: None,
        table: by_country.table_of(&names, by_country.by("messages")),
    }))
}

fn figure(figure: Figure) -> Block {
    Block::Figure(Box::new(figure))
}
