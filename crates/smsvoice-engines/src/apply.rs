//! Makes the tables, views and prepared statements of a lake where an engine keeps them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use async_trait::async_trait;
use smsvoice_lake::Table;
use smsvoice_metrics::ddl::{Definition, Engine, TablesOf, What};
use smsvoice_metrics::{EngineError, QueryEngine};

/// An engine that keeps definitions.
#[async_trait]
pub trait KeepsDefinitions: QueryEngine {
    /// Whose dialect it speaks.
    fn dialect(&self) -> Engine;

    /// Runs the statement that makes the database, which may not be there yet.
    async fn create_database(&self, sql: &str) -> Result<(), EngineError>;

    /// Keeps a query with parameters; none if this engine keeps none.
    async fn prepare(&self, name: &str, sql: &str) -> Result<Option<Change>, EngineError>;
}

/// What became of one definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What kind of thing it is.
    pub what: What,
    /// What it is called.
    pub name: String,
    /// What was done.
    pub change: Change,
}

/// What was done for one definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Created,
    /// It was there, and was written anew.
    Replaced,
    /// It was there, and is as it should be.
    Kept,
    /// A table is there, and lacks these columns. It was left alone, because a table can be somebody else's.
    Lacks(Vec<String>),
    /// The engine keeps no such thing.
    NotKept,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, name, change } = self;
        let what = match what {
            What::Database | What::Selection => "database",
            What::Table => "table",
            What::View => "view",
            What::Prepared => "prepared statement",
        };
        write!(f, "{what} {name}: ")?;
        match change {
            Change::Created => f.write_str("created"),
            Change::Replaced => f.write_str("written anew"),
            Change::Kept => f.write_str("is there already"),
            Change::Lacks(columns) => write!(
                f,
                "is there and lacks {}; run DROP TABLE {name}, which leaves the lake's files as they are, and this again",
                columns.join(", ")
            ),
            Change::NotKept => {
                f.write_str("not made, because it would end with the session; EXECUTE it with smsvoice query")
            }
        }
    }
}

/// Makes what is not there, and tells of each. It can be run again at any time.
pub async fn apply(
    engine: &dyn KeepsDefinitions,
    lake: &TablesOf,
    mut told: impl FnMut(Done),
) -> Result<(), EngineError> {
    let mut there = BTreeMap::new();
    for Definition { what, name, sql } in engine.dialect().definitions(lake) {
        let change = match what {
            What::Selection => continue,
            What::Database => {
                engine.create_database(&sql).await?;
                there = columns_there(engine, &lake.database).await?;
                if there.is_empty() { Change::Created } else { Change::Kept }
            }
            What::Table => table(engine, lake, there.get(&name), &name, &sql).await?,
            What::View => {
                engine.execute(&sql).await?;
                if there.contains_key(&name) { Change::Replaced } else { Change::Created }
            }
            What::Prepared => {
                let query = sql.split_once(" FROM\n").map_or(sql.as_str(), |(_, query)| query);
                engine.prepare(&name, query).await?.unwrap_or(Change::NotKept)
            }
        };
        told(Done { what, name, change });
    }
    Ok(())
}

async fn table(
    engine: &dyn KeepsDefinitions,
    lake: &TablesOf,
    there: Option<&BTreeSet<String>>,
    name: &str,
    sql: &str,
) -> Result<Change, EngineError> {
    let Some(there) = there else {
        engine.execute(sql).await?;
        return Ok(Change::Created);
    };
    let of = Table::ALL.into_iter().find(|table| table.as_str() == name);
    let wanted = of.map(|of| lake.columns(of)).unwrap_or_default();
    let lacking: Vec<String> =
        wanted.into_iter().map(|column| column.name).filter(|column| !there.contains(column)).collect();
    Ok(if lacking.is_empty() { Change::Kept } else { Change::Lacks(lacking) })
}

/// The columns of each table and view of a database.
async fn columns_there(
    engine: &dyn KeepsDefinitions,
    database: &str,
) -> Result<BTreeMap<String, BTreeSet<String>>, EngineError> {
    let sql =
        format!("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = '{database}'");
    let rows = engine.query(&sql).await?.collect().await?;
    let mut there: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for batch in &rows {
        for (table, column) in texts(batch, 0).into_iter().zip(texts(batch, 1)) {
            there.entry(table).or_default().insert(column);
        }
    }
    Ok(there)
}

fn texts(batch: &RecordBatch, at: usize) -> Vec<String> {
    let column = cast(batch.column(at), &DataType::Utf8);
    let texts = column.iter().flat_map(|column| column.as_string::<i32>().iter());
    texts.map(|text| text.unwrap_or_default().to_owned()).collect()
}
