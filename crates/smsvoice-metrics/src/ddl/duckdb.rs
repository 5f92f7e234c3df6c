//! DuckDB: views over the files, and macros that take a period.

use smsvoice_lake::Table;

use super::views::macros;
use super::{TablesOf, dialect, views};
use crate::template::{join, literal};

/// The settings are a session's own: a new session over the same database repeats them.
pub(crate) fn statements(lake: &TablesOf) -> Vec<String> {
    let mut all = vec![
        "SET TimeZone = 'UTC'".to_owned(),
        // In 2.0.0 and 2.0.1 this rule counts the shares of `failures` wrongly.
        "SET disabled_optimizers = 'window_self_join'".to_owned(),
    ];
    if lake.url.starts_with("s3://") {
        all.push("INSTALL httpfs".to_owned());
        all.push("LOAD httpfs".to_owned());
        all.push("CREATE OR REPLACE SECRET smsvoice (TYPE s3, PROVIDER credential_chain)".to_owned());
    }
    all.extend(Table::ALL.map(|table| create_view(table, lake)));
    all.extend(
        views().iter().map(|view| format!("CREATE OR REPLACE VIEW {} AS\n{}", view.name, dialect::duckdb(&view.sql))),
    );
    all.extend(macros().iter().map(|(name, arguments, sql)| {
        format!("CREATE OR REPLACE MACRO {name}({arguments}) AS TABLE\n{}", dialect::duckdb(sql))
    }));
    all
}

/// A view of a table's files. A column that no file has yet is null, and a table without files has no rows.
fn create_view(table: Table, lake: &TablesOf) -> String {
    let folders = TablesOf::partition_columns(table);
    let files = lake.location(table) + &"*/".repeat(folders.len()) + "*.parquet";
    let columns = lake.columns(table);
    let names = join(&columns, ", ", |column| column.name.clone());
    let typed = join(&columns, ", ", |column| format!("CAST(NULL AS {}) AS {}", column.kind.duckdb(), column.name));
    let folder_names = folders.join(", ");
    let typed_folders = join(folders, ", ", |column| format!("CAST(NULL AS VARCHAR) AS {column}"));
    let hive_types = join(folders, ", ", |column| format!("'{column}': VARCHAR"));
    format!(
        "CREATE OR REPLACE VIEW {table} AS\nSELECT {names}, {folder_names}\nFROM (\n  \
        SELECT {typed}, {typed_folders} WHERE false\n  UNION ALL BY NAME\n  \
        SELECT * FROM read_parquet({}, hive_partitioning = true, hive_types = {{{hive_types}}}, union_by_name = true, \
        allow_empty = true)\n)",
        literal(&files)
    )
}
