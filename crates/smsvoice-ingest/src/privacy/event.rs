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

/// What this or another setting made of a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hidden {
    Mask,
    Hash,
    Dropped,
}

impl Hidden {
    fn of(text: &str) -> Option<Self> {
        match text {
            DROPPED => Some(Self::Dropped),
            _ if memchr::memmem::find(text.as_bytes(), b"**").is_some() => Some(Self::Mask),
            _ if is_hash(text) => Some(Self::Hash),
            _ => None,
        }
    }
}

/// Whether a text is surely no number that was hidden: a mask has stars, the last of them before two last digits, a hash a
/// colon, and what was dropped a bracket. This is asked of every event.
#[inline]
fn is_surely_plain(number: &str) -> bool {
    let bytes = number.as_bytes();
    match bytes.first() {
        Some(b'+') => bytes.len().checked_sub(3).is_some_and(|at| bytes[at].is_ascii_digit()),
        Some(b'[') => false,
        _ => memchr::memchr2(b'*', b':', bytes).is_none(),
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
        if let Some(number) = &event.destination_phone_number
            && Hidden::of(number.as_str()).is_none()
        {
            event.destination_prefix_hash = self.prefix_of(number.as_str()).map(Cow::Owned);
        }
        let stays =
            |number: &Option<PhoneNumber<'_>>| number.as_ref().is_none_or(|number| is_surely_plain(number.as_str()));
        if !(self.is_plain() && stays(&event.destination_phone_number))
            && let Some(number) = event.destination_phone_number.take()
        {
            event.destination_phone_number = self.in_column(number, true, &mut applied);
        }
        if (self.origination_too || !stays(&event.origination_identity))
            && let Some(number) = event.origination_identity.take()
        {
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
        if !is_surely_plain(text)
            && let Some(hidden) = Hidden::of(text)
        {
            let is_ours = is_hidden && self.makes(hidden);
            applied.was_hidden |= !is_ours;
            return is_ours.then_some(number);
        }
        if !is_hidden || self.is_plain() {
            return Some(number);
        }
        // Nearly all numbers are as AWS writes them, and are masked as they are.
        let is_as_ever = text.starts_with('+') && text.bytes().skip(1).all(|byte| byte.is_ascii_digit());
        let read = if is_as_ever && !self.hashes() { None } else { Number::read(text) };
        let stored = match read {
            Some(number) => (!self.drops()).then(|| self.stored(&number)),
            None => self.of_name(text),
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
        let known = |number: &PhoneNumber<'_>| {
            let text = Some(number.as_str()).filter(|text| Hidden::of(text).is_none())?;
            Number::read(text).map(|number| Known { stored: self.stored(&number), number })
        };
        let known: Vec<Known> = numbers.filter_map(known).collect();
        let stored = |number: &Number| self.stored(number);
        let search = Search { known: &known, ..self.search(&stored) };
        search.event(event);
    }
}

/// Gives a macro the texts of an event that are stored as they are and have a column each.
macro_rules! with_texts {
    ($event:ident, $then:ident) => {{
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
            destination_prefix_hash: _,
        } = $event;
        let texts = $then![
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
            rcs_billing_type
        ];
        (texts, event_type, context, extra)
    }};
}

/// `protect-` and 32 hexadecimal digits: identifiers of AWS's own are in most events, and hold no number.
#[inline]
fn is_identifier(text: &str) -> bool {
    let hex = if text.len() == 40 { text.strip_prefix("protect-") } else { None };
    hex.is_some_and(|hex| hex.bytes().fold(true, |is_hex, byte| is_hex & byte.is_ascii_hexdigit()))
}

/// Whether any of an event's texts has so many digits that it could hold a number.
#[inline]
fn could_hold_any(event: &Event<'_>) -> bool {
    macro_rules! any_could {
        ($($text:ident),*) => { $($text.as_ref().is_some_and(|text| !is_identifier(text) && could_hold(text)))||* };
    }
    let (any, event_type, context, extra) = with_texts!(event, any_could);
    any || matches!(event_type, EventType::Unknown(name) if could_hold(name))
        || context.iter().chain(extra).any(|(key, value)| could_hold(key) || could_hold(value))
}

impl Search<'_> {
    fn event(&self, event: &mut Event<'_>) {
        macro_rules! list {
            ($($text:ident),*) => { [$($text),*] };
        }
        let (texts, event_type, context, extra) = with_texts!(event, list);
        let own = Search { others: None, ..*self };
        let unknown = if let EventType::Unknown(name) = event_type { Some(name) } else { None };
        for text in texts.into_iter().flatten().chain(unknown) {
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
