//! One page of an answer of Trino's.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::SchemaRef;
use reqwest::Url;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::cell::{Cell, Unreadable, column};
use crate::kind::Kind;

/// What one request was answered.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Page {
    /// That of the query.
    pub(super) id: String,
    /// Where the next page is; none at the end.
    #[serde(rename = "nextUri", default, deserialize_with = "url")]
    pub(super) next: Option<Url>,
    pub(super) columns: Option<Vec<Column>>,
    #[serde(default)]
    data: Vec<Vec<Value>>,
    #[serde(default)]
    pub(super) stats: Stats,
    error: Option<Failure>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    /// As Trino writes it.
    #[serde(rename = "type")]
    pub(super) kind: String,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Stats {
    pub(super) processed_bytes: u64,
    pub(super) physical_input_bytes: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    message: String,
    #[serde(default)]
    error_name: String,
    error_location: Option<Location>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    line_number: u32,
    column_number: u32,
}

impl Page {
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| format!("gives an answer that is none of Trino's ({error})"))
    }

    /// Why the query failed, and what to do about it.
    pub(super) fn failure(&self) -> Option<(String, Option<&'static str>)> {
        let Failure { message, error_name, error_location } = self.error.as_ref()?;
        let place = match error_location {
            Some(Location { line_number, column_number }) if !message.starts_with("line ") => {
                format!("line {line_number}:{column_number}: ")
            }
            _ => String::new(),
        };
        let advice = match error_name.as_str() {
            "CATALOG_NOT_FOUND" => Some("name the hive catalog with --catalog"),
            "SCHEMA_NOT_FOUND" | "TABLE_NOT_FOUND" => {
                Some("`smsvoice views --engine trino --apply` creates the tables and views; --schema names where")
            }
            "USER_CANCELED" | "ADMINISTRATIVELY_KILLED" => Some("somebody ended it; ask again"),
            "EXCEEDED_TIME_LIMIT" | "EXCEEDED_GLOBAL_MEMORY_LIMIT" | "EXCEEDED_LOCAL_MEMORY_LIMIT" => {
                Some("ask for a shorter period, with --since and --until")
            }
            _ => None,
        };
        Some((format!("did not answer: {place}{message} ({error_name})"), advice))
    }

    /// Its rows.
    pub(super) fn batch(&mut self, schema: SchemaRef, kinds: &[Kind]) -> Result<RecordBatch, Unreadable> {
        let rows = std::mem::take(&mut self.data);
        let count = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let mut columns = vec![Vec::with_capacity(rows.len()); kinds.len()];
        for row in rows {
            if row.len() != kinds.len() {
                return Err(format!("gave a row of {} values for {} columns", row.len(), kinds.len()));
            }
            for ((values, kind), value) in columns.iter_mut().zip(kinds).zip(row) {
                values.push(cell(kind, value));
            }
        }
        let arrays = kinds.iter().zip(&columns).map(|(kind, cells)| column(kind, cells)).collect::<Result<_, _>>()?;
        RecordBatch::try_new_with_options(schema, arrays, &count).map_err(|error| Arc::new(error).to_string())
    }
}

fn url<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Url>, D::Error> {
    Option::<String>::deserialize(from)?.map(|text| Url::parse(&text).map_err(D::Error::custom)).transpose()
}

/// A value of Trino's JSON.
fn cell(kind: &Kind, value: Value) -> Cell {
    match (kind, value) {
        (_, Value::Null) => Cell::Null,
        (_, Value::String(text)) => Cell::Text(text),
        (Kind::Array(of), Value::Array(items)) => Cell::List(items.into_iter().map(|item| cell(of, item)).collect()),
        (Kind::Map(_, values), Value::Object(members)) => {
            Cell::Map(members.into_iter().map(|(key, value)| (Cell::Text(key), cell(values, value))).collect())
        }
        (_, other) => Cell::Text(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(error: &str) -> (String, Option<&'static str>) {
        let page = Page::read(format!(r#"{{"id":"1","stats":{{}},"error":{error}}}"#).as_bytes()).unwrap();
        page.failure().unwrap()
    }

    #[test]
    fn failure_says_where_once_and_what_to_do() {
        let location = r#""errorLocation":{"lineNumber":1,"columnNumber":8}"#;
        let (problem, advice) = failure(&format!(
            r#"{{"message":"line 1:8: Column 'x' cannot be resolved","errorName":"COLUMN_NOT_FOUND",{location}}}"#
        ));
        assert_eq!(problem, "did not answer: line 1:8: Column 'x' cannot be resolved (COLUMN_NOT_FOUND)");
        assert_eq!(advice, None);
        let (problem, advice) =
            failure(&format!(r#"{{"message":"no such table","errorName":"TABLE_NOT_FOUND",{location}}}"#));
        assert_eq!(problem, "did not answer: line 1:8: no such table (TABLE_NOT_FOUND)");
        assert!(advice.unwrap().contains("smsvoice views"));
    }
}
