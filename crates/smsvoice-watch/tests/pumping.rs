//! What the thresholds are worth: simulated traffic of 100 seeds that they were not tuned on (0 to 19 are for tuning).
//!
//! Traffic has days and nights, weekends, growth, and hours that vary more than chance alone; campaigns that multiply it and
//! arrive; outages that arrive badly without being more; and attacks of many sizes. The truth is which hours are attacked.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use chrono::{DateTime, Duration, Utc};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use smsvoice_watch::{Hour, Prefixes, Sign, Thresholds, signs};

const DAYS: i64 = 45;
const PAST_DAYS: i64 = 15;
const ATTACKS: usize = 6;
/// Countries with their messages an hour and the share of their largest prefix: large and small, spread and narrow.
const COUNTRIES: [(&str, f64, f64); 6] = [
    ("US", 2_000.0, 0.02),
    ("GB", 400.0, 0.04),
    ("DE", 250.0, 0.05),
    ("JM", 40.0, 0.25),
    ("EE", 15.0, 0.3),
    ("LU", 4.0, 0.4),
];

struct Attack {
    country: &'static str,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// From 0 up to, but not at, 1.
fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    f64::from(rng.next_u32()) / 4_294_967_296.0
}

fn between(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * uniform(rng)
}

/// Normal, as the sum of twelve.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| uniform(rng)).sum::<f64>() - 6.0
}

/// A count of this mean that varies by chance.
fn count(rng: &mut ChaCha8Rng, mean: f64) -> f64 {
    (mean + mean.sqrt() * normal(rng)).round().max(0.0)
}

fn start() -> DateTime<Utc> {
    "2026-10-01T00:00:00Z".parse().unwrap()
}

/// All hours of a seed, and its attacks, none of which lie in the first 15 days.
fn traffic(seed: u64) -> (Vec<Hour>, Vec<Attack>) {
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    let attacks: Vec<Attack> = (0..ATTACKS).map(|_| attack(rng)).collect();
    let mut hours = Vec::new();
    for (country, mean, largest) in COUNTRIES {
        let (growth, rate) = (between(rng, -0.3, 0.6), between(rng, 0.75, 0.96));
        let special = between(rng, 0.0, (DAYS * 24) as f64) as i64; // a campaign, and an outage a week later
        for at in 0..DAYS * 24 {
            let day = 1.0 + 0.8 * ((at % 24) as f64 / 24.0 * std::f64::consts::TAU - 2.0).sin();
            let weekend = if (at / 24) % 7 >= 5 { 0.7 } else { 1.0 };
            let grown = 1.0 + growth * at as f64 / (DAYS * 24) as f64;
            let wild = (0.15 * normal(rng)).exp();
            let campaign = if (special..special + 3).contains(&at) { 4.0 } else { 1.0 };
            let outage = if (special + 168..special + 172).contains(&at) { 0.4 } else { 1.0 };
            let usual = count(rng, mean * day * weekend * grown * wild * campaign);
            let confirmed = count(rng, usual * rate * outage).min(usual);
            let to_largest = count(rng, usual * largest).max(1.0).min(usual); // of few messages one is much
            let at = start() + Duration::hours(at);
            let under_attack =
                attacks.iter().any(|attack| attack.country == country && attack.from <= at && at < attack.until);
            hours.push(hour(country, at, [usual, confirmed, to_largest], under_attack.then_some(mean), rng));
        }
    }
    (hours, attacks)
}

fn attack(rng: &mut ChaCha8Rng) -> Attack {
    let country = COUNTRIES[(uniform(rng) * COUNTRIES.len() as f64) as usize].0;
    let at = between(rng, (PAST_DAYS * 24) as f64, (DAYS * 24 - 12) as f64) as i64;
    let from = start() + Duration::hours(at);
    Attack { country, from, until: from + Duration::hours(between(rng, 2.0, 9.0) as i64) }
}

/// An hour of usual messages (all, confirmed, to the largest prefix); under attack, more on top.
fn hour(country: &str, at: DateTime<Utc>, usual: [f64; 3], attacked: Option<f64>, rng: &mut ChaCha8Rng) -> Hour {
    let [mut messages, mut confirmed, mut largest] = usual;
    if let Some(mean) = attacked {
        let (times, least) = (between(rng, 2.0, 8.0), between(rng, 60.0, 200.0));
        let (arriving, gathering) = (between(rng, 0.02, 0.35), between(rng, 0.4, 1.0));
        let more = count(rng, (mean * times).max(least));
        messages += more;
        confirmed += count(rng, more * arriving).min(more);
        largest = largest.max((more * gathering).round());
    }
    let prefixes = Some(Prefixes { largest: largest as u64, name: "+1555555".into() });
    let concluded = messages as u64;
    Hour {
        country: country.into(),
        at,
        messages: messages as u64,
        concluded,
        arrived: confirmed as u64,
        confirmed: confirmed as u64,
        prefixes,
    }
}

#[derive(Default)]
struct Score {
    attacks: usize,
    found: usize,
    true_signs: usize,
    false_signs: usize,
    country_months: f64,
}

fn score(seeds: std::ops::Range<u64>) -> Score {
    let mut score = Score::default();
    for seed in seeds {
        let (hours, attacks) = traffic(seed);
        let signs = signs(&hours, start() + Duration::days(PAST_DAYS), &Thresholds::default());
        let of = |sign: &Sign, attack: &Attack| {
            sign.country == attack.country && attack.from <= sign.at && sign.at < attack.until
        };
        score.attacks += attacks.len();
        score.found += attacks.iter().filter(|attack| signs.iter().any(|sign| of(sign, attack))).count();
        let (right, wrong): (Vec<_>, Vec<_>) =
            signs.iter().partition(|sign| attacks.iter().any(|attack| of(sign, attack)));
        score.true_signs += right.len();
        score.false_signs += wrong.len();
        score.country_months += COUNTRIES.len() as f64 * (DAYS - PAST_DAYS) as f64 / 30.0;
    }
    score
}

#[test]
fn attacks_are_found_and_few_alarms_are_false() {
    let Score { attacks, found, true_signs, false_signs, country_months } = score(1_000..1_100);
    let recall = found as f64 / attacks as f64;
    let precision = true_signs as f64 / (true_signs + false_signs) as f64;
    let false_alarms = false_signs as f64 / country_months;
    println!(
        "100 seeds: {found} of {attacks} attacks found (recall {recall:.3}); {true_signs} hours rightly and {false_signs} \
         wrongly called (precision {precision:.3}, {false_alarms:.3} false alarms a country and month)"
    );
    assert!(recall >= 0.95 && false_alarms <= 1.0);
    assert!(precision >= 0.9, "an alarm that is mostly wrong is turned off");
}
