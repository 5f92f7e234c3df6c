//! Attacks of those who pump traffic: messages that nobody asked for, to numbers that lie together, few of which arrive.

use std::ops::Range;

use rand::Rng;
use serde::Serialize;
use smsvoice_event::Channel;

use super::cast::message_id;
use super::options::GenerateOptions;
use crate::countries::COUNTRIES;
use crate::country::Country;
use crate::draw::{Streams, below, below_u64, percent, pick};
use crate::ending::Ending;
use crate::message::Message;
use crate::phone_numbers::{NumberRange, fictional_ranges};

const HOUR_MS: i64 = 3_600_000;
/// An attack sends so many times what its country usually gets in an hour, and at least [`LEAST`].
const TIMES: Range<u32> = 4..12;
const LEAST: u64 = 90;
/// Of 100 messages of an attack, so many arrive.
const ARRIVING: u32 = 18;
/// How the others end.
const ENDINGS: [Ending; 4] = [Ending::Unreachable, Ending::TtlExpired, Ending::Invalid, Ending::CarrierBlocked];

/// What is true of one attack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PumpingTruth {
    /// The country's ISO code.
    pub country: &'static str,
    /// The beginning of its first hour, in epoch milliseconds.
    pub start_ms: i64,
    /// How many hours it lasts.
    pub hours: u32,
    /// How many messages it has.
    pub messages: u64,
    /// What its numbers begin with.
    pub prefix: &'static str,
}

struct Attack {
    country: &'static Country,
    numbers: &'static NumberRange,
    start_ms: i64,
    hours: u32,
    /// The indexes of its messages.
    messages: Range<u64>,
}

/// All attacks of a run.
pub(super) struct Attacks {
    attacks: Vec<Attack>,
    first: u64,
}

impl Attacks {
    pub(super) fn new(options: &GenerateOptions, streams: &Streams) -> Self {
        let mut next = options.messages;
        // Countries with one range of fictional numbers alone have all their numbers together as it is.
        let targets = COUNTRIES.iter().filter(|country| country.traffic > 0 && fictional_ranges(country.iso).len() > 2);
        let targets: Vec<_> = targets.collect();
        let attacks = (0..options.pumping).map(|number| {
            let attack = Attack::drawn(options, &targets, next, &mut streams.stream(u64::from(number)));
            next = attack.messages.end;
            attack
        });
        Self { attacks: attacks.collect(), first: options.messages }
    }

    /// How many messages there are, those without attacks counted.
    pub(super) fn behind_the_last(&self) -> u64 {
        self.attacks.last().map_or(self.first, |attack| attack.messages.end)
    }

    pub(super) fn truth(&self) -> Vec<PumpingTruth> {
        self.attacks.iter().map(Attack::truth).collect()
    }

    /// The message of this index and how it ends, if it is one of an attack.
    pub(super) fn message<R: Rng + ?Sized>(&self, index: u32, rng: &mut R) -> Option<(Message<'static>, Ending)> {
        let attack = self.attacks.iter().find(|attack| attack.messages.contains(&u64::from(index)))?;
        let ending = if percent(rng, ARRIVING) { Ending::Delivered } else { *pick(rng, &ENDINGS) };
        Some((attack.message(rng), ending))
    }
}

impl Attack {
    /// Begins on an hour, in the second half of the run, so that there is a past before it.
    fn drawn<R: Rng + ?Sized>(
        options: &GenerateOptions,
        targets: &[&'static Country],
        first: u64,
        rng: &mut R,
    ) -> Self {
        let country = *pick(rng, targets);
        let all: u32 = COUNTRIES.iter().map(|country| country.traffic).sum();
        let run_hours = (options.span_ms / HOUR_MS).max(1) as u64;
        let usual = options.messages * u64::from(country.traffic) / u64::from(all) / run_hours;
        let hours = 2 + below(rng, 5);
        let times = u64::from(TIMES.start + below(rng, TIMES.end - TIMES.start));
        let messages = (usual * times).max(LEAST) * u64::from(hours);
        let late_hours = (run_hours / 2).saturating_sub(u64::from(hours)).max(1);
        let start = run_hours / 2 + below_u64(rng, late_hours);
        let start_ms = options.start_ms.div_euclid(HOUR_MS) * HOUR_MS + start as i64 * HOUR_MS;
        let numbers = pick(rng, fictional_ranges(country.iso));
        Self { country, numbers, start_ms, hours, messages: first..first + messages }
    }

    fn message<R: Rng + ?Sized>(&self, rng: &mut R) -> Message<'static> {
        let requested_ms = self.start_ms + below_u64(rng, u64::from(self.hours) * HOUR_MS as u64) as i64;
        let number = self.numbers.number(below(rng, self.numbers.count()));
        let mut message = Message::new(Channel::Text, self.country, message_id(rng), requested_ms, "NOTIFY", number);
        message.context.push(("campaign".into(), "one-time-passwords".into()));
        message
    }

    fn truth(&self) -> PumpingTruth {
        PumpingTruth {
            country: self.country.iso,
            start_ms: self.start_ms,
            hours: self.hours,
            messages: self.messages.end - self.messages.start,
            prefix: self.numbers.prefix,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate;
    use crate::phone_numbers::is_fictional;

    #[test]
    fn attacks_come_on_top_and_are_told_by_the_truth() {
        let options = GenerateOptions { messages: 500, pumping: 3, span_ms: 20 * 24 * HOUR_MS, ..Default::default() };
        let mut lines = Vec::new();
        let truth = generate(&options, &mut lines).unwrap();
        assert_eq!(truth.pumping.len(), 3);
        let more: u64 = truth.pumping.iter().map(|attack| attack.messages).sum();
        assert_eq!(truth.messages, 500 + more);
        let lines = String::from_utf8(lines).unwrap();
        for attack in &truth.pumping {
            assert!(attack.start_ms >= options.start_ms + options.span_ms / 2 && attack.start_ms % HOUR_MS == 0);
            let to_prefix = lines.matches(&format!("\"destinationPhoneNumber\":\"{}", attack.prefix)).count() as u64;
            assert!(to_prefix >= attack.messages && is_fictional(&NumberRange { ..*range(attack) }.number(0)));
        }
    }

    #[test]
    fn without_attacks_lives_are_as_they_were() {
        let mut plain = Vec::new();
        let mut attacked = Vec::new();
        let options = GenerateOptions { messages: 50, span_ms: 20 * 24 * HOUR_MS, ..Default::default() };
        generate(&options, &mut plain).unwrap();
        generate(&GenerateOptions { pumping: 1, ..options }, &mut attacked).unwrap();
        let (plain, attacked) = (String::from_utf8(plain).unwrap(), String::from_utf8(attacked).unwrap());
        assert!(plain.lines().all(|line| attacked.contains(line)));
    }

    fn range(attack: &PumpingTruth) -> &'static NumberRange {
        fictional_ranges(attack.country).iter().find(|range| range.prefix == attack.prefix).unwrap()
    }
}
