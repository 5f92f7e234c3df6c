//! One page of an answer of Athena's, in which every value is a text.

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};
use aws_sdk_athena::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_athena::types::ResultSetMetadata;
use futures::{StreamExt, stream};
use smsvoice_athena::rows_of;
use smsvoice_metrics::{EngineError, Rows};

use super::fault;
use crate::cell::{Cell, Unreadable, column};
use crate::kind::Kind;

/// The columns of an answer.
#[derive(Debug)]
pub(super) struct Columns {
    names: Vec<String>,
    kinds: Vec<Kind>,
}

impl Columns {
    /// As the first page tells them.
    pub(super) fn of(page: &GetQueryResultsOutput) -> Self {
        let metadata = page.result_set().and_then(|set| set.result_set_metadata());
        let columns = metadata.map(ResultSetMetadata::column_info).unwrap_or_default();
        Self {
            names: columns.iter().map(|column| column.name().to_owned()).collect(),
            kinds: columns
                .iter()
                .map(|column| Kind::of_athena(column.r#type(), column.precision(), column.scale()))
                .collect(),
        }
    }

    pub(super) fn schema(&self) -> SchemaRef {
        let fields = self.names.iter().zip(&self.kinds).map(|(name, kind)| crate::field(name, kind));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }

    /// The rows of a page; if there may be a `header`, without the row that repeats the names of the columns.
    pub(super) fn batch(&self, page: &GetQueryResultsOutput, header: bool) -> Result<RecordBatch, Unreadable> {
        let rows = rows_of(page, header);
        let mut columns = vec![Vec::with_capacity(rows.len()); self.kinds.len()];
        for row in rows {
            if row.data().len() != self.kinds.len() {
                return Err(format!("gave a row of {} values for {} columns", row.data().len(), self.kinds.len()));
            }
            for ((cells, kind), value) in columns.iter_mut().zip(&self.kinds).zip(row.data()) {
                cells.push(value.var_char_value().map_or(Ok(Cell::Null), |text| cell(kind, text))?);
            }
        }
        let arrays = self.kinds.iter().zip(&columns).map(|(kind, cells)| column(kind, cells));
        let count = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let arrays = arrays.collect::<Result<_, _>>()?;
        RecordBatch::try_new_with_options(self.schema(), arrays, &count).map_err(|error| error.to_string())
    }
}

/// A value of Athena's. It writes maps as `{a=1, b=2}` and arrays as `[a, b]`, and quotes nothing.
fn cell(kind: &Kind, text: &str) -> Result<Cell, Unreadable> {
    match kind {
        Kind::Array(_) => {
            let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
            let inner = inner.ok_or_else(|| format!("gave {text:?} for an array"))?;
            let items = if inner.is_empty() { Vec::new() } else { inner.split(", ").map(single).collect() };
            Ok(Cell::List(items))
        }
        Kind::Map(..) => {
            let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
            let pairs = inner.and_then(pairs);
            Ok(Cell::Map(pairs.ok_or_else(|| {
                format!(
                    "gave {text:?} for a map, which can be read in more than one way (ask for \
                    json_format(CAST(the column AS json)) instead)"
                )
            })?))
        }
        _ => Ok(Cell::Text(text.to_owned())),
    }
}

fn single(text: &str) -> Cell {
    if text == "null" { Cell::Null } else { Cell::Text(text.to_owned()) }
}

/// The pairs of a map; none if its text can be read in more than one way, because a key or a value holds what stands
/// between pairs, or between keys and values.
fn pairs(inner: &str) -> Option<Vec<(Cell, Cell)>> {
    if inner.is_empty() {
        return Some(Vec::new());
    }
    let pair = |text: &str| {
        let (key, value) = text.split_once('=')?;
        (!value.contains('=')).then(|| (Cell::Text(key.to_owned()), single(value)))
    };
    inner.split(", ").map(pair).collect()
}

/// The same rows with the column `context`, which is a JSON object, as a map.
pub(super) fn context_of_json(rows: Rows) -> Rows {
    let schema = rows.schema();
    let Ok(at) = schema.index_of("context") else { return rows };
    let text = || Box::new(Kind::Text);
    let kind = Kind::Map(text(), text());
    let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
    fields[at] = Arc::new(crate::field("context", &kind));
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let mapped = stream::try_unfold((rows, schema.clone(), kind), move |(mut rows, schema, kind)| async move {
        let Some(batch) = rows.next().await? else { return Ok::<_, EngineError>(None) };
        let batch = with_map(&batch, at, &kind, schema.clone()).map_err(|problem| fault(problem, None))?;
        Ok(Some((batch, (rows, schema, kind))))
    });
    Rows::new(schema, mapped.boxed())
}

fn with_map(batch: &RecordBatch, at: usize, kind: &Kind, schema: SchemaRef) -> Result<RecordBatch, Unreadable> {
    let texts = batch.column(at).as_string_opt::<i32>().ok_or("gave a context that is no text")?;
    let cells = texts.iter().map(|text| text.map_or(Ok(Cell::Null), object)).collect::<Result<Vec<_>, _>>()?;
    let mut columns = batch.columns().to_vec();
    columns[at] = column(kind, &cells)?;
    RecordBatch::try_new(schema, columns).map_err(|error| error.to_string())
}

fn object(text: &str) -> Result<Cell, Unreadable> {
    let members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|error| format!("gave a context that is no JSON object ({error})"))?;
    let pair = |(key, value): (String, serde_json::Value)| match value {
        serde_json::Value::Null => (Cell::Text(key), Cell::Null),
        serde_json::Value::String(text) => (Cell::Text(key), Cell::Text(text)),
        other => (Cell::Text(key), Cell::Text(other.to_string())),
    };
    Ok(Cell::Map(members.into_iter().map(pair).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> Kind {
        Kind::Map(Box::new(Kind::Text), Box::new(Kind::Text))
    }

    #[test]
    fn map_is_read_if_there_is_one_way_to_read_it() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let one = cell(&map(), "{campaign=winter 26, tier=null}").unwrap();
        assert_eq!(one, Cell::Map(vec![(text("campaign"), text("winter 26")), (text("tier"), Cell::Null)]));
        assert_eq!(cell(&map(), "{}").unwrap(), Cell::Map(vec![]));
        for ambiguous in ["{a=b=c}", "{a=b, c}", "a=b"] {
            assert!(cell(&map(), ambiguous).unwrap_err().contains("json_format"), "{ambiguous}");
        }
    }

    #[test]
    fn array_of_nothing_has_no_items() {
        let of = Kind::Array(Box::new(Kind::Text));
        assert_eq!(cell(&of, "[]").unwrap(), Cell::List(vec![]));
        let items = vec![Cell::Text("a".into()), Cell::Null];
        assert_eq!(cell(&of, "[a, null]").unwrap(), Cell::List(items));
    }
}
