//! An event as AWS writes it: one flat JSON object, the keys in the order of its published samples.

use serde::Serialize;
use smsvoice_event::{Channel, EventType, KnownType, Usd};

use crate::life_event::{LifeEvent, Network};
use crate::message::{Message, ProtectStatus};
use crate::money::ZERO;

/// How a copy of an event is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As AWS does.
    AsSent,
    /// The same members, last first.
    Reordered,
    /// Without what EventBridge leaves out: the destination number and the context.
    AsEventBridge,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    ContentType,
    EventType,
    EventVersion,
    EventTimestamp,
    IsFinal,
    Origination,
    Destination,
    Country,
    International,
    Mcc,
    Mnc,
    CarrierName,
    MessageId,
    RequestTimestamp,
    Encoding,
    MessageType,
    Status,
    Description,
    Context,
    Parts,
    CallSeconds,
    BilledMinutes,
    Price,
    CarrierFee,
    Protect,
    Assessment,
    RcsMetadata,
    RcsBusinessId,
    AgentCountry,
    ConversationMessageId,
    ConversationInitiator,
    ConversationFee,
}

macro_rules! fields {
    ($($field:ident,)+) => { &[$(Field::$field),+] };
}

const TEXT: &[Field] = fields! {
    EventType, EventVersion, EventTimestamp, IsFinal, Origination, Destination, Country, International, Mcc, Mnc, CarrierName,
    MessageId, RequestTimestamp, Encoding, MessageType, Status, Description, Context, Parts, Price, CarrierFee, Protect, Assessment,
};
const VOICE: &[Field] = fields! {
    EventType, EventVersion, EventTimestamp, IsFinal, Origination, Destination, Country, MessageId, RequestTimestamp, Status,
    CallSeconds, BilledMinutes, Price, Context,
};
const MEDIA: &[Field] = fields! {
    ContentType, EventType, EventVersion, EventTimestamp, IsFinal, Origination, Destination, Country, MessageId, RequestTimestamp,
    MessageType, Status, Description, Context, Parts, Price, CarrierFee,
};
const RCS: &[Field] = fields! {
    EventType, EventVersion, EventTimestamp, IsFinal, Origination, Destination, Country, International, MessageId, RequestTimestamp,
    Encoding, MessageType, Status, Description, Context, Parts, Price, CarrierFee, Protect, Assessment, RcsMetadata, RcsBusinessId,
    AgentCountry, ConversationMessageId, ConversationInitiator, ConversationFee,
};

const fn fields_of(channel: Channel) -> &'static [Field] {
    match channel {
        Channel::Text | Channel::Other => TEXT,
        Channel::Voice => VOICE,
        Channel::Media => MEDIA,
        Channel::Rcs => RCS,
    }
}

impl LifeEvent {
    /// Appends the event, as its message's, to `out`: one JSON object, no newline, exactly the fields AWS sends.
    pub fn write_json(&self, message: &Message<'_>, out: &mut Vec<u8>) {
        self.write_form(message, Form::AsSent, None, out);
    }

    /// `more` is a member that AWS does not send, already JSON: `"retries":2`.
    pub(crate) fn write_form(&self, message: &Message<'_>, form: Form, more: Option<&str>, out: &mut Vec<u8>) {
        let fields = fields_of(message.channel);
        let mut object = Object { event: self, message, out };
        object.out.push(b'{');
        match form {
            Form::AsSent => fields.iter().for_each(|field| object.write(*field)),
            Form::Reordered => fields.iter().rev().for_each(|field| object.write(*field)),
            Form::AsEventBridge => {
                let told = fields.iter().filter(|field| !matches!(field, Field::Destination | Field::Context));
                told.for_each(|field| object.write(*field));
            }
        }
        if let Some(more) = more {
            out.extend_from_slice(more.as_bytes());
        } else {
            out.pop(); // the comma after the last member
        }
        out.push(b'}');
    }

    fn is_protect_blocked(&self) -> bool {
        matches!(self.event_type, EventType::Known(KnownType::TextProtectBlocked | KnownType::RcsProtectBlocked))
    }

    /// The rule that its message met. A blocked message met one that blocks, whatever the message was made with.
    fn protect_status(&self, said: ProtectStatus) -> ProtectStatus {
        match said {
            ProtectStatus::Allow | ProtectStatus::Monitor if self.is_protect_blocked() => ProtectStatus::Block,
            _ => said,
        }
    }
}

/// The object being written; every member ends with a comma.
struct Object<'o> {
    event: &'o LifeEvent,
    message: &'o Message<'o>,
    out: &'o mut Vec<u8>,
}

impl Object<'_> {
    fn write(&mut self, field: Field) {
        let (event, message) = (self.event, self.message);
        match field {
            Field::ContentType => self.raw("\"contentType\":\"MMS\","),
            Field::EventType => self.text("\"eventType\":", event.event_type.as_str()),
            Field::EventVersion => self.raw("\"eventVersion\":\"1.0\","),
            Field::EventTimestamp => self.int("\"eventTimestamp\":", event.event_time_ms),
            Field::IsFinal => self.bool("\"isFinal\":", event.is_final),
            Field::Origination => self.text("\"originationPhoneNumber\":", message.origination.as_str()),
            Field::Destination => self.text("\"destinationPhoneNumber\":", message.destination.as_str()),
            Field::Country if event.names_country => self.text("\"isoCountryCode\":", message.country.iso),
            Field::International => self.maybe_bool("\"isInternationalSend\":", message.international),
            Field::Mcc | Field::Mnc | Field::CarrierName => self.network(field),
            Field::MessageId => self.text("\"messageId\":", &message.message_id),
            Field::RequestTimestamp => self.int("\"messageRequestTimestamp\":", message.requested_ms),
            Field::Encoding => self.encoding(),
            Field::MessageType => self.text("\"messageType\":", message.message_type.as_str()),
            Field::Status => self.text("\"messageStatus\":", event.status),
            Field::Description => self.maybe_text("\"messageStatusDescription\":", event.description),
            Field::Context => self.context(),
            Field::Parts => self.int("\"totalMessageParts\":", i64::from(message.parts)),
            Field::CallSeconds => self.maybe_int("\"callDurationInSeconds\":", event.call_seconds),
            Field::BilledMinutes => self.maybe_int("\"totalDurationInMinutes\":", event.billed_minutes()),
            Field::Price => self.money("\"totalMessagePrice\":", event.price),
            Field::CarrierFee => self.money("\"totalCarrierFee\":", event.carrier_fee),
            Field::Protect | Field::Assessment => self.protect(field),
            Field::Country => {}
            _ => self.rcs(field),
        }
    }

    fn network(&mut self, field: Field) {
        let Some(carrier) = self.message.carrier else { return };
        match (field, self.event.network) {
            (_, Network::Untold) | (Field::CarrierName, Network::Codes) => {}
            (Field::Mcc, _) => self.text("\"mcc\":", carrier.mcc),
            (Field::Mnc, _) => self.text("\"mnc\":", carrier.mnc),
            _ => self.text("\"carrierName\":", carrier.name),
        }
    }

    /// AWS's sample of a text sent by an RCS agent has no encoding.
    fn encoding(&mut self) {
        if self.message.channel == Channel::Rcs || !self.message.is_from_rcs_agent() {
            self.text("\"messageEncoding\":", self.message.encoding.as_str());
        }
    }

    fn context(&mut self) {
        let message = self.message;
        if message.context.is_empty() {
            return;
        }
        self.raw("\"context\":{");
        for (key, value) in &message.context {
            write_json(key, self.out);
            self.text(":", value);
        }
        self.out.pop();
        self.raw("},");
    }

    /// RCS events show a protect configuration only where it blocked.
    fn protect(&mut self, field: Field) {
        let (event, message) = (self.event, self.message);
        let Some(protect) = &message.protect else { return };
        if message.channel == Channel::Rcs && !event.is_protect_blocked() {
            return;
        }
        let status = event.protect_status(protect.status);
        if field == Field::Protect {
            self.raw("\"protectConfiguration\":{");
            self.text("\"protectConfigurationId\":", &protect.configuration_id);
            self.text("\"protectStatus\":", status.as_str());
            self.out.pop();
            self.raw("},");
        } else if protect.suspected && matches!(status, ProtectStatus::Filter | ProtectStatus::Monitor) {
            self.raw("\"protectConfigurationAssessment\":{\"protectRecommendation\":\"BLOCK\",");
            self.raw("\"protectInsights\":{\"blockReason\":\"AIT_SUSPECTED\"}},");
        }
    }

    fn rcs(&mut self, field: Field) {
        let (event, message) = (self.event, self.message);
        let Some(rcs) = &message.rcs else { return };
        match (field, &rcs.conversation) {
            (Field::RcsMetadata, _) if event.event_type != EventType::Known(KnownType::RcsRead) => {
                self.text("\"rcsMetadata\":{\"billingEventType\":", rcs.billing.as_str());
                self.out.pop();
                self.raw("},");
            }
            (Field::RcsBusinessId, _) => self.text("\"rcsBusinessId\":", &rcs.business_id),
            (Field::AgentCountry, _) => self.text("\"agentIsoCountryCode\":", &rcs.agent_country),
            (Field::ConversationMessageId, Some(conversation)) => {
                self.text("\"conversationInitiatingMessageId\":", &conversation.initiating_message_id);
            }
            (Field::ConversationInitiator, Some(conversation)) => {
                self.text("\"conversationInitiatingMessageType\":", conversation.initiator.as_str());
            }
            (Field::ConversationFee, Some(conversation)) => {
                self.money("\"conversationSessionFee\":", Some(conversation.session_fee));
            }
            _ => {}
        }
    }

    /// Zero is `0.0`, but `0` where a protect configuration blocked: so it is in the samples.
    fn money(&mut self, key: &str, amount: Option<Usd>) {
        let Some(amount) = amount else { return };
        self.raw(key);
        if amount == ZERO && self.event.is_protect_blocked() {
            self.out.push(b'0');
        } else {
            write_usd(amount, self.out);
        }
        self.out.push(b',');
    }

    fn raw(&mut self, json: &str) {
        self.out.extend_from_slice(json.as_bytes());
    }

    fn text(&mut self, key: &str, value: &str) {
        self.raw(key);
        write_json(value, self.out);
        self.out.push(b',');
    }

    fn maybe_text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    fn int(&mut self, key: &str, value: i64) {
        self.raw(key);
        write_json(&value, self.out);
        self.out.push(b',');
    }

    fn maybe_int(&mut self, key: &str, value: Option<u32>) {
        if let Some(value) = value {
            self.int(key, i64::from(value));
        }
    }

    fn bool(&mut self, key: &str, value: bool) {
        self.raw(key);
        self.raw(if value { "true," } else { "false," });
    }

    fn maybe_bool(&mut self, key: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.bool(key, value);
        }
    }
}

/// Appends a text, a number or a truth value as JSON.
fn write_json<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("memory can be written to, and such a value is always JSON");
}

/// Appends the amount, which is never negative, as AWS's JSON numbers look: no trailing zeros, but one decimal at least
/// (`0.00581`, `0.0`).
fn write_usd(amount: Usd, out: &mut Vec<u8>) {
    write_json(&(amount.micros() / 1_000_000), out);
    out.push(b'.');
    let point = out.len();
    let (mut rest, mut unit) = (amount.micros() % 1_000_000, 100_000);
    while rest > 0 || out.len() == point {
        out.push(b'0' + (rest / unit) as u8);
        rest %= unit;
        unit /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_aws_writes_them() {
        let cases = [(5_810, "0.00581"), (0, "0.0"), (13_000, "0.013"), (1_000_000, "1.0"), (12_500_001, "12.500001")];
        for (micros, expected) in cases {
            let mut out = Vec::new();
            write_usd(Usd::from_micros(micros), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
