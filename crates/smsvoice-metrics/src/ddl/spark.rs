//! Spark SQL: temporary views, so that no catalogue is needed.

use smsvoice_lake::Table;

use super::{TablesOf, dialect, views};
use crate::template::join;

/// Everything belongs to the session. Spark has no prepared statements; a condition on `dt` limits what is read.
pub(crate) fn statements(lake: &TablesOf) -> Vec<String> {
    let mut all = vec![
        "SET spark.sql.session.timeZone = UTC".to_owned(),
        "SET spark.sql.sources.partitionColumnTypeInference.enabled = false".to_owned(),
    ];
    all.extend(Table::ALL.map(|table| create_table(table, lake)));
    all.extend(
        views()
            .iter()
            .map(|view| format!("CREATE OR REPLACE TEMPORARY VIEW {} AS\n{}", view.name, dialect::spark(&view.sql))),
    );
    all
}

/// With its columns named, a table without files is one without rows. Spark's name for S3 is `s3a`.
fn create_table(table: Table, lake: &TablesOf) -> String {
    let columns = join(&lake.columns(table), ",\n", |column| {
        format!("  {} {} COMMENT {}", column.name, column.kind.hive(), dialect::hive_literal(&column.doc))
    });
    let folders = join(TablesOf::partition_columns(table), ",\n", |column| format!("  {column} string"));
    let location = lake.location(table).replacen("s3://", "s3a://", 1);
    format!(
        "CREATE OR REPLACE TEMPORARY VIEW {table} (\n{columns},\n{folders}\n)\nUSING parquet\nOPTIONS (path {})",
        dialect::hive_literal(&location)
    )
}
