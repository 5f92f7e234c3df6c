//! What becomes of a message: `smsvoice-lifecycle` makes its events, this file decides its ending and when each event
//! reaches the destinations.

use rand::Rng;
use smsvoice_event::{Channel, Usd, V1_VOICE_TYPES};
use smsvoice_lifecycle::{Country, Ending, Life, LifeEvent, Message, seeded, simulated_ending};

use crate::{
    account::{
        message::{Api, KeptMessage, PlannedEvent},
        rules::{Delays, Rules},
    },
    clock::EpochMs,
    refusal::{Invalid, Refusal},
};

/// Distinguishes the random draws of faults from those of lives: the bytes of "faults".
const FAULTS: u64 = 0x6661_756c_7473;
const DAY_MS: u32 = 24 * 3600 * 1000;
const MINUTE_MS: u32 = 60_000;

/// The lives of messages under one seed and one set of rules.
pub(crate) struct Lives {
    seed: u64,
    rules: Rules,
}

impl Lives {
    pub(crate) fn new(seed: u64, rules: Rules) -> Self {
        Self { seed, rules }
    }

    /// How long new resources take until they can be used.
    pub(crate) fn delays(&self) -> Delays {
        self.rules.delays
    }

    /// The events of the `number`th accepted message, in the order in which they reach destinations.
    pub(crate) fn plan(&self, sent: &KeptMessage, number: u64) -> Result<Vec<PlannedEvent>, Refusal> {
        let unserved = || unserved(sent.channel, &sent.country);
        let country = Country::by_iso(&sent.country).ok_or_else(unserved)?;
        let message = message_of(sent, country);
        let mut fault_draws = seeded(self.seed ^ FAULTS, number);
        let ending = self.ending(sent, &mut fault_draws);
        let mut rng = seeded(self.seed, number);
        let life = Life::of(&message, ending, &self.rules.odds, &mut rng).map_err(|_| unserved())?;
        let mut events: Vec<PlannedEvent> = life.events.iter().map(|event| planned(sent, &message, event)).collect();
        self.add_faults(&mut events, &mut fault_draws);
        events.sort_by_key(|event| event.at);
        Ok(events)
    }

    /// How the message ends, if something decides that before the odds do: the destination, which is one of AWS's
    /// simulator numbers; else a rule; else the fault that no receipt comes.
    fn ending(&self, sent: &KeptMessage, fault_draws: &mut impl Rng) -> Option<Ending> {
        let silent = hits(self.rules.faults.no_receipt, fault_draws);
        let fits = |ending: &Ending| ending.fits(sent.channel);
        simulated_ending(sent.channel, &sent.destination)
            .filter(fits)
            .or_else(|| self.rules.pinned(sent))
            .or_else(|| silent.then_some(Ending::UnknownAfterSilence).filter(fits))
    }

    fn add_faults(&self, events: &mut Vec<PlannedEvent>, fault_draws: &mut impl Rng) {
        let faults = self.rules.faults;
        for at in 0..events.len() {
            if hits(faults.disorder, fault_draws) && at + 1 < events.len() {
                let (one, next) = (events[at].at, events[at + 1].at);
                (events[at].at, events[at + 1].at) = (next, one);
            }
            if hits(faults.lateness, fault_draws) {
                events[at].at = events[at].at.plus_ms(u64::from(fault_draws.next_u32() % DAY_MS));
            }
            if hits(faults.duplicates, fault_draws) {
                let again = events[at].clone();
                let later_ms = u64::from(fault_draws.next_u32() % MINUTE_MS);
                events.push(PlannedEvent { at: again.at.plus_ms(later_ms), ..again });
            }
        }
    }
}

/// What a message of so many parts costs; of a phone call, what a minute costs.
pub(crate) fn price(channel: Channel, country: &'static Country, parts: u32) -> Result<Usd, Refusal> {
    let message = Message { parts, ..Message::new(channel, country, "", 0, "", "") };
    message.tariff().map(|tariff| tariff.price).ok_or_else(|| unserved(channel, country.iso))
}

/// Whether a fault that befalls this share of its kind (0 to 1) befalls the next one.
pub(crate) fn hits(share: f64, fault_draws: &mut impl Rng) -> bool {
    f64::from(fault_draws.next_u32()) < share * 4_294_967_296.0
}

fn unserved(channel: Channel, country: &str) -> Refusal {
    let message = format!("no {channel} message can be sent to {country}");
    Refusal::invalid(Invalid::InvalidIdentityForDestinationCountry, "DestinationPhoneNumber", message)
}

fn message_of<'a>(sent: &'a KeptMessage, country: &'static Country) -> Message<'a> {
    let requested_ms = sent.requested.0 as i64;
    Message {
        international: Some(sent.international),
        message_type: sent.message_type,
        encoding: sent.encoding,
        parts: sent.parts,
        context: sent.context.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into())).collect(),
        ttl_seconds: sent.ttl_seconds,
        ..Message::new(
            sent.channel,
            country,
            sent.id.as_str(),
            requested_ms,
            sent.origination.as_str(),
            sent.destination.as_str(),
        )
    }
}

fn planned(sent: &KeptMessage, message: &Message<'_>, event: &LifeEvent) -> PlannedEvent {
    let mut json = Vec::with_capacity(640);
    event.write_json(message, &mut json);
    let mut payload = String::from_utf8_lossy(&json).into_owned();
    let event_type = event.event_type.as_str();
    if sent.api == Api::V1
        && let Some((name, _)) = V1_VOICE_TYPES.iter().find(|(_, known)| known.as_str() == event_type)
    {
        // No public sample of a v1 event exists; its names of event types are all that is known.
        payload = payload.replacen(&format!("\"{event_type}\""), &format!("\"{name}\""), 1);
    }
    PlannedEvent {
        at: EpochMs(event.at_ms.max(0) as u64),
        happened: EpochMs(event.event_time_ms.max(0) as u64),
        event_type: event_type.to_owned(),
        payload,
        emitted: false,
        deliveries: Vec::new(),
    }
}
