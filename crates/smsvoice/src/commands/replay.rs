//! `smsvoice replay`: events from files into a lake, and the ledger of them.

mod report;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{self, Duration};

use indicatif::{ProgressBar, ProgressStyle};
use smsvoice_event::Timestamp;
use smsvoice_ingest::{Found, Input, Place, ReplayOptions, put_until, replay};
use smsvoice_lake::{LakeError, LakeFile, Put, QuarantinedPayload, Source, Table};
use smsvoice_metrics::{Dimension, Metric, MetricsRequest, Period, QueryEngine};
use tokio::time::Instant;

use self::report::Report;
use crate::lake::{DamagedArgs, LakeArgs, runtime};
use crate::output::Format;
use crate::settings::SettingsArgs;
use crate::{Exit, World};

/// So long a file is put again that a busy store, or one out of reach, does not take.
const PATIENCE: Duration = Duration::from_mins(2);

/// Read events, in any envelope, into a lake, and account for every one of them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice replay samples --lake ./lake --rates channel,country\n  \
    aws s3 cp s3://bucket/2026/11/22/events.gz - | smsvoice replay - --lake ./lake\n  \
    smsvoice replay --from-quarantine --lake ./lake\n\n\
    Exit code 3: done, but something went to quarantine.")]
pub(crate) struct Args {
    /// Files or folders of events, plain, .gz or .zst; "-" is stdin. Of a folder every file is read, or named.
    #[arg(required_unless_present = "from_quarantine", value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    lake: LakeArgs,
    /// Read again what rests in the lake's quarantine. What is still unreadable stays there.
    #[arg(long, conflicts_with = "paths")]
    from_quarantine: bool,
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print the lake's delivery rates afterwards, broken down by these dimensions (see `metrics --by`).
    #[arg(long, value_delimiter = ',', value_name = "DIMENSION", conflicts_with = "json")]
    rates: Vec<Dimension>,
    /// Print the ledger as one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    // Inputs first: a path that leads nowhere must not leave an empty lake behind.
    let Found { inputs, skipped, passed_over } =
        if args.from_quarantine { Found::default() } else { args.inputs(world)? };
    let lake = if args.from_quarantine { args.lake.open(world)? } else { args.lake.create(world)? };
    let settings = runtime.block_on(args.settings.settle(&lake, world))?;
    let options = ReplayOptions { settings, ..ReplayOptions::default() };
    let bar = progress_bar(&inputs, world);
    let read = AtomicU64::new(0);
    let started = time::Instant::now();
    let progress = |bytes| {
        read.fetch_add(bytes, Ordering::Relaxed);
        bar.inc(bytes);
    };
    let put = |file: LakeFile| match file.table() {
        // It is there already: from there it came.
        Table::Quarantine if args.from_quarantine => Ok(Put::Present),
        _ if lake.is_remote() => runtime.block_on(async { put_until(&lake, &file, Instant::now() + PATIENCE).await }),
        _ => runtime.block_on(lake.put(&file)),
    };
    let kept = if args.from_quarantine { runtime.block_on(lake.files(Table::Quarantine))? } else { Vec::new() };
    let kept = kept.into_iter().flat_map(|file| {
        let rows = runtime.block_on(lake.read_quarantine(&file));
        quarantined(file.location.to_string(), rows)
    });
    let replayed = replay(inputs.into_iter().chain(kept), &options, &progress, put)?;
    bar.finish_and_clear();
    let report = Report {
        replayed,
        skipped,
        passed_over,
        bytes_in: read.into_inner(),
        seconds: started.elapsed().as_secs_f64(),
    };
    io::stdout().write_all(if args.json { report.json()? } else { report.text() }.as_bytes())?;
    // Names of files can hold telephone numbers.
    io::stderr().write_all(options.settings.privacy.name(&report.complaints()).as_bytes())?;
    if !args.rates.is_empty() {
        runtime.block_on(rates(args, world))?;
    }
    Ok(report.exit())
}

async fn rates(args: &Args, world: &World) -> anyhow::Result<()> {
    let request =
        MetricsRequest { metric: Metric::Rates, by: args.rates.clone(), period: Period::default(), as_of: world.now };
    let engine = args.lake.engine(world, &DamagedArgs::default()).await?;
    writeln!(io::stdout())?;
    super::print(engine.metrics(&request).await?, Format::Table, world.width).await
}

impl Args {
    fn inputs(&self, world: &World) -> anyhow::Result<Found> {
        let now = Timestamp::from_millis(world.now.timestamp_millis()).unwrap_or(Timestamp::EPOCH);
        let mut found = Found::default();
        for path in &self.paths {
            if path == Path::new("-") {
                found.inputs.push(Input::new(Place::file("-", now), || Ok(Box::new(io::stdin()))));
                continue;
            }
            let Found { inputs, skipped, passed_over } = Found::at(std::slice::from_ref(path))?;
            found.inputs.extend(inputs);
            found.skipped.extend(skipped);
            found.passed_over += passed_over;
        }
        anyhow::ensure!(
            !found.inputs.is_empty() || !found.skipped.is_empty(),
            "there is no file to read in {}",
            self.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
        );
        Ok(found)
    }
}

/// What one file of the quarantine holds, each payload an input of its own that came as it did the first time.
fn quarantined(file: String, rows: Result<Vec<QuarantinedPayload>, LakeError>) -> Vec<Input> {
    match rows {
        Ok(rows) => rows.into_iter().map(again).collect(),
        Err(error) => {
            let place = Place::file(file, Timestamp::EPOCH);
            vec![Input::new(place, move || Err(io::Error::other(error)))]
        }
    }
}

fn again(row: QuarantinedPayload) -> Input {
    let QuarantinedPayload { received_at, source, account_id, aws_region, source_id, reason: _, payload } = row;
    let carrier = source.unwrap_or(Source::File);
    let place = Place { name: source_id, arrival: received_at, carrier, account_id, aws_region };
    Input::new(place, move || Ok(Box::new(io::Cursor::new(payload))))
}

fn progress_bar(inputs: &[Input], world: &World) -> ProgressBar {
    if !world.watched {
        return ProgressBar::hidden();
    }
    let style = "{bar:30} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left";
    let total: Option<u64> = inputs.iter().map(|input| input.len).sum();
    match (total, ProgressStyle::with_template(style)) {
        (Some(total), Ok(style)) => ProgressBar::new(total).with_style(style),
        _ => ProgressBar::new_spinner(),
    }
}
