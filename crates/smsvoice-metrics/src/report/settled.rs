//! What the rate will be when all is in: told from what became, in the lake's own past, of messages that were as long open.
//!
//! Messages that are older than 72 hours are the past. Of those that were still open at some age, so many arrived and so many
//! did not, by country; what is pending now is taken to do the same. How well that works is tried on the past itself: its
//! first half predicts its second.

use std::collections::BTreeMap;

use chrono::Duration;
use smsvoice_report::{Block, Cell, Column, Figure, Section, Table, Unit};

use super::Asked;
use super::answer::Answer;
use super::columns::column;
use crate::dimension::Dimension;
use crate::error::EngineError;
use crate::metric::Metric;
use crate::statement::Period;

const OPEN: &str = include_str!("../../sql/report/open_at_age.sql");
const PENDING: &str = include_str!("../../sql/report/pending_now.sql");

/// The back-test tries a country if so many of its messages lie in the newer half of the past.
const FEW: f64 = 30.0;
/// However alike countries were, a share is not known better than by so many messages: shares drift with time.
const ALIKE: f64 = 200.0;
/// The 97.5th percentile of the normal distribution, as in `rates.sql`.
const Z: f64 = 1.959_963_984_540_054;
/// After 72 hours AWS gives up waiting; in seconds.
const GIVEN_UP: i64 = 259_200;
/// Ages, in seconds, at which the back-test looks; they are among those of `open_at_age.sql`.
const TRIED: [(i64, &str); 4] = [(600, "10 minutes"), (3_600, "1 hour"), (21_600, "6 hours"), (86_400, "24 hours")];

/// A rate that is not yet known, and the range it is expected in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Settled {
    rate: f64,
    low: f64,
    high: f64,
}

impl Settled {
    /// `62 to 71 %`, as read.
    pub(crate) fn range(&self) -> String {
        let percent = |share: f64| smsvoice_report::written(&Cell::Real(share), Unit::Share);
        let (low, high) = (percent(self.low), percent(self.high));
        if low == high {
            return format!("{:.2} to {:.2} %", self.low * 100.0, self.high * 100.0);
        }
        format!("{} to {high}", low.trim_end_matches(" %"))
    }
}

/// What became of messages that were open at an age.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Fate {
    messages: f64,
    arrived: f64,
    not_arrived: f64,
}

impl Fate {
    fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.arrived += other.arrived;
        self.not_arrived += other.not_arrived;
    }
}

/// Fates by country and age.
type Past = BTreeMap<(String, i64), Fate>;

/// The country under which all of them stand together; no code is empty and no country has this one.
const ALL: &str = "*";

fn past(answer: &Answer, halves: &[i64]) -> Past {
    let mut past = Past::new();
    for row in (0..answer.len()).filter(|row| halves.contains(&answer.count(*row, "half"))) {
        let of = |name| answer.count(row, name) as f64;
        let fate = Fate { messages: of("messages"), arrived: of("arrived"), not_arrived: of("not_arrived") };
        let age = answer.count(row, "age");
        for country in [answer.text(row, "country"), ALL.to_owned()] {
            past.entry((country, age)).or_default().add(fate);
        }
    }
    past
}

/// What of a fate is looked at: its arrivals, or what did not arrive.
type Hits = fn(&Fate) -> f64;

/// A share, and the messages that it is known by.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Share {
    share: f64,
    messages: f64,
}

/// The share of a country's messages of an age that ended so. Countries differ: one with few messages is judged by all
/// together, as far as these were alike, and one with many by itself. None if no country had a message of that age.
fn share(past: &Past, country: &str, age: i64, hits: Hits) -> Option<Share> {
    let of = |country: &str| past.get(&(country.to_owned(), age)).copied();
    let all = of(ALL).filter(|all| all.messages > 0.0)?;
    let alike = alike(past, &all, age, hits);
    let own = of(country).unwrap_or_default();
    // What was 0 or 1 in the past is not taken to be so for ever: two hits and two misses are added.
    let common = (hits(&all) + 2.0) / (all.messages + 4.0);
    let messages = own.messages + alike;
    Some(Share { share: (hits(&own) + alike * common) / messages, messages })
}

/// How many messages of a country the share of all countries is worth: many if the shares of countries differ by chance alone,
/// few if they differ by more. (The method of moments, for the intraclass correlation of a beta-binomial distribution.)
fn alike(past: &Past, all: &Fate, age: i64, hits: Hits) -> f64 {
    let common = (hits(all) + 2.0) / (all.messages + 4.0);
    let (mut distance, mut squares, mut countries) = (0.0, 0.0, 0.0);
    for (_, fate) in past.iter().filter(|((country, at), fate)| *at == age && country != ALL && fate.messages > 0.0) {
        distance += fate.messages * (hits(fate) / fate.messages - common).powi(2) / (common * (1.0 - common));
        squares += fate.messages * fate.messages;
        countries += 1.0;
    }
    let room = all.messages - squares / all.messages;
    let correlation = if countries > 1.0 && room > 0.0 { (distance - (countries - 1.0)) / room } else { 1.0 };
    1.0 / correlation.clamp(1.0 / (ALIKE + 1.0), 0.5) - 1.0
}

/// What `open` messages, by country and age, make of arrivals and concluded messages so far. None if the past tells nothing.
fn settle(past: &Past, open: &[(String, i64, f64)], arrived: f64, concluded: f64) -> Option<Settled> {
    let (mut more, mut less, mut all) = (Expected::default(), Expected::default(), 0.0);
    for (country, age, messages) in open {
        let shares =
            [|fate: &Fate| fate.arrived, |fate: &Fate| fate.not_arrived].map(|hits| share(past, country, *age, hits));
        let [Some(will), Some(will_not)] = shares else {
            if *age >= GIVEN_UP {
                continue; // AWS itself expects nothing any more
            }
            return None;
        };
        more.add(will, *messages);
        less.add(will_not, *messages);
        all += messages;
    }
    let rate = |more: f64, less: f64| {
        let concluded = concluded + more + less;
        (concluded > 0.0).then(|| (arrived + more) / concluded)
    };
    let ((low, high), (less_low, less_high)) = (more.ends(all), less.ends(all));
    Some(Settled {
        rate: rate(more.mean, less.mean)?,
        low: rate(low, less_high.min(all - low))?,
        high: rate(high, less_low.min(all - high))?,
    })
}

/// How many of some messages are expected to end in one way.
#[derive(Default)]
struct Expected {
    mean: f64,
    variance: f64,
}

impl Expected {
    /// Of `messages`, as this share of those before did. Both vary by chance, those before and those that are foretold; and a
    /// share near 0 or 1 varies more than it did.
    fn add(&mut self, Share { share, messages: known }: Share, messages: f64) {
        let wide = (share * known + 2.0) / (known + 4.0);
        self.mean += messages * share;
        self.variance += messages * wide * (1.0 - wide) * (1.0 + messages / known);
    }

    /// From few to many: 95 % lie between. Half a message more at each end, because messages are whole.
    fn ends(&self, all: f64) -> (f64, f64) {
        let half = Z * self.variance.sqrt() + if all > 0.0 { 0.5 } else { 0.0 };
        ((self.mean - half).max(0.0), (self.mean + half).min(all))
    }
}

/// The past of the lake as far as the report reads it, and what is pending in the period.
struct Known {
    answer: Answer,
    pending: Answer,
}

async fn known(asked: &Asked<'_>) -> Result<Known, EngineError> {
    let mature = asked.source.as_of - Duration::hours(72);
    let since = asked.before.and_then(|before| before.since).unwrap_or(asked.period.since);
    let middle = since + (asked.period.until.min(mature) - since) / 2;
    let answer = asked.source.around(OPEN, middle, Period::default()).await?;
    let pending = asked.source.around(PENDING, middle, asked.now).await?;
    Ok(Known { answer, pending })
}

fn open(pending: &Answer, country: Option<&str>) -> Vec<(String, i64, f64)> {
    let rows = (0..pending.len())
        .map(|row| (pending.text(row, "country"), pending.count(row, "age"), pending.count(row, "messages") as f64));
    rows.filter(|(of, ..)| country.is_none_or(|country| country == of)).collect()
}

/// Of all messages of the period.
pub(crate) async fn overall(asked: &Asked<'_>, rates: &Answer) -> Result<Option<Settled>, EngineError> {
    let known = known(asked).await?;
    let (arrived, concluded) = (rates.sum("delivered") + rates.sum("accepted"), rates.sum("concluded"));
    Ok(settle(&past(&known.answer, &[1, 2]), &open(&known.pending, None), arrived as f64, concluded as f64))
}

pub(crate) async fn section(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let known = known(asked).await?;
    let rates = asked.source.metric(Metric::Rates, &[Dimension::Country], asked.now).await?;
    let past_of_all = past(&known.answer, &[1, 2]);
    let mut blocks = Vec::new();
    if past_of_all.is_empty() {
        let note = "No message that the report reads is older than 72 hours: there is no past to tell from. Ask for a longer period.";
        blocks.push(Block::Note(note.into()));
    } else {
        blocks.push(Block::Figure(Box::new(by_country(&rates, &past_of_all, &known.pending))));
        blocks.push(Block::Figure(Box::new(back_test(&known.answer))));
    }
    let lead = "Messages that are pending will end somehow. This is where the rate will be then, told from what became of messages that had been open as long, in the same country.";
    Ok(Section { id: "settled", title: "When all is in", lead: lead.into(), blocks })
}

fn by_country(rates: &Answer, past: &Past, pending: &Answer) -> Figure {
    let mut rows: Vec<(i64, Vec<Cell>)> = Vec::new();
    for row in 0..rates.len() {
        let country = rates.text(row, "country");
        let (arrived, concluded) =
            (rates.count(row, "delivered") + rates.count(row, "accepted"), rates.count(row, "concluded"));
        let settled = settle(past, &open(pending, Some(&country)), arrived as f64, concluded as f64);
        let end = |of: fn(&Settled) -> f64| Cell::real(settled.as_ref().map(of));
        let cell = |name| rates.cell(row, name).clone();
        let cells = vec![
            cell("country"),
            cell("messages"),
            cell("pending"),
            cell("delivery_rate"),
            end(|s| s.rate),
            end(|s| s.low),
            end(|s| s.high),
            cell("maturity"),
        ];
        rows.push((rates.count(row, "pending"), cells));
    }
    rows.sort_by_key(|(pending, _)| std::cmp::Reverse(*pending));
    let names =
        ["country", "messages", "pending", "delivery_rate", "settled", "settled_low", "settled_high", "maturity"];
    Figure {
        id: "settled".into(),
        title: "The rate now, and when all is in".into(),
        summary: "Countries with the most pending messages first.".into(),
        drawing: None,
        table: Table {
            columns: names.iter().map(|name| column(name)).collect(),
            rows: rows.into_iter().map(|(_, cells)| cells).collect(),
        },
    }
}

/// The first half of the past foretells the second, country by country, from what was known of it at some age.
fn back_test(answer: &Answer) -> Figure {
    let (first, second) = (past(answer, &[1]), past(answer, &[2]));
    let rows = TRIED.map(|(age, name)| {
        let (mut tried, mut hits, mut width) = (0_i64, 0_i64, 0.0);
        for ((country, _), all) in
            second.iter().filter(|((country, at), all)| *at == 0 && country != ALL && all.messages >= FEW)
        {
            let still = second.get(&(country.clone(), age)).copied().unwrap_or_default();
            let concluded = all.arrived + all.not_arrived;
            let (arrived, seen) = (all.arrived - still.arrived, concluded - still.arrived - still.not_arrived);
            let foretold = if still.messages > 0.0 {
                settle(&first, &[(country.clone(), age, still.messages)], arrived, seen)
            } else {
                None // nothing was open: there is nothing to foretell
            };
            if let Some(foretold) = foretold.filter(|_| concluded > 0.0) {
                let truth = all.arrived / concluded;
                tried += 1;
                hits += i64::from((foretold.low - 1e-9..=foretold.high + 1e-9).contains(&truth));
                width += foretold.high - foretold.low;
            }
        }
        let share = |of: f64| Cell::real((tried > 0).then(|| of / tried as f64));
        vec![Cell::Text(name.to_owned()), Cell::Whole(tried), Cell::Whole(hits), share(hits as f64), share(width)]
    });
    let names = ["seen_after", "cohorts", "hits", "hit_share", "mean_width"];
    let columns: Vec<Column> = names.iter().map(|name| column(name)).collect();
    Figure {
        id: "back-test".into(),
        title: "Tried on the past".into(),
        summary: "The older half of the past foretold the newer half, a prediction a country, from what was known so long after the request. Ranges are meant to hold 95 of 100.".into(),
        drawing: None,
        table: Table { columns, rows: rows.into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of countries at the age of an hour: messages, those that arrived, those that did not. All together follow.
    fn past_of(fates: &[(&str, f64, f64, f64)]) -> Past {
        let mut past = Past::new();
        for (country, messages, arrived, not_arrived) in fates {
            let fate = Fate { messages: *messages, arrived: *arrived, not_arrived: *not_arrived };
            for country in [country, ALL] {
                past.entry((country.to_owned(), 3600)).or_default().add(fate);
            }
        }
        past
    }

    #[test]
    fn pending_messages_are_expected_to_end_as_those_before_them() {
        let past = past_of(&[("DE", 1e6, 5e5, 5e5)]);
        let open = [("DE".to_owned(), 3600, 1e6)];
        let settled = settle(&past, &open, 1e6, 1e6).unwrap();
        assert!((settled.rate - 0.75).abs() < 1e-9 && settled.low < 0.75 && settled.high > 0.75, "{settled:?}");
        assert!(settled.high - settled.low < 0.01);
        assert_eq!(settled.range(), "74.9 to 75.1 %");
    }

    #[test]
    fn few_messages_make_a_wide_range_and_countries_that_are_alike_help() {
        let past = past_of(&[("DE", 5.0, 5.0, 0.0), ("FR", 1e3, 500.0, 500.0), ("GB", 1e3, 500.0, 500.0)]);
        let settled = settle(&past, &[("DE".to_owned(), 3600, 10.0)], 0.0, 0.0).unwrap();
        assert!((settled.rate - 0.5).abs() < 0.05 && settled.low < 0.3 && settled.high > 0.7, "{settled:?}");
        assert_eq!(settle(&Past::new(), &[("DE".to_owned(), 60, 1.0)], 1.0, 1.0), None, "no past tells nothing");
    }

    #[test]
    fn countries_that_differ_are_no_help() {
        let past = past_of(&[("DE", 20.0, 20.0, 0.0), ("FR", 1e3, 900.0, 100.0), ("GB", 1e3, 100.0, 900.0)]);
        let settled = settle(&past, &[("DE".to_owned(), 3600, 10.0)], 0.0, 0.0).unwrap();
        assert!(settled.rate > 0.9, "{settled:?}");
        let unheard = settle(&past, &[("AT".to_owned(), 3600, 10.0)], 0.0, 0.0).unwrap();
        assert!(
            unheard.low < 0.1 && unheard.high > 0.9,
            "of a country without a past hardly anything is known: {unheard:?}"
        );
    }

    #[test]
    fn what_is_pending_for_over_72_hours_is_expected_to_stay_so() {
        let settled = settle(&Past::new(), &[("DE".to_owned(), 259_200, 50.0)], 9.0, 10.0).unwrap();
        assert!((settled.low - 0.9).abs() < 1e-9 && (settled.high - 0.9).abs() < 1e-9);
    }
}
