//! Phone numbers to send from: searched, requested, described, updated, released. All are numbers kept for fiction.

use serde::{Deserialize, Serialize};
use smsvoice_event::MessageType;

use crate::{
    account::{
        Account, Transaction,
        paging::{Paging, flag},
        records::Record,
        tag::{Tag, unique},
        two_way::{TwoWaySettings, TwoWayUpdate},
    },
    clock::EpochMs,
    refusal::{Clash, Quota, Refusal, Resource},
};

mod search;

pub(crate) use search::list_available;

/// What a number can carry.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Capability {
    Sms,
    Voice,
    Mms,
    Rcs,
}

impl Capability {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Sms => "SMS",
            Self::Voice => "VOICE",
            Self::Mms => "MMS",
            Self::Rcs => "RCS",
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum NumberType {
    LongCode,
    TollFree,
    TenDlc,
    Simulator,
}

impl NumberType {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::LongCode => "LONG_CODE",
            Self::TollFree => "TOLL_FREE",
            Self::TenDlc => "TEN_DLC",
            Self::Simulator => "SIMULATOR",
        }
    }
}

/// As `DescribePhoneNumbers` shows it.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PhoneNumber {
    pub(crate) phone_number_arn: String,
    pub(crate) phone_number_id: String,
    pub(crate) phone_number: String,
    pub(crate) status: Lifetime,
    pub(crate) iso_country_code: String,
    pub(crate) message_type: MessageType,
    pub(crate) number_capabilities: Vec<Capability>,
    pub(crate) number_type: NumberType,
    monthly_leasing_price: String,
    pub(crate) international_sending_enabled: bool,
    pub(crate) pool_id: Option<String>,
    created_timestamp: EpochMs,
    /// When it can be used.
    active_at: EpochMs,
    #[serde(flatten)]
    pub(crate) settings: TwoWaySettings,
}

impl Record for PhoneNumber {
    const KIND: &'static str = "phone-number";
}

/// New numbers are pending, and new pools are being created, as long as the rule file says; deleted ones are gone: the
/// other states pass too quickly to be seen.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Lifetime {
    /// Of a phone number that can't be used yet.
    Pending,
    /// Of a pool that can't be used yet.
    Creating,
    Active,
    Deleted,
    Deleting,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Request {
    iso_country_code: String,
    message_type: MessageType,
    number_capabilities: Vec<Capability>,
    number_type: NumberType,
    opt_out_list_name: Option<String>,
    pool_id: Option<String>,
    registration_id: Option<String>,
    #[serde(default)]
    number_preference: Vec<search::Preference>,
    #[serde(default)]
    international_sending_enabled: bool,
    #[serde(default)]
    deletion_protection_enabled: bool,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl Request {
    /// What a newcomer would ask for: it sends to AWS's simulator numbers, and costs nothing to have.
    pub(crate) fn simulator() -> Self {
        Self {
            iso_country_code: "US".to_owned(),
            message_type: MessageType::Transactional,
            number_capabilities: vec![Capability::Sms, Capability::Mms],
            number_type: NumberType::Simulator,
            opt_out_list_name: None,
            pool_id: None,
            registration_id: None,
            number_preference: Vec::new(),
            international_sending_enabled: false,
            deletion_protection_enabled: false,
            tags: Vec::new(),
        }
    }

    fn settings(&self, account: &Account) -> Result<TwoWaySettings, Refusal> {
        let mut settings =
            TwoWaySettings { deletion_protection_enabled: self.deletion_protection_enabled, ..Default::default() };
        if let Some(given) = &self.opt_out_list_name {
            account.opt_out_list(given)?.name().clone_into(&mut settings.opt_out_list_name);
        }
        Ok(settings)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Requested {
    #[serde(flatten)]
    number: PhoneNumber,
    tags: Vec<Tag>,
}

pub(crate) fn request(tx: &mut Transaction<'_>, input: Request) -> Result<Requested, Refusal> {
    let tags = unique(input.tags.clone())?;
    if let Some(id) = input.registration_id {
        return Err(Refusal::not_found(Resource::Registration, id));
    }
    search::require_offered(&input.iso_country_code, input.number_type, input.message_type, &input.number_preference)?;
    search::require_capable(input.number_type, &input.number_capabilities)?;
    let account = &mut *tx.account;
    if account.phone_numbers.len() >= account.terms.phone_numbers {
        return Err(Refusal::quota(Quota::PhoneNumbers, account.terms.phone_numbers));
    }
    let settings = input.settings(account)?;
    let pool = input.pool_id.filter(|id| !id.is_empty());
    let pool = pool.map(|given| account.pool(&given).cloned()).transpose()?;
    let phone_number = search::free(account, &input.iso_country_code, input.number_type, &input.number_preference)
        .next()
        .ok_or_else(|| Refusal::not_found(Resource::PhoneNumber, input.iso_country_code.as_str()))?;
    let id = account.new_id("phone");
    let mut number = PhoneNumber {
        phone_number_arn: account.place.arn(Resource::PhoneNumber, &id),
        phone_number_id: id.clone(),
        phone_number,
        status: Lifetime::Active,
        iso_country_code: input.iso_country_code,
        message_type: input.message_type,
        number_capabilities: input.number_capabilities,
        number_type: input.number_type,
        monthly_leasing_price: search::monthly_price(input.number_type).to_owned(),
        international_sending_enabled: input.international_sending_enabled,
        pool_id: None,
        created_timestamp: tx.now,
        active_at: tx.now.plus_ms(u64::from(tx.lives.delays().phone_number_seconds) * 1000),
        settings,
    };
    if let Some(pool) = pool {
        pool.require_fit(&number)?;
        number.pool_id = Some(pool.id().to_owned());
    }
    account.set_tags(&number.phone_number_arn, tags);
    account.add_required_keywords(&id);
    account.phone_numbers.put(id, number.clone());
    Ok(Requested { number: number.shown(tx.now), tags: input.tags })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Describe {
    #[serde(default)]
    phone_number_ids: Vec<String>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    phone_numbers: Vec<PhoneNumber>,
    next_token: Option<String>,
}

pub(crate) fn describe(tx: &mut Transaction<'_>, input: Describe) -> Result<Described, Refusal> {
    let account = &*tx.account;
    input.paging.unnamed_if_owned(!input.phone_number_ids.is_empty(), "PhoneNumberIds")?;
    let named = input.phone_number_ids.iter().map(|id| account.phone_number(id).map(|n| &n.phone_number_id));
    let named: Vec<_> = named.collect::<Result<_, _>>()?;
    let rows = account.phone_numbers.rows().filter(|(_, n)| named.is_empty() || named.contains(&&n.phone_number_id));
    let page = input.paging.select(rows.map(|(k, n)| (k.to_owned(), n)), |number, name| facet(number, name, tx.now))?;
    let phone_numbers = page.rows.into_iter().map(|number| number.shown(tx.now)).collect();
    Ok(Described { phone_numbers, next_token: page.next_token })
}

fn facet(number: &PhoneNumber, name: &str, now: EpochMs) -> Vec<String> {
    match name {
        "status" => vec![if number.is_active(now) { "ACTIVE" } else { "PENDING" }.to_owned()],
        "iso-country-code" => vec![number.iso_country_code.clone()],
        "message-type" => vec![number.message_type.as_str().to_owned()],
        "number-capability" => number.number_capabilities.iter().map(|one| one.word().to_owned()).collect(),
        "number-type" => vec![number.number_type.word().to_owned()],
        "two-way-enabled" => flag(number.settings.two_way_enabled),
        "self-managed-opt-outs-enabled" => flag(number.settings.self_managed_opt_outs_enabled),
        "opt-out-list-name" => vec![number.settings.opt_out_list_name.clone()],
        "deletion-protection-enabled" => flag(number.settings.deletion_protection_enabled),
        "two-way-channel-arn" => number.settings.two_way_channel_arn.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Update {
    phone_number_id: String,
    international_sending_enabled: Option<bool>,
    #[serde(flatten)]
    settings: TwoWayUpdate,
}

pub(crate) fn update(tx: &mut Transaction<'_>, input: Update) -> Result<PhoneNumber, Refusal> {
    let number = tx.account.phone_number(&input.phone_number_id)?;
    let (id, old) = (number.phone_number_id.clone(), number.settings.clone());
    if number.pool_id.is_some() {
        let message = "a phone number of a pool is configured through the pool";
        return Err(Refusal::clash(Clash::PhoneNumberAssociatedToPool, Resource::PhoneNumber, id, message));
    }
    let settings = old.updated(tx.account, input.settings)?;
    let missing = Refusal::not_found(Resource::PhoneNumber, id.as_str());
    let number = tx.account.phone_numbers.get_mut(&id).ok_or(missing)?;
    number.settings = settings;
    number.international_sending_enabled =
        input.international_sending_enabled.unwrap_or(number.international_sending_enabled);
    Ok(number.shown(tx.now))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Release {
    phone_number_id: String,
}

pub(crate) fn release(tx: &mut Transaction<'_>, input: Release) -> Result<PhoneNumber, Refusal> {
    let number = tx.account.phone_number(&input.phone_number_id)?;
    let id = number.phone_number_id.clone();
    number.settings.require_deletable(Resource::PhoneNumber, &id)?;
    if let Some(pool) = &number.pool_id {
        let message = format!("the phone number is in pool {pool}");
        return Err(Refusal::clash(Clash::PhoneNumberAssociatedToPool, Resource::PhoneNumber, id, message));
    }
    let mut number = number.clone();
    tx.account.phone_numbers.take(&id);
    tx.account.drop_tags(&number.phone_number_arn);
    tx.account.drop_keywords(&id);
    number.status = Lifetime::Deleted;
    Ok(number)
}

impl Requested {
    pub(crate) fn id(&self) -> &str {
        &self.number.phone_number_id
    }
}

impl PhoneNumber {
    pub(crate) fn is_simulator(&self) -> bool {
        self.number_type == NumberType::Simulator
    }

    pub(crate) fn is_active(&self, now: EpochMs) -> bool {
        now >= self.active_at
    }

    /// As the API shows it.
    pub(crate) fn shown(&self, now: EpochMs) -> Self {
        let status = if self.is_active(now) { Lifetime::Active } else { Lifetime::Pending };
        Self { status, ..self.clone() }
    }

    /// Refuses a number that can't be used yet.
    pub(crate) fn require_active(&self, now: EpochMs) -> Result<(), Refusal> {
        if self.is_active(now) {
            return Ok(());
        }
        let message = "the phone number is PENDING";
        Err(Refusal::clash(Clash::ResourceNotActive, Resource::PhoneNumber, &self.phone_number_id, message))
    }

    pub(crate) fn created(&self) -> EpochMs {
        self.created_timestamp
    }
}

/// Puts a number back into an account that was emptied: as it was when it was requested.
pub(crate) fn put_back(account: &mut Account, number: PhoneNumber) {
    let id = number.phone_number_id.clone();
    account.add_required_keywords(&id);
    account.phone_numbers.put(id, PhoneNumber { settings: TwoWaySettings::default(), pool_id: None, ..number });
}

impl Account {
    /// The phone number of this id or ARN.
    pub(crate) fn phone_number(&self, given: &str) -> Result<&PhoneNumber, Refusal> {
        let id = self.place.name(Resource::PhoneNumber, given, "PhoneNumberId")?;
        self.phone_numbers.get(id).ok_or_else(|| Refusal::not_found(Resource::PhoneNumber, id))
    }

    /// The phone number with these digits, with or without `+`.
    pub(crate) fn phone_number_called(&self, digits: &str) -> Option<&PhoneNumber> {
        let digits = digits.trim_start_matches('+');
        self.phone_numbers.values().find(|number| number.phone_number[1..] == *digits)
    }
}

impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PhoneNumber").field("phone_number_id", &self.phone_number_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, request};
    use crate::account::Account;

    #[test]
    fn a_request_gives_a_fictional_number_that_nobody_else_has() {
        let mut seen = std::collections::BTreeSet::new();
        Account::in_test(|tx| {
            for (country, kind) in [("US", "LONG_CODE"), ("US", "LONG_CODE"), ("US", "TOLL_FREE"), ("GB", "LONG_CODE")]
            {
                let body = serde_json::json!({"IsoCountryCode": country, "MessageType": "TRANSACTIONAL",
                    "NumberCapabilities": ["SMS"], "NumberType": kind});
                let answer = request(tx, serde_json::from_value::<Request>(body).unwrap()).unwrap();
                assert!(smsvoice_lifecycle::is_fictional(&answer.number.phone_number));
                assert!(seen.insert(answer.number.phone_number));
            }
        });
    }
}
