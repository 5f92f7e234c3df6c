//! The definitions that are deployed: Glue's entries, and the statements for Trino.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};
use smsvoice_lake::{Lake, Table};
use smsvoice_metrics::LocalEngine;
use smsvoice_metrics::ddl::{CatalogTable, CatalogView, DayRange, TablesOf, views as views_of};
use tests::replayed::{generated, views};
use tests::{answers, python, truth};
use tokio::runtime::Runtime;

use crate::questions::{self, Question};
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

/// The values of `dt` that a plan reads.
fn days_read(plan: &Value) -> BTreeSet<String> {
    let text = plan["rows"][0].as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
    let (_, after) = text.split_once("dt:string:PARTITION_KEY").unwrap_or_else(|| panic!("{text}"));
    let list = after.split_once(":: [[").unwrap().1.split_once("]]").unwrap().0;
    list.split("], [").map(str::to_owned).collect()
}

/// Over how many messages the definitions are compared.
fn count() -> usize {
    std::env::var("TRINO_MESSAGES").map_or(10_000, |count| count.parse().unwrap())
}

/// Up to so many messages, Trino is asked by both definitions; of more, by those that are deployed alone. The views are one
/// text, and it takes minutes.
const ASKED_TWICE: usize = 100_000;

/// What was asked of Trino and DuckDB, and what they said: Trino by Glue's entries, and by the statements for Trino; a plan
/// for one day, and for each view an answer whose columns have its types.
struct Told {
    by_entries: Vec<Value>,
    by_statements: Vec<Value>,
    by_duckdb: Vec<Value>,
    plan: Value,
    views: Vec<Value>,
}

/// The entries that Glue is given, in the database `smsvoice`, and the statements for Trino, in another one.
fn asked(folder: &Path, catalog: &Map<String, Value>, prepare: &[String], questions: &[Question]) -> Told {
    let asked: Vec<String> = questions.iter().map(|question| question.trino.clone()).collect();
    let select = vec!["USE smsvoice".to_owned()];
    let explain = vec!["EXPLAIN EXECUTE rates_between USING DATE '2026-11-02', DATE '2026-11-03'".to_owned()];
    let typed: Vec<_> = views_of().iter().map(|view| format!("SELECT * FROM {} LIMIT 1", view.name)).collect();
    let statements =
        [views("trino", LAKE.1, &["--database", "by_ddl"]), prepare.last().cloned().into_iter().collect()].concat();
    let again = if count() > ASKED_TWICE { &[][..] } else { &asked };
    let sessions =
        [[select, prepare.to_vec(), asked.clone(), explain].concat(), [&statements[..], again, &typed].concat()];
    let mut told = trino(folder, 0, catalog, &sessions);
    let mut by_entries = told[0].split_off(1 + prepare.len());
    let plan = by_entries.pop().unwrap();
    let mut by_statements = told[1].split_off(statements.len());
    let views = by_statements.split_off(again.len());
    Told { by_entries, by_statements, by_duckdb: duckdb(&folder.join(LAKE.0), questions), plan, views }
}

fn duckdb(lake: &Path, questions: &[Question]) -> Vec<Value> {
    let queries: Vec<_> = questions.iter().map(|question| &question.duckdb).collect();
    let statements = views("duckdb", lake.to_str().unwrap(), &[]);
    let asked = json!({"statements": statements, "queries": queries}).to_string();
    serde_json::from_str(&python::run("duckdb_views.py", &[], &asked)).unwrap()
}

#[test]
fn trino_and_duckdb_give_the_embedded_engines_numbers_and_the_truths_by_what_is_deployed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LAKE.0);
    let truth = generated(&path, count());
    let runtime = Runtime::new().unwrap();
    let lake = Lake::open(path.to_str().unwrap(), []).unwrap();
    let engine = runtime.block_on(LocalEngine::new(&lake)).unwrap();
    let id = runtime.block_on(answers::local(&lake, "SELECT min(message_id) AS id FROM events"));
    let questions = questions::all(&runtime, &engine, id[0]["id"].as_str().unwrap());
    let catalog = glue_entries(&runtime, &TablesOf::new(LAKE.1, DayRange::default()), &engine);
    let told = asked(folder.path(), &catalog, &questions::prepare(&runtime, &engine), &questions);

    for (at, question) in questions.iter().enumerate() {
        let ours = answers::sorted(runtime.block_on(answers::local(&lake, &question.ours)));
        assert!(!ours.is_empty(), "{}", question.trino);
        for (engine, told) in
            [("entries", &told.by_entries), ("statements", &told.by_statements), ("DuckDB", &told.by_duckdb)]
        {
            if let Some(told) = told.get(at) {
                assert_same(&format!("{engine}: {}", question.trino), &answers::sorted(rows(told)), &ours);
            }
        }
    }
    assert_eq!((told.by_entries.len(), told.by_duckdb.len()), (questions.len(), questions.len()));
    truth::assert_told(&truth, |sql| rows(&told.by_entries[place(&questions, sql)]));
    reads_the_partitions_of_the_period_alone(&told.plan);
    for (view, told) in runtime.block_on(CatalogView::all(&engine)).unwrap().iter().zip(&told.views) {
        has_the_types_of_its_entry(view, told);
    }
}

fn place(questions: &[Question], sql: &str) -> usize {
    questions.iter().position(|question| question.trino == sql).unwrap_or_else(|| panic!("nobody asked {sql}"))
}

/// Fails with the columns that differ, not with whole rows.
fn assert_same(question: &str, theirs: &[Value], ours: &[Value]) {
    assert_eq!(theirs.len(), ours.len(), "{question}");
    for (one, other) in theirs.iter().zip(ours) {
        let columns: Vec<_> = one.as_object().unwrap().iter().filter(|(name, value)| other[name] != **value).collect();
        assert!(columns.is_empty(), "{question}\nthey say {columns:?}\nand we {other}");
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
