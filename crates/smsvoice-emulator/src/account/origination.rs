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
    },
    refusal::{Clash, Invalid, Refusal, Resource},
};

const FIELD: &str = "OriginationIdentity";

/// What a message needs of the identity it is sent from.
pub(crate) struct OriginationNeed<'a> {
    pub(crate) capability: Capability,
    /// Any, if the request names none.
    pub(crate) message_type: Option<MessageType>,
    /// The destination's country, ISO 3166-1 alpha-2.
    pub(crate) country: &'a str,
    /// Whether the destination is one of AWS's simulators.
    pub(crate) to_simulator: bool,
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
        if number.number_type == NumberType::Simulator && !need.to_simulator {
            let message = "a simulator number reaches AWS's simulator destinations alone";
            return Err(Refusal::invalid(Invalid::InvalidIdentityForDestinationCountry, FIELD, message));
        }
        let abroad = number.iso_country_code != need.country;
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
        let ids = self.numbers_of(pool.id());
        let numbers = ids.iter().filter_map(|id| self.phone_numbers.get(id));
        if let Some(origination) = self.best(numbers, need) {
            return Ok(origination);
        }
        let sender_id = self.sender_ids_of(pool).into_iter().find(|id| id.iso_country_code == need.country);
        match sender_id {
            Some(id) if need.capability == Capability::Sms => {
                let list =
                    (!pool.settings.self_managed_opt_outs_enabled).then(|| pool.settings.opt_out_list_name.clone());
                Ok(Origination { opt_out_list: list, ..sender_id_origination(&id.sender_id, pool.message_type) })
            }
            _ => Err(none_found(Resource::Pool, pool.id())),
        }
    }

    fn origination_of_sender_id(&self, name: &str, need: &OriginationNeed<'_>) -> Result<Origination, Refusal> {
        if need.capability != Capability::Sms {
            let message = format!("a sender ID carries no {} messages", need.capability.word());
            return Err(Refusal::invalid(Invalid::InvalidParameter, FIELD, message));
        }
        if sender_ids(need.country) == SenderIds::Unsupported {
            let message = format!("{} does not take sender IDs", need.country);
            return Err(Refusal::invalid(Invalid::SenderIdNotSupported, FIELD, message));
        }
        let id = self.sender_id(name, need.country)?;
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
        if let Some(origination) = self.best(self.phone_numbers.values(), need) {
            return Ok(origination);
        }
        let fits =
            |id: &&super::sender_id::SenderId| id.iso_country_code == need.country && id.message_types.contains(&kind);
        if let Some(id) = self.sender_ids.values().find(fits) {
            return Ok(sender_id_origination(&id.sender_id, kind));
        }
        let fallback = set.and_then(|set| set.default_sender_id.as_deref());
        match sender_ids(need.country) {
            SenderIds::Free => Ok(sender_id_origination(fallback.unwrap_or("NOTICE"), kind)),
            _ => Err(none_found(Resource::Account, &self.place.account_id)),
        }
    }

    fn best<'a>(
        &self,
        numbers: impl Iterator<Item = &'a PhoneNumber>,
        need: &OriginationNeed<'_>,
    ) -> Option<Origination> {
        let fitting = numbers.filter_map(|number| self.origination_of_number(number, need).ok());
        fitting.min_by_key(|origination| origination.international)
    }
}

fn sender_id_origination(name: &str, message_type: MessageType) -> Origination {
    let list = Some(DEFAULT_LIST.to_owned());
    Origination { shown: name.to_owned(), message_type, opt_out_list: list, international: false }
}

fn none_found(resource: Resource, id: &str) -> Refusal {
    let message = "no origination identity can send this message to this destination";
    Refusal::clash(Clash::NoOriginationIdentitiesFound, resource, id, message)
}
