//! What a reader sees first: the numbers that matter, the way from request to arrival, and how it went over time.

use smsvoice_report::{Block, Cell, Column, Drawing, Figure, Part, Section, Table, Tile, Tone, Trend, Unit};

use super::Asked;
use super::answer::Answer;
use super::columns::column;
use super::settled::{self, Settled};
use super::timeline::filled;
use crate::error::EngineError;
use crate::metric::Metric;

/// Outcomes in the order of a stack, the best below.
const STACK: [(&str, Tone); 6] = [
    ("delivered", Tone::Delivered),
    ("accepted", Tone::Accepted),
    ("pending", Tone::Pending),
    ("unknown", Tone::Unknown),
    ("failed", Tone::Failed),
    ("blocked", Tone::Blocked),
];

/// The colours of the funnel's steps.
const STEPS: &[(&str, Tone)] = &[
    ("Requested", Tone::First),
    ("Concluded", Tone::First),
    ("Arrived", Tone::Delivered),
    ("Confirmed by the handset", Tone::Delivered),
    ("Accepted, no receipt to come", Tone::Accepted),
    ("Blocked", Tone::Blocked),
    ("Failed", Tone::Failed),
    ("Unknown", Tone::Unknown),
    ("Pending", Tone::Pending),
];

/// What rates are shown with.
pub(crate) const RATES: [&str; 12] = [
    "messages",
    "delivery_rate",
    "delivery_rate_low",
    "delivery_rate_high",
    "confirmed_rate",
    "delivered",
    "accepted",
    "blocked",
    "failed",
    "unknown",
    "pending",
    "maturity",
];

pub(crate) async fn section(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let rates = asked.source.metric(Metric::Rates, &[], asked.now).await?;
    if rates.is_empty() {
        let note = Block::Note("No message was requested in this period, as far as the lake tells.".into());
        return Ok(Section { id: "overview", title: "Overview", lead: String::new(), blocks: vec![note] });
    }
    let before = match asked.before {
        Some(before) => Some(Before {
            rates: asked.source.metric(Metric::Rates, &[], before).await?,
            cost: asked.source.metric(Metric::Cost, &[], before).await?,
            latency: asked.source.metric(Metric::Latency, &[], before).await?,
        }),
        None => None,
    };
    let cost = asked.source.metric(Metric::Cost, &[], asked.now).await?;
    let latency = asked.source.metric(Metric::Latency, &[], asked.now).await?;
    let settled = settled::overall(asked, &rates).await?;
    let tiles = tiles(&Now { rates: &rates, cost: &cost, latency: &latency, settled }, before.as_ref());
    let mut blocks = vec![Block::Tiles(tiles), Block::Figure(Box::new(funnel(&rates)))];
    blocks.push(Block::Figure(Box::new(totals(&rates))));
    let lead = "How many messages arrived, of those of which the end is known. What is pending or unknown is part of no rate, and never hidden.";
    Ok(Section { id: "overview", title: "Overview", lead: lead.into(), blocks })
}

struct Now<'a> {
    rates: &'a Answer,
    cost: &'a Answer,
    latency: &'a Answer,
    settled: Option<Settled>,
}

struct Before {
    rates: Answer,
    cost: Answer,
    latency: Answer,
}

fn tiles(now: &Now<'_>, before: Option<&Before>) -> Vec<Tile> {
    let Now { rates, cost, latency, settled } = now;
    let rates_before = before.map(|before| &before.rates);
    let ends = format!("{} to {}", said(rates, "delivery_rate_low"), said(rates, "delivery_rate_high"));
    let mut tiles = vec![
        Tile {
            trend: relative(rates, rates_before, "messages", None),
            ..tile("Messages", said(rates, "messages"), format!("{} concluded", said(rates, "concluded")), "concluded")
        },
        Tile {
            trend: points(rates, rates_before, "delivery_rate"),
            ..tile("Delivery rate", said(rates, "delivery_rate"), format!("95 % interval {ends}"), "delivery_rate")
        },
        Tile {
            trend: points(rates, rates_before, "confirmed_rate"),
            ..tile(
                "Confirmed rate",
                said(rates, "confirmed_rate"),
                format!("{} by the handset", said(rates, "delivered")),
                "confirmed_rate",
            )
        },
        open_tile(rates, settled.as_ref()),
        Tile {
            trend: relative(cost, before.map(|before| &before.cost), "total_usd", None),
            ..tile(
                "Cost",
                said(cost, "total_usd"),
                format!("{} a message that arrived", said(cost, "per_delivered_usd")),
                "total_usd",
            )
        },
    ];
    tiles.extend(latency_tile(latency, before.map(|before| &before.latency)));
    tiles
}

/// A value of the only row, as read.
fn said(answer: &Answer, name: &str) -> String {
    smsvoice_report::written(answer.cell(0, name), column(name).unit)
}

fn tile(label: &str, value: String, beside: String, term: &'static str) -> Tile {
    Tile { label: label.into(), value, beside, trend: None, term }
}

/// What is pending: where the rate will be without it, as far as the past tells.
fn open_tile(rates: &Answer, settled: Option<&Settled>) -> Tile {
    let (pending, unknown) = (said(rates, "pending"), said(rates, "unknown"));
    if let Some(settled) = settled.filter(|_| rates.count(0, "pending") > 0) {
        tile("When all is in", settled.range(), format!("{pending} pending, {unknown} unknown"), "settled")
    } else {
        let beside = format!("{unknown} unknown; maturity {}", said(rates, "maturity"));
        tile("Still open", pending, beside, "maturity")
    }
}

/// None where no message tells when it was accepted: of calls alone, say.
fn latency_tile(latency: &Answer, before: Option<&Answer>) -> Option<Tile> {
    latency.number(0, "accept_p95_ms")?;
    let beside = format!("half of them within {}", said(latency, "accept_p50_ms"));
    let tile = tile("Accepted within (p95)", said(latency, "accept_p95_ms"), beside, "accept_latency_ms");
    Some(Tile { trend: relative(latency, before, "accept_p95_ms", Some(false)), ..tile })
}

/// The change of a share.
fn points(now: &Answer, before: Option<&Answer>, name: &str) -> Option<Trend> {
    let change = now.number(0, name)? - before?.number(0, name)?;
    let text = smsvoice_report::written(&Cell::real(Some(change)), Unit::Points);
    Some(Trend { text, better: (change.abs() >= 0.00005).then_some(change > 0.0) })
}

/// The change of a quantity, in percent of what it was; `more_is_better` if that can be said.
fn relative(now: &Answer, before: Option<&Answer>, name: &str, more_is_better: Option<bool>) -> Option<Trend> {
    let (now, before) = (now.number(0, name)?, before?.number(0, name)?);
    if before == 0.0 {
        return None;
    }
    let change = (now - before) / before * 100.0;
    let text = format!("{}{:.1} %", if change < 0.0 { "−" } else { "+" }, change.abs());
    Some(Trend { text, better: more_is_better.filter(|_| change.abs() >= 0.05).map(|more| more == (change > 0.0)) })
}

fn funnel(rates: &Answer) -> Figure {
    let of = |name: &str| rates.count(0, name);
    let all = of("messages");
    let counts = [
        all,
        of("concluded"),
        of("delivered") + of("accepted"),
        of("delivered"),
        of("accepted"),
        of("blocked"),
        of("failed"),
        of("unknown"),
        of("pending"),
    ];
    let share = |count: i64| Cell::real(Some(count as f64 / all as f64));
    let rows = STEPS.iter().zip(counts);
    let rows = rows.map(|((name, _), count)| vec![Cell::Text((*name).to_owned()), Cell::Whole(count), share(count)]);
    let table = Table {
        columns: vec![
            Column::new("step", "Step", Unit::Name),
            column("messages"),
            Column::new("share_of_requested", "Of requested", Unit::Share),
        ],
        rows: rows.collect(),
    };
    Figure {
        id: "funnel".into(),
        title: "From request to arrival".into(),
        summary: "Requested messages are those that AWS took; what it refused at once makes no event. Concluded = arrived + blocked + failed; arrived = confirmed + accepted; requested = concluded + unknown + pending.".into(),
        drawing: Some(Drawing::Bars { name: "step", value: "messages", tones: STEPS }),
        table,
    }
}

fn totals(rates: &Answer) -> Figure {
    let names = [&["messages", "concluded"][..], &RATES[1..]].concat();
    Figure {
        id: "rates".into(),
        title: "All messages".into(),
        summary: "As smsvoice metrics prints them. The interval is Wilson's, at 95 %.".into(),
        drawing: None,
        table: rates.table(&names),
    }
}

/// How it went over time.
pub(crate) async fn time(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let step = asked.step();
    let along: &'static str = if step == crate::Dimension::Hour { "hour" } else { "day" };
    let rates = asked.source.metric(Metric::Rates, &[step], asked.now).await?;
    let names: Vec<&str> = [along].into_iter().chain(RATES).collect();
    let outcomes = Figure {
        id: "outcomes-over-time".into(),
        title: format!("Outcomes by {along} of the request"),
        summary: format!("Each column is the messages requested in one {along} (UTC), by what became of them."),
        drawing: Some(Drawing::Stacked { along, parts: STACK.map(|(name, tone)| Part::new(name, tone)).into() }),
        table: filled(rates.table(&names), asked.period),
    };
    let rate = Figure {
        id: "rates-over-time".into(),
        title: format!("Rates by {along} of the request"),
        summary: "The newest are the least mature: what is still pending is missing in them.".into(),
        drawing: Some(Drawing::Lines {
            along,
            lines: vec![Part::new("delivery_rate", Tone::Delivered), Part::new("confirmed_rate", Tone::First)],
            from_zero: false,
        }),
        table: filled(
            rates.table(&[
                along,
                "messages",
                "delivery_rate",
                "delivery_rate_low",
                "delivery_rate_high",
                "confirmed_rate",
                "maturity",
            ]),
            asked.period,
        ),
    };
    let blocks = [outcomes, rate].map(|figure| Block::Figure(Box::new(figure))).into();
    Ok(Section {
        id: "time",
        title: "Over time",
        lead: "When messages were requested, and what became of them.".into(),
        blocks,
    })
}
