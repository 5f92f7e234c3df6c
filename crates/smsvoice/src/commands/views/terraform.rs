//! The tables, views, prepared statements and named queries as JSON, for the module in `infra/terraform/`, which reads the file
//! with `jsondecode`. It fills in what stands between two at signs: `@bucket@`, `@first_day@`, `@database@`.

use serde_json::{Map, Value, json};
use smsvoice_lake::Table;
use smsvoice_metrics::ddl::{CatalogTable, CatalogView, DayRange, TablesOf, named_queries, prepared};

/// All of them, by name.
pub(super) fn definitions(views: &[CatalogView]) -> Value {
    let lake = TablesOf::new("s3://@bucket@", DayRange::default());
    json!({
        "tables": named(Table::ALL.iter().map(|of| (of.as_str().to_owned(), table(*of, &lake)))),
        "table_format": {
            "input_format": CatalogTable::INPUT_FORMAT,
            "output_format": CatalogTable::OUTPUT_FORMAT,
            "serialization_library": CatalogTable::SERDE,
        },
        "views": named(views.iter().map(|view| {
            let columns = view.hive_columns().into_iter().map(|(name, kind)| json!({"name": name, "type": kind}));
            (view.view.name.to_owned(), json!({
                "description": view.view.doc,
                "definition": view.definition("@database@"),
                "columns": columns.collect::<Vec<_>>(),
            }))
        })),
        "prepared_statements": named(prepared().into_iter().map(|prepared| {
            (prepared.name, json!({"description": prepared.doc, "statement": prepared.sql}))
        })),
        "named_queries": named(named_queries().into_iter().map(|query| {
            (query.name.to_owned(), json!({"description": query.doc, "query": query.sql}))
        })),
    })
}

fn named(entries: impl Iterator<Item = (String, Value)>) -> Map<String, Value> {
    entries.collect()
}

fn table(of: Table, lake: &TablesOf) -> Value {
    let entry = CatalogTable::of(of, lake);
    let first_day = lake.days.first.to_string();
    let parameters = entry
        .parameters
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value.replace(&first_day, "@first_day@"))));
    let columns = entry
        .columns
        .into_iter()
        .map(|column| json!({"name": column.name, "type": column.kind, "comment": column.comment}));
    json!({
        "columns": columns.collect::<Vec<_>>(),
        "partition_columns": entry.partition_columns,
        "parameters": named(parameters),
        "location": entry.location,
    })
}
