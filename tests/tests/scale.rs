//! From ten thousand to ten billion events a day: a day of arrivals, second by second, through the default route of
//! `infra/template.yaml`. The table of `infra/README.md` is what the simulation says, and `smsvoice cost` agrees with it.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::f64::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use indicatif::{HumanBytes, HumanCount};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use tests::programs::program;

const BEGIN: &str = "<!-- the simulation begins -->\n";
const END: &str = "<!-- the simulation ends -->\n";

const SECONDS: u32 = 86_400;
/// The template's `BatchWindow` and `BatchSize`.
const WINDOW: u32 = 60;
const BATCH: u64 = 10_000;
/// A synchronous payload, and an event in its SNS notification in its SQS message.
const PAYLOAD: u64 = 6_291_456;
const WRAPPED: u64 = 2_400;
/// Seconds of an invocation, and those of an event in it, with 1 GB: as in `crates/smsvoice/src/cost/mod.rs`, measured by
/// `tests/python/lambda_speed.py`.
const INVOCATION_SECONDS: f64 = 0.08;
const EVENT_SECONDS: f64 = 0.000_008;
/// Files of a batch: one a channel and day.
const FILES: u64 = 2;
/// Bytes of an event in the lake.
const STORED: u64 = 45;
/// How much busier the busiest moment of a day is than its mean.
const SWING: f64 = 0.8;
/// Channels that have messages, of those that the lake can write.
const CHANNELS: u64 = 4;

/// What AWS lets through in us-east-1 before somebody asks for more, in events a second: publishes to SNS, single records put
/// to Firehose (2,000 requests), events put to Logs (5,000 requests), invocations of targets by EventBridge.
const QUOTAS: [(&str, f64); 4] =
    [("RouteSns", 30_000.0), ("RouteFirehose", 2_000.0), ("RouteLogs", 5_000.0), ("RouteEventBridge", 18_750.0)];

/// A day of the route.
#[derive(Debug, Default)]
struct Day {
    events: u64,
    busiest_second: u64,
    invocations: u64,
    largest_batch: u64,
    functions_at_once: u64,
}

impl Day {
    /// A day with about so many events, most of them at noon.
    fn simulated(events: u64, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let full = BATCH.min(PAYLOAD / WRAPPED);
        let mut day = Self::default();
        let (mut waiting, mut opened) = (0, 0);
        for second in 0..SECONDS {
            let curve = 1.0 - SWING * (f64::from(second) / f64::from(SECONDS) * TAU).cos();
            let arrived = poisson(events as f64 / f64::from(SECONDS) * curve, &mut random);
            day.events += arrived;
            day.busiest_second = day.busiest_second.max(arrived);
            if waiting == 0 {
                opened = second;
            }
            waiting += arrived;
            let closed = waiting / full;
            waiting %= full;
            if closed > 0 {
                opened = second;
            }
            // The window begins with the first message of a batch.
            let late = waiting > 0 && second - opened >= WINDOW;
            day.begin(closed, full);
            day.begin(u64::from(late), waiting);
            if late {
                waiting = 0;
            }
        }
        day.begin(u64::from(waiting > 0), waiting);
        day
    }

    /// So many invocations of so many events each begin within one second.
    fn begin(&mut self, invocations: u64, events: u64) {
        if invocations > 0 {
            let seconds = INVOCATION_SECONDS + events as f64 * EVENT_SECONDS;
            self.invocations += invocations;
            self.largest_batch = self.largest_batch.max(events);
            self.functions_at_once = self.functions_at_once.max((invocations as f64 * seconds).ceil() as u64);
        }
    }

    fn objects(&self) -> u64 {
        self.invocations * FILES
    }

    /// The routes whose quotas the busiest second does not exceed.
    fn routes(&self) -> String {
        let fits: Vec<_> =
            QUOTAS.iter().filter(|(_, quota)| self.busiest_second as f64 <= *quota).map(|(route, _)| *route).collect();
        if fits.is_empty() { "none without raised quotas".to_owned() } else { fits.join(", ") }
    }
}

/// A number of arrivals where so many are expected.
fn poisson(expected: f64, random: &mut ChaCha8Rng) -> u64 {
    if expected > 50.0 {
        let (one, two): (f64, f64) = (random.random(), random.random());
        let normal = (-2.0 * (1.0 - one).ln()).sqrt() * (TAU * two).cos();
        return (expected + normal * expected.sqrt()).round().max(0.0) as u64;
    }
    let (limit, mut product, mut count) = ((-expected).exp(), random.random::<f64>(), 0);
    while product > limit {
        product *= random.random::<f64>();
        count += 1;
    }
    count
}

const SCALES: [u64; 7] = [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000];

/// What `smsvoice cost` says of a route with so many events a day, of which a message has two.
fn cost(events: u64, route: &str) -> Value {
    let messages = (events / 2).to_string();
    let arguments = ["cost", "--messages-per-day", &messages, "--events-per-message", "2", "--format", "json"];
    let printed = Command::new(program("smsvoice")).args(arguments).output().unwrap();
    let routes: Vec<Value> = serde_json::from_slice(&printed.stdout).unwrap();
    routes.into_iter().find(|cost| cost["route"] == route).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("{value}"))
}

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("infra/README.md")
}

#[test]
fn the_table_of_scales_in_the_readme_is_what_the_simulation_says() {
    let mut table = String::from(
        "| events a day | at the peak, a second | largest batch | functions at once | objects a day | partitions a year | \
        Athena reads of a month, at most | dollars a month, SNS / Firehose | quotas as they are allow |\n\
        |---:|---:|---:|---:|---:|---:|---:|---:|---|\n",
    );
    for (seed, events) in (1..).zip(SCALES) {
        let day = Day::simulated(events, seed);
        let dollars = |route| HumanCount(number(&cost(events, route)["month_usd"]).round() as u64).to_string();
        table += &format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} / {} | {} |\n",
            HumanCount(events),
            HumanCount(day.busiest_second),
            HumanCount(day.largest_batch),
            day.functions_at_once,
            HumanCount(day.objects()),
            HumanCount(365 * CHANNELS),
            HumanBytes(day.events * 30 * STORED),
            dollars("sns"),
            dollars("firehose"),
            day.routes(),
        );
    }
    let text = fs::read_to_string(readme()).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (committed, after) = rest.split_once(END).unwrap();
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        fs::write(readme(), format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(committed, table, "INSTA_UPDATE=always cargo test --workspace --test scale table writes it");
    }
}

#[test]
fn the_command_counts_the_files_that_the_simulation_makes() {
    for (seed, events) in (1..).zip(SCALES) {
        let day = Day::simulated(events, seed);
        let (simulated, told) = (day.objects() as f64, number(&cost(events, "sns")["files_a_day"]));
        // At night windows are left half empty, or begin late: a formula does not see that.
        assert!(
            (told / simulated - 1.0).abs() < 0.2,
            "{events} events a day: {simulated} files simulated, {told} told"
        );
    }
}

#[test]
fn arrivals_are_as_many_as_asked_for_and_nothing_waits_beyond_its_window() {
    for events in [10_000, 1_000_000, 100_000_000] {
        let day = Day::simulated(events, 7);
        assert!((day.events as f64 / events as f64 - 1.0).abs() < 0.05, "{events}: {day:?}");
        assert!(day.busiest_second as f64 >= events as f64 / f64::from(SECONDS) * (1.0 + SWING) * 0.9, "{day:?}");
        assert!(day.largest_batch <= PAYLOAD / WRAPPED, "{day:?}");
        assert!(day.invocations >= day.events / (PAYLOAD / WRAPPED), "{day:?}");
    }
}
