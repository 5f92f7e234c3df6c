//! `smsvoice doctor`: why no events arrive.

mod lake_state;
mod send;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use smsvoice_doctor::{Aws, Report, Scope, examine, gather};
use smsvoice_lake::Lake;
use smsvoice_provision::{Connection, Desired, Draft, Values};

use crate::lake::runtime;
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
    /// How findings are printed.
    #[arg(long, value_enum, default_value_t)]
    format: ReportFormat,
    #[command(flatten)]
    aws: AwsArgs,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum ReportFormat {
    /// A list for a person.
    #[default]
    Text,
    /// One object.
    Json,
}

/// Where AWS is.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct AwsArgs {
    /// The endpoint of every service. `AWS_ENDPOINT_URL_<SERVICE>` names that of one.
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// The region; by default that of `AWS_REGION` or of the profile.
    #[arg(long)]
    region: Option<String>,
    /// The profile; by default that of `AWS_PROFILE`.
    #[arg(long)]
    profile: Option<String>,
}

impl AwsArgs {
    /// AWS, in the region that the arguments, the environment or the file name.
    async fn connect(&self, region_of_file: Option<&str>, world: &World) -> anyhow::Result<Aws> {
        let Self { endpoint_url, region, profile } = self.clone();
        let region = region.or_else(|| region_of_file.map(str::to_owned));
        let connection = Connection { endpoint_url: endpoint_url.clone(), region, profile };
        let config = connection.sdk_config(|name| world.var(name).map(str::to_owned)).await;
        let variables: BTreeMap<_, _> = world.env.iter().cloned().collect();
        Aws::new(&config, endpoint_url, variables).await.map_err(anyhow::Error::msg)
    }
}

/// The desired state of a file.
pub(crate) fn desired(path: &std::path::Path, world: &World) -> anyhow::Result<Desired> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let draft = Draft::read(&path.display().to_string(), &text)?;
    let values = Values { variables: world.env.iter().cloned().collect(), ..Values::default() };
    Ok(draft.settle(&values)?)
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let desired = args.file.as_deref().map(|path| desired(path, world)).transpose()?;
        let region = desired.as_ref().and_then(|desired| desired.region.clone());
        let aws = args.aws.connect(region.as_deref(), world).await?;
        let lake = match &args.lake {
            Some(url) => Some(Lake::open(url, world.env.iter().cloned())?),
            None => None,
        };
        let state = match (&lake, &args.lake) {
            (Some(lake), Some(url)) => Some(lake_state::read(lake, url).await?),
            _ => None,
        };
        let now_ms = world.now.timestamp_millis();
        let desired = desired.map(|desired| desired.world);
        let scope = Scope { desired, database: args.database.clone(), lake: state, now_ms };
        let facts = gather(&aws, scope).await;
        let mut report = examine(&facts);
        if args.send.send_test {
            report.findings.extend(send::follow(&args.send, &aws, &facts, lake.as_ref()).await?);
        }
        print(&report, args.format)?;
        Ok(if report.has_failures() { Exit::Broken } else { Exit::Done })
    })
}

fn print(report: &Report, format: ReportFormat) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        ReportFormat::Text => write!(out, "{report}")?,
        ReportFormat::Json => writeln!(out, "{}", serde_json::to_string(report)?)?,
    }
    Ok(())
}
