//! One SQL text, several engines: every query that this project has is Trino's SQL, and DuckDB, given a translation,
//! answers it as the embedded DataFusion does, value by value.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::ffi::OsStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use object_store::local::LocalFileSystem;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use smsvoice_event::Event;
use smsvoice_lake::{Route, Source};
use smsvoice_metrics::{Dimension, Metric, MetricsRequest, Period, WhichRows, events_once, messages, trace};
use tests::random_events::{Arrival, arrivals, lake};
use tests::{answers, python};

/// Every query, under conditions in which each of its slots is filled, and left.
fn queries() -> Vec<String> {
    let at = |text: &str| Some(text.parse().unwrap());
    let whole = Period::default();
    let days = Period { since: at("2026-11-20T00:00:00Z"), until: at("2026-11-22T00:00:00.002Z") };
    let mut queries = vec![messages(), events_once(), trace("message-1"), trace("it's")];
    for metric in Metric::ALL {
        for by in
            ["", "channel,country", "day,context.it's", "network,hour,carrier", "context.campaign,configuration_set"]
        {
            let by: Vec<Dimension> =
                by.split(',').filter(|name| !name.is_empty()).map(|name| name.parse().unwrap()).collect();
            for period in [whole, days] {
                let as_of = "2026-11-23T00:00:00.001Z".parse().unwrap();
                queries.push(MetricsRequest { by: by.clone(), period, ..MetricsRequest::new(metric, as_of) }.sql());
            }
        }
        let as_of = at("2026-11-23T00:00:00Z").unwrap();
        queries.push(MetricsRequest { by: Dimension::COLUMNS.into(), ..MetricsRequest::new(metric, as_of) }.sql());
        queries.extend(chosen(metric, as_of));
    }
    queries
}

/// Some of the messages, in days of another zone than UTC; some of the rows, in an order asked for; and the total.
fn chosen(metric: Metric, as_of: DateTime<Utc>) -> Vec<String> {
    let mut queries = Vec::new();
    for (zone, filters) in [
        ("America/Toronto", vec!["country=US,", "channel!=voice"]),
        ("Asia/Kathmandu", vec!["context.campaign!=", "month=2026-11", "network!=310-4"]),
        ("UTC", vec!["hour!=2026-11-20T08:00"]),
    ] {
        let request = MetricsRequest {
            by: vec![Dimension::Day, Dimension::Week, Dimension::Month],
            filters: filters.iter().map(|filter| filter.parse().unwrap()).collect(),
            zone: zone.parse().unwrap(),
            rows: WhichRows {
                sort: vec![format!("-{}", metric.columns().last().unwrap()).parse().unwrap()],
                top: Some(7),
                min_messages: 2,
            },
            ..MetricsRequest::new(metric, as_of)
        };
        queries.push(request.sql());
        queries.extend(request.total_sql());
    }
    queries
}

/// The same random events in each run; dealt out over several deliveries, some of them to two, where the second copy is
/// that of EventBridge.
fn deliveries() -> Vec<Vec<Arrival>> {
    let all = arrivals(400, 1600).new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let mut deliveries = vec![Vec::new(); 4];
    for (at, arrival) in all.into_iter().enumerate() {
        deliveries[at % 3].push(arrival.clone());
        if at % 5 == 0 {
            deliveries[3].push(as_eventbridge_sends(arrival));
        }
    }
    deliveries
}

fn as_eventbridge_sends((event, _): Arrival) -> Arrival {
    let event = Event { destination_phone_number: None, context: Vec::new(), ..event };
    (event, Route { account_id: Some("444455556666".into()), ..Route::of(Source::EventBridge) })
}

/// Whether the rows of the answer have an order: an `ORDER BY` of a window or an aggregate, in parentheses, gives none.
fn has_an_order(query: &str) -> bool {
    query.rsplit_once("ORDER BY").is_some_and(|(_, after)| !after.contains(')'))
}

#[test]
fn every_query_is_trino_sql() {
    let files = Metric::ALL.map(|metric| metric.template().to_owned());
    let texts: Vec<String> = queries().into_iter().chain(files).collect();
    python::run("trino_parses.py", &[], &json!(texts).to_string());
}

#[test]
fn duckdb_answers_as_datafusion_does() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(LocalFileSystem::new_with_prefix(folder.path()).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let lake = runtime.block_on(lake(store, &deliveries()));
    let queries = queries();
    let answers = python::run("duckdb_answers.py", &[folder.path().as_ref() as &OsStr], &json!(queries).to_string());
    let answers: Vec<Vec<Value>> = serde_json::from_str(&answers).unwrap();
    let mut rows = 0;
    for (query, duckdb) in queries.iter().zip(answers) {
        let local = runtime.block_on(answers::local(&lake, query));
        rows += local.len();
        let (local, duckdb) =
            if has_an_order(query) { (local, duckdb) } else { (answers::sorted(local), answers::sorted(duckdb)) };
        assert_eq!(local.len(), duckdb.len(), "{query}");
        for (local, duckdb) in local.iter().zip(&duckdb) {
            assert_eq!(local, duckdb, "{query}");
        }
    }
    assert!(rows > 3_000, "only {rows} rows were compared");
}
