//! An event while its fields are read.

use std::borrow::Cow;

use crate::convert::{boolean, context, count, member_text, object, plain_pairs, text, time, usd};
use crate::error::ParseError;
use crate::event::{Event, Text, push_json_string};
use crate::event_type::EventType;
use crate::field::{Field, with_fields};
use crate::money::Usd;
use crate::parse::Result;
use crate::phone::PhoneNumber;
use crate::scan::{Scanner, Value};
use crate::timestamp::Timestamp;

/// How many unknown fields, or context entries, one event may have. AWS allows 5 context entries and sends about
/// 30 fields; keys are compared pair by pair, so the limit also bounds the time.
pub(crate) const MAX_FIELDS: usize = 128;

/// An event under construction. A field of the wrong kind is remembered and reported only when the whole text turned
/// out to be JSON: then the text is an event with a bad field, and not the truncated rest of one.
pub(crate) struct Draft<'a> {
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
    pub(crate) fn new() -> Self {
        Self {
            seen: 0,
            wrong: None,
            event_type: None,
            event_time: None,
            message_id: None,
            origination: None,
            destination: None,
            event: Event::blank(),
        }
    }

    /// Reads the object that comes next; what follows it is left alone.
    pub(crate) fn read(&mut self, scanner: &mut Scanner<'a>) -> Result<()> {
        let mut more = scanner.open()? && self.read_in_order(scanner)?;
        while more {
            let key = scanner.key()?;
            match Field::of(&key) {
                Some(field) => {
                    if self.seen & field.bit() != 0 {
                        self.note(ParseError::RepeatedField { field: field.wire() });
                    }
                    self.read_field(field, scanner)?;
                }
                None => self.keep_unknown(key, scanner)?,
            }
            more = scanner.more()?;
        }
        Ok(())
    }

    /// Reads fields as long as they come in the order in which AWS writes them: false if that was all of them. Here each
    /// field has code of its own, made from the table, and no key is looked up.
    fn read_in_order(&mut self, scanner: &mut Scanner<'a>) -> Result<bool> {
        macro_rules! read_each {
            ($($field:ident $len:literal $wire:literal;)*) => { $(
                if scanner.skip(concat!("\"", $wire, "\":")) {
                    self.read_field(Field::$field, scanner)?;
                    if !scanner.more()? {
                        return Ok(false);
                    }
                }
            )* };
        }
        with_fields!(read_each);
        Ok(true)
    }

    #[allow(clippy::inline_always)] // each place in `read_in_order` needs little of it: it knows the field
    #[inline(always)]
    fn read_field(&mut self, field: Field, scanner: &mut Scanner<'a>) -> Result<()> {
        self.seen |= field.bit();
        if self.read_plain(field, scanner).is_some() { Ok(()) } else { self.read_any(field, scanner) }
    }

    /// Reads a value that is written as it nearly always is; nothing is consumed otherwise.
    #[allow(clippy::inline_always)] // see `read_field`
    #[inline(always)]
    fn read_plain(&mut self, field: Field, scanner: &mut Scanner<'a>) -> Option<()> {
        if let Some(slot) = self.text_slot(field) {
            *slot = Some(Cow::Borrowed(scanner.plain_string()?));
            return Some(());
        }
        let to = &mut self.event;
        match field {
            Field::EventTimestamp => {
                self.event_time = Timestamp::from_millis(scanner.plain_whole(Timestamp::LAST.millis())?);
            }
            Field::MessageRequestTimestamp => {
                to.request_time = Timestamp::from_millis(scanner.plain_whole(Timestamp::LAST.millis())?);
            }
            Field::IsFinal => to.is_final = Some(scanner.plain_bool()?),
            Field::TotalMessageParts => to.message_parts = Some(scanner.plain_whole(i32::MAX.into())? as i32),
            Field::TotalMessagePrice => to.price = Some(Usd::from_micros(scanner.plain_millionths()?)),
            Field::TotalCarrierFee => to.carrier_fee = Some(Usd::from_micros(scanner.plain_millionths()?)),
            Field::Context => to.context = plain_pairs(scanner)?,
            _ => return None,
        }
        Some(())
    }

    #[inline(never)]
    fn read_any(&mut self, field: Field, scanner: &mut Scanner<'a>) -> Result<()> {
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

    /// The event, if all that was read makes one.
    pub(crate) fn finish(&mut self) -> Result<&mut Event<'a>> {
        let missing = |field: Field| ParseError::MissingField { field: field.wire() };
        let required = Field::EventType.bit() | Field::MessageId.bit() | Field::EventTimestamp.bit();
        if self.seen & required == 0 {
            return Err(ParseError::NotAnEvent);
        }
        if let Some(wrong) = self.wrong.take() {
            return Err(wrong);
        }
        let event_type = self.event_type.take().filter(|name| !name.is_empty());
        let message_id = self.message_id.take().filter(|id| !id.is_empty());
        let event = &mut self.event;
        event.event_type = EventType::from_wire(event_type.ok_or(missing(Field::EventType))?);
        event.message_id = message_id.ok_or(missing(Field::MessageId))?;
        event.event_time = self.event_time.ok_or(missing(Field::EventTimestamp))?;
        event.origination_identity = self.origination.take().map(PhoneNumber::from);
        event.destination_phone_number = self.destination.take().map(PhoneNumber::from);
        Ok(event)
    }
}
