//! `smsvoice metrics`: delivery rates, failures, latency, cost, voice.

use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use smsvoice_metrics::{Dimension, Metric, MetricsRequest, Period};

use crate::lake::{DamagedArgs, LakeArgs, runtime};
use crate::output::Format;
use crate::{Exit, World};

/// Print delivery rates and other metrics of the messages in a lake
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice metrics --lake ./lake --by channel,country\n  \
    smsvoice metrics --lake ./lake --metric latency --by carrier --since 2026-11-01 --format csv")]
pub(crate) struct Args {
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    damaged: DamagedArgs,
    #[arg(long, default_value_t = Metric::Rates, help = format!("What to measure: {}", names(Metric::ALL)))]
    metric: Metric,
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "DIMENSION",
        help = format!("What to break it down by, comma-separated: {}, context.KEY", names(Dimension::COLUMNS))
    )]
    by: Vec<Dimension>,
    /// Messages requested from this day or instant (UTC) on: 2026-11-01 or 2026-11-01T08:00:00Z.
    #[arg(long, value_parser = instant, value_name = "TIME")]
    since: Option<DateTime<Utc>>,
    /// Messages requested before this day or instant (UTC).
    #[arg(long, value_parser = instant, value_name = "TIME")]
    until: Option<DateTime<Utc>>,
    /// The instant that maturity is judged at; now by default.
    #[arg(long, value_parser = instant, value_name = "TIME")]
    as_of: Option<DateTime<Utc>>,
    /// How the rows are printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let request = MetricsRequest {
        metric: args.metric,
        by: args.by.clone(),
        period: Period { since: args.since, until: args.until },
        as_of: args.as_of.unwrap_or(world.now),
    };
    runtime()?.block_on(async {
        let engine = args.lake.engine(world, &args.damaged).await?;
        super::print(engine.metrics(&request).await?, args.format, world.width).await?;
        Ok(super::exit_of(&engine))
    })
}

/// As the help lists them.
fn names<const N: usize>(named: [impl ToString; N]) -> String {
    named.map(|one| one.to_string()).join(", ")
}

/// A UTC day, or an RFC 3339 instant.
fn instant(text: &str) -> anyhow::Result<DateTime<Utc>> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    let instant = DateTime::parse_from_rfc3339(text)
        .context("neither a day (2026-11-01) nor an instant (2026-11-01T08:00:00Z)")?;
    Ok(instant.to_utc())
}
