//! Trino with a hive catalog: tables with its own names for Athena's projection, views, prepared statements.

use smsvoice_lake::Table;

use super::definition::{Definition, What, views_and_prepared};
use super::{Projection, TablesOf};
use crate::template::{identifier, join, literal};

/// The statements run with the catalog selected. A prepared statement lives as long as the session it was prepared in.
pub(crate) fn definitions(lake: &TablesOf) -> Vec<Definition> {
    let schema = identifier(&lake.database);
    let database = format!("CREATE SCHEMA IF NOT EXISTS {schema}");
    let mut all = vec![
        Definition::new(What::Database, &lake.database, database),
        // The names in a view are looked for where the view is; so it is created there.
        Definition::new(What::Selection, &lake.database, format!("USE {schema}")),
    ];
    all.extend(Table::ALL.map(|table| Definition::new(What::Table, table.as_str(), create_table(table, lake))));
    all.extend(views_and_prepared());
    all
}

fn create_table(table: Table, lake: &TablesOf) -> String {
    let projection = Projection::of(table, lake);
    let columns = join(&lake.columns(table), "", |column| {
        format!("  {} {} COMMENT {},\n", column.name, column.kind.trino(), literal(&column.doc.replace(';', ",")))
    });
    let folders = TablesOf::partition_columns(table);
    let projected =
        join(folders, ",\n", |column| format!("  {column} varchar WITH ({})", projected(column, &projection)));
    let partitioned_by = join(folders, ", ", |column| literal(column));
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (\n{columns}{projected}\n)\nWITH (\n  external_location = {},\n  \
        format = 'PARQUET',\n  partitioned_by = ARRAY[{partitioned_by}],\n  partition_projection_enabled = true,\n  \
        partition_projection_location_template = {}\n)",
        literal(lake.location(table).trim_end_matches('/')),
        literal(&projection.template)
    )
}

/// What a partition column's values are.
fn projected(column: &str, projection: &Projection) -> String {
    if column == "channel" {
        let channels = join(&projection.channels, ", ", |channel| literal(channel));
        return format!("partition_projection_type = 'enum', partition_projection_values = ARRAY[{channels}]");
    }
    let range = join(&projection.days, ", ", |day| literal(day));
    format!(
        "partition_projection_type = 'date', partition_projection_format = 'yyyy-MM-dd', \
        partition_projection_range = ARRAY[{range}], partition_projection_interval = 1, \
        partition_projection_interval_unit = 'DAYS'"
    )
}
