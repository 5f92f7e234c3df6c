//! What the doctor wants to know of the lake itself: its columns, its days, its newest event.

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, Schema};
use smsvoice_doctor::facts::LakeState;
use smsvoice_lake::Lake;
use smsvoice_metrics::{LocalEngine, QueryEngine};

/// Reads it; a lake without events has no days.
pub(super) async fn read(lake: &Lake, url: &str) -> anyhow::Result<LakeState> {
    let mut columns = of_table("events", &smsvoice_lake::schema::events());
    columns.extend(of_table("quarantine", &smsvoice_lake::schema::quarantine()));
    let engine = LocalEngine::new(lake).await?;
    let mut state = LakeState { url: url.to_owned(), columns, ..LakeState::default() };
    if engine.is_empty().await? {
        return Ok(state);
    }
    let sql = "SELECT CAST(min(dt) AS VARCHAR) AS first, CAST(max(dt) AS VARCHAR) AS last, \
        CAST(max(event_time) AS BIGINT) AS newest FROM events";
    for batch in engine.query(sql).await?.collect().await? {
        let text = |at: usize| -> anyhow::Result<Option<String>> {
            let column = cast(batch.column(at), &DataType::Utf8)?;
            let column = column.as_string::<i32>();
            Ok((!column.is_null(0)).then(|| column.value(0).to_owned()))
        };
        if batch.num_rows() > 0 {
            let newest = batch.column(2).as_primitive::<Int64Type>();
            state.days = text(0)?.zip(text(1)?);
            state.newest_event_ms = (!newest.is_null(0)).then(|| newest.value(0));
        }
    }
    Ok(state)
}

/// The columns of a table with their types as Athena writes them.
fn of_table(table: &str, schema: &Schema) -> Vec<(String, String, String)> {
    let fields = schema.fields().iter();
    fields.map(|field| (table.to_owned(), field.name().clone(), athena(field.data_type()))).collect()
}

fn athena(kind: &DataType) -> String {
    match kind {
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int8 | DataType::Int16 | DataType::Int32 => "int".to_owned(),
        DataType::Int64 => "bigint".to_owned(),
        DataType::Timestamp(..) => "timestamp".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) if pair.len() == 2 => {
                format!("map<{},{}>", athena(pair[0].data_type()), athena(pair[1].data_type()))
            }
            _ => "map<string,string>".to_owned(),
        },
        _ => "string".to_owned(),
    }
}
