//! A lake's tables and views in other engines: the statements that create them, in each engine's own dialect.
//!
//! All of them come from the lake's table of columns and from the SQL files of this crate, so that no definition is
//! written twice. Nothing is read or created here; the texts are what a person or a template hands to the engine.

mod athena;
mod catalog;
mod cloudformation;
mod definition;
mod dialect;
mod duckdb;
mod period;
mod projection;
mod spark;
mod trino;
mod views;

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use smsvoice_lake::Table;
use smsvoice_lake::schema::{self, context_column};

pub use self::catalog::{CatalogColumn, CatalogTable, CatalogView};
pub use self::cloudformation::cloudformation;
pub use self::definition::{Definition, What};
pub use self::dialect::Type as ColumnType;
pub use self::projection::{DayRange, LastDay, Projection};
pub use self::views::{NamedQuery, Prepared, View, named_queries, prepared, views};
use crate::template::join;

/// The engines whose dialects are written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// Amazon Athena, engine version 3: tables in Hive's DDL, everything else in Trino's SQL.
    Athena,
    /// Trino with a hive catalog.
    Trino,
    /// DuckDB, from 2.0 on.
    DuckDb,
    /// Spark SQL, from 4.0 on.
    Spark,
}

/// A text that names no engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no engine {0:?}; there are {names}", names = join(&Engine::ALL, ", ", ToString::to_string))]
pub struct EngineNameError(String);

impl Engine {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Athena, Self::Trino, Self::DuckDb, Self::Spark];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Athena => "athena",
            Self::Trino => "trino",
            Self::DuckDb => "duckdb",
            Self::Spark => "spark",
        }
    }

    /// The statements that create the tables and views of a lake, in the order in which they have to run. None ends in a
    /// semicolon, and none holds a comment: Athena's DDL takes no block comments.
    ///
    /// ```
    /// use smsvoice_metrics::ddl::{DayRange, Engine, TablesOf};
    ///
    /// let lake = TablesOf::new("s3://bucket/sms/", DayRange::default());
    /// let statements = Engine::Athena.statements(&lake);
    /// assert!(statements[1].starts_with("CREATE EXTERNAL TABLE IF NOT EXISTS events ("));
    /// assert!(statements[1].contains("LOCATION 's3://bucket/sms/events/'"));
    /// ```
    pub fn statements(self, lake: &TablesOf) -> Vec<String> {
        match self {
            Self::Athena | Self::Trino => self.definitions(lake).into_iter().map(|definition| definition.sql).collect(),
            Self::DuckDb => duckdb::statements(lake),
            Self::Spark => spark::statements(lake),
        }
    }

    /// The same with what each of them makes, for the engines that keep it. DuckDB and Spark have views of a session.
    pub fn definitions(self, lake: &TablesOf) -> Vec<Definition> {
        match self {
            Self::Athena => athena::definitions(lake),
            Self::Trino => trino::definitions(lake),
            Self::DuckDb | Self::Spark => Vec::new(),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Engine {
    type Err = EngineNameError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|engine| engine.as_str() == name).ok_or_else(|| EngineNameError(name.into()))
    }
}

/// What the definitions of a lake's tables need to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TablesOf {
    /// The lake's URL as the engine knows it, without a slash at its end.
    pub url: String,
    /// The database (Trino calls it a schema) that holds the tables.
    pub database: String,
    /// The days that partition projection covers.
    pub days: DayRange,
    /// The context keys that have columns of their own.
    pub context_columns: Vec<String>,
}

impl TablesOf {
    /// The name of the database, unless another one is asked for.
    pub const DATABASE: &str = "smsvoice";

    /// The tables of the lake at this URL, in the database `smsvoice`, without promoted context keys.
    pub fn new(url: &str, days: DayRange) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            database: Self::DATABASE.to_owned(),
            days,
            context_columns: Vec::new(),
        }
    }

    /// Where the files of a table lie; it ends in a slash.
    pub fn location(&self, table: Table) -> String {
        format!("{}/{table}/", self.url)
    }

    /// The columns in the files of a table, without those of its folders.
    pub fn columns(&self, table: Table) -> Vec<TableColumn> {
        let (columns, types) = match table {
            Table::Events => (schema::EVENT_COLUMNS, schema::events()),
            Table::Quarantine => (schema::QUARANTINE_COLUMNS, schema::quarantine()),
        };
        let stored = columns.iter().zip(types.fields()).map(|(column, field)| TableColumn {
            name: column.name.to_owned(),
            kind: ColumnType::of(field.data_type()),
            doc: column.doc.to_owned(),
        });
        let promoted = self.context_columns.iter().filter(|_| table == Table::Events).map(|key| TableColumn {
            name: context_column(key),
            kind: ColumnType::String,
            doc: format!("the value of the context key {key}"),
        });
        stored.chain(promoted).collect()
    }

    /// The columns that the names of a table's folders hold, outermost first. All of them are strings.
    pub fn partition_columns(table: Table) -> &'static [&'static str] {
        match table {
            Table::Events => &["channel", "dt"],
            Table::Quarantine => &["dt"],
        }
    }
}

/// A column of a table, for any engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ColumnType,
    /// What it holds.
    pub doc: String,
}

/// The first day of projection, unless another one is asked for.
pub(crate) const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engine_is_known_by_its_name() {
        assert_eq!("duckdb".parse(), Ok(Engine::DuckDb));
        let error = "mysql".parse::<Engine>().unwrap_err().to_string();
        assert_eq!(error, "there is no engine \"mysql\"; there are athena, trino, duckdb, spark");
    }

    #[test]
    fn promoted_context_key_is_a_column_of_events_alone() {
        let mut lake = TablesOf::new("s3://bucket", DayRange::default());
        lake.context_columns = vec!["Campaign-1".to_owned()];
        assert_eq!(lake.columns(Table::Events).last().unwrap().name, "context_campaign_1");
        assert!(lake.columns(Table::Quarantine).iter().all(|column| !column.name.starts_with("context")));
    }
}
