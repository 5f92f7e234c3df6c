//! Answers of the embedded engine, as the JSON that `--format json` prints.

use serde_json::Value;
use smsvoice::output::{Format, Look};
use smsvoice_lake::Lake;
use smsvoice_metrics::LocalEngine;

/// The rows that `sql` gives over `lake`, in their order.
pub async fn local(lake: &Lake, sql: &str) -> Vec<Value> {
    let engine = LocalEngine::new(lake).await.expect("a lake can be opened");
    let rows = engine.query(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    let schema = rows.schema();
    let batches = rows.collect().await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    let mut json = Vec::new();
    Format::Json.write_all(schema, &batches, Look::default(), &mut json).expect("memory can be written to");
    serde_json::from_slice(&json).expect("it is JSON")
}

/// `rows` in the order of their text: for answers that have no order of their own.
pub fn sorted(mut rows: Vec<Value>) -> Vec<Value> {
    rows.sort_by_cached_key(Value::to_string);
    rows
}
