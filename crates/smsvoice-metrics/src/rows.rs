//! The rows of an answer, batch by batch, so that an answer need not fit into memory.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use futures::TryStreamExt;

use crate::engine::EngineError;

/// The rows of an answer, as they are computed.
pub struct Rows {
    stream: SendableRecordBatchStream,
}

impl Rows {
    pub(crate) fn new(stream: SendableRecordBatchStream) -> Self {
        Self { stream }
    }

    /// Names and types of the columns, known before the first row.
    pub fn schema(&self) -> SchemaRef {
        self.stream.schema()
    }

    /// The next rows, none when all were given.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        self.stream.try_next().await.map_err(EngineError::Failed)
    }

    /// All rows that are left.
    pub async fn collect(self) -> Result<Vec<RecordBatch>, EngineError> {
        self.stream.try_collect().await.map_err(EngineError::Failed)
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("schema", &self.schema()).finish_non_exhaustive()
    }
}
