//! What the engines are asked: every view, prepared statement and named query that is deployed, in the words of each.

use arrow::datatypes::Schema;
use smsvoice_metrics::ddl::{NamedQuery, Prepared, named_queries, prepared};
use smsvoice_metrics::{Dimension, LocalEngine, Metric, MetricsRequest, Period, trace};
use tests::digest::{self, Dialect};
use tests::truth;
use tokio::runtime::Runtime;

/// One question that has one answer.
pub(crate) struct Question {
    /// For Trino, in a session that has the statements of [`prepare`].
    pub(crate) trino: String,
    /// For the embedded engine.
    pub(crate) ours: String,
    /// For DuckDB.
    pub(crate) duckdb: String,
}

/// The relations that have a row for each message, event or payload: of those a digest is compared.
const LARGE: [&str; 3] = ["messages", "events_once", "quarantine"];

/// A view of some messages, and its name in Trino with a digest of it.
const MESSAGES_BETWEEN: (&str, &str) = ("messages_between", "digest_of_messages_between");

/// What becomes of the week that ends now.
const TODAY: (&str, &str) = ("current_date", "DATE '2026-11-05'");

/// All questions, about a lake that has a message with this id.
pub(crate) fn all(runtime: &Runtime, engine: &LocalEngine, id: &str) -> Vec<Question> {
    let mut questions: Vec<_> = LARGE.iter().map(|name| digest_of(name, &columns(runtime, engine, name))).collect();
    questions.push(messages_between(&columns(runtime, engine, "messages")));
    let counted = |by: &str, table: &str| same(&format!("SELECT {by}, count(*) AS n FROM {table} GROUP BY {by}"));
    questions.extend([counted("channel, dt", "events"), counted("dt, reason", "quarantine"), life(id)]);
    questions.extend(Metric::ALL.iter().flat_map(|metric| of_metric(*metric)));
    questions.push(pumping());
    questions.extend(named_queries().iter().map(|query| of_named(query, id)));
    let told = truth::QUESTIONS.iter().map(|sql| same(sql));
    questions.extend(told.filter(|truth| !truth.trino.starts_with("SELECT * ")).collect::<Vec<_>>());
    questions
}

/// The prepared statements that are deployed, and one that has a digest of the messages of a period.
pub(crate) fn prepare(runtime: &Runtime, engine: &LocalEngine) -> Vec<String> {
    let statement = |name: &str, sql: &str| format!("PREPARE {name} FROM\n{sql}");
    let mut all: Vec<_> = prepared().iter().map(|Prepared { name, sql, .. }| statement(name, sql)).collect();
    all.push(digest_of_messages_between(runtime, engine));
    all
}

fn digest_of_messages_between(runtime: &Runtime, engine: &LocalEngine) -> String {
    let all = prepared();
    let sql = &all.iter().find(|prepared| prepared.name == MESSAGES_BETWEEN.0).unwrap().sql;
    let columns = columns(runtime, engine, "messages");
    let digest = digest::of(Dialect::Trino, &columns, &format!("(\n{sql}\n) AS asked_for"));
    format!("PREPARE {} FROM\n{digest}", MESSAGES_BETWEEN.1)
}

/// The columns that are stored: `payload_text` is the embedded engine's own.
fn columns(runtime: &Runtime, engine: &LocalEngine, relation: &str) -> Schema {
    let columns = runtime.block_on(engine.columns(&format!("SELECT * FROM {relation}"))).unwrap();
    Schema::new(columns.fields().iter().filter(|field| field.name() != "payload_text").cloned().collect::<Vec<_>>())
}

fn same(sql: &str) -> Question {
    Question { trino: sql.to_owned(), ours: sql.to_owned(), duckdb: sql.to_owned() }
}

fn digest_of(relation: &str, columns: &Schema) -> Question {
    let trino = digest::of(Dialect::Trino, columns, relation);
    Question { duckdb: digest::of(Dialect::DuckDb, columns, relation), ours: trino.clone(), trino }
}

fn messages_between(columns: &Schema) -> Question {
    let ours = "(SELECT * FROM messages WHERE coalesce(requested_at, first_event_at) >= TIMESTAMP '2026-11-02 00:00:00'
        AND coalesce(requested_at, first_event_at) < TIMESTAMP '2026-11-03 12:00:00') AS asked_for";
    Question {
        trino: format!("EXECUTE {} USING DATE '2026-11-02', TIMESTAMP '2026-11-03 12:00:00'", MESSAGES_BETWEEN.1),
        ours: digest::of(Dialect::Trino, columns, ours),
        duckdb: digest::of(Dialect::DuckDb, columns, "messages_between('2026-11-02', '2026-11-03 12:00:00')"),
    }
}

fn life(id: &str) -> Question {
    Question {
        trino: format!("EXECUTE trace_between USING '{id}', '2026-11-01', '2026-11-10'"),
        ours: trace(id),
        duckdb: format!("FROM trace_between('{id}', '2026-11-01', '2026-11-10')"),
    }
}

/// Its view, and its prepared statement.
fn of_metric(metric: Metric) -> [Question; 2] {
    let view = Question {
        trino: format!("SELECT * FROM {metric}"),
        ours: request(metric, &[], Period::default()),
        duckdb: format!("SELECT * FROM {metric}"),
    };
    let between = Question {
        trino: format!("EXECUTE {metric}_between USING DATE '2026-11-02', TIMESTAMP '2026-11-03 12:00:00'"),
        ours: by_channel_and_country(metric, "2026-11-02T00:00:00Z", "2026-11-03T12:00:00Z"),
        duckdb: format!("FROM {metric}_between('2026-11-02', '2026-11-03 12:00:00')"),
    };
    [view, between]
}

fn by_channel_and_country(metric: Metric, since: &str, until: &str) -> String {
    let period = Period { since: since.parse().ok(), until: until.parse().ok() };
    request(metric, &[Dimension::Channel, Dimension::Country], period)
}

/// What the function asks for when it watches, and the same text with its parameters filled in.
fn pumping() -> Question {
    let statement = prepared().into_iter().find(|prepared| prepared.name == "pumping_between").unwrap();
    let parameters = ["'2026-11-02 00:00:00'", "'2026-11-03 12:00:00'"];
    let ours = parameters.iter().fold(statement.sql, |sql, parameter| sql.replacen('?', parameter, 1));
    let parameters = parameters.join(", ");
    Question {
        trino: format!("EXECUTE pumping_between USING {parameters}"),
        ours,
        duckdb: format!("FROM pumping_between({parameters})"),
    }
}

fn request(metric: Metric, by: &[Dimension], period: Period) -> String {
    let as_of = "2026-11-30T00:00:00Z".parse().unwrap(); // after which all generated messages are mature
    MetricsRequest { by: by.into(), period, ..MetricsRequest::new(metric, as_of) }.sql()
}

/// With an id and a week that the lake has: what a person is told to change.
fn of_named(query: &NamedQuery, id: &str) -> Question {
    let month = |metric: Metric| Question {
        trino: query.sql.clone(),
        ours: by_channel_and_country(metric, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        duckdb: format!("FROM {metric}_between(DATE '2026-11-01', DATE '2026-12-01')"),
    };
    match query.name {
        "rates-of-a-month" => month(Metric::Rates),
        "failures-of-a-month" => month(Metric::Failures),
        "cost-of-a-month" => month(Metric::Cost),
        "life-of-a-message" => {
            let example = query.sql.split('\'').nth(1).unwrap();
            Question { trino: query.sql.replace(example, id), ..life(id) }
        }
        "events-of-a-week" | "quarantine-of-a-week" => {
            assert!(query.sql.contains(TODAY.0), "{}", query.sql);
            same(&query.sql.replace(TODAY.0, TODAY.1))
        }
        other => panic!("the named query {other} is compared with nothing"),
    }
}
