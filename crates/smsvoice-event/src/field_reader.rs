//! From the fields of a JSON object to an event: each field's value is read into the place that the event has for it.

use std::borrow::Cow;

use crate::convert::{boolean, context, count, member_text, members, plain_pairs, text, time, usd};
use crate::error::{ParseError, Result};
use crate::event::{Event, Text};
use crate::event_time::EventTime;
use crate::event_type::EventType;
use crate::field::{Field, MAX_UNKNOWN_FIELDS, with_fields};
use crate::json;
use crate::money::Usd;
use crate::phone::PhoneNumber;
use crate::scan::{Scanner, Value};

/// Reads the fields of one event. A field of the wrong kind is remembered and reported only when the whole text turned
/// out to be JSON: then the text is an event with a bad field, and not the truncated rest of one.
pub(crate) struct FieldReader<'a> {
    /// A bit for each field that was read.
    seen: u64,
    /// The first field that could not be read.
    wrong: Option<ParseError>,
    event_type: Option<Text<'a>>,
    event_time: Option<EventTime>,
    message_id: Option<Text<'a>>,
    /// All other fields, filled in place: an event is 900 bytes, too many to move about.
    event: Event<'a>,
}

/// Where a field's value goes, and of what kind it is.
enum Place<'p, 'a> {
    Text(&'p mut Option<Text<'a>>),
    PhoneNumber(&'p mut Option<PhoneNumber<'a>>),
    Time(&'p mut Option<EventTime>),
    Bool(&'p mut Option<bool>),
    Count(&'p mut Option<i32>),
    Usd(&'p mut Option<Usd>),
    Pairs(&'p mut Vec<(Text<'a>, Text<'a>)>),
    /// An object whose members have places of their own; this reads them.
    Object(fn(&mut FieldReader<'a>, Field, &Value<'a>) -> Result<()>),
}

impl<'a> FieldReader<'a> {
    pub(crate) fn new() -> Self {
        Self { seen: 0, wrong: None, event_type: None, event_time: None, message_id: None, event: Event::blank() }
    }

    /// The place of each field. A field without one does not compile.
    #[allow(clippy::inline_always)] // see `read_field`
    #[inline(always)]
    fn place(&mut self, field: Field) -> Place<'_, 'a> {
        let to = &mut self.event;
        match field {
            Field::EventType => Place::Text(&mut self.event_type),
            Field::EventVersion => Place::Text(&mut to.event_version),
            Field::EventTimestamp => Place::Time(&mut self.event_time),
            Field::IsFinal => Place::Bool(&mut to.is_final),
            Field::OriginationPhoneNumber => Place::PhoneNumber(&mut to.origination_identity),
            Field::DestinationPhoneNumber => Place::PhoneNumber(&mut to.destination_phone_number),
            Field::IsoCountryCode => Place::Text(&mut to.iso_country_code),
            Field::Mcc => Place::Text(&mut to.mcc),
            Field::Mnc => Place::Text(&mut to.mnc),
            Field::CarrierName => Place::Text(&mut to.carrier_name),
            Field::MessageId => Place::Text(&mut self.message_id),
            Field::MessageRequestTimestamp => Place::Time(&mut to.request_time),
            Field::MessageEncoding => Place::Text(&mut to.message_encoding),
            Field::MessageType => Place::Text(&mut to.message_type),
            Field::MessageStatus => Place::Text(&mut to.message_status),
            Field::MessageStatusDescription => Place::Text(&mut to.message_status_description),
            Field::Context => Place::Pairs(&mut to.context),
            Field::TotalMessageParts => Place::Count(&mut to.message_parts),
            Field::TotalMessagePrice => Place::Usd(&mut to.price),
            Field::TotalCarrierFee => Place::Usd(&mut to.carrier_fee),
            Field::CallDurationInSeconds => Place::Count(&mut to.call_duration_seconds),
            Field::TotalDurationInMinutes => Place::Count(&mut to.billed_duration_minutes),
            Field::ProtectConfiguration => Place::Object(Self::read_protect_configuration),
            Field::ProtectConfigurationAssessment => Place::Object(Self::read_protect_assessment),
            Field::RcsMetadata => Place::Object(Self::read_rcs_metadata),
            Field::RcsBusinessId => Place::Text(&mut to.rcs_business_id),
            Field::AgentIsoCountryCode => Place::Text(&mut to.rcs_agent_country),
            Field::IsInternationalSend => Place::Bool(&mut to.is_international_send),
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
        const TIMES: [i64; 2] = [EventTime::FIRST.millis(), EventTime::LAST.millis()];
        match self.place(field) {
            Place::Text(place) => *place = Some(Cow::Borrowed(scanner.plain_string()?)),
            Place::PhoneNumber(place) => *place = Some(scanner.plain_string()?.into()),
            Place::Time(place) => *place = EventTime::from_millis(scanner.plain_whole(TIMES[0], TIMES[1])?),
            Place::Bool(place) => *place = Some(scanner.plain_bool()?),
            Place::Count(place) => *place = Some(scanner.plain_whole(0, i32::MAX.into())? as i32),
            Place::Usd(place) => *place = Some(Usd::from_micros(scanner.plain_millionths()?)),
            Place::Pairs(place) => *place = plain_pairs(scanner)?,
            Place::Object(_) => return None,
        }
        Some(())
    }

    /// Reads a value however it is written.
    #[inline(never)]
    fn read_any(&mut self, field: Field, scanner: &mut Scanner<'a>) -> Result<()> {
        let value = scanner.value()?;
        if let Err(wrong) = self.take(field, value) {
            self.note(wrong);
        }
        Ok(())
    }

    fn take(&mut self, field: Field, value: Value<'a>) -> Result<()> {
        match self.place(field) {
            Place::Text(place) => *place = text(field, value)?,
            Place::PhoneNumber(place) => *place = text(field, value)?.map(PhoneNumber::from),
            Place::Time(place) => *place = time(field, &value)?,
            Place::Bool(place) => *place = boolean(field, &value)?,
            Place::Count(place) => *place = count(field, &value)?,
            Place::Usd(place) => *place = usd(field, &value)?,
            Place::Pairs(place) => *place = context(&value)?,
            Place::Object(read) => read(self, field, &value)?,
        }
        Ok(())
    }

    fn note(&mut self, wrong: ParseError) {
        self.wrong.get_or_insert(wrong);
    }

    fn read_protect_configuration(&mut self, field: Field, value: &Value<'a>) -> Result<()> {
        let ([id, status], unknown) = members(field, value, ["protectConfigurationId", "protectStatus"])?;
        self.event.protect_configuration_id = member_text(field, id)?;
        self.event.protect_status = member_text(field, status)?;
        self.keep_unknown_members(field, &unknown);
        Ok(())
    }

    fn read_protect_assessment(&mut self, field: Field, value: &Value<'a>) -> Result<()> {
        const INSIGHTS: &str = "protectInsights";
        let ([recommendation, insights], mut unknown) = members(field, value, ["protectRecommendation", INSIGHTS])?;
        self.event.protect_recommendation = member_text(field, recommendation)?;
        let ([reason], unknown_insights) = members(field, &insights.unwrap_or(Value::Null), ["blockReason"])?;
        self.event.protect_block_reason = member_text(field, reason)?;
        if !unknown_insights.is_empty() {
            unknown.push((INSIGHTS.into(), json::object(&unknown_insights).into()));
        }
        self.keep_unknown_members(field, &unknown);
        Ok(())
    }

    fn read_rcs_metadata(&mut self, field: Field, value: &Value<'a>) -> Result<()> {
        let ([billing], unknown) = members(field, value, ["billingEventType"])?;
        self.event.rcs_billing_type = member_text(field, billing)?;
        self.keep_unknown_members(field, &unknown);
        Ok(())
    }

    /// Members of a known object that have no place stay together, in an object under that one's name.
    fn keep_unknown_members(&mut self, field: Field, unknown: &[(Text<'a>, Text<'a>)]) {
        if !unknown.is_empty() {
            self.event.extra.push((field.wire().into(), json::object(unknown).into()));
        }
    }

    fn keep_unknown(&mut self, key: Text<'a>, scanner: &mut Scanner<'a>) -> Result<()> {
        scanner.peek();
        let start = scanner.pos();
        scanner.value()?;
        let extra = &mut self.event.extra;
        if extra.len() >= MAX_UNKNOWN_FIELDS {
            self.note(ParseError::TooManyFields { limit: MAX_UNKNOWN_FIELDS });
        } else if extra.iter().any(|(name, _)| *name == key) {
            self.note(ParseError::RepeatedUnknownField);
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
        Ok(event)
    }
}
