//! The numbers of one event, hidden wherever they stand in it.

use std::borrow::Cow;
use std::collections::HashSet;

use smsvoice_event::{Event, EventType, PhoneNumber, Text};

use super::hash::is_hash;
use super::keys::Key;
use super::spelling::{Form, Known, Number, Search, could_hold};
use super::{DROPPED, PhoneNumbers, Privacy};

/// What became of an event's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Whether a number was hidden already when the event was read, in a way that this lake does not store: it is null now.
    pub was_hidden: bool,
}

/// A number as an event has it.
enum Given<'n> {
    /// A telephone number.
    Number(Number),
    /// Something else: a sender id, an agent.
    Name(&'n str),
    /// What this or another setting made of a number.
    Hidden(Hidden),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hidden {
    Mask,
    Hash,
    Dropped,
}

impl<'n> Given<'n> {
    fn of(text: &'n str) -> Self {
        let hidden = match text {
            DROPPED => Some(Hidden::Dropped),
            _ if text.contains("**") => Some(Hidden::Mask),
            _ if is_hash(text) => Some(Hidden::Hash),
            _ => None,
        };
        match hidden {
            Some(hidden) => Self::Hidden(hidden),
            None => Number::read(text).map_or(Self::Name(text), Self::Number),
        }
    }
}

impl Privacy {
    /// Hides the numbers of an event: in their own fields, and in whatever else of it is stored. Its message id is AWS's own
    /// and stays.
    pub fn apply(&self, event: &mut Event<'_>) -> Applied {
        let mut applied = Applied::default();
        if !self.is_plain() && could_hold_any(event) {
            self.hide_everywhere(event);
        }
        if let Some(number) = event.destination_phone_number.take() {
            event.destination_phone_number = self.in_column(number, true, &mut applied);
        }
        if let Some(number) = event.origination_identity.take() {
            let is_hidden =
                self.origination_too && (number.as_str().contains("**") || Number::is_all_of(number.as_str()));
            event.origination_identity = self.in_column(number, is_hidden, &mut applied);
        }
        applied
    }

    /// What is stored for a number in its own column; none if nothing is.
    fn in_column<'n>(
        &self,
        number: PhoneNumber<'n>,
        is_hidden: bool,
        applied: &mut Applied,
    ) -> Option<PhoneNumber<'n>> {
        let text = number.as_str();
        // Nearly all numbers are as AWS writes them, and are masked as they are.
        let is_as_ever = text.starts_with('+') && text.bytes().skip(1).all(|byte| byte.is_ascii_digit());
        let given = if is_as_ever && !self.hashes() { Given::Name(text) } else { Given::of(text) };
        let stored = match given {
            Given::Hidden(hidden) => {
                let is_ours = is_hidden && self.makes(hidden);
                applied.was_hidden |= !is_ours;
                return is_ours.then_some(number);
            }
            Given::Number(_) | Given::Name(_) if !is_hidden || self.is_plain() => return Some(number),
            Given::Number(number) => (!self.drops()).then(|| self.stored(&number)),
            Given::Name(name) => self.of_name(name),
        };
        stored.map(|text| PhoneNumber::from(Cow::Owned(text)))
    }

    fn of_name(&self, name: &str) -> Option<String> {
        match &self.numbers {
            PhoneNumbers::Plain => Some(name.to_owned()),
            PhoneNumbers::Hmac(key) => Some(key.hash(name)),
            PhoneNumbers::Mask => Some(PhoneNumber::from(name).masked()),
            PhoneNumbers::Drop => None,
        }
    }

    fn makes(&self, hidden: Hidden) -> bool {
        match hidden {
            Hidden::Mask => matches!(self.numbers, PhoneNumbers::Mask),
            Hidden::Hash => self.hashes(),
            Hidden::Dropped => false,
        }
    }

    /// The slow way, which hardly any event needs: some text of it has as many digits as a number.
    #[cold]
    fn hide_everywhere(&self, event: &mut Event<'_>) {
        let origination = event.origination_identity.as_ref().filter(|_| self.origination_too);
        let numbers = event.destination_phone_number.iter().chain(origination);
        let known = |number: &PhoneNumber<'_>| match Given::of(number.as_str()) {
            Given::Number(number) => Some(Known { stored: self.stored(&number), number }),
            Given::Name(_) | Given::Hidden(_) => None,
        };
        let known: Vec<Known> = numbers.filter_map(known).collect();
        let stored = |number: &Number| self.stored(number);
        let search = Search { known: &known, ..self.search(&stored) };
        search.event(event);
    }
}

/// The texts of an event that are stored as they are.
struct Texts<'e, 'a> {
    /// Fields with a column of their own.
    fields: [&'e mut Option<Text<'a>>; 16],
    event_type: &'e mut EventType<'a>,
    context: &'e mut Vec<(Text<'a>, Text<'a>)>,
    extra: &'e mut Vec<(Text<'a>, Text<'a>)>,
}

impl<'e, 'a> Texts<'e, 'a> {
    #[inline]
    fn of(event: &'e mut Event<'a>) -> Self {
        // Without `..`: a field that nobody thought of here does not compile.
        let Event {
            event_type,
            event_version,
            event_time: _,
            request_time: _,
            is_final: _,
            message_id: _,
            origination_identity: _,
            destination_phone_number: _,
            iso_country_code,
            mcc,
            mnc,
            carrier_name,
            is_international_send: _,
            message_type,
            message_encoding,
            message_status,
            message_status_description,
            message_parts: _,
            price: _,
            carrier_fee: _,
            call_duration_seconds: _,
            billed_duration_minutes: _,
            protect_configuration_id,
            protect_status,
            protect_recommendation,
            protect_block_reason,
            rcs_agent_country,
            rcs_business_id,
            rcs_billing_type,
            context,
            extra,
        } = event;
        let fields = [
            event_version,
            iso_country_code,
            mcc,
            mnc,
            carrier_name,
            message_type,
            message_encoding,
            message_status,
            message_status_description,
            protect_configuration_id,
            protect_status,
            protect_recommendation,
            protect_block_reason,
            rcs_agent_country,
            rcs_business_id,
            rcs_billing_type,
        ];
        Self { fields, event_type, context, extra }
    }
}

/// Whether any of an event's texts has so many digits that it could hold a number.
fn could_hold_any(event: &mut Event<'_>) -> bool {
    let Texts { fields, event_type, context, extra } = Texts::of(event);
    fields.iter().any(|text| text.as_ref().is_some_and(|text| could_hold(text)))
        || matches!(event_type, EventType::Unknown(name) if could_hold(name))
        || context.iter().chain(&*extra).any(|(key, value)| could_hold(key) || could_hold(value))
}

impl Search<'_> {
    fn event(&self, event: &mut Event<'_>) {
        let Texts { fields, event_type, context, extra } = Texts::of(event);
        let own = Search { others: None, ..*self };
        let unknown = if let EventType::Unknown(name) = event_type { Some(name) } else { None };
        for text in fields.into_iter().flatten().chain(unknown) {
            own.replace(text, Form::Text, Key::Unknown);
        }
        self.pairs(context, Form::Text);
        self.pairs(extra, Form::Json);
    }

    /// Keys and values. No key may stand twice: of two that became the same, the second gets a number.
    fn pairs(&self, pairs: &mut [(Text<'_>, Text<'_>)], values: Form) {
        let mut changed = false;
        for (key, value) in &mut *pairs {
            if could_hold(value) {
                self.replace(value, values, Key::of(key.as_bytes(), self.kept));
            }
            let is_kept = self.kept.iter().any(|kept| kept == key);
            changed |= !is_kept && self.replace(key, Form::Text, Key::Unknown);
        }
        let mut seen = HashSet::new();
        for (key, _) in pairs.iter_mut().filter(|_| changed) {
            let name = key.clone().into_owned();
            let mut again = 1;
            while !seen.insert(key.to_string()) {
                again += 1;
                *key = Cow::Owned(format!("{name} ({again})"));
            }
        }
    }

    /// Whether the text has changed.
    fn replace(&self, text: &mut Text<'_>, form: Form, key: Key) -> bool {
        if !could_hold(text) {
            return false;
        }
        let Cow::Owned(mut replaced) = self.text(text, form, key) else { return false };
        // Digits of a number longer than any that JSON writers make could be cut out of its middle.
        if form == Form::Json && serde_json::from_str::<serde::de::IgnoredAny>(&replaced).is_err() {
            replaced = serde_json::Value::from(replaced).to_string();
        }
        *text = Cow::Owned(replaced);
        true
    }
}
