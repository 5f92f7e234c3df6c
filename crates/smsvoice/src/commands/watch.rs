//! `smsvoice watch`: whether somebody pumps traffic, told by the exit code, JSON, an SNS topic and a metric.

use std::io::{self, Write};

use anyhow::Context;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::{Value, json};
use smsvoice_metrics::report::{Watched, watch};
use smsvoice_metrics::{Filter, QueryEngine, TimeZone};
use smsvoice_watch::{Sign, Thresholds};

use crate::engine::EngineArgs;
use crate::lake::runtime;
use crate::moment::Moment;
use crate::output::FormatArgs;
use crate::{Exit, World};

/// Look for signs that somebody pumps traffic: exit code 0 if there is none, 3 if there is one
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  smsvoice watch --lake s3://bucket/lake --hours 3 --topic arn:aws:sns:eu-west-1:123456789012:on-call\n  \
    smsvoice watch --lake ./lake --hours 720 --json\n\n\
    A sign is an hour of a country with far more messages than the same hours of the days before, a confirmed rate below\n\
    its own past, and numbers that gather in one prefix. All three have to hold."
)]
pub(crate) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    thresholds: ThresholdArgs,
    /// How many whole hours are judged, the last before --as-of.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    hours: u32,
    /// Hours before this instant; now by default.
    #[arg(long, value_name = "TIME")]
    as_of: Option<Moment>,
    /// Only messages of which this holds: country=DE, context.campaign=one-time-passwords.
    #[arg(long = "where", value_name = "DIMENSION=VALUE,…")]
    only: Vec<Filter>,
    #[command(flatten)]
    format: FormatArgs,
    /// Publish to this SNS topic if there is a sign.
    #[arg(long, value_name = "ARN")]
    topic: Option<String>,
    /// Print a line in CloudWatch's embedded metric format, too: PumpingSigns, by country, and 0 in all where there is none.
    #[arg(long)]
    emf: bool,
}

/// What is taken for a sign.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Thresholds")]
struct ThresholdArgs {
    /// How many days before an hour are its past.
    #[arg(long, default_value_t = Thresholds::default().days, value_parser = clap::value_parser!(u32).range(3..=90))]
    past_days: u32,
    /// Volume: so many MADs above the median of the same hours.
    #[arg(long, default_value_t = Thresholds::default().mads)]
    mads: f64,
    /// Volume: fewer messages in an hour are never a sign.
    #[arg(long, default_value_t = Thresholds::default().least_messages)]
    least_messages: u64,
    /// Rate: the upper end of the confirmed rate's interval is below so much of its own past.
    #[arg(long, default_value_t = Thresholds::default().rate_drop)]
    rate_drop: f64,
    /// Prefixes: so much of what did not go to the largest prefix in the past goes there now.
    #[arg(long, default_value_t = Thresholds::default().gather)]
    gather: f64,
}

impl ThresholdArgs {
    fn thresholds(&self) -> Thresholds {
        let Self { past_days, mads, least_messages, rate_drop, gather } = *self;
        Thresholds { days: past_days, mads, least_messages, rate_drop, gather, ..Thresholds::default() }
    }
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let until = args
        .as_of
        .map_or(world.now, |moment| moment.at(world.now, TimeZone::UTC))
        .duration_trunc(TimeDelta::hours(1))?;
    let since = until - TimeDelta::hours(i64::from(args.hours));
    let answer = async |engine: &dyn QueryEngine| {
        let watched = watch(engine, since, until, args.only.clone(), &args.thresholds.thresholds()).await?;
        let told = told(&args.engine.subject(), &watched);
        super::print_document(args.format, world, &text(&watched), &told)?;
        if args.emf {
            let mut out = io::stdout().lock();
            for line in metric_lines(&watched, world.now) {
                writeln!(out, "{line}")?;
            }
        }
        if let Some(topic) = args.topic.as_ref().filter(|_| !watched.signs.is_empty()) {
            publish(args, topic, &told, &watched, world).await?;
        }
        Ok(if watched.signs.is_empty() { super::exit_of(engine) } else { Exit::Broken })
    };
    runtime()?.block_on(args.engine.ask(world, answer))
}

fn told(lake: &str, watched: &Watched) -> Value {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let sign = |sign: &Sign| {
        json!({
            "country": sign.country, "hour": time(sign.at), "messages": sign.messages,
            "usual_messages": sign.usual_messages, "limit": sign.limit,
            "rate_of": sign.basis.as_str(), "rate": sign.rate, "usual_rate": sign.usual_rate,
            "gathered": sign.gathered.map(|(now, _)| now), "usually_gathered": sign.gathered.map(|(_, usual)| usual),
            "prefix": sign.prefix,
        })
    };
    json!({
        "lake": lake, "since": time(watched.since), "until": time(watched.until), "hours_read": watched.hours,
        "prefixes_known": watched.prefixes, "signs": watched.signs.iter().map(sign).collect::<Vec<_>>(),
    })
}

fn text(watched: &Watched) -> String {
    let hour = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M").to_string();
    let mut text = String::new();
    for sign in &watched.signs {
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        let rate = sign.rate.map_or_else(|| "none".to_owned(), percent);
        let (at, country) = (hour(sign.at), if sign.country.is_empty() { "??" } else { &sign.country });
        text += &format!(
            "{at}  {country}  {} messages (usually {:.0}, limit {:.0}); {rate} {} (usually {})",
            sign.messages,
            sign.usual_messages,
            sign.limit,
            sign.basis.as_str(),
            percent(sign.usual_rate)
        );
        if let (Some((now, usual)), Some(prefix)) = (sign.gathered, &sign.prefix) {
            text += &format!("; {} to {prefix} (usually {} to one prefix)", percent(now), percent(usual));
        }
        text.push('\n');
    }
    let signs = match watched.signs.len() {
        0 => "no sign of pumping".to_owned(),
        1 => "1 sign of pumping".to_owned(),
        more => format!("{more} signs of pumping"),
    };
    text += &format!("{signs} from {} to {} (UTC)\n", hour(watched.since), hour(watched.until));
    if watched.hours > 0 && !watched.prefixes {
        text += "note: the lake does not keep numbers as they are, so volume and rate decide without prefixes\n";
    }
    text
}

/// One line a country with signs; one without country where there is none, so that an alarm has data.
fn metric_lines(watched: &Watched, now: DateTime<Utc>) -> Vec<Value> {
    let line = |dimensions: Value, signs: usize| {
        let mut line = json!({
            "_aws": { "Timestamp": now.timestamp_millis(), "CloudWatchMetrics": [{
                "Namespace": "smsvoice", "Dimensions": [dimensions], "Metrics": [{ "Name": "PumpingSigns", "Unit": "Count" }],
            }] },
        });
        line["PumpingSigns"] = signs.into();
        line
    };
    let mut lines = vec![line(json!([]), watched.signs.len())];
    let mut countries: Vec<&str> = watched.signs.iter().map(|sign| sign.country.as_str()).collect();
    countries.dedup();
    countries.sort_unstable();
    countries.dedup();
    for country in countries {
        let count = watched.signs.iter().filter(|sign| sign.country == country).count();
        let mut line = line(json!(["Country"]), count);
        line["Country"] = if country.is_empty() { "unknown" } else { country }.into();
        lines.push(line);
    }
    lines
}

async fn publish(args: &Args, topic: &str, told: &Value, watched: &Watched, world: &World) -> anyhow::Result<()> {
    let aws = args.engine.aws();
    let region = topic.split(':').nth(3).filter(|region| !region.is_empty());
    let config = aws.in_region(aws.sdk_config(world).await, region, world)?;
    let subject = format!("smsvoice: {} signs of traffic pumping", watched.signs.len());
    let message = format!("{}\n{told:#}\n", text(watched));
    let sent =
        aws_sdk_sns::Client::new(&config).publish().topic_arn(topic).subject(subject).message(message).send().await;
    sent.map_err(|error| anyhow::anyhow!("{}", error.into_service_error()))
        .with_context(|| format!("the topic {topic} was not told"))?;
    Ok(())
}
