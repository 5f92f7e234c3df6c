//! The tables and views as entries of a catalogue: Glue's, which Athena reads, or Trino's own.

use arrow::datatypes::DataType;
use smsvoice_lake::Table;

use super::{Projection, TablesOf, View, views};
use crate::engine::LocalEngine;
use crate::error::EngineError;
use crate::template::join;

/// A column of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogColumn {
    /// Its name.
    pub name: String,
    /// Its type, in Hive's words.
    pub kind: &'static str,
    /// What it holds.
    pub comment: String,
}

/// A table with its files in Hive's layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogTable {
    /// The columns in the files.
    pub columns: Vec<CatalogColumn>,
    /// The columns in the names of folders; all are strings.
    pub partition_columns: &'static [&'static str],
    /// Projection, and what kind of files they are.
    pub parameters: Vec<(&'static str, String)>,
    /// Where the files are.
    pub location: String,
}

impl CatalogTable {
    /// How its files are read.
    pub const INPUT_FORMAT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
    /// How its files would be written.
    pub const OUTPUT_FORMAT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
    /// How a row is read. Athena fails on a table that does not say.
    pub const SERDE: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";

    /// The entry of a table.
    pub fn of(table: Table, lake: &TablesOf) -> Self {
        let columns = lake.columns(table).into_iter().map(|column| CatalogColumn {
            name: column.name,
            kind: column.kind.hive(),
            comment: column.doc,
        });
        let mut parameters = vec![("EXTERNAL", "TRUE".to_owned()), ("classification", "parquet".to_owned())];
        parameters.extend(Projection::of(table, lake).properties());
        Self {
            columns: columns.collect(),
            partition_columns: TablesOf::partition_columns(table),
            parameters,
            location: lake.location(table),
        }
    }
}

/// A view with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogView {
    /// The view.
    pub view: View,
    /// Its columns, and their types in Trino.
    pub columns: Vec<(String, String)>,
}

impl CatalogView {
    /// All views. The embedded engine plans them, and so tells the types.
    pub async fn all(engine: &LocalEngine) -> Result<Vec<Self>, EngineError> {
        let mut all = Vec::new();
        for view in views() {
            let columns = engine.columns(&view.sql).await?;
            let columns = columns.fields().iter().map(|field| (field.name().clone(), trino_type(field.data_type())));
            all.push(Self { columns: columns.collect(), view });
        }
        Ok(all)
    }

    /// The view as Trino and Athena keep it, in JSON, before that is encoded.
    pub fn definition(&self, database: &str) -> String {
        let columns =
            join(&self.columns, ",", |(name, kind)| format!(r#"{{"name":{},"type":{}}}"#, json(name), json(kind)));
        format!(
            r#"{{"originalSql":{},"catalog":"awsdatacatalog","schema":{},"columns":[{columns}]}}"#,
            json(&self.view.sql),
            json(database)
        )
    }

    /// The type of each column in Hive's words, which Glue shows: a string where Hive has no such type.
    pub fn hive_columns(&self) -> Vec<(String, String)> {
        let hive = |kind: &str| match kind {
            "varchar" => "string".to_owned(),
            "integer" => "int".to_owned(),
            "timestamp(3)" => "timestamp".to_owned(),
            "varbinary" => "binary".to_owned(),
            "map(varchar, varchar)" => "map<string,string>".to_owned(),
            same => same.to_owned(),
        };
        self.columns.iter().map(|(name, kind)| (name.clone(), hive(kind))).collect()
    }
}

/// What Trino calls the type of a column of an answer.
///
/// # Panics
/// If no query of this crate has such a column; a test asks for all of them.
fn trino_type(arrow: &DataType) -> String {
    match arrow {
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => "varchar".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int32 => "integer".to_owned(),
        DataType::Int64 | DataType::UInt64 => "bigint".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Timestamp(..) => "timestamp(3)".to_owned(),
        DataType::Map(..) => "map(varchar, varchar)".to_owned(),
        DataType::Binary | DataType::BinaryView => "varbinary".to_owned(),
        other => panic!("no answer has a column of type {other}"),
    }
}

/// A text in JSON. No control characters are in the texts but the ends of lines.
fn json(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
