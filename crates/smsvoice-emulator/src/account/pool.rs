//! Pools: phone numbers and sender IDs that send under one name.

use serde::{Deserialize, Serialize};
use smsvoice_event::MessageType;

use crate::{
    account::{
        Account, Transaction,
        paging::{Paging, flag},
        phone_number::{Capability, Lifetime, PhoneNumber},
        records::Record,
        sender_id::SenderId,
        tag::{Tag, unique},
        two_way::{TwoWaySettings, TwoWayUpdate},
    },
    clock::EpochMs,
    refusal::{Clash, Invalid, Quota, Refusal, Resource},
};

mod identity;

pub(crate) use identity::{associate, disassociate, list};

const POOLS_PER_ACCOUNT: usize = 25;
/// AWS grants 100 at first.
const IDENTITIES_PER_POOL: usize = 100;

/// As `DescribePools` shows it, and the ARNs of its sender IDs. Phone numbers name their pool themselves.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Pool {
    pub(crate) pool_arn: String,
    pool_id: String,
    status: Lifetime,
    pub(crate) message_type: MessageType,
    pub(crate) shared_routes_enabled: bool,
    created_timestamp: EpochMs,
    /// When it can be used.
    active_at: EpochMs,
    sender_id_arns: Vec<String>,
    #[serde(flatten)]
    pub(crate) settings: TwoWaySettings,
}

impl Record for Pool {
    const KIND: &'static str = "pool";
}

impl Pool {
    pub(crate) fn id(&self) -> &str {
        &self.pool_id
    }

    pub(crate) fn has_sender_id(&self, arn: &str) -> bool {
        self.sender_id_arns.iter().any(|one| one == arn)
    }

    fn is_active(&self, now: EpochMs) -> bool {
        now >= self.active_at
    }

    /// As the API shows it.
    fn shown(&self, now: EpochMs) -> Self {
        let status = if self.is_active(now) { Lifetime::Active } else { Lifetime::Creating };
        Self { status, ..self.clone() }
    }

    /// Refuses a pool that can't be used yet.
    pub(crate) fn require_active(&self, now: EpochMs) -> Result<(), Refusal> {
        if self.is_active(now) {
            return Ok(());
        }
        Err(Refusal::clash(Clash::ResourceNotActive, Resource::Pool, self.id(), "the pool is still being created"))
    }

    /// Refuses a phone number that is of another pool, for other messages, or set up otherwise.
    pub(crate) fn require_fit(&self, number: &PhoneNumber) -> Result<(), Refusal> {
        let id = &number.phone_number_id;
        if let Some(pool) = &number.pool_id {
            let message = format!("the phone number is in pool {pool} already");
            return Err(Refusal::clash(Clash::PhoneNumberAssociatedToPool, Resource::PhoneNumber, id, message));
        }
        if number.message_type != self.message_type {
            let message = "the phone number is for another type of message than the pool";
            return Err(Refusal::clash(Clash::MessageTypeMismatch, Resource::PhoneNumber, id, message));
        }
        number.settings.require_like(&self.settings, id)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Create {
    origination_identity: String,
    iso_country_code: Option<String>,
    message_type: MessageType,
    #[serde(default)]
    deletion_protection_enabled: bool,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Created {
    #[serde(flatten)]
    pool: Pool,
    tags: Vec<Tag>,
}

pub(crate) fn create(tx: &mut Transaction<'_>, input: Create) -> Result<Created, Refusal> {
    let account = &mut *tx.account;
    let tags = unique(input.tags.clone())?;
    if account.pools.len() >= POOLS_PER_ACCOUNT {
        return Err(Refusal::quota(Quota::Pools, POOLS_PER_ACCOUNT));
    }
    let first = identity::find(account, &input.origination_identity, input.iso_country_code.as_deref())?;
    let inherited = match &first {
        identity::Identity::Number(number) => number.settings.clone(),
        identity::Identity::SenderId(_) => TwoWaySettings::default(),
    };
    let id = account.new_id("pool");
    let pool = Pool {
        pool_arn: account.place.arn(Resource::Pool, &id),
        pool_id: id.clone(),
        status: Lifetime::Active,
        message_type: input.message_type,
        shared_routes_enabled: false,
        created_timestamp: tx.now,
        active_at: tx.now.plus_ms(u64::from(tx.lives.delays().pool_seconds) * 1000),
        sender_id_arns: Vec::new(),
        settings: TwoWaySettings { deletion_protection_enabled: input.deletion_protection_enabled, ..inherited },
    };
    first.require_active(tx.now)?;
    identity::require_fit(&pool, &first)?;
    account.inherit_keywords(first.id(), &id);
    account.set_tags(&pool.pool_arn, tags);
    account.pools.put(id.as_str(), pool.clone());
    identity::join(account, &id, first);
    Ok(Created { pool: pool.shown(tx.now), tags: input.tags })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Describe {
    #[serde(default)]
    pool_ids: Vec<String>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    pools: Vec<Pool>,
    next_token: Option<String>,
}

pub(crate) fn describe(tx: &mut Transaction<'_>, input: Describe) -> Result<Described, Refusal> {
    let account = &*tx.account;
    input.paging.unnamed_if_owned(!input.pool_ids.is_empty(), "PoolIds")?;
    let named: Vec<&str> = input.pool_ids.iter().map(|id| account.pool(id).map(Pool::id)).collect::<Result<_, _>>()?;
    let rows = account.pools.rows().filter(|(id, _)| named.is_empty() || named.contains(id));
    let page =
        input.paging.select(rows.map(|(k, pool)| (k.to_owned(), pool)), |pool, name| facet(pool, name, tx.now))?;
    Ok(Described { pools: page.rows.into_iter().map(|pool| pool.shown(tx.now)).collect(), next_token: page.next_token })
}

fn facet(pool: &Pool, name: &str, now: EpochMs) -> Vec<String> {
    match name {
        "status" => vec![if pool.is_active(now) { "ACTIVE" } else { "CREATING" }.to_owned()],
        "message-type" => vec![pool.message_type.as_str().to_owned()],
        "two-way-enabled" => flag(pool.settings.two_way_enabled),
        "self-managed-opt-outs-enabled" => flag(pool.settings.self_managed_opt_outs_enabled),
        "opt-out-list-name" => vec![pool.settings.opt_out_list_name.clone()],
        "shared-routes-enabled" => flag(pool.shared_routes_enabled),
        "deletion-protection-enabled" => flag(pool.settings.deletion_protection_enabled),
        "two-way-channel-arn" => pool.settings.two_way_channel_arn.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Update {
    pool_id: String,
    shared_routes_enabled: Option<bool>,
    #[serde(flatten)]
    settings: TwoWayUpdate,
}

pub(crate) fn update(tx: &mut Transaction<'_>, input: Update) -> Result<Pool, Refusal> {
    let mut pool = tx.account.pool(&input.pool_id)?.clone();
    pool.settings = pool.settings.updated(tx.account, input.settings)?;
    pool.shared_routes_enabled = input.shared_routes_enabled.unwrap_or(pool.shared_routes_enabled);
    tx.account.pools.put(pool.id(), pool.clone());
    // A pool's numbers are set up as their pool is, so that they still fit after they leave it.
    for id in tx.account.numbers_of(pool.id()) {
        if let Some(number) = tx.account.phone_numbers.get_mut(&id) {
            let own = number.settings.deletion_protection_enabled;
            number.settings = TwoWaySettings { deletion_protection_enabled: own, ..pool.settings.clone() };
        }
    }
    Ok(pool.shown(tx.now))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Named {
    pool_id: String,
}

pub(crate) fn delete(tx: &mut Transaction<'_>, input: Named) -> Result<Pool, Refusal> {
    let mut pool = tx.account.pool(&input.pool_id)?.clone();
    pool.settings.require_deletable(Resource::Pool, pool.id())?;
    for id in tx.account.numbers_of(pool.id()) {
        if let Some(number) = tx.account.phone_numbers.get_mut(&id) {
            number.pool_id = None;
        }
    }
    tx.account.pools.take(pool.id());
    tx.account.drop_tags(&pool.pool_arn);
    tx.account.drop_keywords(pool.id());
    pool.status = Lifetime::Deleting;
    Ok(pool)
}

impl Account {
    /// The pool of this id or ARN.
    pub(crate) fn pool(&self, given: &str) -> Result<&Pool, Refusal> {
        let id = self.place.name(Resource::Pool, given, "PoolId")?;
        self.pools.get(id).ok_or_else(|| Refusal::not_found(Resource::Pool, id))
    }

    /// Ids of the phone numbers in a pool.
    pub(crate) fn numbers_of(&self, pool_id: &str) -> Vec<String> {
        let inside = |number: &&PhoneNumber| number.pool_id.as_deref() == Some(pool_id);
        self.phone_numbers.values().filter(inside).map(|number| number.phone_number_id.clone()).collect()
    }

    /// The sender IDs in a pool.
    pub(crate) fn sender_ids_of(&self, pool: &Pool) -> Vec<&SenderId> {
        self.sender_ids.values().filter(|id| pool.has_sender_id(&id.sender_id_arn)).collect()
    }
}
