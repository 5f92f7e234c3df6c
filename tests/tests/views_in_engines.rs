//! What `smsvoice views` prints is valid in each engine, avoids what Athena understands otherwise than Trino, and gives
//! the numbers that the embedded engine gives.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeMap;

use serde_json::{Value, json};
use smsvoice_lake::Lake;
use smsvoice_metrics::{Dimension, Metric, MetricsRequest, Period, events_once, messages, trace};
use tests::replayed::{generated, views};
use tests::{answers, python};

const LAKE: &str = "s3://example-lake/sms";

#[test]
fn every_statement_is_valid_in_the_grammar_of_its_engine() {
    let texts: BTreeMap<&str, Vec<String>> = ["athena", "trino", "duckdb", "spark"]
        .into_iter()
        .map(|engine| (engine, views(engine, LAKE, &["--context-columns", "campaign,it's"])))
        .collect();
    for (engine, statements) in &texts {
        assert!(statements.len() > 10, "{engine}: {statements:#?}");
    }
    python::run("dialects.py", &[], &json!(texts).to_string());
}

/// Athena is not Trino: what a test on a Trino cannot show is looked for in the text.
#[test]
fn athena_statements_hold_nothing_that_athena_understands_otherwise() {
    for sql in views("athena", LAKE, &["--context-columns", "it's"]) {
        let code = outside_quotes(&sql);
        // Its DDL goes to a parser of Hive's, which takes no block comments, and which ends a statement at a semicolon.
        assert!(!code.contains("/*") && !code.contains("--") && !sql.contains(';'), "{sql}");
        assert_eq!(bare_decimals(&code), [""; 0], "a double in Athena, a decimal in Trino: {sql}");
        // Newer than its grammar, or made for the cloud formats alone.
        for newer in
            ["CREATE OR REPLACE TABLE", "CREATE FUNCTION", "JSON_TABLE", "MATCH_RECOGNIZE", "AUTO", "CORRESPONDING"]
        {
            assert!(!words(&code).contains(newer), "{newer}: {sql}");
        }
        let is_ddl = code.starts_with("CREATE EXTERNAL TABLE") || code.starts_with("CREATE DATABASE");
        assert!(!is_ddl || (!code.contains('"') && !code.contains("varchar")), "Hive's words and quotes: {sql}");
        assert!(is_ddl || !code.contains('`'), "Trino's quotes: {sql}");
        assert!(code.matches('?').count() <= 3, "{sql}");
        assert!(sql.len() < 262_144, "Athena takes no longer statement: {} bytes", sql.len());
    }
}

#[test]
fn decimals_without_exponent_are_found_outside_of_quotes() {
    let code = outside_quotes("SELECT 1.5, 2E0, 1.96E0, '3.5', x.y, \"4.5\" /* 1 */");
    assert_eq!(code, "SELECT 1.5, 2E0, 1.96E0, '', x.y, \"\" /* 1 */");
    assert_eq!(bare_decimals(&code), ["1.5"]);
}

#[test]
fn duckdb_gives_the_embedded_engines_numbers_by_its_own_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it's a lake");
    let truth = generated(&path, 3_000);
    let url = path.to_str().unwrap();
    let (queries, ours): (Vec<String>, Vec<String>) = questions().into_iter().unzip();
    let statements = views("duckdb", url, &["--context-columns", "nobody"]);
    let told = python::run(
        "duckdb_views.py",
        &[],
        &json!({"statements": statements, "queries": queries, "files": true}).to_string(),
    );
    let told: Vec<Value> = serde_json::from_str(&told).unwrap();
    let lake = Lake::open(url, []).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut files = BTreeMap::new();
    for ((query, ours), theirs) in queries.iter().zip(&ours).zip(&told) {
        let ours = runtime.block_on(answers::local(&lake, ours));
        let theirs_rows: Vec<Value> = theirs["rows"].as_array().unwrap().clone();
        assert!(!ours.is_empty(), "{query}");
        assert_eq!(answers::sorted(theirs_rows), answers::sorted(ours), "{query}");
        files.insert(query.as_str(), theirs["files"].as_u64().unwrap());
    }
    let rates = &told[queries.iter().position(|query| query == "FROM rates").unwrap()]["rows"][0];
    assert_eq!(rates["messages"], truth["messages"], "{rates}");
    assert!(
        files[ONE_DAY] > 0 && files[ONE_DAY] < files["FROM messages"],
        "the period reads its own partitions: {files:?}"
    );
}

/// A period after which no partition of the generated days is needed but the last ones.
const ONE_DAY: &str = "FROM rates_between(DATE '2026-11-03', '2026-11-04 12:00:00')";

/// DuckDB's question, and ours.
fn questions() -> Vec<(String, String)> {
    let as_of = "2026-11-30T00:00:00Z".parse().unwrap(); // after which all generated messages are mature
    let request = |metric, by: &[Dimension], period| {
        MetricsRequest { by: by.into(), period, ..MetricsRequest::new(metric, as_of) }.sql()
    };
    let by = [Dimension::Channel, Dimension::Country];
    let period = |since: &str, until: &str| Period { since: since.parse().ok(), until: until.parse().ok() };
    let two_days = period("2026-11-01T00:00:00Z", "2026-11-03T00:00:00Z");
    let one_day = period("2026-11-03T00:00:00Z", "2026-11-04T12:00:00Z");
    let mut questions = vec![
        ("FROM messages".into(), messages()),
        ("FROM events_once".into(), events_once()),
        ("SELECT channel, dt, count(*) AS n FROM events GROUP BY ALL".into(), counted("channel, dt", "events")),
        ("SELECT dt, reason, count(*) AS n FROM quarantine GROUP BY ALL".into(), counted("dt, reason", "quarantine")),
        (ONE_DAY.to_owned(), request(Metric::Rates, &by, one_day)),
        ("SELECT count(context_nobody) AS n FROM events".into(), "SELECT 0 AS n".into()),
    ];
    for metric in Metric::ALL {
        questions.push((format!("FROM {metric}"), request(metric, &[], Period::default())));
        let between = format!("FROM {metric}_between('2026-11-01', '2026-11-03')");
        questions.push((between, request(metric, &by, two_days)));
    }
    questions
}

fn counted(by: &str, table: &str) -> String {
    format!("SELECT {by}, count(*) AS n FROM {table} GROUP BY {by}")
}

#[test]
fn duckdb_finds_the_life_of_a_message_by_its_own_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lake");
    generated(&path, 20);
    let url = path.to_str().unwrap();
    let lake = Lake::open(url, []).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let one = runtime.block_on(answers::local(&lake, "SELECT min(message_id) AS id FROM events"));
    let id = one[0]["id"].as_str().unwrap();
    let queries = [
        format!("FROM trace_between('{id}', '2026-11-01', '2026-11-05')"),
        "FROM messages_between('2026-11-01', '2026-11-05')".into(),
    ];
    let input = json!({"statements": views("duckdb", url, &[]), "queries": queries});
    let told: Vec<Value> = serde_json::from_str(&python::run("duckdb_views.py", &[], &input.to_string())).unwrap();
    let life = runtime.block_on(answers::local(&lake, &trace(id)));
    assert_eq!(told[0]["rows"], json!(life));
    assert_eq!(told[1]["rows"].as_array().unwrap().len(), 20);
}

/// The text with nothing left between its quotes.
fn outside_quotes(sql: &str) -> String {
    let mut quote = None;
    let mut code = String::new();
    let mut letters = sql.chars();
    while let Some(letter) = letters.next() {
        match quote {
            Some(_) if letter == '\\' => drop(letters.next()), // Hive's way to write a quote
            Some(open) if letter == open => {
                quote = None;
                code.push(letter);
            }
            Some(_) => {}
            None => {
                quote = Some(letter).filter(|letter| matches!(letter, '\'' | '"'));
                code.push(letter);
            }
        }
    }
    code
}

/// Numbers with a point and without an exponent.
fn bare_decimals(code: &str) -> Vec<&str> {
    let words = code.split(|letter: char| !(letter.is_alphanumeric() || letter == '.' || letter == '_'));
    words.filter(|word| word.contains('.') && word.parse::<f64>().is_ok() && !word.contains(['e', 'E'])).collect()
}

/// The words in capitals, with one blank between them.
fn words(code: &str) -> String {
    format!(" {} ", code.split_whitespace().collect::<Vec<_>>().join(" ")).to_uppercase()
}
