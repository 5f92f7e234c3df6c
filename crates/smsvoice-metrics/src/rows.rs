//! The rows of an answer, batch by batch, so that an answer need not fit into memory.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};

use crate::error::{EngineError, problem};

/// The rows of an answer, as they are computed.
pub struct Rows {
    schema: SchemaRef,
    stream: BoxStream<'static, Result<RecordBatch, EngineError>>,
}

impl Rows {
    /// Rows with these columns. Each batch of `stream` has them.
    pub fn new(schema: SchemaRef, stream: BoxStream<'static, Result<RecordBatch, EngineError>>) -> Self {
        Self { schema, stream }
    }

    /// What a plan of DataFusion gives, over the lake at this URL.
    pub(crate) fn of_plan(stream: SendableRecordBatchStream, lake: Arc<str>) -> Self {
        let schema = stream.schema();
        let broke_off = move |error| EngineError::BrokeOff {
            lake: lake.to_string(),
            doing: "its rows were computed",
            problem: problem(&error),
        };
        Self { schema, stream: stream.map_err(broke_off).boxed() }
    }

    /// The same rows, under a schema that says more about the columns.
    #[must_use]
    pub fn with_schema(self, schema: SchemaRef) -> Self {
        Self { schema, ..self }
    }

    /// Names and types of the columns, known before the first row. A column of shares, from 0 to 1, says so: see
    /// [`UNIT`](crate::UNIT).
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The next rows, none when all were given.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        self.stream.try_next().await
    }

    /// All rows that are left.
    pub async fn collect(mut self) -> Result<Vec<RecordBatch>, EngineError> {
        let mut batches = Vec::new();
        while let Some(batch) = self.next().await? {
            batches.push(batch);
        }
        Ok(batches)
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("schema", &self.schema).finish_non_exhaustive()
    }
}
