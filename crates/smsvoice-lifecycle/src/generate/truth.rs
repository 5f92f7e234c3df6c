//! What is true of the generated events: the numbers that a reader of them must find.

use std::collections::BTreeMap;

use serde::Serialize;
use smsvoice_event::{EventType, Outcome, Usd};

use super::options::GenerateOptions;
use super::pumping::PumpingTruth;
use super::story::{Story, Told};
use crate::money::{ZERO, add_to};

/// What is true of one run. As JSON it is stable: the same options give the same text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// What was asked for.
    pub options: GenerateOptions,
    /// Lines in all: `events` + `duplicates` + `truncated_lines`.
    pub lines: u64,
    /// Distinct events, by message id, type and timestamp.
    pub events: u64,
    /// Whole lines beyond the first of each event.
    pub duplicates: u64,
    /// Those, by kind.
    pub duplicates_by_kind: Duplicates,
    /// Lines that are no JSON: one beginning of an event each.
    pub truncated_lines: u64,
    /// Distinct events of unknown types.
    pub unknown_type_events: u64,
    /// Distinct events with a member that AWS does not send.
    pub unknown_field_events: u64,
    /// Distinct events that arrive over 72 h late by choice.
    pub late_events: u64,
    /// Messages with both a delivered and a blocked or failed event.
    pub conflicting_messages: u64,
    /// Distinct messages.
    pub messages: u64,
    /// All messages.
    pub total: MessageTotals,
    /// Messages by channel.
    pub by_channel: BTreeMap<&'static str, ChannelTruth>,
    /// Blocked and failed messages by reason.
    pub failure_reasons: BTreeMap<&'static str, u64>,
    /// The attacks of those who pump traffic.
    pub pumping: Vec<PumpingTruth>,
}

/// Second copies of events, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Duplicates {
    /// The same bytes.
    pub exact: u64,
    /// The same members in another order.
    pub reordered: u64,
    /// Without the destination number and the context.
    pub fewer_fields: u64,
}

/// The messages of one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChannelTruth {
    /// All of them.
    pub total: MessageTotals,
    /// By ISO country code.
    pub by_country: BTreeMap<&'static str, MessageTotals>,
}

/// Of some messages, how many ended how, and what they cost together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MessageTotals {
    /// How many.
    pub messages: u64,
    /// How many by outcome; outcomes that none has are absent.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// The sum of their prices, each the price of the message's newest event that has one (of several as new, the larger).
    pub price_usd: Usd,
    /// The sum of their carrier fees, likewise.
    pub carrier_fee_usd: Usd,
}

impl MessageTotals {
    fn add(&mut self, outcome: Outcome, price: Usd, carrier_fee: Usd) {
        self.messages += 1;
        *self.outcomes.entry(outcome.as_str()).or_default() += 1;
        add_to(&mut self.price_usd, price);
        add_to(&mut self.carrier_fee_usd, carrier_fee);
    }
}

impl Truth {
    pub(super) fn new(options: &GenerateOptions) -> Self {
        Self {
            options: options.clone(),
            lines: 0,
            events: 0,
            duplicates: 0,
            duplicates_by_kind: Duplicates::default(),
            truncated_lines: 0,
            unknown_type_events: 0,
            unknown_field_events: 0,
            late_events: 0,
            conflicting_messages: 0,
            messages: 0,
            total: MessageTotals::default(),
            by_channel: BTreeMap::new(),
            failure_reasons: BTreeMap::new(),
            pumping: Vec::new(),
        }
    }

    pub(super) fn count(&mut self, story: &Story) {
        let told = &story.told;
        let count = |test: fn(&Told) -> bool| told.iter().filter(|told| test(told)).count() as u64;
        self.messages += 1;
        self.events += told.len() as u64;
        self.unknown_type_events += count(|told| matches!(told.event.event_type, EventType::Unknown(_)));
        self.unknown_field_events += count(|told| told.more.is_some());
        self.late_events += count(|told| told.late);
        let delivered = count(|told| told.outcome() == Outcome::Delivered);
        let undelivered = count(|told| matches!(told.outcome(), Outcome::Blocked | Outcome::Failed));
        self.conflicting_messages += u64::from(delivered > 0 && undelivered > 0);
        self.count_message(story);
    }

    fn count_message(&mut self, story: &Story) {
        let outcome = story.told.iter().map(Told::outcome).max().unwrap_or(Outcome::Pending);
        let price = newest(&story.told, |told| told.event.price);
        let carrier_fee = newest(&story.told, |told| told.event.carrier_fee);
        let channel = self.by_channel.entry(story.message.channel.as_str()).or_default();
        let country = channel.by_country.entry(story.message.country.iso).or_default();
        for totals in [&mut self.total, &mut channel.total, country] {
            totals.add(outcome, price, carrier_fee);
        }
        if matches!(outcome, Outcome::Blocked | Outcome::Failed) {
            let of_outcome = story.told.iter().filter(|told| told.outcome() == outcome);
            let newest = of_outcome.max_by_key(|told| told.event.event_time_ms);
            if let Some(reason) = newest.and_then(|told| told.event.event_type.failure_reason()) {
                *self.failure_reasons.entry(reason.as_str()).or_default() += 1;
            }
        }
    }

    pub(super) fn close(&mut self, lines: u64) {
        let Duplicates { exact, reordered, fewer_fields } = self.duplicates_by_kind;
        self.lines = lines;
        self.duplicates = exact + reordered + fewer_fields;
        self.truncated_lines = lines - self.events - self.duplicates;
    }
}

/// The amount of the newest event that has one; of several as new, the larger; 0 if none has.
fn newest(told: &[Told], amount: fn(&Told) -> Option<Usd>) -> Usd {
    let amounts = told.iter().filter_map(|told| Some((told.event.event_time_ms, amount(told)?)));
    amounts.max().map_or(ZERO, |(_, amount)| amount)
}
