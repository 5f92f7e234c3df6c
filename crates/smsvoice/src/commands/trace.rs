//! `smsvoice trace`: the life of one message.

use crate::lake::{LakeArgs, runtime};
use crate::output::FormatArgs;
use crate::{Exit, World};

/// Show the events of one message, the oldest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  smsvoice trace --lake ./lake 221bc70c-7ee6-4987-b1ba-9684ba25be20")]
pub(crate) struct Args {
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    format: FormatArgs,
    /// The message's id, as Send* returned it.
    message_id: String,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let engine = args.lake.engine(world).await?;
        super::print(engine.trace(&args.message_id).await?, args.format.format(), world.width).await?;
        Ok(Exit::Done)
    })
}
