//! What became of messages, counted twice: from the events by the definitions, and by `smsvoice metrics` from a lake.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use smsvoice_event::Event;
use smsvoice_lake::{Route, Source};

use crate::oracle;
use crate::programs::program;

/// Messages by outcome, and their money in millionths of a dollar, of one channel and country.
#[derive(Debug, Default, PartialEq)]
pub struct Tally {
    outcomes: BTreeMap<String, u64>,
    price: i64,
    carrier_fee: i64,
}

/// By channel and country.
pub type Tallies = BTreeMap<(String, String), Tally>;

fn micros(usd: &Value) -> i64 {
    usd.as_str().map_or(0, |usd| usd.replace('.', "").parse().unwrap())
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What the events say, by the definitions and not by SQL.
pub fn told_by(events: &str) -> Tallies {
    let events: &'static str = events.to_owned().leak(); // the oracle's events borrow for as long as they like
    let mut seen = BTreeSet::new();
    let parsed = events.lines().map(|line| Event::parse(line).unwrap());
    let once: Vec<_> =
        parsed.filter(|event| seen.insert(event.id())).map(|event| (event, Route::of(Source::File))).collect();
    let mut tallies = Tallies::new();
    for message in oracle::messages(&once) {
        let tally = tallies.entry((word(&message["channel"]), word(&message["iso_country_code"]))).or_default();
        *tally.outcomes.entry(word(&message["outcome"])).or_default() += 1;
        tally.price += micros(&message["price_usd"]);
        tally.carrier_fee += micros(&message["carrier_fee_usd"]);
    }
    tallies
}

/// What `smsvoice metrics` says of a lake.
pub fn told_by_metrics(lake: &Path) -> Tallies {
    let rows = |metric: &str| -> Vec<Value> {
        let mut command = Command::new(program("smsvoice"));
        command.args([
            "metrics",
            "--metric",
            metric,
            "--by",
            "channel,country",
            "--as-of",
            "2027-06-01",
            "--format",
            "json",
        ]);
        let output = command.arg("--lake").arg(lake).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    };
    let mut tallies = Tallies::new();
    for (rates, cost) in rows("rates").into_iter().zip(rows("cost")) {
        let key = (word(&rates["channel"]), word(&rates["country"]));
        assert_eq!(key, (word(&cost["channel"]), word(&cost["country"])));
        let outcomes = ["delivered", "accepted", "blocked", "failed", "unknown", "pending"];
        let counts = outcomes.map(|outcome| (outcome.to_owned(), rates[outcome].as_u64().unwrap()));
        let tally = Tally {
            outcomes: counts.into_iter().filter(|(_, count)| *count > 0).collect(),
            price: micros(&cost["price_usd"]),
            carrier_fee: micros(&cost["carrier_fee_usd"]),
        };
        assert!(tallies.insert(key, tally).is_none());
    }
    tallies
}

/// Messages whose outcome's name begins so.
pub fn messages(tallies: &Tallies, outcome: &str) -> u64 {
    let outcomes = tallies.values().flat_map(|tally| &tally.outcomes);
    outcomes.filter(|(name, _)| name.starts_with(outcome)).map(|(_, count)| count).sum()
}
