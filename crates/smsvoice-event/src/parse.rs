//! From JSON text to one typed event.

use std::borrow::Cow;

use crate::error::ParseError;
use crate::event::{Event, Text, push_json_string};
use crate::event_type::EventType;
use crate::field::Field;
use crate::money::{Usd, scaled};
use crate::phone::PhoneNumber;
use crate::scan::{Scanner, Value};
use crate::timestamp::Timestamp;

type Result<T> = std::result::Result<T, ParseError>;

/// How many unknown fields, or context entries, one event may have. AWS allows 5 context entries and sends about
/// 30 fields; keys are compared pair by pair, so the limit also bounds the time.
const MAX_FIELDS: usize = 128;

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
        let (event, end) = Self::parse_prefix(text)?;
        let rest = &text[end..];
        match rest.find(|c: char| !matches!(c, ' ' | '\n' | '\r' | '\t')) {
            None => Ok(event),
            Some(at) => Err(ParseError::Syntax { offset: end + at, expected: "the end of the event" }),
        }
    }

    /// Reads the event that a text begins with, and says how many bytes it took: Firehose leaves events in S3 one
    /// behind the other, `{..}{..}`.
    pub fn parse_prefix(text: &'a str) -> Result<(Self, usize)> {
        let mut scanner = Scanner::new(text);
        if scanner.peek() != Some(b'{') {
            // Anything else that is JSON is no event; anything else at all is a syntax error.
            scanner.value()?;
            return Err(ParseError::NotAnObject);
        }
        let mut draft = Draft::default();
        let mut more = scanner.open()?;
        while more {
            let key = scanner.key()?;
            match Field::of(&key) {
                Some(field) => draft.read(field, &mut scanner)?,
                None => draft.keep_unknown(key, &mut scanner)?,
            }
            more = scanner.more()?;
        }
        Ok((draft.finish()?, scanner.pos()))
    }
}

/// An event under construction. A field of the wrong kind is remembered and reported only when the whole text turned
/// out to be JSON: then the text is an event with a bad field, and not the truncated rest of one.
#[derive(Default)]
struct Draft<'a> {
    seen: u64,
    wrong: Option<ParseError>,
    event_type: Option<Text<'a>>,
    event_time: Option<Timestamp>,
    message_id: Option<Text<'a>>,
    optional: Optional<'a>,
}

/// The optional fields of [`Event`].
#[derive(Default)]
struct Optional<'a> {
    event_version: Option<Text<'a>>,
    request_time: Option<Timestamp>,
    is_final: Option<bool>,
    origination_identity: Option<Text<'a>>,
    destination_phone_number: Option<Text<'a>>,
    iso_country_code: Option<Text<'a>>,
    mcc: Option<Text<'a>>,
    mnc: Option<Text<'a>>,
    carrier_name: Option<Text<'a>>,
    is_international_send: Option<bool>,
    message_type: Option<Text<'a>>,
    message_encoding: Option<Text<'a>>,
    message_status: Option<Text<'a>>,
    message_status_description: Option<Text<'a>>,
    message_parts: Option<i32>,
    price: Option<Usd>,
    carrier_fee: Option<Usd>,
    call_duration_seconds: Option<i32>,
    billed_duration_minutes: Option<i32>,
    protect_configuration_id: Option<Text<'a>>,
    protect_status: Option<Text<'a>>,
    protect_recommendation: Option<Text<'a>>,
    protect_block_reason: Option<Text<'a>>,
    rcs_agent_country: Option<Text<'a>>,
    rcs_business_id: Option<Text<'a>>,
    rcs_billing_type: Option<Text<'a>>,
    context: Vec<(Text<'a>, Text<'a>)>,
    extra: Vec<(Text<'a>, Text<'a>)>,
}

impl<'a> Draft<'a> {
    fn read(&mut self, field: Field, scanner: &mut Scanner<'a>) -> Result<()> {
        if self.seen & field.bit() != 0 {
            self.note(ParseError::RepeatedField { field: field.wire() });
        }
        self.seen |= field.bit();
        let value = scanner.value()?;
        if let Err(wrong) = self.take(field, value) {
            self.note(wrong);
        }
        Ok(())
    }

    fn note(&mut self, wrong: ParseError) {
        self.wrong.get_or_insert(wrong);
    }

    fn take(&mut self, field: Field, value: Value<'a>) -> Result<()> {
        let to = &mut self.optional;
        match field {
            Field::EventType => self.event_type = text(field, value)?,
            Field::EventTimestamp => self.event_time = time(field, &value)?,
            Field::MessageId => self.message_id = text(field, value)?,
            Field::EventVersion => to.event_version = text(field, value)?,
            Field::IsFinal => to.is_final = boolean(field, &value)?,
            Field::OriginationPhoneNumber => to.origination_identity = text(field, value)?,
            Field::DestinationPhoneNumber => to.destination_phone_number = text(field, value)?,
            Field::IsoCountryCode => to.iso_country_code = text(field, value)?,
            Field::IsInternationalSend => to.is_international_send = boolean(field, &value)?,
            Field::Mcc => to.mcc = text(field, value)?,
            Field::Mnc => to.mnc = text(field, value)?,
            Field::CarrierName => to.carrier_name = text(field, value)?,
            Field::MessageRequestTimestamp => to.request_time = time(field, &value)?,
            Field::MessageEncoding => to.message_encoding = text(field, value)?,
            Field::MessageType => to.message_type = text(field, value)?,
            Field::MessageStatus => to.message_status = text(field, value)?,
            Field::MessageStatusDescription => to.message_status_description = text(field, value)?,
            Field::TotalMessageParts => to.message_parts = count(field, &value)?,
            Field::TotalMessagePrice => to.price = usd(field, &value)?,
            Field::TotalCarrierFee => to.carrier_fee = usd(field, &value)?,
            Field::CallDurationInSeconds => to.call_duration_seconds = count(field, &value)?,
            Field::TotalDurationInMinutes => to.billed_duration_minutes = count(field, &value)?,
            Field::RcsBusinessId => to.rcs_business_id = text(field, value)?,
            Field::AgentIsoCountryCode => to.rcs_agent_country = text(field, value)?,
            Field::Context => to.context = context(&value)?,
            Field::ProtectConfiguration => {
                let [id, status] = self.members(field, &value, ["protectConfigurationId", "protectStatus"])?;
                self.optional.protect_configuration_id = member_text(field, id)?;
                self.optional.protect_status = member_text(field, status)?;
            }
            Field::ProtectConfigurationAssessment => {
                let [recommendation, insights] =
                    self.members(field, &value, ["protectRecommendation", "protectInsights"])?;
                self.optional.protect_recommendation = member_text(field, recommendation)?;
                let [reason] = self.members(field, &insights.unwrap_or(Value::Null), ["blockReason"])?;
                self.optional.protect_block_reason = member_text(field, reason)?;
            }
            Field::RcsMetadata => {
                let [billing] = self.members(field, &value, ["billingEventType"])?;
                self.optional.rcs_billing_type = member_text(field, billing)?;
            }
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
            self.optional.extra.push((Cow::Borrowed(field.wire()), Cow::Owned(unknown)));
        }
        Ok(found)
    }

    fn keep_unknown(&mut self, key: Text<'a>, scanner: &mut Scanner<'a>) -> Result<()> {
        scanner.peek();
        let start = scanner.pos();
        scanner.value()?;
        let extra = &mut self.optional.extra;
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
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let event_type = self.event_type.filter(|name| !name.is_empty());
        let message_id = self.message_id.filter(|id| !id.is_empty());
        let o = self.optional;
        Ok(Event {
            event_type: EventType::from_wire(event_type.ok_or(missing(Field::EventType))?),
            message_id: message_id.ok_or(missing(Field::MessageId))?,
            event_time: self.event_time.ok_or(missing(Field::EventTimestamp))?,
            event_version: o.event_version,
            request_time: o.request_time,
            is_final: o.is_final,
            origination_identity: o.origination_identity.map(PhoneNumber::from),
            destination_phone_number: o.destination_phone_number.map(PhoneNumber::from),
            iso_country_code: o.iso_country_code,
            mcc: o.mcc,
            mnc: o.mnc,
            carrier_name: o.carrier_name,
            is_international_send: o.is_international_send,
            message_type: o.message_type,
            message_encoding: o.message_encoding,
            message_status: o.message_status,
            message_status_description: o.message_status_description,
            message_parts: o.message_parts,
            price: o.price,
            carrier_fee: o.carrier_fee,
            call_duration_seconds: o.call_duration_seconds,
            billed_duration_minutes: o.billed_duration_minutes,
            protect_configuration_id: o.protect_configuration_id,
            protect_status: o.protect_status,
            protect_recommendation: o.protect_recommendation,
            protect_block_reason: o.protect_block_reason,
            rcs_agent_country: o.rcs_agent_country,
            rcs_business_id: o.rcs_business_id,
            rcs_billing_type: o.rcs_billing_type,
            context: o.context,
            extra: o.extra,
        })
    }
}

fn invalid(field: Field, expected: &'static str) -> ParseError {
    ParseError::InvalidField { field: field.wire(), expected }
}

/// A string; or a number, as its digits: SNS's own SMS logs have `"mcc":310`.
fn text(field: Field, value: Value<'_>) -> Result<Option<Text<'_>>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(digits) => Ok(Some(Cow::Borrowed(digits))),
        Value::Bool(_) | Value::Nested(_) => Err(invalid(field, "a string")),
    }
}

fn member_text(field: Field, value: Option<Value<'_>>) -> Result<Option<Text<'_>>> {
    text(field, value.unwrap_or(Value::Null))
}

/// A boolean; or its word in a string, since AWS's table of fields says `"True"`.
fn boolean(field: Field, value: &Value<'_>) -> Result<Option<bool>> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(value) => Ok(Some(*value)),
        Value::String(word) if word.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Value::String(word) if word.eq_ignore_ascii_case("false") => Ok(Some(false)),
        _ => Err(invalid(field, "true or false")),
    }
}

/// A whole number ≥ 0, however it is written: `60`, `"60"`, `60.0`, `6e1`.
fn whole(value: &Value<'_>) -> Option<i64> {
    let digits = match value {
        Value::Number(digits) => digits,
        Value::String(digits) => digits.as_ref(),
        _ => return None,
    };
    if let Ok(plain) = digits.parse::<i64>() {
        return (plain >= 0 && !digits.starts_with('+')).then_some(plain);
    }
    scaled(digits, 0).ok().filter(|number| *number >= 0)
}

fn count(field: Field, value: &Value<'_>) -> Result<Option<i32>> {
    if *value == Value::Null {
        return Ok(None);
    }
    let number = whole(value).and_then(|number| i32::try_from(number).ok());
    number.map(Some).ok_or(invalid(field, "a whole number from 0 to 2147483647"))
}

/// Epoch milliseconds, as a number or in a string; or RFC 3339.
fn time(field: Field, value: &Value<'_>) -> Result<Option<Timestamp>> {
    let time = match value {
        Value::Null => return Ok(None),
        Value::String(text) if text.contains('-') => Timestamp::parse_rfc3339(text),
        other => whole(other).and_then(Timestamp::from_millis),
    };
    time.map(Some).ok_or(invalid(field, "a time in epoch milliseconds, from 1970 to 9999"))
}

fn usd(field: Field, value: &Value<'_>) -> Result<Option<Usd>> {
    let digits = match value {
        Value::Null => return Ok(None),
        Value::Number(digits) => digits,
        Value::String(digits) => digits.as_ref(),
        Value::Bool(_) | Value::Nested(_) => return Err(invalid(field, "an amount")),
    };
    Usd::parse(digits).map(Some).map_err(|_| invalid(field, "an amount of at most 12 digits and 6 decimal places"))
}

fn object<'a>(field: Field, value: &Value<'a>) -> Result<Option<Scanner<'a>>> {
    match value {
        Value::Null => Ok(None),
        Value::Nested(text) if text.starts_with('{') => Ok(Some(Scanner::new(text))),
        _ => Err(invalid(field, "an object")),
    }
}

/// The sender's pairs. Values that are no strings keep their JSON text; a null value is no pair.
fn context<'a>(value: &Value<'a>) -> Result<Vec<(Text<'a>, Text<'a>)>> {
    let mut pairs: Vec<(Text<'a>, Text<'a>)> = Vec::new();
    let Some(mut scanner) = object(Field::Context, value)? else { return Ok(pairs) };
    let mut more = scanner.open()?;
    while more {
        let key = scanner.key()?;
        let value = match scanner.value()? {
            Value::Null => None,
            Value::String(text) => Some(text),
            Value::Number(text) | Value::Nested(text) => Some(Cow::Borrowed(text)),
            Value::Bool(truth) => Some(Cow::Borrowed(if truth { "true" } else { "false" })),
        };
        if let Some(value) = value {
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(ParseError::RepeatedField { field: Field::Context.wire() });
            }
            if pairs.len() >= MAX_FIELDS {
                return Err(ParseError::TooManyFields { field: Field::Context.wire(), limit: MAX_FIELDS });
            }
            pairs.push((key, value));
        }
        more = scanner.more()?;
    }
    Ok(pairs)
}
