//! Where the answers come from: the one place of a report that runs SQL.
//!
//! The messages a report is about are asked for some thirty times: the embedded engine computes them once and keeps them in a
//! file beside; one elsewhere is given the whole question each time, so that no message has to come here.

use chrono::{DateTime, Duration, Utc};
use smsvoice_report::Span;

use super::ReportRequest;
use super::answer::Answer;
use crate::dimension::Dimension;
use crate::engine::Kept;
use crate::error::EngineError;
use crate::filter;
use crate::metric::Metric;
use crate::query_engine::QueryEngine;
use crate::statement::{Period, Within, both, broken_down, messages_of};
use crate::template::{fill, timestamp};
use crate::time_zone::TimeZone;

const MESSAGES: &str = include_str!("../../sql/report/messages.sql");
const MARKS: &str = include_str!("../../sql/report/marks.sql");
const SPAN: &str = include_str!("../../sql/report/span.sql");

/// The name of the messages that are kept.
const TABLE: &str = "report_messages";

/// A lake, and the messages of a report.
pub(crate) struct Source<'a> {
    engine: &'a dyn QueryEngine,
    /// Keeps the messages as long as they are asked for, if the engine does.
    _kept: Option<Kept<'a>>,
    /// What stands for the messages in a question: the table of those that are kept, or the query itself.
    messages: String,
    /// The instant that pending messages are judged at.
    pub(crate) as_of: DateTime<Utc>,
    /// Conditions on the partitions that hold the report's events.
    partitions: Option<String>,
    plain_numbers: bool,
}

impl<'a> Source<'a> {
    pub(crate) async fn over(
        engine: &'a dyn QueryEngine,
        request: &ReportRequest,
        read: Period,
    ) -> Result<Self, EngineError> {
        let partitions = read.partitions();
        let conditions = both(read.condition(), filter::all(&request.only, TimeZone::UTC));
        let sql = fill(MESSAGES, |slot| match slot {
            "messages" => Some(format!("(\n{}) AS messages", messages_of(partitions.as_deref()))),
            "marks" => Some(format!("(\n{}) AS marks", marks(partitions.as_deref()))),
            "period" => conditions.clone(),
            _ => None,
        });
        let kept = engine.keep(TABLE, &sql).await?;
        let messages = if kept.is_some() { format!("{TABLE} AS messages") } else { format!("(\n{sql}) AS messages") };
        let (as_of, plain_numbers) = (request.as_of, request.plain_numbers);
        Ok(Self { engine, _kept: kept, messages, as_of, partitions, plain_numbers })
    }

    /// A metric of the messages of a period.
    pub(crate) async fn metric(&self, metric: Metric, by: &[Dimension], period: Period) -> Result<Answer, EngineError> {
        self.broken_down(metric.template(), by, period).await
    }

    /// A file with the slots of a metric.
    pub(crate) async fn broken_down(&self, sql: &str, by: &[Dimension], period: Period) -> Result<Answer, EngineError> {
        self.ask(&broken_down(sql, by, &self.within(period))).await
    }

    /// A file that has also the slot `middle`.
    pub(crate) async fn around(&self, sql: &str, middle: DateTime<Utc>, period: Period) -> Result<Answer, EngineError> {
        let within = self.within(period);
        let sql = fill(sql, |slot| match slot {
            "middle" => Some(timestamp(middle)),
            "messages" => within.source.clone(),
            "as_of" => within.as_of.clone(),
            "period" => within.messages.clone(),
            _ => None,
        });
        self.ask(&sql).await
    }

    /// A file about events or quarantine, of the days the report is about.
    pub(crate) async fn of_days(&self, sql: &str) -> Result<Answer, EngineError> {
        self.ask(&fill(sql, |_| self.partitions.clone())).await
    }

    /// How many messages a period has.
    pub(crate) async fn count(&self, period: Period) -> Result<i64, EngineError> {
        let rates = self.metric(Metric::Rates, &[], period).await?;
        Ok(rates.count(0, "messages"))
    }

    /// From the first to behind the last request, in whole hours; none without messages.
    pub(crate) async fn span(&self, period: Period) -> Result<Option<Span>, EngineError> {
        let source = format!("(SELECT * FROM {} WHERE {}) AS messages", self.messages, period_or_all(period));
        let answer = self.ask(&fill(SPAN, |slot| (slot == "messages").then(|| source.clone()))).await?;
        let hour = |name| answer.time(0, name).and_then(|at| DateTime::from_timestamp(at.timestamp() / 3600 * 3600, 0));
        Ok(hour("first_at").zip(hour("last_at")).map(|(since, last)| Span { since, until: last + Duration::hours(1) }))
    }

    /// What is wrong with the files that are left out.
    pub(crate) fn left_out(&self) -> Vec<String> {
        self.engine.left_out()
    }

    fn within(&self, period: Period) -> Within {
        Within {
            messages: period.condition(),
            as_of: Some(timestamp(self.as_of)),
            source: Some(self.messages.clone()),
            ..Within::default()
        }
    }

    async fn ask(&self, sql: &str) -> Result<Answer, EngineError> {
        Ok(Answer::of(&self.engine.query(sql).await?.collect().await?, self.plain_numbers))
    }
}

fn period_or_all(period: Period) -> String {
    period.condition().unwrap_or_else(|| "TRUE".to_owned())
}

fn marks(partitions: Option<&str>) -> String {
    fill(MARKS, |slot| partitions.filter(|_| slot == "partitions").map(str::to_owned))
}
