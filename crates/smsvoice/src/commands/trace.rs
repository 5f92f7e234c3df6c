//! `smsvoice trace`: the life of one message.

use crate::lake::{DamagedArgs, LakeArgs, runtime};
use crate::output::Format;
use crate::{Exit, World};

/// Show the events of one message, the oldest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  smsvoice trace --lake ./lake 221bc70c-7ee6-4987-b1ba-9684ba25be20")]
pub(crate) struct Args {
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    damaged: DamagedArgs,
    /// How the rows are printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The message's id, as Send* returned it.
    message_id: String,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let engine = args.lake.engine(world, &args.damaged).await?;
        super::print(engine.trace(&args.message_id).await?, args.format, world.width).await?;
        Ok(super::exit_of(&engine))
    })
}
