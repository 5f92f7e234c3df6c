//! The rows of an answer, batch by batch, so that an answer need not fit into memory.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use futures::TryStreamExt;

use crate::error::{EngineError, problem};

/// The rows of an answer, as they are computed.
pub struct Rows {
    schema: SchemaRef,
    stream: SendableRecordBatchStream,
    /// The URL of the lake they come from.
    lake: Arc<str>,
}

impl Rows {
    pub(crate) fn new(stream: SendableRecordBatchStream, lake: Arc<str>) -> Self {
        Self { schema: stream.schema(), stream, lake }
    }

    /// The same rows, under a schema that says more about the columns.
    pub(crate) fn with_schema(self, schema: SchemaRef) -> Self {
        Self { schema, ..self }
    }

    /// Names and types of the columns, known before the first row. A column of shares, from 0 to 1, says so: see
    /// [`UNIT`](crate::UNIT).
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The next rows, none when all were given.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        self.stream.try_next().await.map_err(|error| EngineError::BrokeOff {
            lake: self.lake.to_string(),
            doing: "its rows were computed",
            problem: problem(&error),
        })
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
