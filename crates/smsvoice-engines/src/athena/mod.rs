//! Amazon Athena: a query is started, looked after until it has ended, and its rows are fetched page by page.

mod advice;
mod page;
mod prepare;
pub(crate) mod price;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_athena::Client;
use aws_sdk_athena::config::Builder;
use aws_sdk_athena::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_athena::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_athena::types::{
    QueryExecution, QueryExecutionContext, QueryExecutionState, ResultConfiguration, ResultReuseByAgeConfiguration,
    ResultReuseConfiguration, StatementType,
};
use futures::{StreamExt, stream};
use smsvoice_metrics::{EngineError, Period, QueryEngine, Rows, Spent};

use self::page::Columns;
use crate::pace::Pace;

/// How Athena is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AthenaSettings {
    /// Whose limits and prepared statements hold.
    pub workgroup: String,
    /// The data catalog that has the database: `AwsDataCatalog` is Glue's.
    pub catalog: String,
    /// The database that has the tables.
    pub database: String,
    /// Where the results are put, `s3://bucket/prefix/`, if the workgroup does not say.
    pub output_location: Option<String>,
    /// An answer to the same text that is not older than so many minutes is given again, and costs nothing.
    pub reuse_minutes: Option<i32>,
}

/// Asks Athena.
#[derive(Debug)]
pub struct AthenaEngine {
    asking: Arc<Asking>,
}

/// What all questions share.
#[derive(Debug)]
struct Asking {
    client: Client,
    settings: AthenaSettings,
    pace: Pace,
    /// The ids of queries that still run.
    running: Mutex<BTreeSet<String>>,
    spent: Mutex<Spent>,
}

/// Rows a page; Athena gives no more.
const PAGE: i32 = 1000;

fn fault(problem: impl Into<String>, advice: Option<&str>) -> EngineError {
    EngineError::Elsewhere { engine: "Athena", problem: problem.into(), advice: advice.map(str::to_owned) }
}

impl AthenaEngine {
    /// An engine that asks with these credentials, in this region. Nothing is sent yet.
    ///
    /// Calls that are throttled, or find the service out of order, are repeated by the SDK at the pace given.
    pub fn new(config: &SdkConfig, settings: AthenaSettings, pace: Pace) -> Self {
        let retries = RetryConfig::standard()
            .with_max_attempts(u32::try_from(pace.repeats).unwrap_or(u32::MAX).saturating_add(1))
            .with_initial_backoff(pace.first)
            .with_max_backoff(pace.longest);
        let client = Client::from_conf(Builder::from(config).retry_config(retries).build());
        let (running, spent) = (Mutex::default(), Mutex::new(Spent { usd: Some(0.0), ..Spent::default() }));
        Self { asking: Arc::new(Asking { client, settings, pace, running, spent }) }
    }
}

#[async_trait]
impl QueryEngine for AthenaEngine {
    async fn query(&self, sql: &str) -> Result<Rows, EngineError> {
        let asking = self.asking.clone();
        let (id, ended) = asking.run(sql).await?;
        let first = asking.page(&id, None).await?;
        let columns = Arc::new(Columns::of(&first));
        let header = ended.statement_type == Some(StatementType::Dml);
        let schema = columns.schema();
        let batches = stream::try_unfold(Some((first, header)), {
            let columns = columns.clone();
            move |page| following(asking.clone(), id.clone(), columns.clone(), page)
        });
        Ok(Rows::new(schema, batches.boxed()))
    }

    async fn execute(&self, sql: &str) -> Result<(), EngineError> {
        self.asking.run(sql).await.map(drop)
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
        Some(*self.asking.spent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn cancel(&self) {
        let running = std::mem::take(&mut *self.asking.running.lock().unwrap_or_else(PoisonError::into_inner));
        for id in running {
            // Whoever goes has nothing to do about a query that ends by itself in the meantime.
            drop(self.asking.client.stop_query_execution().query_execution_id(&id).send().await);
            if let Ok(Some(query)) = self.asking.look(&id).await {
                self.asking.count(&query);
            }
        }
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
        Some(token) => Some((asking.page(&id, Some(token)).await?, false)),
        None => None,
    };
    Ok(Some((batch, next)))
}

impl Asking {
    /// Runs a statement to its end: its id, and what Athena says of it.
    async fn run(&self, sql: &str) -> Result<(String, QueryExecution), EngineError> {
        self.run_in(sql, Some(&self.settings.database)).await
    }

    /// The same in this database, or in none.
    async fn run_in(&self, sql: &str, database: Option<&str>) -> Result<(String, QueryExecution), EngineError> {
        let id = self.start(sql, database).await?;
        let running = || self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running().insert(id.clone());
        let mut pauses = self.pace.looks();
        loop {
            let Some(query) = self.look(&id).await? else {
                return Err(fault(format!("does not know its own query {id}"), None));
            };
            let status = query.status();
            match status.and_then(|status| status.state()) {
                Some(QueryExecutionState::Succeeded) => {
                    running().remove(&id);
                    self.count(&query);
                    return Ok((id, query));
                }
                Some(state @ (QueryExecutionState::Failed | QueryExecutionState::Cancelled)) => {
                    running().remove(&id);
                    self.count(&query);
                    let reason =
                        status.and_then(|status| status.state_change_reason()).unwrap_or("it does not say why");
                    return Err(advice::of_ended(state, reason, &id));
                }
                _ => tokio::time::sleep(pauses.next().unwrap_or(self.pace.longest)).await,
            }
        }
    }

    async fn start(&self, sql: &str, database: Option<&str>) -> Result<String, EngineError> {
        let AthenaSettings { workgroup, catalog, database: _, output_location, reuse_minutes } = &self.settings;
        let context =
            QueryExecutionContext::builder().catalog(catalog).set_database(database.map(str::to_owned)).build();
        let put = output_location.as_ref().map(|to| ResultConfiguration::builder().output_location(to).build());
        let reuse = reuse_minutes.map(|minutes| {
            let by_age = ResultReuseByAgeConfiguration::builder().enabled(true).max_age_in_minutes(minutes).build();
            ResultReuseConfiguration::builder().result_reuse_by_age_configuration(by_age).build()
        });
        let request = self.client.start_query_execution().query_string(sql).work_group(workgroup);
        let request = request.query_execution_context(context).set_result_configuration(put);
        let started = request.set_result_reuse_configuration(reuse).send().await;
        let id = started.map_err(|error| self.refused(&error))?.query_execution_id;
        id.ok_or_else(|| fault("started a query and did not say which", None))
    }

    async fn look(&self, id: &str) -> Result<Option<QueryExecution>, EngineError> {
        let told = self.client.get_query_execution().query_execution_id(id).send().await;
        Ok(told.map_err(|error| self.refused(&error))?.query_execution)
    }

    async fn page(&self, id: &str, token: Option<&str>) -> Result<GetQueryResultsOutput, EngineError> {
        let request = self.client.get_query_results().query_execution_id(id).max_results(PAGE);
        let told = request.set_next_token(token.map(str::to_owned)).send().await;
        told.map_err(|error| self.refused(&error))
    }

    /// What an ended query has cost.
    fn count(&self, query: &QueryExecution) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = price::bytes_scanned(query);
        spent.queries += 1;
        spent.bytes_scanned += bytes;
        spent.usd = Some(spent.usd.unwrap_or_default() + price::usd(query));
    }

    /// Why a call was not done.
    fn refused<E: ProvideErrorMetadata + std::error::Error + 'static>(&self, error: &SdkError<E>) -> EngineError {
        let Some(service) = error.as_service_error() else {
            let said = format!("cannot be asked: {}", DisplayErrorContext(error));
            return fault(said, Some("look at region, credentials and network"));
        };
        let code = service.code().unwrap_or("an error without a name");
        advice::of_call(code, service.message().unwrap_or_default(), &self.settings)
    }
}
