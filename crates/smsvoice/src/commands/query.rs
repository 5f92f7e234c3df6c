//! `smsvoice query`: any SQL over the lake, once or at a prompt.

mod lines;
mod prompt;

use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::Context;
use smsvoice_metrics::QueryEngine;

use crate::engine::EngineArgs;
use crate::lake::runtime;
use crate::output::{FormatArgs, OutArgs};
use crate::{Exit, UsageError, World};

/// Run SQL over a lake: tables events and quarantine, views messages and events_once
///
/// Athena's SQL runs here, too: the common functions of Trino are known, and lambdas. Without SQL there is a prompt on a
/// terminal; else SQL is read from stdin.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  smsvoice query --lake ./lake \"SELECT outcome, count(*) AS messages FROM messages GROUP BY outcome\"\n  \
    smsvoice query --lake ./lake --file report.sql --out report.parquet\n  \
    smsvoice query --lake ./lake                      # a prompt; .help says what it knows\n  \
    smsvoice query --engine athena --workgroup smsvoice \"EXECUTE rates_between USING DATE '2026-11-01', DATE '2026-12-01'\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    out: OutArgs,
    /// Read the query from this file.
    #[arg(long, value_name = "FILE", conflicts_with = "sql")]
    file: Option<PathBuf>,
    /// The query; "-" reads it from stdin.
    sql: Option<String>,
}

impl Args {
    /// The query; none if somebody is to be asked for it.
    fn query(&self, world: &World) -> anyhow::Result<Option<String>> {
        let sql = match (&self.file, self.sql.as_deref()) {
            (Some(path), _) => {
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
            }
            (None, Some(sql)) if sql != "-" => sql.to_owned(),
            (None, None) if world.answers && world.seen => return Ok(None),
            (None, _) => {
                let mut sql = String::new();
                io::stdin().read_to_string(&mut sql).context("stdin cannot be read")?;
                sql
            }
        };
        if sql.trim().is_empty() {
            return Err(UsageError::new("there is no SQL in it; write a query, \"-\" for stdin, or --file FILE").into());
        }
        Ok(Some(sql))
    }
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let query = args.query(world)?;
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let Some(sql) = query else {
            let talk = async |engine: &dyn QueryEngine| prompt::ask(engine, args.format, world).await;
            return args.engine.talk(world, talk).await;
        };
        let answer = async |engine: &dyn QueryEngine| {
            let mut rows = engine.query(&sql).await?;
            if let Some(file) = args.out.file(args.format) {
                let mut begun = file.begin(&rows.schema())?;
                while let Some(rows) = rows.next().await? {
                    begun.write(&rows)?;
                }
                begun.finish()?;
                world.note(&format!("written to {}", file.path().display()));
            } else {
                super::print(rows, args.format.format(), args.format.look(world.width)).await?;
            }
            Ok(super::exit_of(engine))
        };
        args.engine.ask(world, answer).await
    });
    // A query that was ended at the prompt may be at work yet, and nobody waits for it.
    runtime.shutdown_background();
    done
}
