//! Origination identities of a pool: associated, disassociated, listed.

use serde::{Deserialize, Serialize};

use super::{
    Account, Capability, Clash, EpochMs, IDENTITIES_PER_POOL, Invalid, Paging, PhoneNumber, Pool, Quota, Refusal,
    Resource, SenderId, Transaction,
};

/// A phone number or a sender ID of the account.
#[derive(Clone)]
pub(crate) enum Identity {
    Number(PhoneNumber),
    SenderId(SenderId),
}

impl Identity {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Number(number) => &number.phone_number_id,
            Self::SenderId(id) => &id.sender_id,
        }
    }

    /// Refuses a phone number that can't be used yet.
    pub(crate) fn require_active(&self, now: EpochMs) -> Result<(), Refusal> {
        match self {
            Self::Number(number) => number.require_active(now),
            Self::SenderId(_) => Ok(()),
        }
    }

    fn arn(&self) -> &str {
        match self {
            Self::Number(number) => &number.phone_number_arn,
            Self::SenderId(id) => &id.sender_id_arn,
        }
    }

    fn country(&self) -> &str {
        match self {
            Self::Number(number) => &number.iso_country_code,
            Self::SenderId(id) => &id.iso_country_code,
        }
    }
}

/// The identity of this id, name or ARN. A sender ID's country is its ARN's, or the one given.
pub(crate) fn find(account: &Account, given: &str, iso: Option<&str>) -> Result<Identity, Refusal> {
    let field = "OriginationIdentity";
    let found = if given.contains(":sender-id/") {
        let name = account.place.name(Resource::SenderId, given, field)?;
        let (id, country) = name.split_once('/').unwrap_or((name, iso.unwrap_or_default()));
        account.sender_id(id, country).cloned().map(Identity::SenderId)
    } else if given.starts_with("phone-") || given.starts_with("arn:") {
        account.phone_number(given).cloned().map(Identity::Number)
    } else if let Some(number) = account.phone_number_called(given) {
        Ok(Identity::Number(number.clone()))
    } else if let Some(iso) = iso {
        account.sender_id(given, iso).cloned().map(Identity::SenderId)
    } else if account.sender_ids.values().any(|id| id.sender_id == given) {
        let message = "a sender ID is named together with its country";
        Err(Refusal::invalid(Invalid::MissingParameter, "IsoCountryCode", message))
    } else {
        Err(Refusal::not_found(Resource::PhoneNumber, given))
    }?;
    match iso {
        Some(iso) if iso != found.country() => {
            let message = format!("the identity is of {}, not of {iso}", found.country());
            Err(Refusal::invalid(Invalid::CountryCodeMismatch, "IsoCountryCode", message))
        }
        _ => Ok(found),
    }
}

pub(crate) fn require_fit(pool: &Pool, identity: &Identity) -> Result<(), Refusal> {
    match identity {
        Identity::Number(number) => pool.require_fit(number),
        Identity::SenderId(id) if pool.has_sender_id(&id.sender_id_arn) => {
            let message = "the sender ID is in the pool already";
            Err(Refusal::clash(Clash::ResourceAlreadyAssociated, Resource::SenderId, &id.sender_id, message))
        }
        Identity::SenderId(id) if !id.message_types.contains(&pool.message_type) => {
            let message = "the sender ID is for another type of message than the pool";
            Err(Refusal::clash(Clash::MessageTypeMismatch, Resource::SenderId, &id.sender_id, message))
        }
        Identity::SenderId(_) => Ok(()),
    }
}

/// Puts an identity that fits into a pool that exists.
pub(crate) fn join(account: &mut Account, pool_id: &str, identity: Identity) {
    match identity {
        Identity::Number(number) => {
            if let Some(number) = account.phone_numbers.get_mut(&number.phone_number_id) {
                number.pool_id = Some(pool_id.to_owned());
            }
        }
        Identity::SenderId(id) => {
            if let Some(pool) = account.pools.get_mut(pool_id) {
                pool.sender_id_arns.push(id.sender_id_arn);
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Associate {
    pool_id: String,
    origination_identity: String,
    iso_country_code: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Associated {
    pool_arn: String,
    pool_id: String,
    origination_identity_arn: String,
    origination_identity: String,
    iso_country_code: String,
}

impl Associated {
    fn of(pool: &Pool, identity: &Identity) -> Self {
        Self {
            pool_arn: pool.pool_arn.clone(),
            pool_id: pool.pool_id.clone(),
            origination_identity_arn: identity.arn().to_owned(),
            origination_identity: identity.id().to_owned(),
            iso_country_code: identity.country().to_owned(),
        }
    }
}

pub(crate) fn associate(tx: &mut Transaction<'_>, input: Associate) -> Result<Associated, Refusal> {
    let account = &mut *tx.account;
    let pool = account.pool(&input.pool_id)?.clone();
    let identity = find(account, &input.origination_identity, input.iso_country_code.as_deref())?;
    identity.require_active(tx.now)?;
    require_fit(&pool, &identity)?;
    if size(account, &pool) >= IDENTITIES_PER_POOL {
        return Err(Refusal::quota(Quota::OriginationIdentitiesPerPool, IDENTITIES_PER_POOL));
    }
    if matches!(&identity, Identity::Number(_)) && !account.same_keywords(identity.id(), pool.id()) {
        let message = "the phone number's keywords differ from the pool's";
        return Err(Refusal::clash(Clash::KeywordMismatch, Resource::PhoneNumber, identity.id(), message));
    }
    let answer = Associated::of(&pool, &identity);
    join(account, pool.id(), identity);
    Ok(answer)
}

pub(crate) fn disassociate(tx: &mut Transaction<'_>, input: Associate) -> Result<Associated, Refusal> {
    let account = &mut *tx.account;
    let pool = account.pool(&input.pool_id)?.clone();
    let identity = find(account, &input.origination_identity, input.iso_country_code.as_deref())?;
    let inside = match &identity {
        Identity::Number(number) => number.pool_id.as_deref() == Some(pool.id()),
        Identity::SenderId(id) => pool.has_sender_id(&id.sender_id_arn),
    };
    let clash = |reason, message| Err(Refusal::clash(reason, Resource::Pool, pool.id(), message));
    if !inside {
        return clash(Clash::PhoneNumberNotAssociatedToPool, "the identity is not in the pool");
    }
    if size(account, &pool) == 1 {
        return clash(Clash::LastPhoneNumber, "the last identity of a pool can't be taken out of it");
    }
    match &identity {
        Identity::Number(number) => {
            if let Some(number) = account.phone_numbers.get_mut(&number.phone_number_id) {
                number.pool_id = None;
            }
        }
        Identity::SenderId(id) => {
            if let Some(pool) = account.pools.get_mut(pool.id()) {
                pool.sender_id_arns.retain(|arn| *arn != id.sender_id_arn);
            }
        }
    }
    Ok(Associated::of(&pool, &identity))
}

fn size(account: &Account, pool: &Pool) -> usize {
    account.numbers_of(pool.id()).len() + pool.sender_id_arns.len()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct List {
    pool_id: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    pool_arn: String,
    pool_id: String,
    origination_identities: Vec<Metadata>,
    next_token: Option<String>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Metadata {
    origination_identity_arn: String,
    origination_identity: String,
    iso_country_code: String,
    number_capabilities: Vec<Capability>,
    phone_number: Option<String>,
}

impl Metadata {
    fn of(identity: &Identity) -> Self {
        let (number_capabilities, phone_number) = match identity {
            Identity::Number(number) => (number.number_capabilities.clone(), Some(number.phone_number.clone())),
            Identity::SenderId(_) => (vec![Capability::Sms], None),
        };
        Self {
            origination_identity_arn: identity.arn().to_owned(),
            origination_identity: identity.id().to_owned(),
            iso_country_code: identity.country().to_owned(),
            number_capabilities,
            phone_number,
        }
    }
}

pub(crate) fn list(tx: &mut Transaction<'_>, input: List) -> Result<Listed, Refusal> {
    let account = &*tx.account;
    let pool = account.pool(&input.pool_id)?;
    let numbers = account.phone_numbers.values().filter(|number| number.pool_id.as_deref() == Some(pool.id()));
    let numbers = numbers.map(|number| Metadata::of(&Identity::Number(number.clone())));
    let sender_ids = account.sender_ids_of(pool).into_iter().map(|id| Metadata::of(&Identity::SenderId(id.clone())));
    let mut all: Vec<Metadata> = numbers.chain(sender_ids).collect();
    all.sort_by(|a, b| a.origination_identity_arn.cmp(&b.origination_identity_arn));
    let rows = all.iter().map(|one| (one.origination_identity_arn.clone(), one));
    let page = input.paging.select(rows, |one, name| match name {
        "iso-country-code" => vec![one.iso_country_code.clone()],
        _ => one.number_capabilities.iter().map(|capability| capability.word().to_owned()).collect(),
    })?;
    Ok(Listed {
        pool_arn: pool.pool_arn.clone(),
        pool_id: pool.pool_id.clone(),
        origination_identities: page.rows.into_iter().cloned().collect(),
        next_token: page.next_token,
    })
}
