//! One event, typed.

use std::borrow::Cow;

use crate::event_time::EventTime;
use crate::event_type::EventType;
use crate::field::is_known_without_place;
use crate::id::EventId;
use crate::json;
use crate::money::Usd;
use crate::outcome::{Channel, FailureReason, Outcome};
use crate::phone::PhoneNumber;

/// A text of an event: borrowed from the input unless it had to be unescaped.
pub type Text<'a> = Cow<'a, str>;

/// What AWS said about one message at one moment. Required are type, message id and time; all else may be absent.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the fields are the lake's columns; their meaning stands once, in the table of smsvoice-lake's README
pub struct Event<'a> {
    pub event_type: EventType<'a>,
    pub event_version: Option<Text<'a>>,
    pub event_time: EventTime,
    pub request_time: Option<EventTime>,
    pub is_final: Option<bool>,
    pub message_id: Text<'a>,
    pub origination_identity: Option<PhoneNumber<'a>>,
    pub destination_phone_number: Option<PhoneNumber<'a>>,
    pub iso_country_code: Option<Text<'a>>,
    pub mcc: Option<Text<'a>>,
    pub mnc: Option<Text<'a>>,
    pub carrier_name: Option<Text<'a>>,
    pub is_international_send: Option<bool>,
    pub message_type: Option<Text<'a>>,
    pub message_encoding: Option<Text<'a>>,
    pub message_status: Option<Text<'a>>,
    pub message_status_description: Option<Text<'a>>,
    pub message_parts: Option<i32>,
    pub price: Option<Usd>,
    pub carrier_fee: Option<Usd>,
    pub call_duration_seconds: Option<i32>,
    pub billed_duration_minutes: Option<i32>,
    pub protect_configuration_id: Option<Text<'a>>,
    pub protect_status: Option<Text<'a>>,
    pub protect_recommendation: Option<Text<'a>>,
    pub protect_block_reason: Option<Text<'a>>,
    pub rcs_agent_country: Option<Text<'a>>,
    pub rcs_business_id: Option<Text<'a>>,
    pub rcs_billing_type: Option<Text<'a>>,
    /// The sender's own key-value pairs, in the order sent; no key twice.
    pub context: Vec<(Text<'a>, Text<'a>)>,
    /// Fields this version has no place for: name and JSON text, in the order sent.
    pub extra: Vec<(Text<'a>, Text<'a>)>,
    /// What stands for the destination number less its last four digits where the number itself is not kept. AWS sends no
    /// such thing: it is made where numbers are hidden, while they are still there.
    pub destination_prefix_hash: Option<Text<'a>>,
}

impl Event<'_> {
    /// An event of nothing.
    #[inline]
    pub(crate) fn blank() -> Self {
        Self {
            event_type: EventType::Unknown(Cow::Borrowed("")),
            event_version: None,
            event_time: EventTime::FIRST,
            request_time: None,
            is_final: None,
            message_id: Cow::Borrowed(""),
            origination_identity: None,
            destination_phone_number: None,
            iso_country_code: None,
            mcc: None,
            mnc: None,
            carrier_name: None,
            is_international_send: None,
            message_type: None,
            message_encoding: None,
            message_status: None,
            message_status_description: None,
            message_parts: None,
            price: None,
            carrier_fee: None,
            call_duration_seconds: None,
            billed_duration_minutes: None,
            protect_configuration_id: None,
            protect_status: None,
            protect_recommendation: None,
            protect_block_reason: None,
            rcs_agent_country: None,
            rcs_business_id: None,
            rcs_billing_type: None,
            context: Vec::new(),
            extra: Vec::new(),
            destination_prefix_hash: None,
        }
    }

    /// The same for the same event by every route, on every machine and version.
    pub fn id(&self) -> EventId {
        EventId::of(&self.message_id, self.event_type.as_str(), self.event_time.millis())
    }

    /// The channel its message was sent on.
    pub fn channel(&self) -> Channel {
        self.event_type.channel()
    }

    /// What it says became of its message. See [`EventType::outcome`].
    pub fn outcome(&self) -> Outcome {
        self.event_type.outcome(self.is_final)
    }

    /// Why the message did not arrive, or not at the first attempt: a failure that is not final has a reason, and the
    /// outcome pending. None if the event tells of no failure.
    pub fn failure_reason(&self) -> Option<FailureReason> {
        self.event_type.failure_reason()
    }

    /// Milliseconds from the request to this event; negative if AWS stamped it earlier.
    pub fn latency_ms(&self) -> Option<i64> {
        Some(self.event_time.millis() - self.request_time?.millis())
    }

    /// The fields without a place of their own, as one JSON object; none if there are none.
    pub fn extra_json(&self) -> Option<String> {
        (!self.extra.is_empty()).then(|| json::object(&self.extra))
    }

    /// Names of the fields that this version does not know. A field of [`Self::extra`] that AWS documents (`contentType`,
    /// and those of RCS conversations) is not one of them; an object with an unknown key (in `rcsMetadata`, say) is.
    pub fn unknown_fields(&self) -> impl Iterator<Item = &str> {
        self.extra.iter().map(|(name, _)| name.as_ref()).filter(|name| !is_known_without_place(name))
    }
}
