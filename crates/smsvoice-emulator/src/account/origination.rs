//! Which origination identity a message is sent from: the one that the request names, or one that fits.

use smsvoice_event::MessageType;

use crate::{
    account::{
        Account,
        configuration_set::ConfigurationSet,
        country_rules::{SenderIds, sender_ids},
        opt_out::DEFAULT_LIST,
        phone_number::{Capability, NumberType, PhoneNumber},
        pool::Pool,
        sender_id::SenderId,
    },
    clock::EpochMs,
    refusal::{Clash, Invalid, Refusal, Resource},
};

const FIELD: &str = "OriginationIdentity";

/// What a message needs of the identity it is sent from.
pub(crate) struct OriginationNeed<'a> {
    pub(crate) capability: Capability,
    /// Any, if the request names none.
    pub(crate) message_type: Option<MessageType>,
    /// The destination's country, ISO 3166-1 alpha-2; none if no country has its code.
    pub(crate) country: Option<&'a str>,
    /// Whether the destination is one of AWS's simulators.
    pub(crate) to_simulator: bool,
    /// When it is sent.
    pub(crate) now: EpochMs,
}

/// The identity that a message is sent from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Origination {
    /// A number in E.164 form, or a sender ID: `originationPhoneNumber` of events.
    pub(crate) shown: String,
    pub(crate) message_type: MessageType,
    /// The opt-out list that the destination must not be on; none where the sender manages opt-outs.
    pub(crate) opt_out_list: Option<String>,
    pub(crate) international: bool,
}

impl Account {
    pub(crate) fn origination(
        &self,
        given: Option<&str>,
        need: &OriginationNeed<'_>,
        set: Option<&ConfigurationSet>,
    ) -> Result<Origination, Refusal> {
        match given {
            None => self.fitting_origination(need, set),
            Some(given) if given.starts_with("pool-") || given.contains(":pool/") => {
                self.origination_of_pool(self.pool(given)?, need)
            }
            Some(given) if given.contains(":sender-id/") => {
                let name = self.place.name(Resource::SenderId, given, FIELD)?;
                self.origination_of_sender_id(name.split('/').next().unwrap_or(name), need)
            }
            Some(given) if given.starts_with("phone-") || given.contains(":phone-number/") => {
                let number = self.phone_number(given)?;
                self.origination_of_number(number, need)
            }
            Some(given) if given.starts_with("arn:") => Err(super::arn::bad_arn(FIELD, given)),
            Some(given) if given.trim_start_matches('+').bytes().all(|b| b.is_ascii_digit()) => {
                let missing = || Refusal::not_found(Resource::PhoneNumber, given);
                self.origination_of_number(self.phone_number_called(given).ok_or_else(missing)?, need)
            }
            Some(given) => self.origination_of_sender_id(given, need),
        }
    }

    fn origination_of_number(&self, number: &PhoneNumber, need: &OriginationNeed<'_>) -> Result<Origination, Refusal> {
        let id = number.phone_number_id.as_str();
        number.require_active(need.now)?;
        if !number.number_capabilities.contains(&need.capability) {
            if need.capability == Capability::Voice {
                let message = "the phone number has no VOICE capability";
                return Err(Refusal::invalid(Invalid::VoiceCapabilityNotAvailable, FIELD, message));
            }
            let message = format!("the phone number has no {} capability", need.capability.word());
            return Err(Refusal::clash(Clash::NumberCapabilitiesMismatch, Resource::PhoneNumber, id, message));
        }
        if need.message_type.is_some_and(|wanted| wanted != number.message_type) {
            let message = format!("the phone number is for {} messages", number.message_type.as_str());
            return Err(Refusal::clash(Clash::MessageTypeMismatch, Resource::PhoneNumber, id, message));
        }
        let Some(country) = need.country else { return Err(of_no_country()) };
        let abroad = number.iso_country_code != country;
        if number.number_type == NumberType::Simulator && (abroad || !need.to_simulator) {
            let message = format!(
                "a simulator number of {} reaches AWS's simulator destinations of {0} alone",
                number.iso_country_code
            );
            return Err(Refusal::invalid(Invalid::InvalidIdentityForDestinationCountry, FIELD, message));
        }
        if abroad && !number.international_sending_enabled {
            let message = format!("the number is of {} and international sending is off", number.iso_country_code);
            return Err(Refusal::invalid(Invalid::InternationalSendingNotSupported, FIELD, message));
        }
        let pool = number.pool_id.as_ref().and_then(|id| self.pools.get(id));
        let settings = pool.map_or(&number.settings, |pool| &pool.settings);
        Ok(Origination {
            shown: number.phone_number.clone(),
            message_type: number.message_type,
            opt_out_list: (!settings.self_managed_opt_outs_enabled).then(|| settings.opt_out_list_name.clone()),
            international: abroad,
        })
    }

    /// The first number of the pool that fits, of the destination's own country if there is one; else a sender ID.
    fn origination_of_pool(&self, pool: &Pool, need: &OriginationNeed<'_>) -> Result<Origination, Refusal> {
        if need.message_type.is_some_and(|wanted| wanted != pool.message_type) {
            let message = format!("the pool is for {} messages", pool.message_type.as_str());
            return Err(Refusal::clash(Clash::MessageTypeMismatch, Resource::Pool, pool.id(), message));
        }
        pool.require_active(need.now)?;
        let mut failed = Candidates::default();
        let ids = self.numbers_of(pool.id());
        let numbers = ids.iter().filter_map(|id| self.phone_numbers.get(id));
        if let Some(origination) = self.best(numbers, need, &mut failed) {
            return Ok(origination);
        }
        let found = failed.first_sender_id(self.sender_ids_of(pool).into_iter(), need);
        let Some(id) = found else { return Err(failed.none_found(Resource::Pool, pool.id(), need)) };
        let list = (!pool.settings.self_managed_opt_outs_enabled).then(|| pool.settings.opt_out_list_name.clone());
        Ok(Origination { opt_out_list: list, ..sender_id_origination(&id.sender_id, pool.message_type) })
    }

    fn origination_of_sender_id(&self, name: &str, need: &OriginationNeed<'_>) -> Result<Origination, Refusal> {
        if need.capability != Capability::Sms {
            let message = format!("a sender ID carries no {} messages", need.capability.word());
            return Err(Refusal::invalid(Invalid::InvalidParameter, FIELD, message));
        }
        let Some(country) = need.country else { return Err(of_no_country()) };
        if sender_ids(country) == SenderIds::Unsupported {
            let message = format!("{country} does not take sender IDs");
            return Err(Refusal::invalid(Invalid::SenderIdNotSupported, FIELD, message));
        }
        let id = self.sender_id(name, country)?;
        if need.message_type.is_some_and(|wanted| !id.message_types.contains(&wanted)) {
            let message = "the sender ID is for another type of message";
            return Err(Refusal::clash(Clash::MessageTypeMismatch, Resource::SenderId, name, message));
        }
        let first = id.message_types.first().copied().unwrap_or(MessageType::Transactional);
        Ok(sender_id_origination(name, need.message_type.unwrap_or(first)))
    }

    /// Without an identity: a number, else a sender ID of the country, else the set's default one, else `NOTICE` where
    /// the country takes sender IDs freely.
    fn fitting_origination(
        &self,
        need: &OriginationNeed<'_>,
        set: Option<&ConfigurationSet>,
    ) -> Result<Origination, Refusal> {
        let kind = need.message_type.unwrap_or(MessageType::Transactional);
        let mut failed = Candidates::default();
        if let Some(origination) = self.best(self.phone_numbers.values(), need, &mut failed) {
            return Ok(origination);
        }
        if let Some(id) = failed.first_sender_id(self.sender_ids.values(), need) {
            return Ok(sender_id_origination(&id.sender_id, kind));
        }
        let fallback = set.and_then(|set| set.default_sender_id.as_deref()).unwrap_or("NOTICE");
        match why_no_shared_sender_id(need) {
            None => return Ok(sender_id_origination(fallback, kind)),
            Some(why) => failed.add(format!("the sender ID {fallback}"), why),
        }
        Err(failed.none_found(Resource::Account, &self.place.account_id, need))
    }

    /// The number that fits best; why the others do not is added to `failed`.
    fn best<'a>(
        &self,
        numbers: impl Iterator<Item = &'a PhoneNumber>,
        need: &OriginationNeed<'_>,
        failed: &mut Candidates,
    ) -> Option<Origination> {
        let fitting = numbers.filter_map(|number| match self.origination_of_number(number, need) {
            Ok(origination) => Some(origination),
            Err(refusal) => {
                failed.add(number.phone_number_id.clone(), refusal.message());
                None
            }
        });
        // All of them are looked at, so that `failed` names each.
        fitting.min_by_key(|origination| origination.international)
    }
}

/// The identities that could not send a message, and why.
#[derive(Default)]
struct Candidates(Vec<(String, String)>);

impl Candidates {
    /// How many are named; an account can have hundreds.
    const NAMED: usize = 20;

    fn add(&mut self, candidate: String, why: impl Into<String>) {
        self.0.push((candidate, why.into()));
    }

    /// The first sender ID that fits.
    fn first_sender_id<'a>(
        &mut self,
        mut ids: impl Iterator<Item = &'a SenderId>,
        need: &OriginationNeed<'_>,
    ) -> Option<&'a SenderId> {
        ids.find(|id| {
            let why = why_not(id, need);
            let fits = why.is_none();
            if let Some(why) = why {
                self.add(format!("{}/{}", id.sender_id, id.iso_country_code), why);
            }
            fits
        })
    }

    /// That none was found: the message names each candidate, and what it fails for.
    fn none_found(&self, resource: Resource, id: &str, need: &OriginationNeed<'_>) -> Refusal {
        let named = self.0.iter().take(Self::NAMED).map(|(candidate, why)| format!("{candidate}: {why}"));
        let mut reasons = named.collect::<Vec<_>>().join("; ");
        if reasons.is_empty() {
            "there is no identity at all".clone_into(&mut reasons);
        }
        if let Some(more) = self.0.len().checked_sub(Self::NAMED).filter(|more| *more > 0) {
            reasons.push_str(&format!("; and {more} more"));
        }
        let to = need.country.unwrap_or("no country");
        let word = need.capability.word();
        let message = format!("no origination identity can send this {word} message to a number of {to} ({reasons})");
        Refusal::clash(Clash::NoOriginationIdentitiesFound, resource, id, message)
    }
}

/// Why this sender ID cannot send the message, if so.
fn why_not(id: &SenderId, need: &OriginationNeed<'_>) -> Option<String> {
    if need.capability != Capability::Sms {
        Some(format!("a sender ID carries no {} messages", need.capability.word()))
    } else if need.country != Some(id.iso_country_code.as_str()) {
        Some(format!("it is for {} alone", id.iso_country_code))
    } else if need.message_type.is_some_and(|wanted| !id.message_types.contains(&wanted)) {
        Some("it is for another type of message".to_owned())
    } else {
        None
    }
}

/// Why the message cannot be sent with a sender ID that nobody requested, if so.
fn why_no_shared_sender_id(need: &OriginationNeed<'_>) -> Option<String> {
    if need.capability != Capability::Sms {
        return Some(format!("a sender ID carries no {} messages", need.capability.word()));
    }
    let Some(country) = need.country else { return Some(of_no_country().message()) };
    match sender_ids(country) {
        SenderIds::Free => None,
        SenderIds::Registered => Some(format!("{country} asks for registered sender IDs")),
        SenderIds::Unsupported => Some(format!("{country} does not take sender IDs")),
    }
}

/// Of a destination whose number begins with no country's code.
pub(crate) fn of_no_country() -> Refusal {
    let message = "the destination number begins with the code of no country";
    Refusal::invalid(Invalid::InvalidParameter, "DestinationPhoneNumber", message)
}

fn sender_id_origination(name: &str, message_type: MessageType) -> Origination {
    let list = Some(DEFAULT_LIST.to_owned());
    Origination { shown: name.to_owned(), message_type, opt_out_list: list, international: false }
}
