//! From JSON text to one typed event.

use std::borrow::Cow;

use crate::convert::{boolean, context, count, member_text, object, plain_pairs, text, time, usd};
use crate::error::ParseError;
use crate::event::{Event, Text, push_json_string};
use crate::event_type::EventType;
use crate::field::Field;
use crate::phone::PhoneNumber;
use crate::scan::{Scanner, Value};
use crate::timestamp::Timestamp;

pub(crate) type Result<T> = std::result::Result<T, ParseError>;

/// How many unknown fields, or context entries, one event may have. AWS allows 5 context entries and sends about
/// 30 fields; keys are compared pair by pair, so the limit also bounds the time.
pub(crate) const MAX_FIELDS: usize = 128;

impl<'a> Event<'a> {
    /// Reads a text that is one event and nothing else but white space.
    ///
    /// ```
    /// use smsvoice_event::{Event, Outcome};
    /// let event = Event::parse(r#"{"eventType":"TEXT_DELIVERED","messageId":"m-1","eventTimestamp":1686975103470,
    ///     "isFinal":true,"totalMessagePrice":0.00581,"mcc":310}"#)?;
    /// assert_eq!(event.outcome(), Outcome::Delivered);
    /// assert_eq!(event.price.map(|price| price.micros()), Some(5_810));
    /// assert_eq!(event.mcc.as_deref(), Some("310"));
    /// # Ok::<(), smsvoice_event::ParseError>(())
    /// ```
    pub fn parse(text: &'a str) -> Result<Self> {
        let Prefix { event, len } = Self::parse_prefix(text)?;
        match text[len..].find(|c: char| !matches!(c, ' ' | '\n' | '\r' | '\t')) {
            None => event,
            Some(at) => Err(ParseError::Syntax { offset: len + at, expected: "the end of the event" }),
        }
    }

    /// Reads the JSON value that a text begins with: Firehose leaves events in S3 one behind the other, `{..}{..}`.
    /// Fails only where the text is no JSON, so that nobody can tell where the value ends.
    pub fn parse_prefix(text: &'a str) -> Result<Prefix<'a>> {
        let mut scanner = Scanner::new(text);
        if scanner.peek() != Some(b'{') {
            scanner.value()?;
            return Ok(Prefix { event: Err(ParseError::NotAnObject), len: scanner.pos() });
        }
        let mut draft = Draft::new();
        let mut more = scanner.open()?;
        let mut likely = Some((Field::EventType, Field::EventType.wire()));
        while more {
            let field = match likely {
                Some((field, key)) if scanner.skip_key(key) => Some(field),
                _ => {
                    let key = scanner.key()?;
                    let field = Field::of(&key);
                    if field.is_none() {
                        draft.keep_unknown(key, &mut scanner)?;
                    }
                    field
                }
            };
            if let Some(field) = field {
                draft.read(field, &mut scanner)?;
                likely = field.after();
            }
            more = scanner.more()?;
        }
        Ok(Prefix { event: draft.finish(), len: scanner.pos() })
    }
}

/// The JSON value that a text begins with, read as an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Prefix<'a> {
    /// The event, or why this value is none.
    pub event: Result<Event<'a>>,
    /// How many bytes the value took, white space before it included.
    pub len: usize,
}

/// An event under construction. A field of the wrong kind is remembered and reported only when the whole text turned
/// out to be JSON: then the text is an event with a bad field, and not the truncated rest of one.
struct Draft<'a> {
    seen: u64,
    wrong: Option<ParseError>,
    event_type: Option<Text<'a>>,
    event_time: Option<Timestamp>,
    message_id: Option<Text<'a>>,
    origination: Option<Text<'a>>,
    destination: Option<Text<'a>>,
    /// All other fields, filled in place: an event is 900 bytes, too many to move about.
    event: Event<'a>,
}

impl<'a> Draft<'a> {
    fn new() -> Self {
        let event = Event {
            event_type: EventType::Unknown(Cow::Borrowed("")),
            event_version: None,
            event_time: Timestamp::EPOCH,
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
        };
        Self {
            seen: 0,
            wrong: None,
            event_type: None,
            event_time: None,
            message_id: None,
            origination: None,
            destination: None,
            event,
        }
    }

    fn read(&mut self, field: Field, scanner: &mut Scanner<'a>) -> Result<()> {
        if self.seen & field.bit() != 0 {
            self.note(ParseError::RepeatedField { field: field.wire() });
        }
        self.seen |= field.bit();
        if let Some(slot) = self.text_slot(field)
            && let Some(text) = scanner.plain_string()
        {
            *slot = Some(Cow::Borrowed(text));
            return Ok(());
        }
        if field == Field::Context
            && let Some(pairs) = plain_pairs(scanner)
        {
            self.event.context = pairs;
            return Ok(());
        }
        let value = scanner.value()?;
        if let Err(wrong) = self.take(field, value) {
            self.note(wrong);
        }
        Ok(())
    }

    fn note(&mut self, wrong: ParseError) {
        self.wrong.get_or_insert(wrong);
    }

    /// Where a field rests that is a text; nothing for the others.
    #[inline]
    fn text_slot(&mut self, field: Field) -> Option<&mut Option<Text<'a>>> {
        let to = &mut self.event;
        Some(match field {
            Field::EventType => &mut self.event_type,
            Field::MessageId => &mut self.message_id,
            Field::EventVersion => &mut to.event_version,
            Field::OriginationPhoneNumber => &mut self.origination,
            Field::DestinationPhoneNumber => &mut self.destination,
            Field::IsoCountryCode => &mut to.iso_country_code,
            Field::Mcc => &mut to.mcc,
            Field::Mnc => &mut to.mnc,
            Field::CarrierName => &mut to.carrier_name,
            Field::MessageEncoding => &mut to.message_encoding,
            Field::MessageType => &mut to.message_type,
            Field::MessageStatus => &mut to.message_status,
            Field::MessageStatusDescription => &mut to.message_status_description,
            Field::RcsBusinessId => &mut to.rcs_business_id,
            Field::AgentIsoCountryCode => &mut to.rcs_agent_country,
            _ => return None,
        })
    }

    fn take(&mut self, field: Field, value: Value<'a>) -> Result<()> {
        if let Some(slot) = self.text_slot(field) {
            *slot = text(field, value)?;
            return Ok(());
        }
        let to = &mut self.event;
        match field {
            Field::EventTimestamp => self.event_time = time(field, &value)?,
            Field::IsFinal => to.is_final = boolean(field, &value)?,
            Field::IsInternationalSend => to.is_international_send = boolean(field, &value)?,
            Field::MessageRequestTimestamp => to.request_time = time(field, &value)?,
            Field::TotalMessageParts => to.message_parts = count(field, &value)?,
            Field::TotalMessagePrice => to.price = usd(field, &value)?,
            Field::TotalCarrierFee => to.carrier_fee = usd(field, &value)?,
            Field::CallDurationInSeconds => to.call_duration_seconds = count(field, &value)?,
            Field::TotalDurationInMinutes => to.billed_duration_minutes = count(field, &value)?,
            Field::Context => to.context = context(&value)?,
            Field::ProtectConfiguration => {
                let [id, status] = self.members(field, &value, ["protectConfigurationId", "protectStatus"])?;
                self.event.protect_configuration_id = member_text(field, id)?;
                self.event.protect_status = member_text(field, status)?;
            }
            Field::ProtectConfigurationAssessment => {
                let [recommendation, insights] =
                    self.members(field, &value, ["protectRecommendation", "protectInsights"])?;
                self.event.protect_recommendation = member_text(field, recommendation)?;
                let [reason] = self.members(field, &insights.unwrap_or(Value::Null), ["blockReason"])?;
                self.event.protect_block_reason = member_text(field, reason)?;
            }
            Field::RcsMetadata => {
                let [billing] = self.members(field, &value, ["billingEventType"])?;
                self.event.rcs_billing_type = member_text(field, billing)?;
            }
            text => debug_assert!(false, "{text:?} has a slot"),
        }
        Ok(())
    }

    /// The named members of an object; its others go to `extra`, under the object's own name.
    fn members<const N: usize>(
        &mut self,
        field: Field,
        value: &Value<'a>,
        names: [&str; N],
    ) -> Result<[Option<Value<'a>>; N]> {
        let mut found = [const { None }; N];
        let mut unknown = String::new();
        let Some(mut scanner) = object(field, value)? else { return Ok(found) };
        let mut more = scanner.open()?;
        while more {
            let key = scanner.key()?;
            let start = scanner.pos();
            let value = scanner.value()?;
            match names.iter().position(|name| *name == key) {
                Some(at) if found[at].is_some() => return Err(ParseError::RepeatedField { field: field.wire() }),
                Some(at) => found[at] = Some(value),
                None => {
                    unknown.push(if unknown.is_empty() { '{' } else { ',' });
                    push_json_string(&mut unknown, &key);
                    unknown.push(':');
                    unknown.push_str(scanner.slice(start).trim_start());
                }
            }
            more = scanner.more()?;
        }
        if !unknown.is_empty() {
            unknown.push('}');
            self.event.extra.push((Cow::Borrowed(field.wire()), Cow::Owned(unknown)));
        }
        Ok(found)
    }

    fn keep_unknown(&mut self, key: Text<'a>, scanner: &mut Scanner<'a>) -> Result<()> {
        scanner.peek();
        let start = scanner.pos();
        scanner.value()?;
        let extra = &mut self.event.extra;
        if extra.len() >= MAX_FIELDS {
            self.note(ParseError::TooManyFields { field: "the event", limit: MAX_FIELDS });
        } else if extra.iter().any(|(name, _)| *name == key) {
            self.note(ParseError::RepeatedField { field: "of an unknown name" });
        } else {
            extra.push((key, Cow::Borrowed(scanner.slice(start))));
        }
        Ok(())
    }

    fn finish(self) -> Result<Event<'a>> {
        let missing = |field: Field| ParseError::MissingField { field: field.wire() };
        let required = Field::EventType.bit() | Field::MessageId.bit() | Field::EventTimestamp.bit();
        if self.seen & required == 0 {
            return Err(ParseError::NotAnEvent);
        }
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let event_type = self.event_type.filter(|name| !name.is_empty());
        let message_id = self.message_id.filter(|id| !id.is_empty());
        let mut event = self.event;
        event.event_type = EventType::from_wire(event_type.ok_or(missing(Field::EventType))?);
        event.message_id = message_id.ok_or(missing(Field::MessageId))?;
        event.event_time = self.event_time.ok_or(missing(Field::EventTimestamp))?;
        event.origination_identity = self.origination.map(PhoneNumber::from);
        event.destination_phone_number = self.destination.map(PhoneNumber::from);
        Ok(event)
    }
}
