//! `smsvoice metrics`: delivery rates, failures, latency, cost, voice.

use std::io::{self, Write};

use anyhow::Context;
use arrow::array::{Array, RecordBatch};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use smsvoice_metrics::{Dimension, Metric, MetricsRequest, Period, QueryEngine};

use crate::engine::EngineArgs;
use crate::lake::runtime;
use crate::output::FormatArgs;
use crate::{Exit, UsageError, World};

/// Print delivery rates and other metrics of the messages in a lake
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice metrics --lake ./lake --by channel,country\n  \
    smsvoice metrics --lake ./lake --metric latency --by carrier --since 2026-11-01 --format csv\n  \
    smsvoice metrics --engine athena --workgroup smsvoice --by channel,country --since 2026-11-01")]
pub(crate) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
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
    #[command(flatten)]
    format: FormatArgs,
}

/// How many keys of contexts are listed to somebody who asked for one that no message has.
const LISTED_KEYS: usize = 30;

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    if let (Some(since), Some(until)) = (args.since, args.until)
        && since >= until
    {
        let problem = "--since has to be before --until: the period goes from the one up to, but not at, the other";
        return Err(UsageError::new(problem).into());
    }
    let request = MetricsRequest {
        metric: args.metric,
        by: args.by.clone(),
        period: Period { since: args.since, until: args.until },
        as_of: args.as_of.unwrap_or(world.now),
    };
    let answer = async |engine: &dyn QueryEngine| {
        let rows = engine.metrics(&request).await?;
        let schema = rows.schema();
        let rows = rows.collect().await?;
        super::print_all(schema, &rows, args.format.format(), world.width)?;
        for note in notes(engine, &request, &rows).await? {
            writeln!(io::stderr(), "note: {note}")?;
        }
        Ok(super::exit_of(engine))
    };
    runtime()?.block_on(args.engine.ask(world, answer))
}

/// Why the answer is empty, or a column of it, as far as that can be told.
async fn notes(
    engine: &dyn QueryEngine,
    request: &MetricsRequest,
    rows: &[RecordBatch],
) -> anyhow::Result<Vec<String>> {
    if rows.iter().all(|batch| batch.num_rows() == 0) {
        return Ok(vec![match engine.days().await? {
            None => "the lake has no events".to_owned(),
            Some((first, last)) if request.period == Period::default() => {
                format!(
                    "of the messages in the lake (events of {first} to {last}), none has what this metric is made of"
                )
            }
            Some((first, last)) => format!("the lake has events of {first} to {last} (UTC); look in that period"),
        }]);
    }
    let mut notes = Vec::new();
    for dimension in request.by.iter().filter(|dimension| matches!(dimension, Dimension::Context(_))) {
        let name = dimension.to_string();
        let values = rows.iter().filter_map(|batch| batch.column_by_name(&name));
        if values.map(|column| column.len() - column.logical_null_count()).sum::<usize>() == 0 {
            let keys = engine.context_keys(LISTED_KEYS).await?;
            let keys = if keys.is_empty() {
                "no message has a context".to_owned()
            } else {
                format!("there are {}", keys.join(", "))
            };
            notes.push(format!("no message of the period has a value for {name}; of context keys {keys}"));
        }
    }
    Ok(notes)
}

/// As the help lists them.
fn names<const N: usize>(named: [impl ToString; N]) -> String {
    named.map(|one| one.to_string()).join(", ")
}

/// A UTC day, or an RFC 3339 instant.
pub(super) fn instant(text: &str) -> anyhow::Result<DateTime<Utc>> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    let instant = DateTime::parse_from_rfc3339(text)
        .context("neither a day (2026-11-01) nor an instant (2026-11-01T08:00:00Z)")?;
    Ok(instant.to_utc())
}
