//! Where the answers come from: the one place of a report that runs SQL.
//!
//! The messages a report is about are asked for some thirty times: the embedded engine computes them once and keeps them in a
//! file beside; one elsewhere is given the whole question each time, so that no message has to come here.

use chrono::{DateTime, Duration, Utc};
use smsvoice_report::Span;

use super::ReportRequest;
use super::answer::Answer;
use crate::dimension::Dimension;
use crate::error::EngineError;
use crate::filter;
use crate::gather::{Gathered, Kept};
use crate::metric::Metric;
use crate::query_engine::QueryEngine;
use crate::statement::{NUMBER_PREFIX, Period, Within, both, broken_down, messages_of};
use crate::template::{fill, timestamp};
use crate::time_zone::TimeZone;

const MESSAGES: &str = include_str!("../../sql/report/messages.sql");
const MARKS: &str = include_str!("../../sql/report/marks.sql");
const QUALITY: &str = include_str!("../../sql/report/quality.sql");
const QUALITY_TOTAL: &str = include_str!("../../sql/report/quality_total.sql");
const SPAN: &str = include_str!("../../sql/report/span.sql");

/// The names of what is kept: messages, and what their events are like.
const MESSAGES_TABLE: &str = "report_messages";
const QUALITY_TABLE: &str = "report_quality";

/// A lake, and the messages of a report.
pub(crate) struct Source<'a> {
    engine: &'a dyn QueryEngine,
    /// Keeps what is asked for often, if the engine does.
    kept: Option<Kept>,
    /// The query of the messages.
    messages: String,
    /// The instant that pending messages are judged at.
    pub(crate) as_of: DateTime<Utc>,
    /// Conditions on the partitions that hold the report's events.
    partitions: Option<String>,
    plain_numbers: bool,
}

impl<'a> Source<'a> {
    /// For a report.
    pub(crate) async fn of_report(
        engine: &'a dyn QueryEngine,
        request: &ReportRequest,
        read: Period,
    ) -> Result<Self, EngineError> {
        Self::over(engine, request, read, true).await
    }

    /// For what looks at messages alone.
    pub(crate) async fn of_messages(
        engine: &'a dyn QueryEngine,
        request: &ReportRequest,
        read: Period,
    ) -> Result<Self, EngineError> {
        Self::over(engine, request, read, false).await
    }

    async fn over(
        engine: &'a dyn QueryEngine,
        request: &ReportRequest,
        read: Period,
        with_quality: bool,
    ) -> Result<Self, EngineError> {
        let partitions = read.partitions();
        let conditions = both(read.condition(), filter::all(&request.only, TimeZone::UTC));
        let messages = fill(MESSAGES, |slot| match slot {
            "messages" => Some(format!("(\n{}) AS messages", messages_of(partitions.as_deref()))),
            "marks" => Some(format!("(\n{}) AS marks", of_partitions(MARKS, partitions.as_deref()))),
            "period" => conditions.clone(),
            "number_prefix" => Some(NUMBER_PREFIX.to_owned()),
            _ => None,
        });
        let mut queries = vec![Gathered { table: MESSAGES_TABLE, sql: messages.clone() }];
        if with_quality {
            queries.push(Gathered { table: QUALITY_TABLE, sql: of_partitions(QUALITY, partitions.as_deref()) });
        }
        let kept = engine.keep(&queries, partitions.as_deref()).await?;
        let (as_of, plain_numbers) = (request.as_of, request.plain_numbers);
        Ok(Self { engine, kept, messages, as_of, partitions, plain_numbers })
    }

    /// What stands in a question for rows: the table of those that are kept, or else the query itself.
    fn rows(&self, table: &str, sql: &str, name: &str) -> String {
        if self.kept.is_some() { format!("{table} AS {name}") } else { format!("(\n{sql}) AS {name}") }
    }

    fn messages(&self) -> String {
        self.rows(MESSAGES_TABLE, &self.messages, "messages")
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

    /// What the events of the days are like that the report is about, by route.
    pub(crate) async fn quality(&self) -> Result<Answer, EngineError> {
        let quality = of_partitions(QUALITY, self.partitions.as_deref());
        let quality = self.rows(QUALITY_TABLE, &quality, "quality");
        self.ask(&fill(QUALITY_TOTAL, |_| Some(quality.clone()))).await
    }

    /// A file about quarantine, of the days the report is about.
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
        let source = format!("(SELECT * FROM {} WHERE {}) AS messages", self.messages(), period_or_all(period));
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
            source: Some(self.messages()),
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

fn of_partitions(sql: &str, partitions: Option<&str>) -> String {
    fill(sql, |slot| partitions.filter(|_| slot == "partitions").map(str::to_owned))
}
