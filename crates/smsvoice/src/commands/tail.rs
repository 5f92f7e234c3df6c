//! `smsvoice tail`: events as they land.

mod filter;
mod line;
mod source;

use std::io::{self, Write};
use std::time::Duration;

use anyhow::Context;
use arrow::array::RecordBatch;

use self::filter::Filter;
use self::source::{Place, SourceArgs};
use crate::lake::runtime;
use crate::output::row_json;
use crate::settings::SettingsArgs;
use crate::{Exit, World};

/// Print events as they land in a lake, a CloudWatch log group or the emulator, until Ctrl-C
///
/// Numbers are masked, unless --phone-numbers says otherwise; those of a lake are as the lake has them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice tail --lake ./lake\n  \
    smsvoice tail --log-group /sms/events --where outcome=failed --where iso_country_code=DE\n  \
    smsvoice tail --emulator http://127.0.0.1:7070 --format ndjson | jq .event_type")]
pub(crate) struct Args {
    #[command(flatten)]
    source: SourceArgs,
    /// Only events with this value in a column of the table events; one that begins with ! is not wanted. Repeat it.
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    filters: Vec<Filter>,
    /// How events are printed.
    #[arg(long, value_enum, default_value_t)]
    format: TailFormat,
    /// Also what is there already, not only what lands from now on.
    #[arg(long)]
    from_start: bool,
    /// Seconds from one look to the next.
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = pause)]
    every: f64,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// How events are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TailFormat {
    /// A line an event, coloured by outcome on a terminal.
    #[default]
    Text,
    /// A JSON object a line, with all columns.
    Ndjson,
}

/// From a tenth of a second to an hour.
fn pause(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.1..=3_600.0).contains(&seconds) { Ok(seconds) } else { Err("from 0.1 to 3600".to_owned()) }
}

/// Looks that may fail in a row: a network is away for a moment, and events wait.
const FAILURES: u32 = 5;

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let mut place = args.source.open(args.from_start, &args.settings, world).await?;
        tokio::select! {
            ended = args.follow(&mut place, world) => ended,
            _ = tokio::signal::ctrl_c() => Ok(Exit::Done),
        }
    })
}

impl Args {
    async fn follow(&self, place: &mut Place, world: &World) -> anyhow::Result<Exit> {
        let mut failures = 0;
        loop {
            match place.landed().await {
                Ok(batches) => {
                    failures = 0;
                    for batch in batches {
                        let wanted = filter::wanted(&batch, &self.filters)?;
                        if let Err(error) = self.print(&wanted, world) {
                            let gone = error.downcast_ref::<io::Error>().map(io::Error::kind);
                            return if gone == Some(io::ErrorKind::BrokenPipe) { Ok(Exit::Done) } else { Err(error) };
                        }
                    }
                }
                Err(error) if failures < FAILURES => {
                    failures += 1;
                    writeln!(io::stderr(), "waiting, then looking again: {error:#}")?;
                }
                Err(error) => return Err(error).context("no look in a row succeeded"),
            }
            tokio::time::sleep(Duration::from_secs_f64(self.every)).await;
        }
    }

    fn print(&self, rows: &RecordBatch, world: &World) -> anyhow::Result<()> {
        let lines = match self.format {
            TailFormat::Text => line::lines(rows, world.seen && world.colours())?,
            TailFormat::Ndjson => row_json(rows)?,
        };
        let mut out = io::stdout().lock();
        for line in lines {
            writeln!(out, "{line}")?;
        }
        Ok(out.flush()?)
    }
}
