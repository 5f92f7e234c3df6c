//! `smsvoice destroy`: removes the configuration sets that a file names.

use std::path::PathBuf;

use smsvoice_provision::diff::{Diff, SetDiff};

use crate::aws::{AwsArgs, PatienceArgs};
use crate::lake::runtime;
use crate::output::{Format, FormatArgs};
use crate::provision::{agreed, carry_out, open, print_plan, read};
use crate::{Exit, World};

/// Remove the configuration sets that a file names, with their event destinations, and no data
#[derive(Debug, clap::Args)]
#[command(after_help = "Streams, log groups, topics, queues and lakes stay as they are.\n\nExample:\n  \
        smsvoice destroy infra/event-destinations.toml")]
pub(crate) struct Args {
    /// The desired state (TOML).
    file: PathBuf,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    patience: PatienceArgs,
    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let opened = open(&args.file, &read(&args.file)?, &args.aws, world).await?;
        let found = opened.found(false, world).await?;
        let named = opened.desired.world.sets.keys();
        let there = named.filter_map(|id| Some((id.clone(), found.world.sets.get(id)?.clone())));
        let sets = there.map(|(id, set)| SetDiff { id, before: Some(set), after: None }).collect();
        let diff = Diff { sets, unmanaged: Vec::new() };
        let calls = opened.calls(&diff)?;
        if args.format.format() == Format::Table {
            print_plan(&diff, args.format, world)?;
        }
        if !calls.is_empty() {
            anyhow::ensure!(agreed("Remove these?", args.yes, world)?, "nothing was done, as you wish");
        }
        let run_id = world.now.timestamp_micros().to_string();
        carry_out(&opened.config, calls, found, &run_id, args.patience.patience(), args.format, world).await
    })
}
