//! One workgroup that is asked: queries from their start to their last page.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_athena::Client;
use aws_sdk_athena::config::Builder;
use aws_sdk_athena::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_athena::operation::get_query_results::GetQueryResultsOutput;
pub use aws_sdk_athena::types::Row;
use aws_sdk_athena::types::{
    ColumnInfo, QueryExecution, QueryExecutionContext, QueryExecutionState, ResultConfiguration,
    ResultReuseByAgeConfiguration, ResultReuseConfiguration, ResultSet, ResultSetMetadata, StatementType,
};

use crate::error::AthenaError;
use crate::pace::Pace;
use crate::{advice, price};

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

/// What the queries so far have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// How many queries.
    pub queries: u64,
    /// How much they read, in bytes.
    pub bytes_scanned: u64,
    /// What that costs in US dollars, by the list price.
    pub usd: f64,
}

/// A query that has ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// By which its pages are asked for.
    pub id: String,
    /// Whether it is one that has rows; the first row of its first page may be the names of its columns.
    pub is_dml: bool,
}

/// What all questions share.
#[derive(Debug)]
pub struct Asking {
    client: Client,
    settings: AthenaSettings,
    pace: Pace,
    /// The ids of queries that still run.
    running: Mutex<BTreeSet<String>>,
    spent: Mutex<Spent>,
}

/// Rows a page; Athena gives no more.
const PAGE: i32 = 1000;

/// The rows of a page; if there may be a `header`, without the row that repeats the names of the columns.
pub fn rows_of(page: &GetQueryResultsOutput, header: bool) -> &[Row] {
    let rows = page.result_set().map(ResultSet::rows).unwrap_or_default();
    let names = names(page);
    match rows.split_first() {
        Some((first, others)) if header && texts(first).map(Option::unwrap_or_default).eq(names) => others,
        _ => rows,
    }
}

fn names(page: &GetQueryResultsOutput) -> impl Iterator<Item = &str> {
    let metadata = page.result_set().and_then(ResultSet::result_set_metadata);
    metadata.map(ResultSetMetadata::column_info).unwrap_or_default().iter().map(ColumnInfo::name)
}

fn texts(row: &Row) -> impl Iterator<Item = Option<&str>> {
    row.data().iter().map(|value| value.var_char_value())
}

impl Asking {
    /// Asks with these credentials, in this region. Nothing is sent yet.
    pub fn new(config: &SdkConfig, settings: AthenaSettings, pace: Pace) -> Self {
        let retries = RetryConfig::standard()
            .with_max_attempts(u32::try_from(pace.repeats).unwrap_or(u32::MAX).saturating_add(1))
            .with_initial_backoff(pace.first)
            .with_max_backoff(pace.longest);
        let client = Client::from_conf(Builder::from(config).retry_config(retries).build());
        Self { client, settings, pace, running: Mutex::default(), spent: Mutex::default() }
    }

    /// For calls that are no queries.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// How it is asked.
    pub const fn settings(&self) -> &AthenaSettings {
        &self.settings
    }

    /// What the queries so far have cost.
    pub fn spent(&self) -> Spent {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names of a query's columns, and all of its rows.
    pub async fn rows(&self, sql: &str) -> Result<(Vec<String>, Vec<Vec<Option<String>>>), AthenaError> {
        let Ended { id, is_dml: _ } = self.run(sql, Some(&self.settings.database)).await?;
        let mut page = self.page(&id, None).await?;
        let columns = names(&page).map(str::to_owned).collect();
        let (mut rows, mut header) = (Vec::new(), true);
        loop {
            let row = |row| texts(row).map(|text| text.map(str::to_owned)).collect();
            rows.extend(rows_of(&page, header).iter().map(row));
            let Some(token) = page.next_token() else { return Ok((columns, rows)) };
            page = self.page(&id, Some(token)).await?;
            header = false;
        }
    }

    /// Runs a statement to its end, in this database or in none.
    pub async fn run(&self, sql: &str, database: Option<&str>) -> Result<Ended, AthenaError> {
        let id = self.start(sql, database).await?;
        let running = || self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running().insert(id.clone());
        let mut pauses = self.pace.looks();
        loop {
            let Some(query) = self.look(&id).await? else {
                return Err(AthenaError::new(format!("does not know its own query {id}"), None));
            };
            let status = query.status();
            match status.and_then(|status| status.state()) {
                Some(QueryExecutionState::Succeeded) => {
                    running().remove(&id);
                    self.count(&query);
                    return Ok(Ended { id, is_dml: query.statement_type == Some(StatementType::Dml) });
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

    async fn start(&self, sql: &str, database: Option<&str>) -> Result<String, AthenaError> {
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
        id.ok_or_else(|| AthenaError::new("started a query and did not say which", None))
    }

    async fn look(&self, id: &str) -> Result<Option<QueryExecution>, AthenaError> {
        let told = self.client.get_query_execution().query_execution_id(id).send().await;
        Ok(told.map_err(|error| self.refused(&error))?.query_execution)
    }

    /// A page of an ended query's rows: the first, or the one that the page before names.
    pub async fn page(&self, id: &str, token: Option<&str>) -> Result<GetQueryResultsOutput, AthenaError> {
        let request = self.client.get_query_results().query_execution_id(id).max_results(PAGE);
        let told = request.set_next_token(token.map(str::to_owned)).send().await;
        told.map_err(|error| self.refused(&error))
    }

    /// Stops the queries that still run.
    pub async fn cancel(&self) {
        let running = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        for id in running {
            // Whoever goes has nothing to do about a query that ends by itself in the meantime.
            drop(self.client.stop_query_execution().query_execution_id(&id).send().await);
            if let Ok(Some(query)) = self.look(&id).await {
                self.count(&query);
            }
        }
    }

    /// What an ended query has cost.
    fn count(&self, query: &QueryExecution) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.queries += 1;
        spent.bytes_scanned += price::bytes_scanned(query);
        spent.usd += price::usd(query);
    }

    /// Why a call was not done.
    pub fn refused<E: ProvideErrorMetadata + std::error::Error + 'static>(&self, error: &SdkError<E>) -> AthenaError {
        let Some(service) = error.as_service_error() else {
            let said = format!("cannot be asked: {}", DisplayErrorContext(error));
            return AthenaError::new(said, Some("look at region, credentials and network"));
        };
        let code = service.code().unwrap_or("an error without a name");
        advice::of_call(code, service.message().unwrap_or_default(), &self.settings)
    }
}
