//! From counts by country and hour to signs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use crate::past::{median, spread, wilson};
use crate::thresholds::Thresholds;

/// The messages requested in one hour for one country.
#[derive(Clone, Debug, PartialEq)]
pub struct Hour {
    /// ISO 3166 code.
    pub country: String,
    /// Its beginning.
    pub at: DateTime<Utc>,
    /// All messages.
    pub messages: u64,
    /// Those of which the end is known.
    pub concluded: u64,
    /// Those that arrived: confirmed by the handset, or accepted by a carrier that sends no receipts.
    pub arrived: u64,
    /// Those that the handset confirmed (or, where senders know it, that converted).
    pub confirmed: u64,
    /// Where their numbers gather, if the lake tells.
    pub prefixes: Option<Prefixes>,
}

/// How the numbers of an hour gather. A prefix is a number less its last four digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefixes {
    /// The messages to the prefix that got most.
    pub largest: u64,
    /// That prefix, or its hash.
    pub name: String,
}

/// A country and an hour in which somebody may be pumping.
#[derive(Clone, Debug, PartialEq)]
pub struct Sign {
    /// The country.
    pub country: String,
    /// The hour's beginning.
    pub at: DateTime<Utc>,
    /// The messages in it.
    pub messages: u64,
    /// The median of the same hours of the past.
    pub usual_messages: f64,
    /// More messages than these are conspicuous.
    pub limit: f64,
    /// Which rate was judged.
    pub basis: Basis,
    /// That rate, of the concluded messages; none if none is concluded yet.
    pub rate: Option<f64>,
    /// The same in the past.
    pub usual_rate: f64,
    /// The share of the largest prefix, and that of the past; none if the lake does not tell prefixes.
    pub gathered: Option<(f64, f64)>,
    /// The largest prefix.
    pub prefix: Option<String>,
}

/// Which messages a rate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Those that the handset confirmed.
    Confirmed,
    /// All that arrived, where hardly any carrier confirms.
    Arrived,
}

impl Basis {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Arrived => "arrived",
        }
    }

    fn of(self, hour: &Hour) -> f64 {
        match self {
            Self::Confirmed => hour.confirmed as f64,
            Self::Arrived => hour.arrived as f64,
        }
    }
}

/// The signs in `hours`, of those from `since` on; hours before serve as their past. An hour that is missing had no message.
pub fn signs(hours: &[Hour], since: DateTime<Utc>, thresholds: &Thresholds) -> Vec<Sign> {
    let mut countries: BTreeMap<&str, BTreeMap<DateTime<Utc>, &Hour>> = BTreeMap::new();
    for hour in hours {
        countries.entry(&hour.country).or_default().insert(hour.at, hour);
    }
    let first = hours.iter().map(|hour| hour.at).min();
    let mut signs = Vec::new();
    for country in countries.values() {
        // An attack is no past that later hours could be compared with.
        let mut attacked = BTreeSet::new();
        for hour in country.values() {
            if let Some(sign) = first.and_then(|first| sign(hour, country, &attacked, first, thresholds)) {
                attacked.insert(hour.at);
                signs.extend((hour.at >= since).then_some(sign));
            }
        }
    }
    signs.sort_by(|one, other| (one.at, &one.country).cmp(&(other.at, &other.country)));
    signs
}

type Country<'a> = BTreeMap<DateTime<Utc>, &'a Hour>;

fn sign(
    hour: &Hour,
    country: &Country<'_>,
    attacked: &BTreeSet<DateTime<Utc>>,
    first: DateTime<Utc>,
    thresholds: &Thresholds,
) -> Option<Sign> {
    let (usual_messages, limit) = volume(hour, country, first, thresholds)?;
    if hour.messages < thresholds.least_messages || hour.messages as f64 <= limit {
        return None; // as nearly always; the rest costs more to look at
    }
    let past = country.range(hour.at - Duration::days(i64::from(thresholds.days))..hour.at).map(|(_, hour)| *hour);
    let past = Past::of(past.filter(|hour| !attacked.contains(&hour.at)));
    let (basis, usual_rate) = past.rate(thresholds);
    let (_, rate_high) = wilson(basis.of(hour), hour.concluded as f64, thresholds.z);
    let gathered = gathered(hour, &past);
    let conspicuous = past.concluded > 0.0
        && rate_high < usual_rate * thresholds.rate_drop
        && gathered
            .is_none_or(|(now, usual)| lowest(now, hour, thresholds) > usual + thresholds.gather * (1.0 - usual));
    conspicuous.then(|| Sign {
        country: hour.country.clone(),
        at: hour.at,
        messages: hour.messages,
        usual_messages,
        limit,
        basis,
        rate: (hour.concluded > 0).then(|| basis.of(hour) / hour.concluded as f64),
        usual_rate,
        gathered,
        prefix: hour.prefixes.as_ref().map(|prefixes| prefixes.name.clone()),
    })
}

/// The median of the same hours of the past, and how many messages are conspicuous; none if there is too little past to call
/// anything unusual.
fn volume(hour: &Hour, country: &Country<'_>, first: DateTime<Utc>, thresholds: &Thresholds) -> Option<(f64, f64)> {
    let days = (1..=i64::from(thresholds.days)).map(|days| hour.at - Duration::days(days));
    let same_hours: Vec<DateTime<Utc>> = days.filter(|at| *at >= first).collect();
    if same_hours.len() * 3 < thresholds.days as usize {
        return None;
    }
    let mut counts: Vec<f64> =
        same_hours.iter().map(|at| country.get(at).map_or(0.0, |hour| hour.messages as f64)).collect();
    let usual = median(&mut counts);
    Some((usual, usual + thresholds.mads * spread(&counts, usual)))
}

/// What chance alone may have made of a share.
fn lowest(share: f64, hour: &Hour, thresholds: &Thresholds) -> f64 {
    wilson(share * hour.messages as f64, hour.messages as f64, thresholds.z).0
}

/// The share of the largest prefix, now and in the past; half, where no hour of the past had messages enough.
fn gathered(hour: &Hour, past: &Past) -> Option<(f64, f64)> {
    let now = hour.prefixes.as_ref()?.largest as f64 / hour.messages as f64;
    Some((now, if past.judged > 0.0 { past.largest / past.judged } else { 0.5 }))
}

/// Of one message, all go to one prefix; of ten, that says something.
fn tells_prefixes(hour: &Hour) -> bool {
    hour.messages >= 10
}

/// All hours of a country before one, added up.
#[derive(Default)]
struct Past {
    concluded: f64,
    arrived: f64,
    confirmed: f64,
    /// Of hours with enough messages for it to mean anything: all messages, and those to the largest prefix of each.
    judged: f64,
    largest: f64,
}

impl Past {
    fn of<'a>(hours: impl Iterator<Item = &'a Hour>) -> Self {
        hours.fold(Self::default(), |past, hour| Self {
            judged: past.judged + if tells_prefixes(hour) { hour.messages as f64 } else { 0.0 },
            concluded: past.concluded + hour.concluded as f64,
            arrived: past.arrived + hour.arrived as f64,
            confirmed: past.confirmed + hour.confirmed as f64,
            largest: past.largest
                + hour
                    .prefixes
                    .as_ref()
                    .filter(|_| tells_prefixes(hour))
                    .map_or(0.0, |prefixes| prefixes.largest as f64),
        })
    }

    /// The confirmed rate, or that of arrivals where too few are confirmed for a fall to show.
    fn rate(&self, thresholds: &Thresholds) -> (Basis, f64) {
        let of = |messages: f64| messages / self.concluded.max(1.0);
        let confirmed = of(self.confirmed);
        if confirmed >= thresholds.least_confirmed {
            (Basis::Confirmed, confirmed)
        } else {
            (Basis::Arrived, of(self.arrived))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(at: DateTime<Utc>, messages: u64, confirmed: u64, largest: u64) -> Hour {
        let prefixes = Some(Prefixes { largest, name: "+1613555".into() });
        Hour { country: "CA".into(), at, messages, concluded: messages, arrived: confirmed, confirmed, prefixes }
    }

    /// Sixteen days of 100 messages an hour, 90 of them confirmed, 20 to one prefix; and what the last hour is.
    fn with_last(last: impl Fn(DateTime<Utc>) -> Hour) -> Vec<Sign> {
        let start: DateTime<Utc> = "2026-11-01T00:00:00Z".parse().unwrap();
        let end = start + Duration::hours(16 * 24);
        let mut hours: Vec<_> = (0..16 * 24).map(|at| hour(start + Duration::hours(at), 100, 90, 20)).collect();
        hours.push(last(end));
        signs(&hours, end, &Thresholds::default())
    }

    #[test]
    fn all_three_conditions_have_to_hold() {
        assert_eq!(with_last(|at| hour(at, 400, 120, 300)).len(), 1);
        assert_eq!(with_last(|at| hour(at, 110, 20, 90)), [], "no more messages than usual");
        assert_eq!(with_last(|at| hour(at, 400, 350, 300)), [], "a campaign that people receive");
        assert_eq!(with_last(|at| hour(at, 400, 120, 80)), [], "an outage: numbers are spread as ever");
    }

    #[test]
    fn a_second_attack_is_found_although_the_first_was_most_of_the_traffic() {
        let start: DateTime<Utc> = "2026-11-01T00:00:00Z".parse().unwrap();
        let mut hours: Vec<_> = (0..20 * 24).map(|at| hour(start + Duration::hours(at), 2, 2, 1)).collect();
        for attacked in [10 * 24, 10 * 24 + 1, 15 * 24 + 5] {
            hours[attacked] = hour(start + Duration::hours(attacked as i64), 400, 80, 390);
        }
        assert_eq!(signs(&hours, start, &Thresholds::default()).len(), 3);
    }

    #[test]
    fn where_nobody_confirms_arrivals_are_judged() {
        let start: DateTime<Utc> = "2026-11-01T00:00:00Z".parse().unwrap();
        let unconfirmed =
            |at, messages, arrived, largest| Hour { confirmed: 0, ..hour(at, messages, arrived, largest) };
        let mut hours: Vec<_> = (0..16 * 24).map(|at| unconfirmed(start + Duration::hours(at), 100, 90, 20)).collect();
        hours.push(unconfirmed(start + Duration::hours(16 * 24), 400, 120, 300));
        let found = signs(&hours, start, &Thresholds::default());
        assert_eq!(found.iter().map(|sign| sign.basis).collect::<Vec<_>>(), [Basis::Arrived]);
    }

    #[test]
    fn where_prefixes_are_not_told_the_other_two_decide() {
        let signs = with_last(|at| Hour { prefixes: None, ..hour(at, 400, 120, 0) });
        assert_eq!((signs.len(), signs[0].gathered), (1, None));
    }

    #[test]
    fn without_a_past_nothing_is_unusual() {
        let start: DateTime<Utc> = "2026-11-01T00:00:00Z".parse().unwrap();
        assert_eq!(signs(&[hour(start, 10_000, 0, 10_000)], start, &Thresholds::default()), []);
        assert_eq!(signs(&[], start, &Thresholds::default()), []);
    }

    #[test]
    fn what_nobody_has_concluded_yet_is_no_sign_of_a_fallen_rate() {
        assert_eq!(with_last(|at| Hour { concluded: 0, ..hour(at, 400, 0, 300) }), []);
    }
}
