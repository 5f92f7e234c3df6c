//! Athena: tables in Hive's DDL, views and prepared statements in Trino's SQL.

use smsvoice_lake::Table;

use super::definition::{Definition, What, views_and_prepared};
use super::dialect::hive_literal;
use super::{Projection, TablesOf};
use crate::template::join;

/// The first statement makes the database; the others run with it selected, because Athena has no `USE`.
pub(crate) fn definitions(lake: &TablesOf) -> Vec<Definition> {
    let database = format!("CREATE DATABASE IF NOT EXISTS {}", lake.database);
    let mut all = vec![Definition::new(What::Database, &lake.database, database)];
    all.extend(Table::ALL.map(|table| Definition::new(What::Table, table.as_str(), create_table(table, lake))));
    all.extend(views_and_prepared());
    all
}

fn create_table(table: Table, lake: &TablesOf) -> String {
    let columns = join(&lake.columns(table), ",\n", |column| {
        format!("  `{}` {} COMMENT {}", column.name, column.kind.hive(), hive_literal(&column.doc))
    });
    let folders = join(TablesOf::partition_columns(table), ", ", |column| format!("`{column}` string"));
    let properties = join(&Projection::of(table, lake).properties(), ",\n", |(key, value)| {
        format!("  '{key}' = {}", hive_literal(value))
    });
    format!(
        "CREATE EXTERNAL TABLE IF NOT EXISTS {table} (\n{columns}\n)\nPARTITIONED BY ({folders})\nSTORED AS PARQUET\n\
        LOCATION {}\nTBLPROPERTIES (\n{properties}\n)",
        hive_literal(&lake.location(table))
    )
}
