//! `smsvoice views`: what another engine needs to know of a lake, as SQL.

mod terraform;

use std::io::{self, Write};
use std::str::FromStr;

use anyhow::{Context, ensure};
use chrono::NaiveDate;
use serde::Serialize;
use smsvoice_engines::{Change, Done, apply};
use smsvoice_lake::Lake;
use smsvoice_metrics::LocalEngine;
use smsvoice_metrics::ddl::{CatalogView, DayRange, Engine, EngineNameError, LastDay, TablesOf, cloudformation};

use crate::engine::{ElsewhereArgs, EngineName};
use crate::lake::runtime;
use crate::output::FormatArgs;
use crate::{Exit, UsageError, World};

/// Print the tables, views and prepared statements of a lake, as SQL for another engine
///
/// Tables events and quarantine, views messages, events_once and one a metric, and statements that take a period and read
/// its partitions alone: rates_between and its siblings. Nothing is created, unless --apply is given, and the lake is not
/// opened.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice views --engine duckdb --lake ./lake | duckdb sms.duckdb\n  \
    smsvoice views --engine athena --lake s3://bucket/sms --first-day 2026-03-01\n  \
    smsvoice views --engine athena --lake s3://bucket/sms --workgroup smsvoice --apply")]
pub(crate) struct Args {
    #[arg(long, help = format!("The engine: {}; or cloudformation or terraform, for infra/",
        Engine::ALL.map(Engine::as_str).join(", ")))]
    engine: Target,
    /// The lake, as the engine finds it: s3://bucket/prefix; for DuckDB and Spark a path, for Trino local:///… or file:///…
    #[arg(long, value_name = "URL", env = "SMSVOICE_LAKE", hide_env_values = true)]
    lake: Option<String>,
    /// The first day that the tables know; Athena and Trino. An event of a day before is in no answer.
    #[arg(long, value_name = "DAY", default_value_t = DayRange::default().first)]
    first_day: NaiveDate,
    /// The last day that the tables know: tomorrow (the day after each query's own), or a day.
    #[arg(long, value_name = "DAY", default_value = "tomorrow")]
    last_day: LastDay,
    /// Context keys that have columns in this lake, separated by commas.
    #[arg(long, value_name = "KEYS", env = "SMSVOICE_CONTEXT_COLUMNS", hide_env_values = true, value_delimiter = ',')]
    context_columns: Vec<String>,
    /// Create all of it where Athena or Trino keep it, and say what was done. What is there already stays: it can be run again.
    #[arg(long)]
    apply: bool,
    #[command(flatten)]
    elsewhere: ElsewhereArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// For what the definitions are printed.
#[derive(Clone, Copy, Debug)]
enum Target {
    Engine(Engine),
    CloudFormation,
    Terraform,
}

impl FromStr for Target {
    type Err = EngineNameError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "cloudformation" => Ok(Self::CloudFormation),
            "terraform" => Ok(Self::Terraform),
            engine => engine.parse().map(Self::Engine),
        }
    }
}

/// A statement, or all resources.
#[derive(Serialize)]
struct Printed {
    sql: String,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    if args.apply {
        return runtime()?.block_on(args.apply(world));
    }
    let (text, statements) = args.texts()?;
    let statements: Vec<Printed> = statements.into_iter().map(|sql| Printed { sql }).collect();
    super::print_document(args.format, world, &text, &statements)?;
    Ok(Exit::Done)
}

impl Args {
    /// Creates the definitions, and tells of each.
    async fn apply(&self, world: &World) -> anyhow::Result<Exit> {
        let (name, engine) = match self.engine {
            Target::Engine(engine @ Engine::Athena) => (EngineName::Athena, engine),
            Target::Engine(engine @ Engine::Trino) => (EngineName::Trino, engine),
            Target::Engine(other @ (Engine::DuckDb | Engine::Spark)) => {
                let problem = format!(
                    "{other} keeps definitions in a session or a file of its own: pipe what is printed without --apply into it"
                );
                return Err(UsageError::new(problem).into());
            }
            Target::CloudFormation | Target::Terraform => {
                let problem = "--apply is for athena and trino; a stack or a module deploys its own definitions";
                return Err(UsageError::new(problem).into());
            }
        };
        let tables = self.tables(engine)?;
        let keeper = self.elsewhere.keeper(name, world).await?;
        let mut lacking = false;
        let told = |done: Done| {
            lacking |= matches!(done.change, Change::Lacks(_));
            let _ = writeln!(io::stdout(), "{done}");
        };
        let applied = apply(&*keeper, &tables, told).await;
        keeper.cancel().await;
        applied?;
        Ok(if lacking { Exit::Pending } else { Exit::Done })
    }

    /// The whole text, and the statements it is made of.
    fn texts(&self) -> anyhow::Result<(String, Vec<String>)> {
        match self.engine {
            Target::Engine(engine) => {
                let statements = engine.statements(&self.tables(engine)?);
                Ok((statements.iter().map(|statement| format!("{statement};\n\n")).collect(), statements))
            }
            Target::Terraform => runtime()?.block_on(async {
                let engine = LocalEngine::new(&Lake::open("memory:///", [])?).await?;
                let definitions = terraform::definitions(&CatalogView::all(&engine).await?);
                let text = serde_json::to_string_pretty(&definitions)? + "\n";
                Ok((text.clone(), vec![text]))
            }),
            // No lake is read: a lake in memory knows the tables, and so the types of the views' columns.
            Target::CloudFormation => runtime()?.block_on(async {
                let resources = cloudformation(&LocalEngine::new(&Lake::open("memory:///", [])?).await?).await?;
                Ok((resources.clone(), vec![resources]))
            }),
        }
    }

    fn tables(&self, engine: Engine) -> anyhow::Result<TablesOf> {
        let Self { engine: _, lake, first_day, last_day, context_columns, apply: _, elsewhere: _, format: _ } = self;
        let lake = lake.as_ref().context("--lake is missing: where does the engine find the lake?")?;
        ensure!(
            engine != Engine::Athena || lake.starts_with("s3://"),
            "Athena reads from S3 alone: {lake:?} has to begin with s3://"
        );
        ensure!(
            engine != Engine::Trino || lake.contains("://"),
            "Trino finds a lake by a URL (s3://bucket/prefix, or local:///prefix below the folder that its catalog names); \
            {lake:?} is a path"
        );
        ensure!(
            !matches!(last_day, LastDay::On(last) if last < first_day),
            "the last day, {last_day}, is before the first, {first_day}"
        );
        smsvoice_lake::valid_context_columns(context_columns).map_err(anyhow::Error::msg)?;
        let days = DayRange { first: *first_day, last: *last_day };
        Ok(TablesOf {
            database: database(&self.elsewhere.database())?,
            context_columns: context_columns.clone(),
            ..TablesOf::new(lake, days)
        })
    }
}

/// A name that needs no quotes in any of the engines.
fn database(name: &str) -> anyhow::Result<String> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    ensure!(
        name.starts_with(|letter: char| letter.is_ascii_lowercase()) && name.chars().all(plain),
        "a name of lower-case letters, digits and _ that begins with a letter"
    );
    Ok(name.to_owned())
}
