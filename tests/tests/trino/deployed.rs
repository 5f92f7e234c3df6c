//! The definitions that are deployed: Glue's entries, and the statements for Trino.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use smsvoice_lake::{Lake, Table, schema};
use smsvoice_metrics::ddl::{CatalogTable, CatalogView, DayRange, TablesOf, named_queries, prepared};
use smsvoice_metrics::{Dimension, LocalEngine, Metric, MetricsRequest, Period, events_once, messages, trace};
use tests::answers;
use tests::replayed::{generated, views};
use tokio::runtime::Runtime;

use crate::server::{LAKE, rows, trino};

/// The metastore's files for a database with the entries that the template gives Glue.
fn glue_entries(runtime: &Runtime, lake: &TablesOf, engine: &LocalEngine) -> Map<String, Value> {
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
    questions.push(pumping());
    for metric in Metric::ALL {
        questions.push((format!("SELECT * FROM {metric}"), request(metric, &[], Period::default())));
        let between = format!("EXECUTE {metric}_between USING DATE '2026-11-02', TIMESTAMP '2026-11-03 12:00:00'");
        questions.push((between, request(metric, &by, days)));
    }
    questions
}

/// What the function asks for when it watches, and the same text with its parameters filled in.
fn pumping() -> (String, String) {
    let statement = prepared().into_iter().find(|prepared| prepared.name == "pumping_between").unwrap();
    let parameters = ["'2026-11-02 00:00:00'", "'2026-11-03 12:00:00'"];
    let ours = parameters.iter().fold(statement.sql, |sql, parameter| sql.replacen('?', parameter, 1));
    (format!("EXECUTE pumping_between USING {}", parameters.join(", ")), ours)
}

/// A file that was written before there was the column `destination_prefix_hash`, with a message of its own.
const OLDER: &[u8] = include_bytes!("../../older/before-prefixes.parquet");

fn add_older_file(lake: &std::path::Path) {
    let partition = lake.join("events/channel=text/dt=2026-11-22");
    std::fs::create_dir_all(&partition).unwrap();
    std::fs::write(partition.join("part-fb31ee81ec5746bedabc9bbad7b89a0e.parquet"), OLDER).unwrap();
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

/// Over how many messages the definitions are compared.
fn count() -> usize {
    std::env::var("SMSVOICE_TRINO_MESSAGES").map_or(10_000, |count| count.parse().unwrap())
}

/// What Trino gave for the questions: by Glue's entries, and by the statements for Trino; and for a plan of one day.
struct Told {
    by_entries: Vec<Value>,
    by_statements: Vec<Value>,
    plan: Value,
}

/// The entries that Glue is given, in the database `smsvoice`, and the statements for Trino, in another one. The named
/// queries run as well.
fn asked(folder: &std::path::Path, catalog: &Map<String, Value>, questions: &[(String, String)]) -> Told {
    let asked: Vec<String> = questions.iter().map(|(theirs, _)| theirs.clone()).collect();
    let select = vec!["USE smsvoice".to_owned()];
    let explain = vec!["EXPLAIN EXECUTE rates_between USING DATE '2026-11-02', DATE '2026-11-03'".to_owned()];
    let statements = views("trino", LAKE.1, &["--database", "by_ddl"]);
    let sessions = [
        [select.clone(), prepare(), asked.clone(), explain].concat(),
        [statements.clone(), asked].concat(),
        [select, prepare(), named_queries().into_iter().map(|query| query.sql).collect()].concat(),
    ];
    let mut told = trino(folder, 0, catalog, &sessions);
    let mut by_entries = told[0].split_off(1 + prepared().len());
    let plan = by_entries.pop().unwrap();
    Told { by_entries, by_statements: told[1].split_off(statements.len()), plan }
}

#[test]
fn trino_gives_the_embedded_engines_numbers_with_the_definitions_that_are_deployed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LAKE.0);
    let truth = generated(&path, count());
    add_older_file(&path);
    let runtime = Runtime::new().unwrap();
    let lake = Lake::open(path.to_str().unwrap(), []).unwrap();
    let engine = runtime.block_on(LocalEngine::new(&lake)).unwrap();
    let id = runtime.block_on(answers::local(&lake, "SELECT min(message_id) AS id FROM events"));
    let questions = questions(id[0]["id"].as_str().unwrap());
    let catalog = glue_entries(&runtime, &TablesOf::new(LAKE.1, DayRange::default()), &engine);
    let told = asked(folder.path(), &catalog, &questions);

    for (at, (theirs, ours)) in questions.iter().enumerate() {
        let ours = answers::sorted(runtime.block_on(answers::local(&lake, ours)));
        assert!(!ours.is_empty(), "{theirs}");
        for told in [&told.by_entries[at], &told.by_statements[at]] {
            assert_same(theirs, &answers::sorted(rows(told)), &ours);
        }
    }
    let messages = truth["messages"].as_u64().unwrap() + 1; // that of the older file
    assert_eq!(told.by_entries[place(&questions, "rates")]["rows"][0]["messages"].as_u64(), Some(messages));
    reads_the_partitions_of_the_period_alone(&told.plan);
    let views = runtime.block_on(CatalogView::all(&engine)).unwrap();
    for view in views {
        has_the_types_of_its_entry(&view, &told.by_statements[place(&questions, view.view.name)]);
    }
}

/// Where the question for all rows of a view is.
fn place(questions: &[(String, String)], view: &str) -> usize {
    questions.iter().position(|(sql, _)| *sql == format!("SELECT * FROM {view}")).unwrap()
}

fn assert_same(question: &str, theirs: &[Value], ours: &[Value]) {
    assert_eq!(theirs.len(), ours.len(), "{question}");
    for (one, other) in theirs.iter().zip(ours) {
        assert_eq!(one, other, "{question}");
    }
}

/// From a day before the period to 14 days after it, and none else.
fn reads_the_partitions_of_the_period_alone(plan: &Value) {
    let day = |day: u32| chrono::NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    let expected = day(1).iter_days().take_while(|date| *date <= day(17)).map(|date| date.to_string()).collect();
    assert_eq!(days_read(plan), expected);
}

/// The types that the entries tell of the views are those that Trino finds.
fn has_the_types_of_its_entry(view: &CatalogView, told: &Value) {
    let found: Vec<(String, String)> = serde_json::from_value(told["columns"].clone()).unwrap();
    let wide = |(name, kind): (String, String)| {
        let kind = if kind.starts_with("varchar(") { "varchar".to_owned() } else { kind };
        (name, kind.replace("decimal(18, ", "decimal(18,").replace("decimal(38, ", "decimal(38,"))
    };
    assert_eq!(found.into_iter().map(wide).collect::<Vec<_>>(), view.columns, "{}", view.view.name);
}
