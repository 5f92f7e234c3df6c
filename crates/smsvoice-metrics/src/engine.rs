//! The embedded engine: DataFusion over the Parquet files of a lake.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::{DataType, Schema};
use async_trait::async_trait;
use datafusion::catalog::TableProvider;
use datafusion::datasource::file_format::parquet::{ParquetFormat, transform_schema_to_view};
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::execution::context::{SQLOptions, SessionConfig, SessionContext};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::path::Path;
use smsvoice_lake::{Lake, schema};

use crate::build_side;
use crate::error::{EngineError, problem};
use crate::gather::{Gathered, Kept, Limits};
use crate::query_engine::{QueryEngine, texts};
use crate::rows::Rows;
use crate::sound_files::SoundFiles;
use crate::statement;
use crate::trino;

/// The name that DataFusion knows the lake's object store by; it is seen in query plans only.
const STORE: &str = "smsvoice://lake";

/// So many bytes of a file's end are fetched at once: a footer of ours has some six thousand.
const FOOTER: usize = 32 << 10;

/// The tables of a lake.
const TABLES: [&str; 2] = ["events", "quarantine"];

/// The tables and the views.
const NAMES: [&str; 4] = ["events", "events_once", "messages", "quarantine"];

/// Runs SQL over one lake, in this process: tables `events` and `quarantine`, views `messages` and `events_once`.
pub struct LocalEngine {
    context: SessionContext,
    files: Arc<SoundFiles>,
    /// The lake's URL, for messages.
    url: Arc<str>,
    limits: Limits,
}

impl LocalEngine {
    /// An engine over `lake`. Nothing is read yet; a lake without objects has tables without rows (see
    /// [`LocalEngine::is_empty`]).
    pub async fn new(lake: &Lake) -> Result<Self, EngineError> {
        Self::over(lake, SoundFiles::all(lake)).await
    }

    /// An engine that seeks few rows: files that statistics and bloom filters rule out are not read whole. Where those are
    /// damaged, rows are missed; so ask [`LocalEngine::new`] again for what is not found.
    pub async fn seeking(lake: &Lake) -> Result<Self, EngineError> {
        Self::over(lake, SoundFiles::sought(lake)).await
    }

    /// An engine over those files of `lake` that are whole; [`Self::left_out`] tells of the others. Each file is read once
    /// for that, from its first to its last byte.
    pub async fn skipping_unreadable(lake: &Lake) -> Result<Self, EngineError> {
        let files = SoundFiles::only(lake).await;
        let files =
            files.map_err(|error| EngineError::SetUp { lake: lake.url().to_owned(), problem: error.chain() })?;
        Self::over(lake, files).await
    }

    /// The same engine, which groups about so many events at a time for a report, by all threads together: 1.2 million unless
    /// this says otherwise. A million take 700 MB of memory.
    #[must_use]
    pub fn gathering(mut self, events: usize) -> Self {
        self.limits.events = events;
        self
    }

    async fn over(lake: &Lake, files: SoundFiles) -> Result<Self, EngineError> {
        let (url, files): (Arc<str>, _) = (lake.url().into(), Arc::new(files));
        let context = session(files.clone())
            .await
            .map_err(|error| EngineError::SetUp { lake: url.to_string(), problem: problem(&error) })?;
        Ok(Self { context, files, url, limits: Limits::usual() })
    }

    /// Whether the lake has no object at all: it was never written, or its URL is misspelt.
    pub async fn is_empty(&self) -> Result<bool, EngineError> {
        for table in TABLES {
            let first = self.files.list(Some(&Path::from(table))).try_next().await;
            let first = first.map_err(|error| EngineError::List {
                lake: self.url.to_string(),
                table,
                problem: smsvoice_lake::said(&error),
            })?;
            if first.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The columns of a query's answer. It is planned and not run.
    pub async fn columns(&self, sql: &str) -> Result<Schema, EngineError> {
        Ok(self.plan(sql).await?.schema().as_arrow().clone())
    }

    async fn plan(&self, sql: &str) -> Result<LogicalPlan, EngineError> {
        let state = self.context.state();
        let statement = trino::read(sql, &state).map_err(invalid)?;
        state.statement_to_plan(statement).await.map_err(invalid)
    }
}

#[async_trait]
impl QueryEngine for LocalEngine {
    /// Runs one query. Anything but a query is refused.
    async fn query(&self, sql: &str) -> Result<Rows, EngineError> {
        let plan = self.plan(sql).await?;
        let read_only = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        read_only.verify_plan(&plan).map_err(|error| EngineError::ReadOnly { problem: problem(&error) })?;
        let query = self.context.execute_logical_plan(plan).await.map_err(invalid)?;
        let stream = query.execute_stream().await.map_err(|error| EngineError::BrokeOff {
            lake: self.url.to_string(),
            doing: "it was planned and its files were listed",
            problem: problem(&error),
        })?;
        Ok(Rows::of_plan(stream, self.url.clone()))
    }

    async fn execute(&self, sql: &str) -> Result<(), EngineError> {
        self.query(sql).await.map(drop)
    }

    /// What is wrong with each file that is left out, in a sentence that names it.
    fn left_out(&self) -> Vec<String> {
        self.files.left_out()
    }

    /// In temporary files, made part by part.
    async fn keep(&self, queries: &[Gathered], rows: Option<&str>) -> Result<Option<Kept>, EngineError> {
        let failed = |error: DataFusionError| EngineError::BrokeOff {
            lake: self.url.to_string(),
            doing: "its messages were gathered in temporary files",
            problem: problem(&error),
        };
        Kept::gathered(&self.context, queries, rows, self.limits).await.map(Some).map_err(failed)
    }

    /// DataFusion unnests beside the other columns, and not by a join.
    async fn context_keys(&self, most: usize) -> Result<Vec<String>, EngineError> {
        let sql = format!("SELECT DISTINCT unnest(map_keys(context)) AS key FROM events ORDER BY key LIMIT {most}");
        Ok(texts(&self.query(&sql).await?.collect().await?, 0))
    }

    /// The first and the last UTC day, as `2026-11-22`, of which the lake has events; none if it has none. Only names of
    /// files are read.
    async fn days(&self) -> Result<Option<(String, String)>, EngineError> {
        let listed = self.files.list(Some(&Path::from("events"))).try_collect::<Vec<_>>().await;
        let listed = listed.map_err(|error| EngineError::List {
            lake: self.url.to_string(),
            table: "events",
            problem: error.to_string(),
        })?;
        let day =
            |location: &Path| location.parts().find_map(|part| Some(part.as_ref().strip_prefix("dt=")?.to_owned()));
        let days: BTreeSet<String> = listed.iter().filter_map(|object| day(&object.location)).collect();
        Ok(days.first().cloned().zip(days.last().cloned()))
    }
}

impl std::fmt::Debug for LocalEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalEngine").field("lake", &self.url).finish_non_exhaustive()
    }
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn invalid(error: DataFusionError) -> EngineError {
    EngineError::Invalid { problem: with_near_table(&problem(&error)) }
}

/// What DataFusion says of a table that does not exist, with those that do.
fn with_near_table(problem: &str) -> String {
    let named = problem.split_once("table 'datafusion.public.").and_then(|(_, rest)| rest.split_once("' not found"));
    let Some((name, _)) = named else { return problem.to_owned() };
    let near = crate::near::question(name, NAMES);
    format!("there is no table {name}{near}; there are {}", NAMES.join(", "))
}

async fn session(lake: Arc<dyn ObjectStore>) -> Result<SessionContext, DataFusionError> {
    let mut config = SessionConfig::new().with_information_schema(true);
    let options = config.options_mut();
    // Reading every footer while a query is planned helps no query here, and each is a request to S3.
    options.execution.collect_statistics = false;
    // Rows that a condition leaves out are not decoded: `trace` reads 40 columns of a few rows.
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    // A list of objects that was kept would hide those written since.
    let runtime = RuntimeEnvBuilder::new().with_object_list_cache_limit(0).build_arc()?;
    let state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_physical_optimizer_rules(build_side::optimizer_rules())
        .build();
    let context = SessionContext::new_with_state(state);
    context.register_object_store(ObjectStoreUrl::parse(STORE)?.as_ref(), lake);
    trino::register(&context)?;
    context.register_table("events", table("events", &schema::events(), &["channel", "dt"])?)?;
    let quarantine = context.read_table(table("quarantine", &schema::quarantine(), &["dt"])?)?;
    let text = context.parse_sql_expr("from_utf8(payload)", quarantine.schema())?;
    context.register_table("quarantine", quarantine.with_column("payload_text", text)?.into_view())?;
    for (name, sql) in [("messages", statement::messages()), ("events_once", statement::events_once())] {
        context.register_table(name, context.sql(&sql).await?.into_view())?;
    }
    Ok(context)
}

/// The Parquet files under one folder; `partitions` are read from the paths, and prune them.
fn table(folder: &str, columns: &Schema, partitions: &[&str]) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let partitions = partitions.iter().map(|name| ((*name).to_owned(), DataType::Utf8View)).collect();
    let format = ParquetFormat::default().with_metadata_size_hint(Some(FOOTER));
    let format = ListingOptions::new(Arc::new(format)).with_table_partition_cols(partitions);
    let folder = ListingTableUrl::parse(format!("{STORE}/{folder}/"))?;
    let columns = Arc::new(transform_schema_to_view(columns)); // views spare a copy of each string
    let config = ListingTableConfig::new(folder).with_listing_options(format).with_schema(columns);
    Ok(Arc::new(ListingTable::try_new(config)?))
}
