//! `smsvoice replay`: events from files into a lake, and the ledger of them.

mod inputs;
mod report;
mod rest;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::mem;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{self, Duration};

use indicatif::{ProgressBar, ProgressStyle};
use smsvoice_ingest::{Input, Reach, ReplayOptions, Replayed, S3Inputs, put_until, replay};
use smsvoice_lake::{Lake, LakeError, LakeFile, Put, Table};
use smsvoice_metrics::{Dimension, Metric, MetricsRequest, Period, QueryEngine, TimeZone};
use tokio::runtime::Runtime;
use tokio::time::Instant;

use self::inputs::{Read, Sources};
use self::report::Report;
pub(crate) use self::report::ledger_lines;
use self::rest::Rest;
use crate::interrupt;
use crate::lake::{DamagedArgs, LakeArgs, runtime};
use crate::moment::Moment;
use crate::output::{Format, FormatArgs, Look};
use crate::period::not_backward;
use crate::settings::SettingsArgs;
use crate::{Exit, World};

/// So long a file is put again that a busy store, or one out of reach, does not take.
const PATIENCE: Duration = Duration::from_mins(2);

/// What is said when an interrupted replay does not end by itself.
const DURABLE: &str =
    "interrupted; the files that were put are in the lake for good, and the same command goes on with the rest";

/// Read events, in any envelope, into a lake, and account for every one of them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice replay samples --lake ./lake --rates channel,country\n  \
    smsvoice replay s3://archive/sms/2026/11 --lake s3://lake/sms --since 2026-11-22\n  \
    zcat events.gz | smsvoice replay - --lake ./lake\n  \
    smsvoice replay --from-quarantine --lake ./lake\n\n\
    In S3, s3://bucket/a is the object a, or if there is none all objects below a/; s3://bucket/a* is every object whose key\n\
    begins with a. Keys are taken as they are: nothing in them is decoded.\n\n\
    Exit code 3: done, but something went to quarantine, or was skipped that might hold events.")]
pub(crate) struct Args {
    /// Files or folders of events, plain, .gz or .zst, also as file:///…; s3://bucket/prefix; "-" is stdin. Every file and
    /// object is read, or named.
    #[arg(required_unless_present = "from_quarantine", value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    lake: LakeArgs,
    /// Only files and objects last modified at this moment (UTC) or later: 2026-11-01, 2026-11-01T08:00, 7d, yesterday.
    #[arg(long, value_name = "TIME", conflicts_with = "from_quarantine")]
    since: Option<Moment>,
    /// Only files and objects last modified before this moment (UTC).
    #[arg(long, value_name = "TIME", conflicts_with = "from_quarantine")]
    until: Option<Moment>,
    /// Read the objects, too, that notifications of S3 name.
    #[arg(long)]
    follow_notifications: bool,
    /// Read again what rests in the lake's quarantine. What is still unreadable stays there.
    #[arg(long, conflicts_with = "paths")]
    from_quarantine: bool,
    /// A file of age identities: they open what rests in quarantine encrypted.
    #[arg(long, value_name = "FILE", requires = "from_quarantine")]
    identity: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print the lake's delivery rates afterwards, broken down by these dimensions (see `metrics --by`).
    #[arg(long, value_delimiter = ',', value_name = "DIMENSION", conflicts_with = "json")]
    rates: Vec<Dimension>,
    #[command(flatten)]
    format: FormatArgs,
}

impl Args {
    /// When what is read was last modified.
    fn modified(&self, world: &World) -> anyhow::Result<Period> {
        let at = |moment: Option<Moment>| moment.map(|moment| moment.at(world.now, TimeZone::UTC));
        not_backward(Period { since: at(self.since), until: at(self.until) })
    }
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    // Inputs first: a path that leads nowhere must not leave an empty lake behind.
    let sources = if args.from_quarantine { Sources::none(world) } else { Sources::of(args, &runtime, world)? };
    let rest = Rest::of(args.identity.as_deref())?;
    let lake = if args.from_quarantine { args.lake.open(world)? } else { args.lake.create(world)? };
    let settings = runtime.block_on(args.settings.settle(&lake, world))?;
    let options = ReplayOptions { settings, ..ReplayOptions::default() };
    let bar = progress_bar(sources.bytes(), world);
    // The bar's line is taken away first: else what is said stands beside it.
    let (shown, told) = (bar.clone(), world.clone());
    let say = move |line: &str| shown.suspend(|| told.say("note", line));
    runtime.block_on(async { interrupt::stops(&options.stop, DURABLE, say) });
    let replaying = Replaying { args, runtime: &runtime, lake: &lake, rest: &rest, options: &options };
    let report = replaying.run(sources, &bar)?;
    super::print_document(args.format, world, &report.text(), &report.json())?;
    for complaint in report.complaints() {
        // Names of files can hold telephone numbers.
        let said = options.settings.privacy.name(&complaint.text);
        if complaint.is_error { world.say("error", &said) } else { world.note(&said) }
    }
    if !args.rates.is_empty() && report.exit() != Exit::Interrupted {
        runtime.block_on(rates(args, world))?;
    }
    Ok(report.exit())
}

/// What a replay works with.
struct Replaying<'a> {
    args: &'a Args,
    runtime: &'a Runtime,
    lake: &'a Lake,
    rest: &'a Rest,
    options: &'a ReplayOptions,
}

impl Replaying<'_> {
    fn run(&self, sources: Sources, bar: &ProgressBar) -> anyhow::Result<Report> {
        let Self { args, runtime, lake, rest, .. } = *self;
        let (reach, aside, read) = (sources.reach(runtime, lake, bar), sources.aside(), sources.read());
        let bytes_in = AtomicU64::new(0);
        let started = time::Instant::now();
        let progress = |bytes| {
            bytes_in.fetch_add(bytes, Ordering::Relaxed);
            bar.inc(bytes);
        };
        let kept = if args.from_quarantine { runtime.block_on(lake.files(Table::Quarantine))? } else { Vec::new() };
        let kept = kept.into_iter().flat_map(|file| {
            let rows = runtime.block_on(lake.read_quarantine(&file));
            rest.inputs(file.location.to_string(), rows)
        });
        let mut replayed = self.replay(sources.inputs(reach.clone()).chain(kept), &progress)?;
        if args.follow_notifications {
            self.follow(&mut replayed, &read, &reach, &progress)?;
        } else {
            replayed.objects.sort();
            replayed.objects.dedup();
        }
        bar.finish_and_clear();
        let seconds = started.elapsed().as_secs_f64();
        let bytes_in = bytes_in.into_inner();
        Ok(Report { replayed, left: aside.left(), sealed: rest.sealed(), bytes_in, seconds })
    }

    fn replay(
        &self,
        inputs: impl Iterator<Item = Input> + Send,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Replayed, LakeError> {
        let Self { args, runtime, lake, options, .. } = *self;
        let put = |file: LakeFile| match file.table() {
            // It is there already: from there it came.
            Table::Quarantine if args.from_quarantine => Ok(Put::Present),
            _ if lake.is_remote() => {
                runtime.block_on(async { put_until(lake, &file, Instant::now() + PATIENCE).await })
            }
            _ => runtime.block_on(lake.put(&file)),
        };
        replay(inputs, options, progress, put)
    }

    /// Reads the objects that were named, and those that they name in turn, each once.
    fn follow(
        &self,
        replayed: &mut Replayed,
        read: &Read,
        reach: &Reach,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), LakeError> {
        let mut followed = BTreeSet::new();
        while replayed.failed.is_none() && !replayed.stopped {
            let named = mem::take(&mut replayed.objects).into_iter();
            let new: Vec<_> = named.filter(|object| !read.has(object) && followed.insert(object.clone())).collect();
            if new.is_empty() {
                break;
            }
            replayed.add(self.replay(S3Inputs::named(new, reach), progress)?);
        }
        Ok(())
    }
}

async fn rates(args: &Args, world: &World) -> anyhow::Result<()> {
    let request = MetricsRequest { by: args.rates.clone(), ..MetricsRequest::new(Metric::Rates, world.now) };
    let engine = args.lake.engine(world, &DamagedArgs::default()).await?;
    writeln!(io::stdout())?;
    let look = super::metrics::look(Metric::Rates, Look::at(world.width));
    super::print(engine.metrics(&request).await?, Format::Table, look).await
}

fn progress_bar(total: Option<u64>, world: &World) -> ProgressBar {
    if !world.watched {
        return ProgressBar::hidden();
    }
    let style = "{bar:30} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left";
    match (total, ProgressStyle::with_template(style)) {
        (Some(total), Ok(style)) => ProgressBar::new(total).with_style(style),
        _ => ProgressBar::new_spinner(),
    }
}
