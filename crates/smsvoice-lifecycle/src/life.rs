//! The life of one message: its events, from the first word to the last.

mod by_carrier;
mod call;
mod rcs;

use rand::Rng;
use smsvoice_event::{Channel, EventType, KnownType};

use crate::country::Tariff;
use crate::draw::{below, below_u64, percent};
use crate::ending::Ending;
use crate::latency::Latency;
use crate::life_event::{LifeEvent, Network, wording};
use crate::message::Message;
use crate::money::ZERO;
use crate::odds::Odds;

/// Milliseconds after which AWS says `UNKNOWN` of a message it heard nothing of.
pub const SILENCE_MS: i64 = 72 * 3_600_000;

/// What becomes of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// How it ends.
    pub ending: Ending,
    /// Its events in the order in which they happen, but for `RCS_READ`, which can be stamped before `RCS_DELIVERED`.
    /// By [`LifeEvent::at_ms`] they can overtake each other on the way.
    pub events: Vec<LifeEvent>,
}

/// Why a message has no life.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LifeError {
    /// No message of the channel ends so.
    #[error("a message of channel {channel} cannot end as {ending}; choose an ending of that channel")]
    UnfitEnding {
        /// What was asked for.
        ending: Ending,
        /// Of which channel.
        channel: Channel,
    },
    /// The country cannot be reached on the channel.
    #[error("no {channel} message can be sent to {country}: the tariff table has no price for it")]
    NotServed {
        /// The channel.
        channel: Channel,
        /// ISO 3166-1 alpha-2.
        country: &'static str,
    },
}

impl Life {
    /// The life of `message`: with the ending given, else with one drawn by the odds. The same message, odds and state of
    /// `rng` give the same life on every machine.
    pub fn of<R: Rng + ?Sized>(
        message: &Message<'_>,
        ending: Option<Ending>,
        odds: &Odds,
        rng: &mut R,
    ) -> Result<Self, LifeError> {
        let ending = ending.unwrap_or_else(|| odds.draw(message, rng));
        let channel = message.channel;
        let last = ending.last_event(channel).ok_or(LifeError::UnfitEnding { ending, channel })?;
        let tariff = message.tariff().ok_or(LifeError::NotServed { channel, country: message.country.iso })?;
        let mut script = Script::new(message, odds, tariff, rng);
        match channel {
            Channel::Voice => script.call(ending, last),
            Channel::Rcs => script.rcs(ending, last),
            Channel::Text | Channel::Media | Channel::Other => script.by_carrier(ending, last),
        }
        Ok(Self { ending, events: script.events })
    }
}

/// A life being written.
struct Script<'s, R: ?Sized> {
    message: &'s Message<'s>,
    tariff: Tariff,
    delay_percent: u32,
    /// When the latest event happened.
    clock_ms: i64,
    network: Network,
    events: Vec<LifeEvent>,
    rng: &'s mut R,
}

impl<'s, R: Rng + ?Sized> Script<'s, R> {
    fn new(message: &'s Message<'s>, odds: &Odds, tariff: Tariff, rng: &'s mut R) -> Self {
        let network = match message.channel {
            Channel::Text if !message.is_from_short_code() && !message.is_from_rcs_agent() => {
                if percent(rng, 5) {
                    Network::Codes
                } else {
                    Network::Named
                }
            }
            _ => Network::Untold,
        };
        Self {
            message,
            tariff,
            delay_percent: odds.delay_percent,
            clock_ms: message.requested_ms,
            network,
            events: Vec::with_capacity(6),
            rng,
        }
    }

    /// The next event, `after` the one before it, but within the message's time to live.
    fn say(&mut self, known: KnownType, is_final: bool, after: &Latency) -> &mut LifeEvent {
        let country_percent = self.message.country.pace_percent;
        let delay = after.sample((self.delay_percent.saturating_mul(country_percent) / 100).max(1), self.rng);
        let deadline = self.message.requested_ms + i64::from(self.message.ttl_seconds) * 1_000 - 1;
        let left = (deadline - self.clock_ms).max(0);
        // A delay beyond the deadline falls anywhere before it, so that no crowd of events stands just there.
        let delay = if delay > left { 1 + below_u64(self.rng, left as u64) as i64 } else { delay };
        self.say_at(known, is_final, self.clock_ms + delay)
    }

    /// The next event, at a time, but after the one before it.
    fn say_at(&mut self, known: KnownType, is_final: bool, event_time_ms: i64) -> &mut LifeEvent {
        self.clock_ms = event_time_ms.max(self.clock_ms + 1);
        let (status, description) = wording(known);
        let event = LifeEvent {
            event_type: EventType::Known(known),
            at_ms: self.clock_ms + Latency::TRANSPORT.sample(self.delay_percent, self.rng),
            event_time_ms: self.clock_ms,
            is_final,
            status,
            description,
            price: Some(self.tariff.price),
            carrier_fee: Some(if is_final { self.tariff.fee } else { self.tariff.fee_estimate }),
            call_seconds: None,
            network: self.network,
            names_country: true,
        };
        self.events.push(event);
        let last = self.events.len() - 1;
        &mut self.events[last]
    }

    /// The one event of a message that never leaves AWS, and costs nothing.
    fn protect_blocked(&mut self, last: KnownType) {
        let event = self.say(last, true, &Latency::AT_ONCE);
        (event.price, event.carrier_fee) = (Some(ZERO), Some(ZERO));
    }

    /// When the time to live has passed, and AWS has noticed: within a minute or so, at `TimeToLive` 60 after 97 s.
    fn expiry_ms(&mut self, longest_seconds: u32) -> i64 {
        let seconds = self.message.ttl_seconds.min(longest_seconds);
        let noticed = i64::from(below(self.rng, 30_000)) + 15_000;
        self.message.requested_ms + i64::from(seconds) * 1_000 + noticed
    }
}
