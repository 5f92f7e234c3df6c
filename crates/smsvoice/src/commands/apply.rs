//! `smsvoice apply`: makes it as the file says, or as a plan that was kept.

use std::path::PathBuf;

use anyhow::Context;
use smsvoice_provision::SdkConfig;
use smsvoice_provision::call::Call;
use smsvoice_provision::diff::{Diff, diff};
use smsvoice_provision::plan::Plan;
use smsvoice_provision::read::Found;

use crate::aws::{AwsArgs, PatienceArgs};
use crate::lake::runtime;
use crate::output::{Format, FormatArgs};
use crate::provision::{agreed, carry_out, found, open, print_plan, read};
use crate::{Exit, World};

/// Make configuration sets and event destinations as a file says, or carry out a plan that was kept
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Stopped anywhere and run again, it does the rest.\n\nExamples:\n  smsvoice apply infra/event-destinations.toml\n  \
        smsvoice plan infra/event-destinations.toml --out plan.json; smsvoice apply plan.json --yes"
)]
pub(crate) struct Args {
    /// The desired state (TOML), or a plan of `smsvoice plan --out`.
    #[arg(value_name = "FILE|PLAN")]
    file: PathBuf,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    /// Delete the sets that smsvoice made for this file's owner and that are not in it any more.
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    patience: PatienceArgs,
    #[command(flatten)]
    aws: AwsArgs,
}

/// Everything that is settled before somebody is asked.
struct Prepared {
    config: SdkConfig,
    diff: Diff,
    calls: Vec<Call>,
    found: Found,
    run_id: String,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let text = read(&args.file)?;
        let prepared =
            if Plan::is_one(&text) { by_plan(args, &text, world).await } else { by_file(args, &text, world).await };
        let Prepared { config, diff, calls, found, run_id } = prepared?;
        if args.format.format() == Format::Table {
            print_plan(&diff, args.format, world)?;
        }
        if !calls.is_empty() {
            anyhow::ensure!(agreed("Make these changes?", args.yes, world)?, "nothing was done, as you wish");
        }
        carry_out(&config, calls, found, &run_id, args.patience.patience(), args.format, world).await
    })
}

async fn by_file(args: &Args, text: &str, world: &World) -> anyhow::Result<Prepared> {
    let opened = open(&args.file, text, &args.aws, world).await?;
    let found = opened.found(args.prune, world).await?;
    let diff = diff(&found.world, &opened.desired, args.prune);
    let calls = opened.calls(&diff)?;
    let run_id = world.now.timestamp_micros().to_string();
    Ok(Prepared { config: opened.config, diff, calls, found, run_id })
}

async fn by_plan(args: &Args, text: &str, world: &World) -> anyhow::Result<Prepared> {
    let plan = Plan::read(text).with_context(|| format!("cannot use {}", args.file.display()))?;
    anyhow::ensure!(!args.prune, "--prune belongs to `smsvoice plan`; this plan says already what goes");
    let config = args.aws.in_region(args.aws.sdk_config(world).await, plan.region(), world)?;
    plan.require_region(config.region().map(AsRef::as_ref))?;
    let found = found(&config, plan.sets(), false, world).await?;
    let calls = plan.remaining(&found.world)?;
    let run_id = plan.made_at().timestamp_micros().to_string();
    Ok(Prepared { config, diff: plan.diff(), calls, found, run_id })
}
