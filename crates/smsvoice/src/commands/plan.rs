//! `smsvoice plan`: what would have to change.

use std::path::PathBuf;

use anyhow::Context;
use smsvoice_provision::diff::diff;
use smsvoice_provision::plan::Plan;

use crate::aws::AwsArgs;
use crate::lake::runtime;
use crate::output::FormatArgs;
use crate::provision::{open, print_plan, read};
use crate::{Exit, World};

/// Show what would have to change for configuration sets and event destinations to be as a file says
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit code 0: nothing to do; 3: changes are pending.\n\nExample:\n  smsvoice plan infra/event-destinations.toml"
)]
pub(crate) struct Args {
    /// The desired state (TOML).
    file: PathBuf,
    /// Plan to delete the sets that smsvoice made for this file's owner and that are not in it any more.
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    format: FormatArgs,
    /// Keep the plan in this file, for `smsvoice apply`.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let opened = open(&args.file, &read(&args.file)?, &args.aws, world).await?;
        let found = opened.found(args.prune, world).await?;
        let diff = diff(&found.world, &opened.desired, args.prune);
        print_plan(&diff, args.format, world)?;
        opened.calls(&diff)?;
        if let Some(path) = &args.out {
            let region = opened.config.region().map(AsRef::as_ref);
            let text = Plan::new(&diff, region, world.now).write(&diff)?;
            std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        Ok(if diff.is_empty() { Exit::Done } else { Exit::Pending })
    })
}
