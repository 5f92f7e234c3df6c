//! The views, prepared statements and named queries, in Trino's SQL; the other dialects are made from it.

use super::dialect::without_comments;
use super::period;
use crate::dimension::Dimension;
use crate::metric::Metric;
use crate::statement::{Within, events_once, messages, messages_of, metric_within, pumping_within, trace_within};

/// A view: its name and its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// What its rows are.
    pub doc: &'static str,
    /// Its query, over `events` or over a view before it.
    pub sql: String,
}

/// A query with parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Its name.
    pub name: String,
    /// What it answers, and its parameters in order.
    pub doc: String,
    /// The query, with `?` for the parameters.
    pub sql: String,
}

/// A query that the console lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedQuery {
    /// Its name.
    pub name: &'static str,
    /// What it answers.
    pub doc: &'static str,
    /// The query.
    pub sql: String,
}

/// All views, in the order in which they can be created.
pub fn views() -> Vec<View> {
    let view = |name, doc, sql: String| View { name, doc, sql: without_comments(&sql) };
    let mut views = vec![
        view("messages", "one row a message, over all days", messages()),
        view("events_once", "each event once, the copy with the most fields, over all days", events_once()),
    ];
    views.extend(Metric::ALL.map(|metric| view(metric.as_str(), metric.doc(), over_the_view(metric))));
    views
}

/// A metric over the view `messages`: its file as it stands.
fn over_the_view(metric: Metric) -> String {
    crate::template::fill(metric.template(), |_| None)
}

/// What every metric is broken down by in prepared statements.
fn breakdown() -> [Dimension; 2] {
    [Dimension::Channel, Dimension::Country]
}

/// All prepared statements. `since` and `until` are days or instants in UTC: `DATE '2026-11-01'`, `'2026-11-01 08:00:00'`.
pub fn prepared() -> Vec<Prepared> {
    let asked = period::asked("");
    let mut all: Vec<Prepared> = Metric::ALL
        .iter()
        .map(|metric| Prepared {
            name: between(metric.as_str()),
            doc: format!("{}; by channel and country. Parameters: since, until", metric.doc()),
            sql: without_comments(&metric_within(*metric, &breakdown(), &period::parameters())),
        })
        .collect();
    let messages = messages_of(Some(period::PARTITIONS));
    all.push(Prepared {
        name: between("messages"),
        doc: "one row a message, of those requested from since up to before until. Parameters: since, until".to_owned(),
        sql: without_comments(&format!(
            "WITH {asked}\nSELECT * FROM (\n{messages}) AS messages\nWHERE {}",
            period::MESSAGES
        )),
    });
    all.push(Prepared {
        name: between("pumping"),
        doc: "messages by country and hour, with those to the prefix that got most: what smsvoice watch judges. Parameters: since, until"
            .to_owned(),
        sql: without_comments(&pumping_within(&period::parameters())),
    });
    let asked = period::asked("CAST(? AS varchar) AS message_id, ");
    let trace = trace_within("(SELECT message_id FROM asked)", Some(period::PARTITIONS.to_owned()));
    all.push(Prepared {
        name: between("trace"),
        doc: "the life of one message. Parameters: message id, since, until".to_owned(),
        sql: without_comments(&format!("WITH {asked}\n{trace}")),
    });
    all
}

/// The name of a query that has a period.
pub(crate) fn between(name: &str) -> String {
    format!("{name}_between")
}

/// The queries of [`prepared`] as DuckDB's macros want them: names, arguments and texts.
pub(crate) fn macros() -> Vec<(String, &'static str, String)> {
    let mut macros: Vec<_> = Metric::ALL
        .iter()
        .map(|metric| (between(metric.as_str()), "since, until", metric_within(*metric, &breakdown(), &arguments())))
        .collect();
    let messages = messages_of(Some(&period::argument_partitions()));
    let messages = format!("SELECT * FROM (\n{messages}) AS messages\nWHERE {}", period::ARGUMENT_MESSAGES);
    macros.push((between("messages"), "since, until", messages));
    macros.push((between("pumping"), "since, until", pumping_within(&arguments())));
    let trace = trace_within("CAST(id AS VARCHAR)", Some(period::argument_partitions()));
    macros.push((between("trace"), "id, since, until", trace));
    macros.into_iter().map(|(name, arguments, sql)| (name, arguments, without_comments(&sql))).collect()
}

fn arguments() -> Within {
    period::arguments()
}

/// Questions that people ask first.
pub fn named_queries() -> Vec<NamedQuery> {
    let query = |name, doc, sql: &str| NamedQuery { name, doc, sql: sql.to_owned() };
    vec![
        query(
            "rates-of-a-month",
            "Delivery rates by channel and country; change the days",
            "EXECUTE rates_between USING DATE '2026-11-01', DATE '2026-12-01'",
        ),
        query(
            "failures-of-a-month",
            "Why messages did not arrive, by channel and country; change the days",
            "EXECUTE failures_between USING DATE '2026-11-01', DATE '2026-12-01'",
        ),
        query(
            "cost-of-a-month",
            "What messages cost, by channel and country; change the days",
            "EXECUTE cost_between USING DATE '2026-11-01', DATE '2026-12-01'",
        ),
        query(
            "life-of-a-message",
            "Every event of one message, the oldest first; change the id and the days",
            "EXECUTE trace_between USING 'b9549907-8ff5-4c3e-95e4-21db1b507201', DATE '2026-11-01', DATE '2026-12-01'",
        ),
        query(
            "events-of-a-week",
            "Events of the last seven days by day, channel and route",
            "SELECT dt, channel, source, count(*) AS events
FROM events
WHERE dt >= CAST(current_date - INTERVAL '7' DAY AS varchar)
GROUP BY dt, channel, source
ORDER BY dt, channel, source",
        ),
        query(
            "quarantine-of-a-week",
            "What could not be read in the last seven days, by reason and route",
            "SELECT dt, source, stage, reason, count(*) AS payloads, min(detail) AS example
FROM quarantine
WHERE dt >= CAST(current_date - INTERVAL '7' DAY AS varchar)
GROUP BY dt, source, stage, reason
ORDER BY payloads DESC, dt, source, stage, reason",
        ),
    ]
}
