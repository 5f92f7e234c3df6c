//! Who sends what to whom: the messages of a run, before anything happens to them.

use std::borrow::Cow;

use rand::Rng;
use smsvoice_event::{Channel, Encoding, MessageType, Usd};

use super::options::GenerateOptions;
use crate::countries::COUNTRIES;
use crate::country::{Billing, Country};
use crate::draw::{below, below_u64, percent, pick, weighted};
use crate::message::{Conversation, Initiator, Message, Protect, ProtectStatus, Rcs};
use crate::phone_numbers::{NumberRange, SIMULATORS, TOLL_FREE, fictional_ranges};

const SENDER_IDS: &[&str] = &["EXAMPLE", "NOTIFY", "PARCELBOX", "CITYLIB", "NORDPOST", "VAJZNBLLDX"];
const SHORT_CODE: &str = "555555";
const AGENTS: &[(&str, &str)] = &[
    ("rcs-c020de2520714385964ebf7b095c4b60", "example_shop_06fr8x6o_agent"),
    ("rcs-f4e4252a5abe48bea50a6c176a056124", "example_clinic_1b7k2m9q_agent"),
];
const TENANTS: &[&str] = &["acme-retail", "northwind-clinic", "city-library", "globex", "Österberg & Söhne"];
const PROTECT_CONFIGURATIONS: &[&str] =
    &["protect-fbfe2a1597ed46dc8ea7a617bbfbae9f", "protect-d777777777777771bbd5d59f4d903479"];

struct Campaign {
    name: &'static str,
    template: &'static str,
    message_type: MessageType,
    unicode_percent: u32,
    long_percent: u32,
    ttl_seconds: u32,
}

const fn campaign(
    name: &'static str,
    template: &'static str,
    message_type: MessageType,
    unicode_percent: u32,
    long_percent: u32,
    ttl_seconds: u32,
) -> Campaign {
    Campaign { name, template, message_type, unicode_percent, long_percent, ttl_seconds }
}

const CAMPAIGNS: &[Campaign] = &[
    campaign("one-time-passwords", "otp-v3", MessageType::Transactional, 3, 0, 300),
    campaign("order-updates", "order-shipped-v1", MessageType::Transactional, 15, 20, 86_400),
    campaign("appointment-reminders", "reminder-24h", MessageType::Transactional, 20, 35, 259_200),
    campaign("spring-sale", "spring-2026-b", MessageType::Promotional, 45, 60, 259_200),
    campaign("Frühlingsaktion", "spring-2026-de", MessageType::Promotional, 70, 70, 259_200),
];

/// A country with the numbers that may stand for its people, and how many those are.
struct Audience {
    country: &'static Country,
    numbers: Vec<NumberRange>,
    count: u32,
}

impl Audience {
    /// Fictional numbers where there are any, else AWS's simulators.
    fn of(country: &'static Country) -> Self {
        let simulators = SIMULATORS.iter().filter(|simulator| simulator.iso == country.iso);
        let mut numbers = fictional_ranges(country.iso).to_vec();
        if numbers.is_empty() {
            let single = |prefix| NumberRange { prefix, first: 0, last: 0, digits: 0 };
            numbers = simulators.flat_map(|simulator| [single(simulator.success), single(simulator.failure)]).collect();
        }
        let count = numbers.iter().map(NumberRange::count).sum();
        Self { country, numbers, count }
    }

    fn number<R: Rng + ?Sized>(&self, rng: &mut R) -> String {
        let mut at = below(rng, self.count);
        for range in &self.numbers {
            match at.checked_sub(range.count()) {
                Some(rest) => at = rest,
                None => return range.number(at),
            }
        }
        self.numbers[0].number(0)
    }
}

/// All that messages are drawn from.
pub(super) struct Cast {
    start_ms: i64,
    span_ms: i64,
    channels: [(Channel, u32); 4],
    audiences: Vec<Audience>,
    /// The index and weight of the audiences that a channel reaches, by channel.
    reached: [Vec<(usize, u32)>; 4],
}

impl Cast {
    pub(super) fn new(options: &GenerateOptions) -> Self {
        let in_traffic = COUNTRIES.iter().filter(|country| country.traffic > 0);
        let audiences: Vec<Audience> = in_traffic.map(Audience::of).collect();
        let channels = options.mix.weights();
        let reached = channels.map(|(channel, _)| {
            let reach = |audience: &Audience| audience.country.tariff(channel, Billing::Rich).is_some();
            let all = audiences.iter().enumerate().filter(|(_, audience)| reach(audience));
            all.map(|(at, audience)| (at, audience.country.traffic)).collect()
        });
        Self { start_ms: options.start_ms, span_ms: options.span_ms, channels, audiences, reached }
    }

    /// The next message that `rng` has in it.
    pub(super) fn message<R: Rng + ?Sized>(&self, rng: &mut R) -> Message<'static> {
        let channel = weighted(rng, &self.channels).unwrap_or(Channel::Text);
        let reached = match channel {
            Channel::Voice => &self.reached[1],
            Channel::Media => &self.reached[2],
            Channel::Rcs => &self.reached[3],
            Channel::Text | Channel::Other => &self.reached[0],
        };
        let audience = &self.audiences[weighted(rng, reached).unwrap_or(0)];
        let (country, destination) = (audience.country, audience.number(rng));
        let requested_ms = self.start_ms + below_u64(rng, self.span_ms as u64) as i64;
        let origination = origination(channel, country, rng);
        let mut message = Message::new(channel, country, message_id(rng), requested_ms, origination, destination);
        if audience.count < 10 {
            // So few numbers would all be with one carrier.
            let carriers: Vec<_> = country.carriers.iter().map(|(carrier, share)| (carrier, *share)).collect();
            message.carrier = weighted(rng, &carriers);
        }
        describe(&mut message, rng);
        message
    }
}

fn describe<R: Rng + ?Sized>(message: &mut Message<'static>, rng: &mut R) {
    let campaign = pick(rng, CAMPAIGNS);
    message.message_type = campaign.message_type;
    message.ttl_seconds = campaign.ttl_seconds;
    if percent(rng, campaign.unicode_percent) || message.channel == Channel::Rcs {
        message.encoding = Encoding::Unicode;
    }
    if message.channel == Channel::Text && percent(rng, campaign.long_percent) {
        message.parts = 2 + below(rng, 3);
    }
    if percent(rng, 70) {
        message.international = Some(percent(rng, 10));
    }
    if percent(rng, 85) {
        message.context.push(("campaign".into(), campaign.name.into()));
        message.context.push(("tenant".into(), (*pick(rng, TENANTS)).into()));
        if percent(rng, 50) {
            message.context.push(("template".into(), campaign.template.into()));
        }
    }
    if percent(rng, 60) {
        message.protect = Some(protect(rng));
    }
    if message.channel == Channel::Rcs {
        message.rcs = Some(rcs(message, rng));
    }
}

fn protect<R: Rng + ?Sized>(rng: &mut R) -> Protect<'static> {
    let rules = [(ProtectStatus::Allow, 88), (ProtectStatus::Monitor, 7), (ProtectStatus::Filter, 5)];
    let status = weighted(rng, &rules).unwrap_or(ProtectStatus::Allow);
    let suspected = status != ProtectStatus::Allow && percent(rng, 20);
    Protect { configuration_id: (*pick(rng, PROTECT_CONFIGURATIONS)).into(), status, suspected }
}

fn rcs<R: Rng + ?Sized>(message: &Message<'_>, rng: &mut R) -> Rcs<'static> {
    let agent = AGENTS.iter().find(|(agent, _)| *agent == message.origination.as_str());
    let conversation = percent(rng, 20).then(|| Conversation {
        initiating_message_id: message_id(rng).into(),
        initiator: if percent(rng, 70) { Initiator::Outbound } else { Initiator::Inbound },
        session_fee: Usd::from_micros(12_000),
    });
    Rcs {
        business_id: agent.map_or("", |(_, business)| *business).into(),
        agent_country: message.country.iso.into(),
        billing: if percent(rng, 60) { Billing::Rich } else { Billing::Basic },
        conversation,
    }
}

fn origination<R: Rng + ?Sized>(channel: Channel, country: &Country, rng: &mut R) -> Cow<'static, str> {
    let numbers = fictional_ranges(country.iso);
    let in_north_america = country.tariffs.media.is_some();
    let kind = below(rng, 100);
    match channel {
        Channel::Rcs => pick(rng, AGENTS).0.into(),
        Channel::Text if kind < 1 && country.tariffs.rcs.is_some() => pick(rng, AGENTS).0.into(),
        Channel::Text if in_north_america && kind < 20 => SHORT_CODE.into(),
        _ if in_north_america && kind < 45 => of_few(TOLL_FREE, rng).into(),
        _ if in_north_america => of_few(numbers, rng).into(),
        Channel::Text if numbers.is_empty() || kind < 80 => (*pick(rng, SENDER_IDS)).into(),
        _ if numbers.is_empty() => of_few(fictional_ranges("US"), rng).into(),
        _ => of_few(numbers, rng).into(),
    }
}

/// A number of a sender, who has few.
fn of_few<R: Rng + ?Sized>(ranges: &[NumberRange], rng: &mut R) -> String {
    let range = &ranges[below(rng, ranges.len().min(4) as u32) as usize];
    range.number(below(rng, range.count().min(3)))
}

/// A random UUID (version 4).
pub(super) fn message_id<R: Rng + ?Sized>(rng: &mut R) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let random = (u128::from(rng.next_u64()) << 64) | u128::from(rng.next_u64());
    let bits = (random & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let mut id = String::with_capacity(36);
    for digit in 0..32 {
        if matches!(digit, 8 | 12 | 16 | 20) {
            id.push('-');
        }
        id.push(char::from(HEX[(bits >> (124 - 4 * digit)) as usize & 15]));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone_numbers::is_fictional;
    use crate::seeded;

    #[test]
    fn phone_numbers_are_all_fictional() {
        let cast = Cast::new(&GenerateOptions::default());
        let mut rng = seeded(5, 0);
        for _ in 0..20_000 {
            let message = cast.message(&mut rng);
            assert!(is_fictional(message.destination.as_str()), "{:?}", message.destination);
            assert!(!message.origination.is_telephone_number() || is_fictional(message.origination.as_str()));
            assert_eq!(Country::of_number(message.destination.as_str()), Some(message.country));
        }
    }

    #[test]
    fn message_ids_are_random_uuids() {
        let mut rng = seeded(5, 0);
        let id = message_id(&mut rng);
        let dashes: Vec<_> = id.match_indices('-').map(|(at, _)| at).collect();
        assert_eq!((id.len(), dashes), (36, vec![8, 13, 18, 23]));
        assert!(id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]), "{id}");
        assert_ne!(id, message_id(&mut rng));
    }
}
