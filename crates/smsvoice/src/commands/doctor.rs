//! `smsvoice doctor`: why no events arrive.

mod lake_state;
mod send;

use std::collections::BTreeMap;
use std::path::PathBuf;

use smsvoice_doctor::{Aws, Scope, examine, gather};
use smsvoice_lake::Lake;

use crate::aws::AwsArgs;
use crate::lake::runtime;
use crate::output::FormatArgs;
use crate::provision::{open, read};
use crate::{Exit, World};

/// Find out why no events arrive: each link of the way is checked, each fault comes with its cure
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit code 0: no failure; 3: something is broken.\n\nExamples:\n  smsvoice doctor                                     # all configuration sets\n  \
    smsvoice doctor infra/event-destinations.toml --lake s3://bucket/lake --database sms\n  \
    smsvoice doctor --send-test --set otp --lake s3://bucket/lake"
)]
pub(crate) struct Args {
    /// The desired state (TOML): its sets are looked at, and missed if they are not there. Without a file, all there are.
    file: Option<PathBuf>,
    /// The lake that events arrive in; its days and its newest event are looked at.
    #[arg(long, value_name = "URL", env = "SMSVOICE_LAKE", hide_env_values = true)]
    lake: Option<String>,
    /// The database of the Glue catalogue with the lake's tables.
    #[arg(long, value_name = "NAME")]
    database: Option<String>,
    #[command(flatten)]
    send: send::SendArgs,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let (desired, config) = match &args.file {
            Some(path) => {
                let opened = open(path, &read(path)?, &args.aws, world).await?;
                (Some(opened.desired.world), opened.config)
            }
            None => (None, args.aws.in_region(args.aws.sdk_config(world).await, None, world)?),
        };
        let variables: BTreeMap<_, _> = world.env.iter().cloned().collect();
        let aws = Aws::new(&config, args.aws.endpoint_url.clone(), variables).await.map_err(anyhow::Error::msg)?;
        let lake = match &args.lake {
            Some(url) => Some(Lake::open(url, world.env.iter().cloned())?),
            None => None,
        };
        let state = match (&lake, &args.lake) {
            (Some(lake), Some(url)) => Some(lake_state::read(lake, url).await?),
            _ => None,
        };
        let now_ms = world.now.timestamp_millis();
        let scope = Scope { desired, database: args.database.clone(), lake: state, now_ms };
        let facts = gather(&aws, scope).await;
        let mut report = examine(&facts);
        if args.send.send_test {
            report.findings.extend(send::follow(&args.send, &aws, &facts, lake.as_ref()).await?);
        }
        super::print_document(args.format, world, &report.to_string(), &report)?;
        Ok(if report.has_failures() { Exit::Broken } else { Exit::Done })
    })
}
