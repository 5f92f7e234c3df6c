//! Functions of Trino, by examples in the manner of its documentation (trino.io/docs, the pages "Functions and operators"),
//! and what is told of a name that does not exist.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use arrow::util::display::{ArrayFormatter, FormatOptions};
use smsvoice_lake::Lake;
use smsvoice_metrics::{EngineError, LocalEngine, QueryEngine};

/// `expression => what it gives`, a line each.
const EXAMPLES: &str = include_str!("trino_examples.txt");

async fn given(engine: &LocalEngine, sql: &str) -> Result<String, EngineError> {
    let rows = engine.query(sql).await?.collect().await?;
    let options = FormatOptions::default().with_null("NULL");
    let cell = rows[0].column(0);
    Ok(ArrayFormatter::try_new(cell, &options).unwrap().value(0).to_string())
}

#[tokio::test]
async fn examples_of_trinos_documentation_give_what_it_says() {
    let engine = LocalEngine::new(&Lake::open("memory:///", []).unwrap()).await.unwrap();
    let (mut tried, mut wrong) = (0, Vec::new());
    for line in EXAMPLES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (expression, expected) = line.split_once(" => ").unwrap_or_else(|| panic!("{line}"));
        let sql = if expression.starts_with("SELECT") { expression.to_owned() } else { format!("SELECT {expression}") };
        let given = given(&engine, &sql).await.unwrap_or_else(|error| error.to_string());
        tried += 1;
        if given != expected {
            wrong.push(format!("{expression}\n  gives {given}\n  not   {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 150, "{tried}");
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_told_the_near_ones() {
    let engine = LocalEngine::new(&Lake::open("memory:///", []).unwrap()).await.unwrap();
    for (sql, words) in [
        (
            "SELECT regexp_extrct('a', 'b')",
            "there is no function regexp_extrct, or not with so many arguments; did you mean regexp_extract",
        ),
        ("SELECT * FROM mesages", "there is no table mesages; did you mean messages?; there are events"),
        ("SELECT outcom FROM messages", "outcome"),
        ("SELECT 1; SELECT 2", "several statements"),
        ("SELECT json_extract_scalar(5, '$')", "json_extract_scalar takes a text, a text"),
    ] {
        let error = given(&engine, sql).await.unwrap_err().to_string();
        assert!(error.contains(words), "{sql}: {error}");
    }
}
