//! Sender IDs: requested for one country, described, updated, released.

use serde::{Deserialize, Serialize};
use smsvoice_event::MessageType;

use crate::{
    account::{
        Account, Transaction,
        country_rules::{SenderIds, sender_ids},
        paging::{Paging, flag},
        records::Record,
        tag::{Tag, unique},
    },
    refusal::{Clash, Invalid, Quota, Refusal, Resource},
};

const SENDER_IDS_PER_ACCOUNT: usize = 200;

/// As `DescribeSenderIds` shows it. Its key is `<SenderId>/<country>`, as in its ARN.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SenderId {
    pub(crate) sender_id_arn: String,
    pub(crate) sender_id: String,
    pub(crate) iso_country_code: String,
    pub(crate) message_types: Vec<MessageType>,
    monthly_leasing_price: String,
    deletion_protection_enabled: bool,
    registered: bool,
}

impl Record for SenderId {
    const KIND: &'static str = "sender-id";
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Request {
    sender_id: String,
    iso_country_code: String,
    message_types: Option<Vec<MessageType>>,
    #[serde(default)]
    deletion_protection_enabled: bool,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Requested {
    #[serde(flatten)]
    id: SenderId,
    tags: Vec<Tag>,
}

pub(crate) fn request(tx: &mut Transaction<'_>, input: Request) -> Result<Requested, Refusal> {
    let account = &mut *tx.account;
    let tags = unique(input.tags.clone())?;
    require_well_formed(&input.sender_id)?;
    require_country(&input.iso_country_code)?;
    let key = key(&input.sender_id, &input.iso_country_code);
    if account.sender_ids.has(&key) {
        return Err(Refusal::exists(Resource::SenderId, key));
    }
    if account.sender_ids.len() >= SENDER_IDS_PER_ACCOUNT {
        return Err(Refusal::quota(Quota::SenderIds, SENDER_IDS_PER_ACCOUNT));
    }
    let both = || vec![MessageType::Transactional, MessageType::Promotional];
    let id = SenderId {
        sender_id_arn: account.place.arn(Resource::SenderId, &key),
        sender_id: input.sender_id,
        iso_country_code: input.iso_country_code,
        message_types: input.message_types.filter(|types| !types.is_empty()).unwrap_or_else(both),
        monthly_leasing_price: "0.00".to_owned(),
        deletion_protection_enabled: input.deletion_protection_enabled,
        registered: false,
    };
    account.set_tags(&id.sender_id_arn, tags);
    account.sender_ids.put(key, id.clone());
    Ok(Requested { id, tags: input.tags })
}

/// 1–11 letters, digits or hyphens, a letter at least, no hyphen at either end: AWS's prose, stricter than its pattern.
fn require_well_formed(id: &str) -> Result<(), Refusal> {
    let ends = id.starts_with('-') || id.ends_with('-');
    if ends || id.contains('_') || !id.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        let message = "a sender ID has letters, digits and hyphens, at least one letter, and no hyphen at either end";
        return Err(Refusal::invalid(Invalid::InvalidParameter, "SenderId", message));
    }
    Ok(())
}

fn require_country(iso: &str) -> Result<(), Refusal> {
    let (reason, why) = match sender_ids(iso) {
        SenderIds::Free => return Ok(()),
        SenderIds::Registered => (Invalid::SenderIdRequiresRegistration, "asks for registered sender IDs"),
        SenderIds::Unsupported => (Invalid::SenderIdNotSupported, "does not take sender IDs"),
    };
    Err(Refusal::invalid(reason, "IsoCountryCode", format!("{iso} {why}")))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Describe {
    #[serde(default)]
    sender_ids: Vec<Named>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Named {
    sender_id: String,
    iso_country_code: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    sender_ids: Vec<SenderId>,
    next_token: Option<String>,
}

pub(crate) fn describe(tx: &mut Transaction<'_>, input: Describe) -> Result<Described, Refusal> {
    let account = &*tx.account;
    input.paging.unnamed_if_owned(!input.sender_ids.is_empty(), "SenderIds")?;
    let named = input.sender_ids.iter().map(|one| account.sender_id(&one.sender_id, &one.iso_country_code));
    let named: Vec<&str> = named.map(|id| id.map(|id| id.sender_id_arn.as_str())).collect::<Result<_, _>>()?;
    let wanted = |id: &SenderId| named.is_empty() || named.contains(&id.sender_id_arn.as_str());
    let rows = account.sender_ids.rows().filter(|(_, id)| wanted(id)).map(|(k, id)| (k.to_owned(), id));
    let page = input.paging.select(rows, facet)?;
    Ok(Described { sender_ids: page.rows.into_iter().cloned().collect(), next_token: page.next_token })
}

fn facet(id: &SenderId, name: &str) -> Vec<String> {
    match name {
        "sender-id" => vec![id.sender_id.clone()],
        "iso-country-code" => vec![id.iso_country_code.clone()],
        "message-type" => id.message_types.iter().map(|kind| kind.as_str().to_owned()).collect(),
        "deletion-protection-enabled" => flag(id.deletion_protection_enabled),
        "registered" => flag(id.registered),
        _ => Vec::new(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Update {
    sender_id: String,
    iso_country_code: String,
    deletion_protection_enabled: Option<bool>,
}

pub(crate) fn update(tx: &mut Transaction<'_>, input: Update) -> Result<SenderId, Refusal> {
    let id = tx.account.sender_id(&input.sender_id, &input.iso_country_code)?;
    let mut id = id.clone();
    id.deletion_protection_enabled = input.deletion_protection_enabled.unwrap_or(id.deletion_protection_enabled);
    tx.account.sender_ids.put(key(&id.sender_id, &id.iso_country_code), id.clone());
    Ok(id)
}

pub(crate) fn release(tx: &mut Transaction<'_>, input: Named) -> Result<SenderId, Refusal> {
    let id = tx.account.sender_id(&input.sender_id, &input.iso_country_code)?.clone();
    let key = key(&id.sender_id, &id.iso_country_code);
    if id.deletion_protection_enabled {
        let message = "deletion protection is enabled";
        return Err(Refusal::clash(Clash::DeletionProtectionEnabled, Resource::SenderId, key, message));
    }
    if tx.account.pools.values().any(|pool| pool.has_sender_id(&id.sender_id_arn)) {
        let message = "the sender ID is in a pool";
        return Err(Refusal::clash(Clash::SenderIdAssociatedToPool, Resource::SenderId, key, message));
    }
    tx.account.sender_ids.take(&key);
    tx.account.drop_tags(&id.sender_id_arn);
    Ok(id)
}

fn key(id: &str, iso: &str) -> String {
    format!("{id}/{iso}")
}

impl Account {
    /// The sender ID of this name (or ARN) in this country.
    pub(crate) fn sender_id(&self, given: &str, iso: &str) -> Result<&SenderId, Refusal> {
        let name = self.place.name(Resource::SenderId, given, "SenderId")?;
        let key = key(name.split('/').next().unwrap_or(name), iso);
        self.sender_ids.get(&key).ok_or_else(|| Refusal::not_found(Resource::SenderId, key))
    }
}
