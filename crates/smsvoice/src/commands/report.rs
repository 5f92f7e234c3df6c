//! `smsvoice report`: what there is to see in a lake, as one page.

mod serve;

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use chrono::{DateTime, Utc};
use smsvoice_metrics::report::{ReportRequest, report};
use smsvoice_metrics::{Dimension, Filter, Period, QueryEngine, TimeZone};
use smsvoice_report::Report;

use crate::engine::EngineArgs;
use crate::lake::runtime;
use crate::moment::Moment;
use crate::period::not_backward;
use crate::{Exit, UsageError, World};

/// Make a report of the messages in a lake: one page of HTML that needs nothing else, or Markdown, JSON, CSV
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice report --lake ./lake --out report.html\n  \
    smsvoice report --lake ./lake --since 2026-11-01 --until 2026-11-08 --where country=DE --by context.campaign\n  \
    smsvoice report --lake ./lake --format md\n  \
    smsvoice report --engine athena --workgroup smsvoice --since 7d --out week.html")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    #[command(flatten)]
    pub(super) about: AboutArgs,
    /// The file to write, "-" for stdout; by default report.html, and stdout for other formats.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What is written; by default what the name of the file ends in, and html otherwise.
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Serve the page on 127.0.0.1 instead, made anew at each visit, with period and filters as controls.
    #[arg(long, conflicts_with_all = ["out", "format"])]
    serve: bool,
    /// The port of --serve; 0 takes a free one.
    #[arg(long, default_value_t = 7080, requires = "serve")]
    port: u16,
    /// The instant that pending messages are judged at; now by default.
    #[arg(long, value_name = "TIME")]
    as_of: Option<Moment>,
}

/// Which messages a report is about.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct AboutArgs {
    /// Messages requested from this moment on: 2026-11-01, 2026-11-01T08:00Z, 7d, yesterday (UTC). By default all, or the last 31 days of a lake that has more.
    #[arg(long, value_name = "TIME")]
    pub(super) since: Option<Moment>,
    /// Messages requested before this moment.
    #[arg(long, value_name = "TIME")]
    pub(super) until: Option<Moment>,
    /// Only messages of these values: country=US,GB or country!=US. All of several have to hold.
    #[arg(long = "where", value_name = "DIMENSION=VALUE,…")]
    pub(super) only: Vec<Filter>,
    /// What else rates are broken down by, comma-separated: network, region, context.KEY and others.
    #[arg(long, value_delimiter = ',', value_name = "DIMENSION")]
    pub(super) by: Vec<Dimension>,
    /// Show telephone numbers (of senders, in contexts) as the lake has them; they are masked otherwise.
    #[arg(long)]
    pub(super) plain_numbers: bool,
}

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// A page for a browser.
    Html,
    /// One object, every value as it is.
    Json,
    /// A line a value.
    Csv,
    /// For a ticket or a chat.
    #[value(alias = "markdown")]
    Md,
}

impl Form {
    fn write(self, report: &Report) -> String {
        match self {
            Self::Html => report.html(),
            Self::Json => report.json(),
            Self::Csv => report.csv(),
            Self::Md => report.markdown(),
        }
    }
}

impl AboutArgs {
    pub(super) fn request(&self, now: DateTime<Utc>, as_of: Option<Moment>) -> anyhow::Result<ReportRequest> {
        let at = |moment: Option<Moment>| moment.map(|moment| moment.at(now, TimeZone::UTC));
        let period = not_backward(Period { since: at(self.since), until: at(self.until) })?;
        let as_of = at(as_of).unwrap_or(now);
        let Self { only, by, plain_numbers, .. } = self.clone();
        Ok(ReportRequest { period, only, by, as_of, plain_numbers })
    }
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    if args.serve {
        args.about.request(world.now, args.as_of)?; // what is wrong with it is said now
        return runtime()?.block_on(serve::serve(args, world)).map(|()| Exit::Done);
    }
    let (form, out) = target(args)?;
    let request = args.about.request(world.now, args.as_of)?;
    let answer = async |engine: &dyn QueryEngine| {
        let report = report(engine, &args.engine.subject(), &request).await?;
        let text = form.write(&report);
        match out {
            None => super::unless_gone(io::stdout().write_all(text.as_bytes()).map_err(Into::into))?,
            Some(path) => {
                std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
                world.say("written", &path.display().to_string());
            }
        }
        Ok(super::exit_of(engine))
    };
    runtime()?.block_on(args.engine.ask(world, answer))
}

/// What is written, and where; stdout if there is no path.
fn target(args: &Args) -> anyhow::Result<(Form, Option<PathBuf>)> {
    let ending = args.out.as_ref().and_then(|path| path.extension()?.to_str()).map(str::to_ascii_lowercase);
    let named = match ending.as_deref() {
        Some("json") => Some(Form::Json),
        Some("csv") => Some(Form::Csv),
        Some("md" | "markdown") => Some(Form::Md),
        Some("html" | "htm") => Some(Form::Html),
        _ => None,
    };
    if let (Some(asked), Some(named)) = (args.format, named)
        && asked != named
    {
        let problem =
            format!("--format {asked:?} and a file of another kind: {ending:?}", ending = ending.unwrap_or_default());
        return Err(UsageError::new(problem).into());
    }
    let form = args.format.or(named).unwrap_or(Form::Html);
    let usual = (form == Form::Html).then(|| PathBuf::from("report.html"));
    let out = args.out.clone().or(usual).filter(|path| path.as_os_str() != "-");
    Ok((form, out))
}
