//! The embedded engine from outside: what it refuses, what it reads, and answers that can be checked by hand.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod lakes;

use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use arrow::util::pretty::pretty_format_batches;
use lakes::{empty, lake_of};
use object_store::ObjectStoreExt;
use smsvoice_lake::Lake;
use smsvoice_metrics::{Dimension, EngineError, LocalEngine, Metric, MetricsRequest, Period, QueryEngine, SHARE, UNIT};

async fn rows(lake: &Lake, sql: &str) -> Vec<RecordBatch> {
    let engine = LocalEngine::new(lake).await.unwrap();
    engine.query(sql).await.unwrap().collect().await.unwrap()
}

async fn table(lake: &Lake, sql: &str) -> String {
    pretty_format_batches(&rows(lake, sql).await).unwrap().to_string()
}

fn request(metric: Metric, by: &[Dimension]) -> MetricsRequest {
    let as_of = "2026-11-22T00:00:00Z".parse().unwrap();
    MetricsRequest { by: by.to_vec(), ..MetricsRequest::new(metric, as_of) }
}

#[tokio::test]
async fn empty_lake_has_answers_without_rows() {
    let lake = empty();
    let engine = LocalEngine::new(&lake).await.unwrap();
    assert!(engine.is_empty().await.unwrap());
    for metric in Metric::ALL {
        for by in [vec![], vec![Dimension::Country, "context.k".parse().unwrap()]] {
            let batches = engine.metrics(&request(metric, &by)).await.unwrap().collect().await.unwrap();
            assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 0, "{metric}");
        }
    }
    for table_or_view in ["events", "quarantine", "messages", "events_once"] {
        assert!(table(&lake, &format!("SELECT count(*) AS n FROM {table_or_view}")).await.contains("| 0 |"));
    }
}

#[tokio::test]
async fn nothing_but_queries_is_run() {
    let lake = lake_of(&[&["text delivered"]]).await;
    let engine = LocalEngine::new(&lake).await.unwrap();
    let folder = std::env::temp_dir().join("smsvoice-must-not-exist.csv");
    let copy = format!("COPY (SELECT 1) TO '{}'", folder.display());
    for sql in [
        copy.as_str(),
        "CREATE TABLE t AS SELECT 1",
        "CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '/tmp/t'",
        "DROP TABLE events",
        "DROP VIEW messages",
        "DROP VIEW events_once",
        "INSERT INTO events SELECT * FROM events",
        "DELETE FROM events",
        "SET datafusion.execution.batch_size = 1",
    ] {
        let error = engine.query(sql).await.unwrap_err();
        assert!(matches!(error, EngineError::ReadOnly { .. }), "{sql}: {error:?}");
    }
    assert!(!folder.exists());
    let error = engine.query("SELECT outcom FROM messages").await.unwrap_err();
    assert!(matches!(&error, EngineError::Invalid { problem } if problem.contains("outcom")), "{error:?}");
}

#[tokio::test]
async fn engine_sees_what_was_written_since() {
    let lake = lake_of(&[&["text delivered"]]).await;
    let engine = LocalEngine::new(&lake).await.unwrap();
    let count = async || engine.query("SELECT message_id FROM messages").await.unwrap().collect().await.unwrap();
    assert_eq!(count().await.iter().map(RecordBatch::num_rows).sum::<usize>(), 1);
    lakes::add(&lake, &["call answered"]).await;
    assert_eq!(count().await.iter().map(RecordBatch::num_rows).sum::<usize>(), 2);
}

#[tokio::test]
async fn only_partitions_of_the_period_are_read() {
    let lake = lake_of(&[&["text delivered", "text delivered in march"]]).await;
    let period = Period { since: Some("2026-11-19T00:00:00Z".parse().unwrap()), until: None };
    let sql = MetricsRequest { period, ..request(Metric::Rates, &[]) }.sql();
    let plan = table(&lake, &format!("EXPLAIN {sql}")).await.replace(['\n', ' ', '|'], "");
    assert!(plan.contains("dt=2026-11-20") && !plan.contains("dt=2026-03"), "{plan}");
}

#[tokio::test]
async fn trace_skips_files_by_their_bloom_filter() {
    let lake = lake_of(&[&["text delivered", "text delivered, then queued"]]).await;
    // Between the other ids, so that minimum and maximum alone would not rule it out.
    let plan = table(&lake, &format!("EXPLAIN ANALYZE {}", smsvoice_metrics::trace("m-b"))).await;
    let plan = plan.replace(['\n', ' ', '|'], "");
    let (_, pruned) = plan.split_once("row_groups_pruned_bloom_filter=").unwrap();
    assert!(pruned.starts_with("1total→0matched"), "{plan}");
}

#[tokio::test]
async fn shares_are_told_in_the_schema() {
    let engine = LocalEngine::new(&empty()).await.unwrap();
    for metric in Metric::ALL {
        let schema = engine.metrics(&request(metric, &[])).await.unwrap().schema();
        let told = schema.fields().iter().filter(|field| field.metadata().get(UNIT).is_some_and(|unit| unit == SHARE));
        let told: Vec<_> = told.map(|field| (field.name().as_str(), field.data_type().clone())).collect();
        let expected: Vec<_> = metric.shares().iter().map(|name| (*name, DataType::Float64)).collect();
        assert_eq!(told, expected, "{metric}");
    }
}

#[tokio::test]
async fn events_once_has_the_columns_of_events() {
    let engine = LocalEngine::new(&empty()).await.unwrap();
    let columns = async |table: &str| {
        let schema = engine.query(&format!("SELECT * FROM {table}")).await.unwrap().schema();
        schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect::<Vec<_>>()
    };
    let events = columns("events").await;
    assert_eq!(columns("events_once").await, events);
    let sql = smsvoice_metrics::events_once();
    let is_ranked_by = |name: &str| {
        let column = if name == "context" { "map_values(copies.context)" } else { &format!("copies.{name}") };
        ["ASC", "DESC"].iter().any(|order| sql.contains(&format!("{column} {order} NULLS LAST")))
    };
    let follows_from_others =
        ["message_id", "event_type", "event_time", "outcome", "failure_reason", "latency_ms", "channel", "dt"];
    for (name, _) in events.iter().filter(|(name, _)| !follows_from_others.contains(&name.as_str())) {
        assert!(is_ranked_by(name), "two copies that differ in {name} alone would not be told apart");
    }
}

#[tokio::test]
async fn events_once_holds_the_repeated_events_in_memory_and_not_all() {
    let lake = lake_of(&[&["text delivered"], &["text delivered", "call busy"]]).await;
    let plan = table(&lake, "EXPLAIN SELECT * FROM events_once").await;
    let joins: Vec<_> =
        plan.match_indices("join_type=").map(|(at, _)| plan[at + 10..].split(',').next().unwrap()).collect();
    assert_eq!(joins, ["Right", "RightSemi"], "{plan}");
}

#[tokio::test]
async fn message_of_many_copies_has_each_event_once() {
    let lake = lake_of(&[&["text delivered"], &["text delivered", "call busy"]]).await;
    let sql = "SELECT message_id, event_count FROM messages ORDER BY message_id";
    insta::assert_snapshot!(table(&lake, sql).await, @r"
    +------------+-------------+
    | message_id | event_count |
    +------------+-------------+
    | m-a        | 2           |
    | m-busy     | 1           |
    +------------+-------------+
    ");
    assert!(table(&lake, "SELECT count(*) AS n FROM events_once").await.contains("| 3 |"));
}

#[tokio::test]
async fn broken_file_is_named() {
    let lake = lake_of(&[&["text delivered", "call busy"]]).await;
    let file = lake.files(smsvoice_lake::Table::Events).await.unwrap().remove(0).location;
    lake.store().put(&file, "PAR1 and nothing else".into()).await.unwrap();
    let engine = LocalEngine::new(&lake).await.unwrap();
    for sql in ["SELECT message_id FROM events", "SELECT count(*) FROM messages", "SELECT count(*) FROM events_once"] {
        let error = match engine.query(sql).await {
            Ok(rows) => rows.collect().await.unwrap_err(),
            Err(error) => error,
        };
        let text = error.to_string();
        assert!(text.contains("memory:///") && text.contains(file.as_ref()), "{sql}: {text}");
        assert!(std::error::Error::source(&error).is_none(), "the cause is in the words already");
    }
}

#[tokio::test]
async fn trinos_functions_have_trinos_meaning() {
    let lake = empty();
    let sql = "WITH t (k, v) AS (VALUES (1, 'a'), (3, 'b'), (3, 'c'), (NULL, 'z'), (2, NULL))
        SELECT max_by(v, k) AS largest,
            max_by(v, ROW(k, v)) FILTER (WHERE k < 3 AND v IS NOT NULL) AS filtered,
            max_by(k, v) FILTER (WHERE k > 9) AS nothing,
            element_at(MAP {'x': 1, 'y': 2}, 'y') AS found,
            element_at(MAP {'x': 1}, 'y') AS missing,
            date_diff('hour', TIMESTAMP '2026-11-22 00:00:00', TIMESTAMP '2026-11-23 01:59:59') AS hours
        FROM t";
    let found = table(&lake, sql).await;
    let cells: Vec<_> = found.lines().nth(3).unwrap().split('|').map(str::trim).collect();
    assert_eq!(cells[1..7], ["c", "a", "", "2", "", "25"], "{found}");
}

#[tokio::test]
async fn answers_can_be_checked_by_hand() {
    let lake = lake_of(&[&lakes::ALL[..6], &lakes::ALL[4..]]).await;
    let mut answers = String::new();
    let engine = LocalEngine::new(&lake).await.unwrap();
    for metric in Metric::ALL {
        for by in [vec![], vec![Dimension::Channel]] {
            let sql = request(metric, &by).sql();
            let batches = engine.query(&sql).await.unwrap().collect().await.unwrap();
            answers += &format!("{metric}\n{}\n", pretty_format_batches(&batches).unwrap());
        }
    }
    let outcomes = "SELECT message_id, outcome, failure_reason, conflicting FROM messages ORDER BY message_id";
    answers += &table(&lake, outcomes).await;
    insta::assert_snapshot!(answers);
}
