//! `smsvoice query`: any SQL over the lake.

use clap::builder::NonEmptyStringValueParser;

use crate::lake::{DamagedArgs, LakeArgs, runtime};
use crate::output::FormatArgs;
use crate::{Exit, World};

/// Run SQL over a lake: tables events and quarantine, views messages and events_once
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  smsvoice query --lake ./lake \"SELECT outcome, count(*) AS messages FROM messages GROUP BY outcome\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    damaged: DamagedArgs,
    #[command(flatten)]
    format: FormatArgs,
    /// The query.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    sql: String,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let engine = args.lake.engine(world, &args.damaged).await?;
        super::print(engine.query(&args.sql).await?, args.format.format(), args.format.look(world.width)).await?;
        Ok(super::exit_of(&engine))
    })
}
