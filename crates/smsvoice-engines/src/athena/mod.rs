//! Amazon Athena: what [`smsvoice_athena`] fetches becomes Arrow batches.

mod page;
mod prepare;

use std::sync::Arc;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_athena::operation::get_query_results::GetQueryResultsOutput;
use futures::{StreamExt, stream};
use smsvoice_athena::{Asking, AthenaError, AthenaSettings, Ended, Pace};
use smsvoice_metrics::{EngineError, Period, QueryEngine, Rows, Spent};

use self::page::Columns;

/// Asks Athena.
#[derive(Debug)]
pub struct AthenaEngine {
    asking: Arc<Asking>,
}

fn fault(problem: impl Into<String>, advice: Option<&str>) -> EngineError {
    EngineError::Elsewhere { engine: "Athena", problem: problem.into(), advice: advice.map(str::to_owned) }
}

fn elsewhere(AthenaError { problem, advice }: AthenaError) -> EngineError {
    EngineError::Elsewhere { engine: "Athena", problem, advice }
}

impl AthenaEngine {
    /// An engine that asks with these credentials, in this region. Nothing is sent yet.
    ///
    /// Calls that are throttled, or find the service out of order, are repeated by the SDK at the pace given.
    pub fn new(config: &SdkConfig, settings: AthenaSettings, pace: Pace) -> Self {
        Self { asking: Arc::new(Asking::new(config, settings, pace)) }
    }

    async fn run(&self, sql: &str) -> Result<Ended, EngineError> {
        self.asking.run(sql, Some(&self.asking.settings().database)).await.map_err(elsewhere)
    }
}

#[async_trait]
impl QueryEngine for AthenaEngine {
    async fn query(&self, sql: &str) -> Result<Rows, EngineError> {
        let Ended { id, is_dml } = self.run(sql).await?;
        let asking = self.asking.clone();
        let first = asking.page(&id, None).await.map_err(elsewhere)?;
        let columns = Arc::new(Columns::of(&first));
        let schema = columns.schema();
        let batches = stream::try_unfold(Some((first, is_dml)), {
            let columns = columns.clone();
            move |page| following(asking.clone(), id.clone(), columns.clone(), page)
        });
        Ok(Rows::new(schema, batches.boxed()))
    }

    async fn execute(&self, sql: &str) -> Result<(), EngineError> {
        self.run(sql).await.map(drop)
    }

    /// `DESCRIBE OUTPUT` would tell the types of a map, and its text could still be read in two ways: so the context of
    /// events comes as JSON, and is made a map here.
    async fn trace(&self, message_id: &str, period: Period) -> Result<Rows, EngineError> {
        let places = self.places(message_id, period).await?;
        let sql = smsvoice_metrics::trace_with_context_as_json(message_id, &places);
        Ok(page::context_of_json(self.query(&sql).await?))
    }

    async fn raw_trace(&self, message_id: &str, period: Period) -> Result<Rows, EngineError> {
        let places = self.places(message_id, period).await?;
        let sql = smsvoice_metrics::raw_trace(message_id, &places, smsvoice_metrics::CONTEXT_AS_JSON);
        Ok(page::context_of_json(self.query(&sql).await?))
    }

    fn spent(&self) -> Option<Spent> {
        let smsvoice_athena::Spent { queries, bytes_scanned, usd } = self.asking.spent();
        Some(Spent { queries, bytes_scanned, usd: Some(usd) })
    }

    async fn cancel(&self) {
        self.asking.cancel().await;
    }
}

/// The page that is to be read, and whether its first row may be the names of the columns.
type Ahead = Option<(GetQueryResultsOutput, bool)>;

/// The rows of a page, and the page after it.
async fn following(
    asking: Arc<Asking>,
    id: String,
    columns: Arc<Columns>,
    ahead: Ahead,
) -> Result<Option<(RecordBatch, Ahead)>, EngineError> {
    let Some((page, header)) = ahead else { return Ok(None) };
    let batch = columns.batch(&page, header).map_err(|problem| fault(problem, None))?;
    let next = match page.next_token() {
        Some(token) => Some((asking.page(&id, Some(token)).await.map_err(elsewhere)?, false)),
        None => None,
    };
    Ok(Some((batch, next)))
}
