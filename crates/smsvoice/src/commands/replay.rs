//! `smsvoice replay`: events from files into a lake, and the account of them.

mod account;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use smsvoice_event::Timestamp;
use smsvoice_ingest::{Input, PhoneKey, PhoneNumbers, Privacy, ReplayOptions, Settings, replay};
use smsvoice_lake::{Lake, LakeFile, Put};
use smsvoice_metrics::{Dimension, Metric, MetricsRequest, Period};

use self::account::Report;
use crate::lake::{LakeArgs, runtime};
use crate::output::Format;
use crate::{Exit, World};

/// Read events, in any envelope, into a lake, and account for every one
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice replay samples --lake ./lake --rates channel,country\n  \
    aws s3 cp s3://bucket/2026/11/22/events.gz - | smsvoice replay - --lake ./lake\n  \
    smsvoice replay --from-quarantine --lake ./lake\n\n\
    Exit code 3: done, but something went to quarantine.")]
pub(crate) struct Args {
    /// Files or folders of events: .json .jsonl .ndjson .log .txt, plain, .gz or .zst; "-" is stdin.
    #[arg(required_unless_present = "from_quarantine", value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    lake: LakeArgs,
    /// Read again what rests in the lake's quarantine. What is still unreadable stays there.
    #[arg(long, conflicts_with = "paths")]
    from_quarantine: bool,
    /// How destination numbers are stored.
    #[arg(long, value_enum, default_value_t = Numbers::Plain)]
    phone_numbers: Numbers,
    /// The key for `--phone-numbers hmac`: file:PATH or env:NAME.
    #[arg(long, required_if_eq("phone_numbers", "hmac"), value_name = "SOURCE")]
    phone_key: Option<String>,
    /// The name of that key's version, stored beside each value.
    #[arg(long, default_value = "v1", value_name = "NAME")]
    phone_key_version: String,
    /// Treat origination numbers the same.
    #[arg(long)]
    origination_too: bool,
    /// Print the lake's delivery rates afterwards, broken down by these dimensions (see `metrics --by`).
    #[arg(long, value_delimiter = ',', value_name = "DIMENSION", conflicts_with = "json")]
    rates: Vec<Dimension>,
    /// Print the account as one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Numbers {
    /// As they were sent.
    Plain,
    /// As a keyed hash.
    Hmac,
    /// Country code and last two digits.
    Mask,
    /// Not at all.
    Drop,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    let settings = Settings { privacy: args.privacy(world)?, ..Settings::default() };
    let options = ReplayOptions { settings, ..ReplayOptions::default() };
    // Inputs first: a path that leads nowhere must not leave an empty lake behind.
    let (lake, inputs) = if args.from_quarantine {
        let lake = args.lake.open(world)?;
        let inputs = runtime.block_on(quarantined(&lake))?;
        (lake, inputs)
    } else {
        let inputs = args.inputs(world)?;
        (args.lake.create(world)?, inputs)
    };
    let bar = progress_bar(&inputs, world);
    let (read, present) = (AtomicU64::new(0), AtomicU64::new(0));
    let started = Instant::now();
    let progress = |bytes| {
        read.fetch_add(bytes, Ordering::Relaxed);
        bar.inc(bytes);
    };
    let put = |file: LakeFile| {
        if args.from_quarantine && file.path.starts_with("quarantine/") {
            return Ok(());
        }
        let put = runtime.block_on(lake.put(&file))?;
        present.fetch_add(u64::from(put == Put::Present), Ordering::Relaxed);
        Ok(())
    };
    let replayed = replay(inputs, &options, &progress, put)?;
    bar.finish_and_clear();
    let report = Report {
        replayed,
        present: present.into_inner(),
        bytes_in: read.into_inner(),
        seconds: started.elapsed().as_secs_f64(),
    };
    io::stdout().write_all(if args.json { report.json()? } else { report.text() }.as_bytes())?;
    report.complain(&mut io::stderr())?;
    if !args.rates.is_empty() {
        runtime.block_on(rates(args, world))?;
    }
    Ok(report.exit())
}

async fn rates(args: &Args, world: &World) -> anyhow::Result<()> {
    let request =
        MetricsRequest { metric: Metric::Rates, by: args.rates.clone(), period: Period::default(), as_of: world.now };
    let engine = args.lake.engine(world).await?;
    writeln!(io::stdout())?;
    super::print(engine.metrics(&request).await?, Format::Table, world.width).await
}

impl Args {
    fn inputs(&self, world: &World) -> anyhow::Result<Vec<Input>> {
        let now = Timestamp::from_millis(world.now.timestamp_millis()).unwrap_or(Timestamp::EPOCH);
        let mut inputs = Vec::new();
        for path in &self.paths {
            if path == Path::new("-") {
                inputs.push(Input::new("-", now, || Ok(Box::new(io::stdin()))));
            } else {
                inputs.extend(Input::walk(std::slice::from_ref(path))?);
            }
        }
        Ok(inputs)
    }

    fn privacy(&self, world: &World) -> anyhow::Result<Privacy> {
        let numbers = match self.phone_numbers {
            Numbers::Plain => PhoneNumbers::Plain,
            Numbers::Mask => PhoneNumbers::Mask,
            Numbers::Drop => PhoneNumbers::Drop,
            Numbers::Hmac => {
                let source = self.phone_key.as_deref().unwrap_or_default();
                let key = phone_key(source, world).with_context(|| format!("--phone-key {source}"))?;
                PhoneNumbers::Hmac(PhoneKey::new(&self.phone_key_version, &key))
            }
        };
        Ok(Privacy { numbers, origination_too: self.origination_too })
    }
}

fn phone_key(source: &str, world: &World) -> anyhow::Result<Vec<u8>> {
    let key = match source.split_once(':') {
        Some(("file", path)) => std::fs::read(path)?,
        Some(("env", name)) => world.var(name).context("no such variable")?.as_bytes().to_vec(),
        _ => anyhow::bail!("expected file:PATH or env:NAME"),
    };
    let key = key.trim_ascii().to_vec();
    anyhow::ensure!(key.len() >= 16, "the key has {} bytes; it needs at least 16", key.len());
    Ok(key)
}

/// What rests in quarantine, each payload an input of its own.
async fn quarantined(lake: &Lake) -> anyhow::Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for file in lake.files("quarantine").await? {
        for row in lake.read_quarantine(&file).await? {
            let payload = row.payload;
            inputs.push(Input::new(row.source_id, row.received_at, move || Ok(Box::new(io::Cursor::new(payload)))));
        }
    }
    Ok(inputs)
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
