//! Whether somebody pumps traffic: counts by country and hour from a lake, judged by `smsvoice-watch`.

use chrono::{DateTime, Duration, Utc};
use smsvoice_report::{Block, Cell, Figure, Section, Table};
use smsvoice_watch::{Hour, Prefixes, Sign, Thresholds, signs};

use super::answer::Answer;
use super::columns::column;
use super::source::Source;
use super::{Asked, ReportRequest};
use crate::error::EngineError;
use crate::filter::Filter;
use crate::query_engine::QueryEngine;
use crate::statement::Period;

const PUMPING: &str = include_str!("../../sql/report/pumping.sql");

/// What a look at the last hours found.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// From this instant on hours were judged.
    pub since: DateTime<Utc>,
    /// Up to before this one.
    pub until: DateTime<Utc>,
    /// The hours that were judged or served as their past, over all countries.
    pub hours: usize,
    /// Whether the lake tells the prefixes of numbers; where it does not, the other two conditions decide.
    pub prefixes: bool,
    /// The signs, the oldest first.
    pub signs: Vec<Sign>,
}

/// Judges the hours from `since` up to before `until` by the days before them.
pub async fn watch(
    engine: &dyn QueryEngine,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    only: Vec<Filter>,
    thresholds: &Thresholds,
) -> Result<Watched, EngineError> {
    let period = Period { since: Some(since - Duration::days(i64::from(thresholds.days))), until: Some(until) };
    let request = ReportRequest { period, only, by: Vec::new(), as_of: until, plain_numbers: false };
    let source = Source::over(engine, &request, period).await?;
    let hours = hours(&source.broken_down(PUMPING, &[], period).await?);
    let prefixes = hours.iter().any(|hour| hour.prefixes.is_some());
    let signs = signs(&hours, since, thresholds);
    Ok(Watched { since, until, hours: hours.len(), prefixes, signs })
}

fn hours(answer: &Answer) -> Vec<Hour> {
    let rows = (0..answer.len()).filter_map(|row| {
        let count = |name| answer.count(row, name).max(0) as u64;
        let prefixes = answer
            .number(row, "largest")
            .map(|_| Prefixes { largest: count("largest"), name: answer.text(row, "prefix") });
        Some(Hour {
            country: answer.text(row, "country"),
            at: answer.time(row, "hour")?,
            messages: count("messages"),
            concluded: count("concluded"),
            arrived: count("arrived"),
            confirmed: count("confirmed"),
            prefixes,
        })
    });
    rows.collect()
}

pub(crate) async fn section(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let hours = hours(&asked.source.broken_down(PUMPING, &[], Period::default()).await?);
    let signs = signs(&hours, asked.period.since, &Thresholds::default());
    let mut blocks = Vec::new();
    if signs.is_empty() {
        let note = "No hour of the period is a sign of pumping. An hour needs five days before it to be judged; those that the report does not read do not count.";
        blocks.push(Block::Note(note.into()));
    } else {
        blocks.push(Block::Figure(Box::new(figure(&signs))));
    }
    if !hours.is_empty() && hours.iter().all(|hour| hour.prefixes.is_none()) {
        let note = "The lake does not keep numbers as they are (phone_numbers = mask, hmac or drop), so whether they gather in few prefixes is not known: volume and rate decide alone.";
        blocks.push(Block::Note(note.into()));
    }
    let lead = "Somebody who earns by messages makes many be sent to numbers of their own, which lie together and do not answer. smsvoice watch says the same by its exit code.";
    Ok(Section { id: "pumping", title: "Traffic pumping", lead: lead.into(), blocks })
}

fn figure(signs: &[Sign]) -> Figure {
    let names = [
        "country",
        "hour",
        "messages",
        "usual_messages",
        "limit",
        "rate_of",
        "rate",
        "usual_rate",
        "gathered",
        "usually_gathered",
        "prefix",
    ];
    let rows = signs.iter().map(|sign| {
        vec![
            if sign.country.is_empty() { Cell::Missing } else { Cell::Text(sign.country.clone()) },
            Cell::Hour(sign.at),
            Cell::Whole(sign.messages as i64),
            Cell::Real(sign.usual_messages),
            Cell::Real(sign.limit),
            Cell::Text(sign.basis.as_str().to_owned()),
            Cell::real(sign.rate),
            Cell::Real(sign.usual_rate),
            Cell::real(sign.gathered.map(|(now, _)| now)),
            Cell::real(sign.gathered.map(|(_, usual)| usual)),
            sign.prefix.clone().map_or(Cell::Missing, Cell::Text),
        ]
    });
    Figure {
        id: "pumping-signs".into(),
        title: "Signs".into(),
        summary: "Hours with more messages than usual, fewer of which were confirmed than usual, more of them to one prefix than usual.".into(),
        drawing: None,
        table: Table { columns: names.iter().map(|name| column(name)).collect(), rows: rows.collect() },
    }
}
