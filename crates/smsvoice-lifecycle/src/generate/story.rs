//! One message's life as a run tells it: with late events, events of unknown types, and unknown members.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use smsvoice_event::{Channel, EventType, Outcome};

use super::cast::Cast;
use super::options::{GenerateError, GenerateOptions, Rates};
use super::pumping::Attacks;
use crate::draw::{Streams, below, percent, pick};
use crate::latency::Latency;
use crate::life::{Life, SILENCE_MS};
use crate::life_event::{LifeEvent, Network};
use crate::message::Message;
use crate::odds::Odds;

/// What the seed's streams are for.
const LIVES: u8 = 0;
const FAULTS: u8 = 1;
const TRUNCATIONS: u8 = 2;
const ORDER: u8 = 3;
const PUMPING: u8 = 4;

/// Late events come within these milliseconds after the 72 hours.
const LATE_SPREAD_MS: u32 = 48 * 3_600_000;

/// Members that AWS does not send.
const UNKNOWN_MEMBERS: &[&str] = &[
    r#""retries":2"#,
    r#""queueTimeMs":37"#,
    r#""smsc":"eu-3""#,
    r#""campaignRegistryId":"CEXMPL1""#,
    r#""surcharge":0.00025"#,
    r#""routing":{"hops":2,"via":["a","b"]}"#,
    r#""isTest":false"#,
];

/// Event types this version does not know, with a status, by channel.
const fn unknown_types(channel: Channel) -> &'static [(&'static str, &'static str)] {
    match channel {
        Channel::Voice => &[("VOICE_TRANSFERRED", "TRANSFERRED"), ("VOICE_VOICEMAIL", "VOICEMAIL")],
        Channel::Media => &[("MEDIA_TRANSCODED", "TRANSCODED")],
        Channel::Rcs => &[("RCS_TYPED", "TYPED"), ("RCS_SUGGESTION_TAPPED", "SUGGESTION_TAPPED")],
        Channel::Text | Channel::Other => &[("TEXT_ROUTED", "ROUTED"), ("TEXT_RATE_LIMITED", "RATE_LIMITED")],
    }
}

/// One event of a story.
pub(super) struct Told {
    pub(super) event: LifeEvent,
    /// A member that AWS does not send.
    pub(super) more: Option<&'static str>,
    pub(super) late: bool,
}

/// A message and all its events.
pub(super) struct Story {
    pub(super) message: Message<'static>,
    pub(super) told: Vec<Told>,
}

/// All stories of a run, each told anew whenever it is asked for.
pub(super) struct Stories<'r> {
    cast: Cast,
    odds: Odds,
    rates: &'r Rates,
    lives: Streams,
    faults: Streams,
    truncations: Streams,
    order: Streams,
    attacks: Attacks,
}

impl<'r> Stories<'r> {
    pub(super) fn new(options: &GenerateOptions, rates: &'r Rates) -> Self {
        let streams = |purpose| Streams::new(options.seed, purpose);
        Self {
            cast: Cast::new(options),
            odds: Odds::default(),
            rates,
            lives: streams(LIVES),
            faults: streams(FAULTS),
            truncations: streams(TRUNCATIONS),
            order: streams(ORDER),
            attacks: Attacks::new(options, &streams(PUMPING)),
        }
    }

    pub(super) fn tell(&self, index: u32) -> Result<Story, GenerateError> {
        let mut rng = self.lives.stream(u64::from(index));
        let (message, ending) = match self.attacks.message(index, &mut rng) {
            Some((message, ending)) => (message, Some(ending)),
            None => (self.cast.message(&mut rng), None),
        };
        let life =
            Life::of(&message, ending, &self.odds, &mut rng).map_err(|source| GenerateError::Life { index, source })?;
        let tell = |event| Told { event, more: None, late: false };
        let mut story = Story { message, told: life.events.into_iter().map(tell).collect() };
        if !self.rates.tell_plainly() {
            self.add_faults(&mut story, &mut self.faults.stream(u64::from(index) * 2));
        }
        Ok(story)
    }

    /// How many messages there are, those of attacks with them.
    pub(super) fn count(&self) -> u64 {
        self.attacks.behind_the_last()
    }

    /// What is true of the attacks.
    pub(super) fn attacks(&self) -> &Attacks {
        &self.attacks
    }

    /// Draws for the copies of a message's events.
    pub(super) fn copies_rng(&self, index: u32) -> ChaCha8Rng {
        self.faults.stream(u64::from(index) * 2 + 1)
    }

    /// Draws for the truncation of one copy.
    pub(super) fn truncation_rng(&self, index: u32, event: u8, copy: u8) -> ChaCha8Rng {
        self.truncations.stream((u64::from(index) << 16) | (u64::from(event) << 8) | u64::from(copy))
    }

    /// Draws for the order of the lines.
    pub(super) fn order_rng(&self) -> ChaCha8Rng {
        self.order.stream(0)
    }

    fn add_faults(&self, story: &mut Story, rng: &mut ChaCha8Rng) {
        if self.rates.unknown_types.hits(rng) && is_concluded(&story.told) {
            let event = unknown_event(&story.message, &story.told[0].event, rng);
            story.told.insert(1, Told { event, more: None, late: false });
        }
        let last = story.told.len() - 1;
        for (at, told) in story.told.iter_mut().enumerate() {
            if self.rates.unknown_fields.hits(rng) {
                told.more = Some(*pick(rng, UNKNOWN_MEMBERS));
            }
            if self.rates.late.hits(rng) {
                delay(told, at == last, rng);
            }
        }
    }
}

/// Only then does an event of the outcome `unknown` leave the message's own outcome as it was.
fn is_concluded(told: &[Told]) -> bool {
    told.iter().any(|told| told.outcome() > Outcome::Unknown)
}

impl Told {
    pub(super) fn outcome(&self) -> Outcome {
        self.event.event_type.outcome(Some(self.event.is_final))
    }
}

fn unknown_event<R: Rng + ?Sized>(message: &Message<'_>, first: &LifeEvent, rng: &mut R) -> LifeEvent {
    let (name, status) = *pick(rng, unknown_types(message.channel));
    let event_time_ms = first.event_time_ms + i64::from(below(rng, 400));
    LifeEvent {
        event_type: EventType::Unknown(name.into()),
        at_ms: event_time_ms + Latency::TRANSPORT.sample(100, rng),
        event_time_ms,
        is_final: percent(rng, 50), // of an unknown type: final, it says `unknown`; not final, `pending`
        status,
        description: first.description.map(|_| "Message is on its way"),
        price: None,
        carrier_fee: None,
        call_seconds: None,
        network: Network::Untold,
        names_country: true,
    }
}

/// Late on the way; the last event of a life, which moves past no other, in every second case stamped late, too.
fn delay<R: Rng + ?Sized>(told: &mut Told, is_last: bool, rng: &mut R) {
    let by_ms = SILENCE_MS + 1 + i64::from(below(rng, LATE_SPREAD_MS));
    let stamped = below(rng, 2) == 0;
    told.late = true;
    told.event.at_ms += by_ms;
    if is_last && stamped {
        told.event.event_time_ms += by_ms;
    }
}
