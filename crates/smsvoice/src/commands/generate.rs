//! `smsvoice generate`: realistic events, with chosen faults, and the truth about them.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use anyhow::Context;
use smsvoice_lifecycle::{GenerateOptions, Truth, generate};

use crate::output::FormatArgs;
use crate::{Exit, World};

/// Generate realistic events, with chosen faults, and the truth about them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  smsvoice generate --messages 100000 --seed 7 --duplicates 0.05 --shuffled --out events.ndjson\n\n\
    The truth (messages, outcomes by channel and country, exact money) goes to events.ndjson.truth.json."
)]
pub(crate) struct Args {
    /// How many messages; each has one to six events, about three on average.
    #[arg(long, default_value_t = 1_000)]
    messages: u64,
    /// The same seed and options give the same bytes on every machine.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The file to write, one event a line; "-" is stdout.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Where the truth goes, as JSON; by default beside the events, and nowhere if they go to stdout.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// The days over which requests are spread, from 2026-11-01 on.
    #[arg(long, default_value_t = 3)]
    days: u16,
    /// The share of events written a second time, some with other fields.
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    duplicates: f64,
    /// All lines in random order.
    #[arg(long, visible_alias = "shuffle")]
    shuffled: bool,
    /// The share of lines that stand a little out of order.
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    disorder: f64,
    /// The share of events that arrive over 72 hours late.
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    late: f64,
    /// The share of lines that are truncated: extra copies, so every event is there in full too.
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    truncated: f64,
    /// The share of concluded messages with one more event, of a type nobody knows.
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    unknown_types: f64,
    /// The share of events with a field nobody knows.
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    unknown_fields: f64,
    /// Attacks of somebody who pumps traffic, on top of the messages; the truth tells when and where. They stand out from
    /// a past of 5 days or more: --days 30.
    #[arg(long, default_value_t = 0, value_name = "ATTACKS")]
    pumping: u32,
    #[command(flatten)]
    format: FormatArgs,
}

impl Args {
    fn options(&self) -> GenerateOptions {
        GenerateOptions {
            messages: self.messages,
            seed: self.seed,
            span_ms: i64::from(self.days) * 86_400_000,
            duplicates: self.duplicates,
            shuffled: self.shuffled,
            disorder: self.disorder,
            late: self.late,
            truncated: self.truncated,
            unknown_types: self.unknown_types,
            unknown_fields: self.unknown_fields,
            pumping: self.pumping,
            ..GenerateOptions::default()
        }
    }
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let stdout = args.out.as_os_str() == "-";
    let truth = if stdout {
        generate(&args.options(), &mut io::stdout().lock())?
    } else {
        let mut out = File::create(&args.out).with_context(|| format!("{} cannot be written", args.out.display()))?;
        generate(&args.options(), &mut out)?
    };
    let json = serde_json::to_string_pretty(&truth)? + "\n";
    let beside = (!stdout).then(|| PathBuf::from(format!("{}.truth.json", args.out.display())));
    if let Some(path) = args.truth.clone().or(beside) {
        std::fs::write(&path, &json).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    if !stdout {
        super::print_document(args.format, world, &summary(&truth), &truth)?;
    }
    Ok(Exit::Done)
}

fn summary(truth: &Truth) -> String {
    format!(
        "{} messages, {} lines: {} events, {} duplicates, {} truncated\n",
        truth.messages, truth.lines, truth.events, truth.duplicates, truth.truncated_lines
    )
}
