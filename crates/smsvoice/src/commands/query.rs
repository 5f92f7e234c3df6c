//! `smsvoice query`: any SQL over the lake.

use clap::builder::NonEmptyStringValueParser;
use smsvoice_metrics::QueryEngine;

use crate::engine::EngineArgs;
use crate::lake::runtime;
use crate::output::FormatArgs;
use crate::{Exit, World};

/// Run SQL over a lake: tables events and quarantine, views messages and events_once
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  smsvoice query --lake ./lake \"SELECT outcome, count(*) AS messages FROM messages GROUP BY outcome\"\n  \
    smsvoice query --engine athena --workgroup smsvoice \"EXECUTE rates_between USING DATE '2026-11-01', DATE '2026-12-01'\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    format: FormatArgs,
    /// The query.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    sql: String,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let answer = async |engine: &dyn QueryEngine| {
            super::print(engine.query(&args.sql).await?, args.format.format(), world.width).await?;
            Ok(super::exit_of(engine))
        };
        args.engine.ask(world, answer).await
    })
}
