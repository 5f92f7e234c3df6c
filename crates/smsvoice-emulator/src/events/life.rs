//! What becomes of a message: `smsvoice-lifecycle` writes the events, this plans when each reaches the destinations.

use rand::Rng;
use smsvoice_lifecycle::{Country, Ending, Life, Message, seeded, simulated_ending};

use crate::{
    account::{
        MessageType,
        encoding::Encoding,
        message::{Api, Channel, Planned, Sent},
    },
    api::refusal::{Invalid, Refusal},
    clock::EpochMs,
    events::rules::Rules,
};

/// Distinguishes draws of faults from draws of lives.
const FAULTS: u64 = 0x6661_756c_7473;
const DAY_MS: u32 = 24 * 3600 * 1000;

/// The lives of messages under one seed and one set of rules.
pub(crate) struct Lives {
    seed: u64,
    rules: Rules,
}

impl From<Channel> for smsvoice_event::Channel {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Text => Self::Text,
            Channel::Voice => Self::Voice,
            Channel::Media => Self::Media,
        }
    }
}

impl Lives {
    pub(crate) fn new(seed: u64, rules: Rules) -> Self {
        Self { seed, rules }
    }

    /// What the message costs; of a call, a minute.
    pub(crate) fn price_micros(sent: &Sent, country: &'static Country) -> Result<i64, Refusal> {
        let tariff = message_of(sent, country).tariff();
        tariff.map(|tariff| tariff.price.micros()).ok_or_else(|| unserved(sent))
    }

    /// The events of the message that was accepted as the `number`th, in the order in which they reach destinations.
    pub(crate) fn plan(&self, sent: &Sent, number: u64) -> Result<Vec<Planned>, Refusal> {
        let country = Country::by_iso(&sent.country).ok_or_else(|| unserved(sent))?;
        let message = message_of(sent, country);
        let mut chance = seeded(self.seed ^ FAULTS, number);
        let ending = self.ending(sent, &mut chance);
        let mut rng = seeded(self.seed, number);
        let life = Life::of(&message, ending, &self.rules.odds, &mut rng).map_err(|_| unserved(sent))?;
        let mut events: Vec<Planned> = life.events.iter().map(|event| planned(sent, &message, event)).collect();
        self.spoil(&mut events, &mut chance);
        events.sort_by_key(|event| event.at);
        Ok(events)
    }

    /// AWS's simulators first, then the rules, then the fault of silence; else the odds.
    fn ending(&self, sent: &Sent, chance: &mut impl Rng) -> Option<Ending> {
        let silent = hits(self.rules.faults.no_receipt, chance);
        let fits = |ending: &Ending| ending.fits(sent.channel.into());
        simulated_ending(sent.channel.into(), &sent.destination)
            .filter(fits)
            .or_else(|| self.rules.pinned(sent))
            .or_else(|| silent.then_some(Ending::UnknownAfterSilence).filter(fits))
    }

    fn spoil(&self, events: &mut Vec<Planned>, chance: &mut impl Rng) {
        let faults = self.rules.faults;
        for at in 0..events.len() {
            if hits(faults.disorder, chance) && at + 1 < events.len() {
                let (one, next) = (events[at].at, events[at + 1].at);
                (events[at].at, events[at + 1].at) = (next, one);
            }
            if hits(faults.lateness, chance) {
                events[at].at = events[at].at.plus(u64::from(chance.next_u32() % DAY_MS));
            }
            if hits(faults.duplicates, chance) {
                let again = events[at].clone();
                events.push(Planned { at: again.at.plus(u64::from(chance.next_u32() % 60_000)), ..again });
            }
        }
    }
}

fn hits(share: f64, chance: &mut impl Rng) -> bool {
    f64::from(chance.next_u32()) < share * 4_294_967_296.0
}

fn unserved(sent: &Sent) -> Refusal {
    let message = format!("no {} message can be sent to {}", sent.channel.word(), sent.country);
    Refusal::invalid(Invalid::InvalidIdentityForDestinationCountry, "DestinationPhoneNumber", message)
}

fn message_of<'a>(sent: &'a Sent, country: &'static Country) -> Message<'a> {
    let mut message = Message::new(
        sent.channel.into(),
        country,
        sent.id.as_str(),
        sent.requested.0 as i64,
        sent.origination.as_str(),
        sent.destination.as_str(),
    );
    message.international = Some(sent.international);
    message.message_type = match sent.message_type {
        MessageType::Transactional => smsvoice_lifecycle::MessageType::Transactional,
        MessageType::Promotional => smsvoice_lifecycle::MessageType::Promotional,
    };
    message.encoding = match sent.encoding {
        Encoding::Gsm => smsvoice_lifecycle::Encoding::Gsm,
        Encoding::Unicode => smsvoice_lifecycle::Encoding::Unicode,
    };
    message.parts = sent.parts;
    message.context = sent.context.iter().map(|(k, v)| (k.as_str().into(), v.as_str().into())).collect();
    message.ttl_seconds = sent.ttl_seconds;
    message
}

fn planned(sent: &Sent, message: &Message<'_>, event: &smsvoice_lifecycle::LifeEvent) -> Planned {
    let mut json = Vec::with_capacity(640);
    event.write_json(message, &mut json);
    let mut payload = String::from_utf8_lossy(&json).into_owned();
    let event_type = event.event_type.as_str();
    if sent.api == Api::V1
        && let Some((name, _)) = smsvoice_event::V1_VOICE_TYPES.iter().find(|(_, known)| known.as_str() == event_type)
    {
        // No public sample of a v1 event exists; its names of event types are all that is known.
        payload = payload.replacen(&format!("\"{event_type}\""), &format!("\"{name}\""), 1);
    }
    Planned {
        at: EpochMs(event.at_ms.max(0) as u64),
        event_type: event_type.to_owned(),
        payload,
        emitted: false,
        deliveries: Vec::new(),
    }
}
