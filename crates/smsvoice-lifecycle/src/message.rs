//! One message as it was accepted for sending: what all its events repeat.

use std::borrow::Cow;

use smsvoice_event::{Channel, Encoding, MessageType, PhoneNumber, Usd};

use crate::country::{Billing, Carrier, Country, Tariff};

/// Seconds a message may wait for its recipient unless it says otherwise: 72 hours.
pub const DEFAULT_TTL_SECONDS: u32 = 259_200;

/// One accepted message. [`Message::new`] sets what every message has; the rest are fields with the usual defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Text, voice, media or RCS.
    pub channel: Channel,
    /// The destination's country.
    pub country: &'static Country,
    /// Usually a UUID.
    pub message_id: Cow<'a, str>,
    /// When it was requested, in epoch milliseconds.
    pub requested_ms: i64,
    /// A number (`+12065550152`), a short code (`555555`), a sender ID (`NOTIFY`) or an RCS agent (`rcs-...`).
    pub origination: PhoneNumber<'a>,
    /// An E.164 number.
    pub destination: PhoneNumber<'a>,
    /// The recipient's network, where known. By default the one that [`Country::carrier_of`] gives the destination.
    pub carrier: Option<&'static Carrier>,
    /// `isInternationalSend`; none as in events before 2025.
    pub international: Option<bool>,
    /// Transactional by default.
    pub message_type: MessageType,
    /// GSM by default.
    pub encoding: Encoding,
    /// How many parts the body was split into; 1 by default.
    pub parts: u32,
    /// What the sender attached, in its order; empty by default.
    pub context: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// How long it may wait for its recipient; [`DEFAULT_TTL_SECONDS`] by default.
    pub ttl_seconds: u32,
    /// How long the spoken text of a call lasts; drawn if none.
    pub call_seconds: Option<u32>,
    /// The protect configuration it went through.
    pub protect: Option<Protect<'a>>,
    /// What only RCS messages have.
    pub rcs: Option<Rcs<'a>>,
}

impl<'a> Message<'a> {
    /// A message of one GSM part to `destination`, requested at `requested_ms` (epoch milliseconds).
    pub fn new(
        channel: Channel,
        country: &'static Country,
        message_id: impl Into<Cow<'a, str>>,
        requested_ms: i64,
        origination: impl Into<Cow<'a, str>>,
        destination: impl Into<Cow<'a, str>>,
    ) -> Self {
        let destination = PhoneNumber::from(destination.into());
        Self {
            channel,
            country,
            message_id: message_id.into(),
            requested_ms,
            origination: PhoneNumber::from(origination.into()),
            carrier: country.carrier_of(destination.as_str()),
            destination,
            international: None,
            message_type: MessageType::Transactional,
            encoding: Encoding::Gsm,
            parts: 1,
            context: Vec::new(),
            ttl_seconds: DEFAULT_TTL_SECONDS,
            call_seconds: None,
            protect: None,
            rcs: None,
        }
    }

    /// What it costs: for all parts of a text or media message, for one RCS message, and for one **minute** of a call.
    /// None if its country cannot be reached on its channel.
    pub fn tariff(&self) -> Option<Tariff> {
        let billing = self.rcs.as_ref().map_or(Billing::Rich, |rcs| rcs.billing);
        let unit = self.country.tariff(self.channel, billing)?;
        match self.channel {
            Channel::Text | Channel::Media => Some(unit.times(self.parts)),
            // Inside a conversation the session is paid, not its messages.
            Channel::Rcs if self.rcs.as_ref().is_some_and(|rcs| rcs.conversation.is_some()) => Some(unit.times(0)),
            _ => Some(unit),
        }
    }

    /// Whether it was sent from a short code: digits without a `+`.
    pub fn is_from_short_code(&self) -> bool {
        let origination = self.origination.as_str();
        !origination.is_empty() && origination.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether it was sent by an RCS agent (events of such a message can still be of type `TEXT_*`).
    pub fn is_from_rcs_agent(&self) -> bool {
        self.origination.as_str().starts_with("rcs-")
    }
}

macro_rules! wire_words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$item])* $variant,)* }

        impl $name {
            /// As the events spell it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

wire_words! {
    /// What a protect configuration does with messages to a country (botocore 1.44.5, shape `ProtectStatus`).
    ProtectStatus {
        /// Lets them pass.
        Allow = "ALLOW",
        /// Blocks them all.
        Block = "BLOCK",
        /// Assesses them and lets them pass.
        Monitor = "MONITOR",
        /// Assesses them and blocks the suspicious.
        Filter = "FILTER",
    }
}

wire_words! {
    /// Who opened an RCS conversation.
    Initiator {
        /// The sender.
        Outbound = "OUTBOUND",
        /// The recipient.
        Inbound = "INBOUND",
    }
}

/// The protect configuration a message went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protect<'a> {
    /// `protect-` and 32 hex digits.
    pub configuration_id: Cow<'a, str>,
    /// Its rule for the destination's country.
    pub status: ProtectStatus,
    /// Whether artificially inflated traffic is suspected; told in events if the rule is to monitor or to filter.
    pub suspected: bool,
}

/// What only RCS messages have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rcs<'a> {
    /// `rcsBusinessId`.
    pub business_id: Cow<'a, str>,
    /// `agentIsoCountryCode`.
    pub agent_country: Cow<'a, str>,
    /// How it is billed.
    pub billing: Billing,
    /// The conversation it is part of, if any.
    pub conversation: Option<Conversation<'a>>,
}

/// The RCS conversation a message is part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation<'a> {
    /// The message that opened it.
    pub initiating_message_id: Cow<'a, str>,
    /// Who opened it.
    pub initiator: Initiator,
    /// What the session costs.
    pub session_fee: Usd,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canadian() -> Message<'static> {
        let canada = Country::by_iso("CA").unwrap();
        Message::new(Channel::Text, canada, "m1", 0, "+13655550100", "+16135550123")
    }

    #[test]
    fn debug_shows_no_phone_number() {
        let shown = format!("{:?}", canadian());
        assert!(!shown.contains("5550") && shown.contains("destination: +1********23"), "{shown}");
    }

    #[test]
    fn tariff_counts_parts_and_knows_unreachable_channels() {
        let mut message = canadian();
        message.parts = 3;
        assert_eq!(message.tariff().unwrap().price, Usd::from_micros(17_430));
        message.channel = Channel::Voice;
        assert_eq!(message.tariff().unwrap().price, Usd::from_micros(14_000), "a minute, whatever the parts");
        message.country = Country::by_iso("FR").unwrap();
        message.channel = Channel::Media;
        assert_eq!(message.tariff(), None);
    }

    #[test]
    fn origination_kinds_are_told_apart() {
        let mut message = canadian();
        assert!(!message.is_from_short_code() && !message.is_from_rcs_agent());
        message.origination = "555555".into();
        assert!(message.is_from_short_code());
        message.origination = "rcs-c020de2520714385964ebf7b095c4b60".into();
        assert!(message.is_from_rcs_agent() && !message.is_from_short_code());
    }
}
