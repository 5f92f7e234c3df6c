//! The seam between a question and who answers it: SQL goes in, rows of known types come out, and what they cost.

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use async_trait::async_trait;

use crate::error::EngineError;
use crate::gather::{Gathered, Kept};
use crate::rows::Rows;
use crate::statement::{self, MetricsRequest, Period};
use crate::units::with_units;

/// Who answers SQL over the tables of a lake: the embedded engine, or one elsewhere that was told of them (see
/// [`ddl`](crate::ddl)). Every engine is given the same text, and gives the same columns and values.
#[async_trait]
pub trait QueryEngine: Send + Sync {
    /// Runs one query.
    async fn query(&self, sql: &str) -> Result<Rows, EngineError>;

    /// Runs one statement that answers nothing: `CREATE VIEW`, say. The embedded engine refuses all of them.
    async fn execute(&self, sql: &str) -> Result<(), EngineError>;

    /// What is missing in the answers, a sentence each: damaged files that were left out.
    fn left_out(&self) -> Vec<String> {
        Vec::new()
    }

    /// What all queries so far have cost; none where nobody counts.
    fn spent(&self) -> Option<Spent> {
        None
    }

    /// Runs queries over the events for which `rows` holds, and keeps their rows on this machine as tables for further queries,
    /// as long as what is given back lives. None where the engine keeps nothing: ask with the query in place of its table then.
    async fn keep(&self, _queries: &[Gathered], _rows: Option<&str>) -> Result<Option<Kept>, EngineError> {
        Ok(None)
    }

    /// Ends what still runs elsewhere, because nobody waits for it any more.
    async fn cancel(&self) {}

    /// Answers a question about messages. The schema of the rows tells which columns are shares.
    async fn metrics(&self, request: &MetricsRequest) -> Result<Rows, EngineError> {
        let rows = self.query(&request.sql()).await?;
        let schema = with_units(&rows.schema(), request.metric.shares());
        Ok(rows.with_schema(schema))
    }

    /// The one row over all that the rows of [`Self::metrics`] are parts of; none where that is the answer itself.
    async fn total(&self, request: &MetricsRequest) -> Result<Option<Rows>, EngineError> {
        let Some(sql) = request.total_sql() else { return Ok(None) };
        let rows = self.query(&sql).await?;
        let schema = with_units(&rows.schema(), request.metric.shares());
        Ok(Some(rows.with_schema(schema)))
    }

    /// The events of one message, each once, the oldest first; looked for in the partitions of a period alone.
    async fn trace(&self, message_id: &str, period: Period) -> Result<Rows, EngineError> {
        let places = self.places(message_id, period).await?;
        self.query(&statement::trace_in(message_id, &places)).await
    }

    /// The same with all columns of the table, in its order.
    async fn raw_trace(&self, message_id: &str, period: Period) -> Result<Rows, EngineError> {
        let places = self.places(message_id, period).await?;
        self.query(&statement::raw_trace(message_id, &places, "context")).await
    }

    /// The partitions that have events of a message, as a condition. One column is read for that, of few row groups; so the
    /// other columns are read, and files are opened, where there is something alone.
    async fn places(&self, message_id: &str, period: Period) -> Result<String, EngineError> {
        let rows = self.query(&statement::places(message_id, period)).await?.collect().await?;
        Ok(statement::within_places(&texts(&rows, 0), &texts(&rows, 1)))
    }

    /// Ids of messages that begin with `prefix`, in any case: at most `most`, in order.
    async fn message_ids(&self, prefix: &str, most: usize) -> Result<Vec<String>, EngineError> {
        let rows = self.query(&statement::message_ids(prefix, most)).await?.collect().await?;
        Ok(texts(&rows, 0))
    }

    /// Keys of contexts that messages were sent with: at most `most`, in order.
    async fn context_keys(&self, most: usize) -> Result<Vec<String>, EngineError> {
        let rows = self.query(&statement::context_keys(most)).await?.collect().await?;
        Ok(texts(&rows, 0))
    }

    /// The first and the last UTC day, as `2026-11-22`, of which the lake has events; none if it has none.
    async fn days(&self) -> Result<Option<(String, String)>, EngineError> {
        let rows = self.query("SELECT min(dt) AS first, max(dt) AS last FROM events").await?.collect().await?;
        Ok(texts(&rows, 0).pop().zip(texts(&rows, 1).pop()))
    }
}

/// What queries have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// How many queries.
    pub queries: u64,
    /// How much they read, in bytes.
    pub bytes_scanned: u64,
    /// What that costs in US dollars; none where nothing is billed by it.
    pub usd: Option<f64>,
}

/// The values of a column of text, without those that are null.
pub(crate) fn texts(rows: &[RecordBatch], column: usize) -> Vec<String> {
    let columns = rows.iter().map(|batch| batch.column(column));
    columns
        .filter_map(|column| cast(column, &DataType::Utf8).ok())
        .flat_map(|column| column.as_string::<i32>().iter().flatten().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}
