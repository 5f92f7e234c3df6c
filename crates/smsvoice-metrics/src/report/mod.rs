//! What a report shows, from a lake: the questions that are asked, and how the answers become sections.

mod answer;
mod change;
mod columns;
mod definitions;
mod money;
mod overview;
mod places;
mod pumping;
mod quality;
mod settled;
mod source;
mod special;
mod speed;
mod timeline;

pub use pumping::{Watched, watch};

use chrono::{DateTime, Days, Duration, NaiveTime, Utc};
use smsvoice_report::{Report, Section, Span};

use crate::dimension::Dimension;
use crate::error::EngineError;
use crate::filter::Filter;
use crate::query_engine::QueryEngine;
use crate::statement::Period;
use source::Source;

/// How many days a report is about where nobody says, and the lake has more.
const USUAL_DAYS: u64 = 31;

/// What a report shall be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRequest {
    /// Which messages count; of the whole lake, or of its last 31 days if it has more, where neither end is given.
    pub period: Period,
    /// What they have in common.
    pub only: Vec<Filter>,
    /// What else rates are broken down by, beside country, carrier, sender, message type and configuration set.
    pub by: Vec<Dimension>,
    /// The instant that pending messages are judged at.
    pub as_of: DateTime<Utc>,
    /// Whether telephone numbers (of senders, or in contexts) are shown as the lake has them; masked otherwise.
    pub plain_numbers: bool,
}

/// Makes a report of a lake.
pub async fn report(engine: &dyn QueryEngine, lake: &str, request: &ReportRequest) -> Result<Report, EngineError> {
    let chosen = chosen(engine, request).await?;
    let source = Source::over(engine, request, chosen.both).await?;
    let span = source.span(chosen.now).await?;
    let before = chosen.before.filter(|_| span.is_some());
    let before = match before {
        Some(before) if source.count(before).await? > 0 => Some(before),
        _ => None,
    };
    let period = chosen.given.or(span).unwrap_or(Span { since: request.as_of, until: request.as_of });
    let asked = Asked { source: &source, now: chosen.now, before, period, by: &request.by };
    let sections = sections(&asked).await?;
    let mut report = Report {
        lake: lake.to_owned(),
        made_at: request.as_of,
        period,
        before: before.and_then(|before| Some(Span { since: before.since?, until: before.until? })),
        filters: request.only.iter().map(ToString::to_string).collect(),
        sections,
        definitions: Vec::new(),
    };
    report.definitions = definitions::of(&report);
    Ok(report)
}

/// What every section is made from.
pub(crate) struct Asked<'a> {
    source: &'a Source<'a>,
    /// Which messages count.
    now: Period,
    /// The period they are compared with, if it has messages.
    before: Option<Period>,
    /// When they were requested, for the axis of time.
    period: Span,
    by: &'a [Dimension],
}

impl Asked<'_> {
    /// Hours where there are few days.
    fn step(&self) -> Dimension {
        if self.period.until - self.period.since <= Duration::days(4) { Dimension::Hour } else { Dimension::Day }
    }
}

async fn sections(asked: &Asked<'_>) -> Result<Vec<Section>, EngineError> {
    let mut sections = vec![overview::section(asked).await?, overview::time(asked).await?];
    if asked.before.is_some() {
        sections.push(change::section(asked).await?);
    }
    sections.push(places::countries(asked).await?);
    sections.push(places::others(asked).await?);
    sections.push(places::failures(asked).await?);
    sections.push(speed::section(asked).await?);
    sections.push(money::section(asked).await?);
    sections.push(settled::section(asked).await?);
    sections.push(special::voice(asked).await?);
    sections.push(special::rcs(asked).await?);
    sections.push(special::protect(asked).await?);
    sections.push(pumping::section(asked).await?);
    sections.push(special::feedback());
    sections.push(quality::section(asked).await?);
    Ok(sections)
}

/// The periods a report is about.
struct Chosen {
    now: Period,
    before: Option<Period>,
    /// Both together: what is read.
    both: Period,
    /// The period as asked for, with both its ends.
    given: Option<Span>,
}

async fn chosen(engine: &dyn QueryEngine, request: &ReportRequest) -> Result<Chosen, EngineError> {
    let day = |text: &str| text.parse::<chrono::NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let days = engine.days().await?;
    let ends = days.and_then(|(first, last)| Some((day(&first)?, day(&last)?.checked_add_days(Days::new(1))?)));
    let Some((first, behind)) = ends else {
        return Ok(Chosen { now: request.period, before: None, both: request.period, given: None });
    };
    let mut now = request.period;
    if now == Period::default() {
        let usual = behind - Duration::days(USUAL_DAYS as i64);
        if first >= usual {
            return Ok(Chosen { now, before: None, both: now, given: None });
        }
        now.since = Some(usual);
    }
    let until = now.until.unwrap_or(behind.max(now.since.unwrap_or(first) + Duration::days(1)));
    let since = now.since.unwrap_or(first.min(until - Duration::days(1)));
    now = Period { since: now.since, until: Some(until) };
    let before = now.since.map(|since| Period { since: Some(since - (until - since)), until: Some(since) });
    let both = Period { since: before.map_or(now.since, |before| before.since), until: now.until };
    Ok(Chosen { now, before, both, given: Some(Span { since, until }) })
}
