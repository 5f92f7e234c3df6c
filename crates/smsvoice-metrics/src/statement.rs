//! From a question to its SQL text, for any engine: which metric, broken down by what, over which messages.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, Utc};

use smsvoice_lake::schema::EVENT_COLUMNS;

use crate::dimension::Dimension;
use crate::filter::{self, Filter};
use crate::metric::Metric;
use crate::template::{fill, join, literal, timestamp};
use crate::time_zone::TimeZone;
use crate::which_rows::WhichRows;

const MESSAGES: &str = include_str!("../sql/messages.sql");
const EVENTS_ONCE: &str = include_str!("../sql/events_once.sql");
/// A context as the text of a JSON object, in Trino's words.
pub const CONTEXT_AS_JSON: &str = "json_format(CAST(context AS json)) AS context";

const TRACE: &str = include_str!("../sql/trace.sql");

/// Messages by country and hour, with those to the prefix that got most.
pub(crate) const PUMPING: &str = include_str!("../sql/report/pumping.sql");

/// The prefix of the number of a row of `messages`.
pub(crate) const NUMBER_PREFIX: &str = include_str!("../sql/report/number_prefix.sql");

/// A request may be stamped by another clock than its first event: partitions are read from this long before `since`.
pub(crate) const CLOCK_SKEW: Days = Days::new(1);

/// How long after the last request of a period its events are looked for. AWS promises a last event within 72 hours;
/// its own RCS documentation shows one after 100.2.
pub(crate) const LATE_EVENTS: Days = Days::new(14);

/// Which messages count: those requested (or, where no event tells, first heard of) from `since` up to, but not at, `until`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// From this instant on; from the first message on if absent.
    pub since: Option<DateTime<Utc>>,
    /// Up to before this instant; to the last message if absent.
    pub until: Option<DateTime<Utc>>,
}

/// A question about the messages of a lake.
///
/// ```
/// use smsvoice_metrics::{Dimension, Metric, MetricsRequest};
///
/// let as_of = "2026-11-22T08:00:00Z".parse()?;
/// let by = vec![Dimension::Country, "context.campaign".parse()?];
/// let request = MetricsRequest { by, ..MetricsRequest::new(Metric::Rates, as_of) };
/// assert!(request.sql().contains(r#"element_at(context, 'campaign') AS "context.campaign""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsRequest {
    /// What to measure.
    pub metric: Metric,
    /// What to break it down by, in the order of the columns; nothing for one row over all. A repeated one counts once.
    pub by: Vec<Dimension>,
    /// Which messages count.
    pub period: Period,
    /// What these messages have in common: all of it has to hold.
    pub filters: Vec<Filter>,
    /// The zone in which days, hours, weeks and months are counted.
    pub zone: TimeZone,
    /// Which rows of the answer are wanted, and in which order.
    pub rows: WhichRows,
    /// The instant that maturity is judged at: now, for someone who asks about a lake that still fills.
    pub as_of: DateTime<Utc>,
}

impl MetricsRequest {
    /// Of all messages, not broken down, in UTC.
    pub fn new(metric: Metric, as_of: DateTime<Utc>) -> Self {
        Self {
            metric,
            by: Vec::new(),
            period: Period::default(),
            filters: Vec::new(),
            zone: TimeZone::UTC,
            rows: WhichRows::default(),
            as_of,
        }
    }

    /// The query, over the table `events` alone.
    pub fn sql(&self) -> String {
        self.rows.of(self.metric, &distinct(&self.by), self.all_rows(&self.by))
    }

    /// The query of one row over all that the rows of [`Self::sql`] are parts of, those included that are not wanted; none
    /// where that is the answer itself.
    pub fn total_sql(&self) -> Option<String> {
        match self.metric {
            Metric::Failures => Some(format!(
                "SELECT\n  CAST(sum(messages) AS bigint) AS messages,\n  round(sum(share_of_undelivered), 9) AS share_of_undelivered,\n  \
                round(sum(share_of_concluded), 9) AS share_of_concluded,\n  CAST(sum(total_usd) AS decimal(38, 6)) AS total_usd\n\
                FROM (\n{}) AS reasons\nHAVING count(*) > 0",
                self.all_rows(&[])
            )),
            Metric::Rates | Metric::Latency | Metric::Cost | Metric::Voice => {
                (!self.by.is_empty()).then(|| self.all_rows(&[]))
            }
        }
    }

    fn all_rows(&self, by: &[Dimension]) -> String {
        let within = Within {
            ahead: None,
            partitions: self.period.partitions(),
            messages: both(self.period.condition(), filter::all(&self.filters, self.zone)),
            as_of: Some(timestamp(self.as_of)),
            source: None,
            zone: self.zone,
        };
        metric_within(self.metric, by, &within)
    }
}

/// The limits within which a query looks, as SQL.
#[derive(Clone, Debug, Default)]
pub(crate) struct Within {
    /// Common table expressions that the other texts refer to, each followed by a comma; none for the usual ones.
    pub(crate) ahead: Option<String>,
    /// On a row of `events`: the partitions that can hold what is looked for.
    pub(crate) partitions: Option<String>,
    /// On a row of `messages`: which of them count.
    pub(crate) messages: Option<String>,
    /// The instant that maturity is judged at; now if absent.
    pub(crate) as_of: Option<String>,
    /// What stands in place of the view's text: a table of messages, under the name `messages`.
    pub(crate) source: Option<String>,
    /// The zone in which days are counted.
    pub(crate) zone: TimeZone,
}

/// A metric, broken down, within limits, over the table `events` alone.
pub(crate) fn metric_within(metric: Metric, by: &[Dimension], within: &Within) -> String {
    broken_down(metric.template(), by, within)
}

/// A file with the slots of a metric, likewise.
pub(crate) fn broken_down(template: &str, by: &[Dimension], within: &Within) -> String {
    let by = distinct(by);
    let columns = join(&by, ", ", Dimension::column);
    let or_nothing = |clause: String| if by.is_empty() { String::new() } else { clause };
    let messages = || format!("(\n{}) AS messages", messages_of(within.partitions.as_deref()));
    fill(template, |slot| match slot {
        "ahead" => within.ahead.clone(),
        "dimensions" => Some(join(&by, "", |d| format!("{} AS {},\n    ", d.expression(within.zone), d.column()))),
        "keys" => Some(or_nothing(format!("{columns}, "))),
        "group_by" => Some(or_nothing(format!("GROUP BY {columns}"))),
        "partition_by" => Some(or_nothing(format!("PARTITION BY {columns}"))),
        "messages" => Some(within.source.clone().unwrap_or_else(messages)),
        "period" => within.messages.clone(),
        "as_of" => within.as_of.clone(),
        _ => None,
    })
}

/// The counts that pumping is judged by, within limits, over the table `events` alone.
pub(crate) fn pumping_within(within: &Within) -> String {
    fill(PUMPING, |slot| match slot {
        "ahead" => within.ahead.clone(),
        "number_prefix" => Some(NUMBER_PREFIX.to_owned()),
        "messages" => Some(format!("(\n{}) AS messages", messages_of(within.partitions.as_deref()))),
        "period" => within.messages.clone(),
        _ => None,
    })
}

impl Period {
    /// On a row of `messages`.
    pub(crate) fn condition(self) -> Option<String> {
        let bound = |operator, at| format!("coalesce(requested_at, first_event_at) {operator} {}", timestamp(at));
        both(self.since.map(|since| bound(">=", since)), self.until.map(|until| bound("<", until)))
    }

    /// On a row of `events`: the partitions that can hold an event of these messages.
    pub(crate) fn partitions(self) -> Option<String> {
        let since = self.since.and_then(|since| since.date_naive().checked_sub_days(CLOCK_SKEW));
        let until = self.until.and_then(|until| until.date_naive().checked_add_days(LATE_EVENTS));
        both(since.map(|day| format!("dt >= '{day}'")), until.map(|day| format!("dt <= '{day}'")))
    }
}

/// The query of the view `messages`, over the table `events`: one row a message.
pub fn messages() -> String {
    messages_of(None)
}

/// The query of the view `events_once`, over the table `events`: each event once, the copy that has the most fields.
pub fn events_once() -> String {
    events_once_where(None)
}

/// The query of a message's own events, over the table `events`: each once, the oldest first.
pub fn trace(message_id: &str) -> String {
    trace_within(&literal(message_id), None)
}

/// The query of the partitions that have events of a message.
pub(crate) fn places(message_id: &str, period: Period) -> String {
    let rows = both(Some(format!("message_id = {}", literal(message_id))), period.partitions()).unwrap_or_default();
    format!("SELECT DISTINCT channel, dt FROM events WHERE {rows}")
}

/// The condition on `events` that holds in these partitions; in none if there are none.
pub(crate) fn within_places(channels: &[String], days: &[String]) -> String {
    let any = |values: &[String]| {
        let values: BTreeSet<String> = values.iter().map(|value| literal(value)).collect();
        if values.is_empty() { "''".to_owned() } else { values.into_iter().collect::<Vec<_>>().join(", ") }
    };
    format!("channel IN ({}) AND dt IN ({})", any(channels), any(days))
}

/// The query of a message's own events within partitions.
pub(crate) fn trace_in(message_id: &str, places: &str) -> String {
    trace_of(&literal(message_id), Some(places.to_owned()), None)
}

/// The same with the context as the text of a JSON object, for engines that tell maps as texts which can be read in two ways.
pub fn trace_with_context_as_json(message_id: &str, places: &str) -> String {
    trace_of(&literal(message_id), Some(places.to_owned()), Some(CONTEXT_AS_JSON))
}

/// The same with all columns of the table; `context` is the expression for that one.
pub fn raw_trace(message_id: &str, places: &str, context: &str) -> String {
    let rows = format!("message_id = {} AND {places}", literal(message_id));
    let names = EVENT_COLUMNS.iter().map(|column| column.name).chain(["channel", "dt"]);
    let columns: Vec<&str> = names.map(|name| if name == "context" { context } else { name }).collect();
    format!(
        "SELECT {} FROM (\n{}) AS events_once ORDER BY event_time, event_type",
        columns.join(", "),
        events_once_where(Some(&rows))
    )
}

/// The query of messages to what stands for a number in the table `events`, the newest first: at most `most`.
pub fn messages_to(number: &str, period: Period, most: usize) -> String {
    let rows = both(Some(format!("destination_phone_number = {}", literal(number))), period.partitions());
    let rows = rows.unwrap_or_default();
    format!(
        "SELECT message_id, min(event_time) AS first_event_at, max(event_time) AS last_event_at, count(*) AS events \
        FROM events WHERE {rows} GROUP BY message_id ORDER BY first_event_at DESC, message_id LIMIT {most}"
    )
}

/// The same, for an expression that gives the id, in the partitions for which a condition holds.
pub(crate) fn trace_within(message_id: &str, partitions: Option<String>) -> String {
    trace_of(message_id, partitions, None)
}

fn trace_of(message_id: &str, partitions: Option<String>, context: Option<&str>) -> String {
    let rows = both(Some(format!("message_id = {message_id}")), partitions);
    fill(TRACE, |slot| match slot {
        "events_once" => Some(format!("(\n{}) AS events_once", events_once_where(rows.as_deref()))),
        "message_id" => Some(message_id.to_owned()),
        "context" => context.map(str::to_owned),
        _ => None,
    })
}

/// The query of ids that begin with `prefix`, in any case.
pub(crate) fn message_ids(prefix: &str, most: usize) -> String {
    let prefix = literal(&prefix.to_lowercase());
    format!(
        "SELECT DISTINCT message_id FROM events WHERE starts_with(lower(message_id), {prefix}) ORDER BY message_id LIMIT {most}"
    )
}

/// The query of keys of contexts.
pub(crate) fn context_keys(most: usize) -> String {
    format!(
        "SELECT DISTINCT key FROM events CROSS JOIN UNNEST(map_keys(context)) AS keys (key) ORDER BY key LIMIT {most}"
    )
}

/// Of the rows of `events` for which `condition` holds. It must hold for all copies of an event, or for none.
fn events_once_where(condition: Option<&str>) -> String {
    fill(EVENTS_ONCE, |slot| condition.filter(|_| slot == "rows").map(str::to_owned))
}

pub(crate) fn messages_of(partitions: Option<&str>) -> String {
    fill(MESSAGES, |slot| partitions.filter(|_| slot == "partitions").map(str::to_owned))
}

pub(crate) fn both(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) => Some(format!("{first} AND {second}")),
        (first, second) => first.or(second),
    }
}

fn distinct(by: &[Dimension]) -> Vec<Dimension> {
    by.iter().enumerate().filter(|(at, dimension)| !by[..*at].contains(dimension)).map(|(_, d)| d.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(metric: Metric, by: Vec<Dimension>) -> MetricsRequest {
        let period = Period {
            since: Some("2026-11-01T00:00:00Z".parse().unwrap()),
            until: Some("2026-11-02T12:00:00Z".parse().unwrap()),
        };
        MetricsRequest { by, period, ..MetricsRequest::new(metric, "2026-11-22T00:00:00Z".parse().unwrap()) }
    }

    #[test]
    fn every_slot_of_every_file_is_filled() {
        for metric in Metric::ALL {
            let sql = request(metric, vec![Dimension::Country]).sql();
            assert!(!sql.contains("/*{") && !sql.contains("current_timestamp"), "{sql}");
            assert!(sql.contains("country AS \"country\""), "{sql}");
        }
    }

    #[test]
    fn files_are_whole_queries_as_they_stand() {
        for metric in Metric::ALL {
            assert!(metric.template().contains("FROM /*{messages}*/ messages /*{}*/"), "{metric}");
        }
    }

    #[test]
    fn period_reads_the_partitions_that_can_hold_its_events() {
        let sql = request(Metric::Rates, vec![]).sql();
        assert!(sql.contains("WHERE dt >= '2026-10-31' AND dt <= '2026-11-16'"), "{sql}");
        assert!(sql.contains("coalesce(requested_at, first_event_at) < TIMESTAMP '2026-11-02 12:00:00.000'"), "{sql}");
    }

    #[test]
    fn repeated_dimension_is_one_column() {
        let sql = request(Metric::Cost, vec![Dimension::Day, Dimension::Day]).sql();
        assert!(sql.contains("GROUP BY \"day\"\n"), "{sql}");
    }

    #[test]
    fn message_id_cannot_leave_its_quotes() {
        assert!(trace("a' OR 'a' = 'a").contains("message_id = 'a'' OR ''a'' = ''a'\n"));
    }
}
