//! `smsvoice roles`: least-privilege policies.

use std::path::PathBuf;

use anyhow::Context;
use smsvoice_doctor::roles::{FunctionScope, Place, Policy, policies};

use crate::aws::AwsArgs;
use crate::lake::runtime;
use crate::output::FormatArgs;
use crate::provision::{open, read};
use crate::{Exit, World};

/// Print the least-privilege policies for a file: of its roles, its topics, the function, and whoever runs these commands
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  smsvoice roles infra/event-destinations.toml --lake s3://bucket/lake --function smsvoice"
)]
pub(crate) struct Args {
    /// The desired state (TOML).
    file: PathBuf,
    /// The account; by default that of the ARNs in the file.
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The function's name.
    #[arg(long, value_name = "NAME", default_value = "smsvoice")]
    function: String,
    /// The lake that the function writes, s3://bucket/prefix.
    #[arg(long, value_name = "URL", env = "SMSVOICE_LAKE", hide_env_values = true)]
    lake: Option<String>,
    /// A queue that the function reads, by its ARN; can be given several times.
    #[arg(long, value_name = "ARN")]
    queue: Vec<String>,
    /// The secret with the key for telephone numbers, by its ARN.
    #[arg(long, value_name = "ARN")]
    phone_key: Option<String>,
    /// The database of the Glue catalogue with the lake's tables, which the doctor looks at.
    #[arg(long, value_name = "NAME")]
    database: Option<String>,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let opened = runtime()?.block_on(open(&args.file, &read(&args.file)?, &args.aws, world))?;
    let desired = opened.desired;
    let region = opened.config.region().map(ToString::to_string);
    let sets = desired.world.sets.values().flat_map(|set| set.destinations.values());
    let accounts = sets.flat_map(|destination| destination.target.arns()).filter_map(|(_, arn)| arn.split(':').nth(4));
    let account = args.account.clone().or_else(|| accounts.map(str::to_owned).next());
    let place = Place {
        region: region.context("the file names no region; give --region")?,
        account: account.context("the file names no account; give --account")?,
    };
    let function = FunctionScope {
        name: args.function.clone(),
        lake: args.lake.clone(),
        queues: args.queue.clone(),
        secret: args.phone_key.clone(),
        database: args.database.clone(),
    };
    let policies = policies(&place, &desired.world, &function);
    let (mut text, mut all) = (String::new(), Vec::new());
    for Policy { of, kind, document } in &policies {
        text += &format!("# {of}: {kind}\n{}\n\n", serde_json::to_string_pretty(document)?);
        all.push(serde_json::json!({"of": of, "kind": kind, "document": document}));
    }
    super::print_document(args.format, world, &text, &all)?;
    Ok(Exit::Done)
}
