//! What it cost, and what was spent in vain.

use smsvoice_report::{Block, Drawing, Figure, Section};

use super::Asked;
use crate::dimension::Dimension;
use crate::error::EngineError;
use crate::metric::Metric;

const PARTS: &str = include_str!("../../sql/report/parts.sql");
const COSTS: [&str; 9] = [
    "messages",
    "total_usd",
    "price_usd",
    "carrier_fee_usd",
    "per_message_usd",
    "per_delivered_usd",
    "undelivered_usd",
    "open_usd",
    "unpriced",
];

pub(crate) async fn section(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let all = asked.source.metric(Metric::Cost, &[], asked.now).await?;
    let by_country = asked.source.metric(Metric::Cost, &[Dimension::Country], asked.now).await?;
    let parts = asked.source.broken_down(PARTS, &[], asked.now).await?;
    let countries: Vec<&str> = ["country"].into_iter().chain(COSTS).collect();
    let figures = [
        Figure {
            id: "cost".into(),
            title: "All messages".into(),
            summary: "US dollars, exact, as the events tell: price and carrier fee of each message once.".into(),
            drawing: None,
            table: all.table(&COSTS),
        },
        Figure {
            id: "cost-by-country".into(),
            title: "By country".into(),
            summary: "The most expensive first. Spent on undelivered: on messages that were blocked or failed.".into(),
            drawing: Some(Drawing::Bars { name: "country", value: "total_usd", tones: &[] }),
            table: by_country.table_of(&countries, by_country.by("total_usd")),
        },
        Figure {
            id: "parts".into(),
            title: "Long messages and UNICODE".into(),
            summary: "Each part is billed as a message. A part holds 160 GSM characters or 70 of UNICODE (UCS-2); one character outside GSM makes the whole message UNICODE.".into(),
            drawing: None,
            table: parts.table(&["encoding", "parts", "messages", "billed_parts", "total_usd", "for_length_usd"]),
        },
    ];
    let blocks = figures.map(|figure| Block::Figure(Box::new(figure))).into();
    let lead = "In US dollars. Messages without a price are counted as unpriced; the sums lack them.";
    Ok(Section { id: "cost", title: "Cost", lead: lead.into(), blocks })
}
