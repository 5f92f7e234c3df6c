//! `smsvoice backfill`: an archive of any size into the lake, read by the function under S3 Batch Operations.

mod account;
mod listing;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, Utc};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use smsvoice_doctor::Aws;
use smsvoice_doctor::s3_batch::{Job, Progress};
use smsvoice_lake::Lake;

use self::account::Account;
use self::listing::{Listing, Manifest};
use crate::aws::AwsArgs;
use crate::cost::{Backfill, prices};
use crate::lake::{LakeArgs, runtime};
use crate::output::FormatArgs;
use crate::{Exit, UsageError, World};

/// Read an archive in S3 into the lake, with the function and S3 Batch Operations
///
/// Lists the objects, writes their names as a manifest into the lake's bucket, makes a job that invokes the function for each
/// of them, follows it, and prints the account of all. What was read before is not written twice.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  smsvoice backfill --from s3://archive/sms/ --function smsvoice --lake s3://bucket --dry-run\n  \
    smsvoice backfill --from s3://archive/sms/ --since 2025-01-01T00:00:00Z --function smsvoice --lake s3://bucket\n  \
    smsvoice backfill --job 3f0e… --lake s3://bucket        # follow one that was begun\n\n\
    Exit code 1: objects were not read to their end; 3: done, but something went to quarantine."
)]
pub(crate) struct Args {
    /// Where the archive lies: s3://bucket/prefix.
    #[arg(long, value_name = "URL", required_unless_present = "job")]
    from: Option<String>,
    /// The function, by its name or ARN.
    #[arg(long, value_name = "NAME", required_unless_present = "job")]
    function: Option<String>,
    #[command(flatten)]
    lake: LakeArgs,
    /// Only objects that were last modified at this moment (RFC 3339) or later.
    #[arg(long, value_name = "TIME")]
    since: Option<DateTime<Utc>>,
    /// Only objects that were last modified before this moment.
    #[arg(long, value_name = "TIME")]
    until: Option<DateTime<Utc>>,
    /// What S3 may do for the job; by default the role smsvoice-backfill of the account, which infra/template.yaml makes.
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
    /// Print the manifest and the job, and make nothing.
    #[arg(long, conflicts_with_all = ["job", "format", "json", "csv_raw"])]
    dry_run: bool,
    /// Follow a job that was begun before.
    #[arg(long, value_name = "ID", conflicts_with_all = ["from", "since", "until", "role_arn"])]
    job: Option<String>,
    /// Seconds between two looks at the job.
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = pause)]
    every: f64,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    aws: AwsArgs,
}

/// From a tenth of a second to an hour.
fn pause(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.1..=3_600.0).contains(&seconds) { Ok(seconds) } else { Err("from 0.1 to 3600".to_owned()) }
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let lake = args.lake.open(world)?;
        let (lake_bucket, _) = bucket_and_prefix(lake.url())?;
        let config = args.aws.in_region(args.aws.sdk_config(world).await, None, world)?;
        let variables: BTreeMap<_, _> = world.env.iter().cloned().collect();
        let aws = Aws::new(&config, args.aws.endpoint_url.clone(), variables).await.map_err(anyhow::Error::msg)?;
        let account = aws.account().await.map_err(anyhow::Error::msg).context("the account is not known")?;
        let id = match (&args.job, &args.from, &args.function) {
            (Some(id), ..) => id.clone(),
            (None, Some(from), Some(function)) => {
                let plan = Plan { args, world, lake: &lake, lake_bucket, aws: &aws, account: &account, function };
                match plan.begin(from).await? {
                    Some(id) => id,
                    None => return Ok(Exit::Done),
                }
            }
            _ => bail!(UsageError::new("--from and --function, or --job, are missing")),
        };
        let progress = follow(&aws, &account, &id, args, world).await?;
        let report = Account::read(&lake, &progress, &id).await?;
        report.print(args.format, &progress, world)?;
        Ok(report.exit(&progress))
    })
}

/// What is needed to begin.
struct Plan<'a> {
    args: &'a Args,
    world: &'a World,
    lake: &'a Lake,
    lake_bucket: &'a str,
    aws: &'a Aws,
    account: &'a str,
    function: &'a str,
}

impl Plan<'_> {
    /// Lists, says what it costs, and makes manifest and job; the job's id, or none where nothing was to be made.
    async fn begin(&self, from: &str) -> anyhow::Result<Option<String>> {
        let (bucket, _) = bucket_and_prefix(from)?;
        let archive = Lake::open(from, self.world.env.iter().cloned())?;
        let listing = Listing {
            archive: &archive,
            bucket,
            lake: (bucket == self.lake_bucket).then_some(self.lake),
            since: self.args.since,
            until: self.args.until,
        };
        // The same moment in the manifest's place, the token and the report's place.
        let name = format!("backfill/{}", self.world.now.format("%Y%m%dT%H%M%S%3fZ"));
        let place = self.lake.path(&format!("{name}/manifest.csv"));
        let manifest = if self.args.dry_run {
            listing.print(&mut io::stdout().lock()).await?
        } else {
            listing.put(self.lake, &place).await?
        };
        if manifest.objects == 0 {
            writeln!(io::stderr(), "note: there is no object to be read below {from}")?;
            return Ok(None);
        }
        self.tell_cost(&manifest)?;
        let job = self.job(from, &name, &manifest);
        if self.args.dry_run {
            writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&job.to_json())?)?;
            return Ok(None);
        }
        let id =
            self.aws.create_job(&job).await.with_context(|| format!("the job cannot be made with {}", job.role_arn))?;
        writeln!(
            io::stderr(),
            "job {id}; if this is interrupted, S3 goes on: smsvoice backfill --job {id} --lake {}",
            self.lake.url()
        )?;
        Ok(Some(id))
    }

    fn job(&self, from: &str, name: &str, manifest: &Manifest) -> Job {
        let Self { account, lake_bucket, .. } = self;
        let partition = if self.aws.region().starts_with("cn-") { "aws-cn" } else { "aws" };
        let function_arn = if self.function.starts_with("arn:") {
            self.function.to_owned()
        } else {
            format!("arn:{partition}:lambda:{}:{account}:function:{}", self.aws.region(), self.function)
        };
        let role = || format!("arn:{partition}:iam::{account}:role/smsvoice-backfill");
        Job {
            account: (*account).to_owned(),
            function_arn,
            role_arn: self.args.role_arn.clone().unwrap_or_else(role),
            manifest_arn: format!(
                "arn:{partition}:s3:::{lake_bucket}/{}",
                self.lake.path(&format!("{name}/manifest.csv"))
            ),
            manifest_etag: manifest.e_tag.clone(),
            report_bucket_arn: format!("arn:{partition}:s3:::{lake_bucket}"),
            report_prefix: self.lake.path(name).to_string(),
            token: name.replace('/', "-"),
            description: format!("smsvoice backfill --from {from}").chars().take(256).collect(),
        }
    }

    fn tell_cost(&self, manifest: &Manifest) -> io::Result<()> {
        let Manifest { objects, bytes, unpacked, passed_over, e_tag: _ } = manifest;
        let mut out = io::stderr();
        writeln!(
            out,
            "{} objects, {}; {} passed over",
            HumanCount(*objects),
            HumanBytes(*bytes),
            HumanCount(*passed_over)
        )?;
        let known = prices::of(self.aws.region());
        let cost = Backfill { objects: *objects as f64, unpacked_bytes: *unpacked as f64 }
            .cost(known.unwrap_or(&prices::ALL[0]));
        let whose = if known.is_some() { "" } else { ", at the prices of us-east-1" };
        writeln!(
            out,
            "about {:.2} dollars{whose}: S3 Batch Operations {:.2}, function {:.2}, requests to S3 {:.2} (prices of {})",
            cost.total(),
            cost.batch,
            cost.function,
            cost.requests,
            prices::AS_OF
        )
    }
}

/// The bucket and the prefix of a URL.
fn bucket_and_prefix(url: &str) -> anyhow::Result<(&str, &str)> {
    let rest = url.strip_prefix("s3://").with_context(|| {
        format!(
            "{url} is not in S3: S3 Batch Operations reads from s3://bucket/prefix, and writes its report there; \
            `smsvoice replay` reads files"
        )
    })?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    ensure!(!bucket.is_empty(), "{url} names no bucket");
    Ok((bucket, prefix))
}

/// Looks at the job until it is over.
async fn follow(aws: &Aws, account: &str, id: &str, args: &Args, world: &World) -> anyhow::Result<Progress> {
    let bar = if world.watched { ProgressBar::no_length() } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} objects, {msg}, {eta} left") {
        bar.set_style(style);
    }
    loop {
        let progress = aws.describe_job(account, id).await.with_context(|| format!("job {id}"))?;
        if let Some(total) = progress.total {
            bar.set_length(total);
        }
        bar.set_position(progress.succeeded + progress.failed);
        bar.set_message(format!("{}, {} failed", progress.status, progress.failed));
        if progress.is_over() {
            bar.finish_and_clear();
            return Ok(progress);
        }
        ensure!(
            progress.status != "Suspended" && progress.status != "Paused",
            "job {id} is {}: somebody has to confirm it in S3's console",
            progress.status
        );
        tokio::time::sleep(Duration::from_secs_f64(args.every)).await;
    }
}
