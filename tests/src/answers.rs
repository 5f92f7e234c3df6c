//! Answers of the embedded engine, as the JSON that `--format json` prints.

use arrow::datatypes::DataType;
use serde_json::Value;
use smsvoice::output::{Format, Look};
use smsvoice_lake::Lake;
use smsvoice_metrics::{LocalEngine, QueryEngine};

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

/// The same as rows of values, with names and types of the columns as Trino names them; or why there is no answer.
///
/// # Errors
/// What the engine says.
pub async fn typed(lake: &Lake, sql: &str) -> Result<(Vec<(String, String)>, Vec<Vec<Value>>), String> {
    let engine = LocalEngine::new(lake).await.map_err(|error| error.to_string())?;
    let rows = engine.query(sql).await.map_err(|error| error.to_string())?;
    let schema = rows.schema();
    let columns: Vec<_> =
        schema.fields().iter().map(|field| (field.name().clone(), trino_type(field.data_type()))).collect();
    let batches = rows.collect().await.map_err(|error| error.to_string())?;
    let mut json = Vec::new();
    Format::Json.write_all(schema, &batches, Look::default(), &mut json).map_err(|error| error.to_string())?;
    let rows: Vec<Value> = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
    let row = |row: &Value| columns.iter().map(|(name, _)| row[name].clone()).collect();
    Ok((columns.clone(), rows.iter().map(row).collect()))
}

fn trino_type(arrow: &DataType) -> String {
    match arrow {
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int32 => "integer".to_owned(),
        DataType::Int64 | DataType::UInt64 => "bigint".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Timestamp(..) => "timestamp(3)".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Map(..) => "map(varchar, varchar)".to_owned(),
        DataType::List(_) => "array(varchar)".to_owned(),
        DataType::Binary | DataType::BinaryView => "varbinary".to_owned(),
        _ => "varchar".to_owned(),
    }
}

/// `rows` in the order of their text: for answers that have no order of their own.
pub fn sorted(mut rows: Vec<Value>) -> Vec<Value> {
    rows.sort_by_cached_key(Value::to_string);
    rows
}
