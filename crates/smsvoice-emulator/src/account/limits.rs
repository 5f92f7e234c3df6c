//! What the account is and how much of its quotas it uses.

use serde::{Deserialize, Serialize};

use crate::{
    account::{Transaction, paging::Paging},
    refusal::Refusal,
};

#[derive(Deserialize)]
pub(crate) struct Describe {
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    name: &'static str,
    value: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attributes {
    account_attributes: Vec<Attribute>,
    next_token: Option<String>,
}

pub(crate) fn attributes(tx: &mut Transaction<'_>, input: Describe) -> Result<Attributes, Refusal> {
    let tier = if tx.account.terms.sandbox { "SANDBOX" } else { "PRODUCTION" };
    let all = [Attribute { name: "ACCOUNT_TIER", value: tier }];
    let page = input.paging.select(all.iter().map(|one| (one.name.to_owned(), one)), |_, _| Vec::new())?;
    Ok(Attributes { account_attributes: page.rows.into_iter().cloned().collect(), next_token: page.next_token })
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Limit {
    name: &'static str,
    used: usize,
    max: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Limits {
    account_limits: Vec<Limit>,
    next_token: Option<String>,
}

pub(crate) fn limits(tx: &mut Transaction<'_>, input: Describe) -> Result<Limits, Refusal> {
    let account = &*tx.account;
    let limit = |name, used, max| Limit { name, used, max };
    // In key order, as paging asks. The last three are of resources not emulated yet.
    let all = [
        limit("CONFIGURATION_SETS", account.configuration_sets.len(), account.terms.configuration_sets),
        limit("OPT_OUT_LISTS", account.opt_out_lists.len(), 25),
        limit("PHONE_NUMBERS", account.phone_numbers.len(), account.terms.phone_numbers),
        limit("POOLS", account.pools.len(), 25),
        limit("REGISTRATIONS", 0, 25),
        limit("REGISTRATION_ATTACHMENTS", 0, 25),
        limit("SENDER_IDS", account.sender_ids.len(), 200),
        limit("VERIFIED_DESTINATION_NUMBERS", 0, 10),
    ];
    let page = input.paging.select(all.iter().map(|one| (one.name.to_owned(), one)), |_, _| Vec::new())?;
    Ok(Limits { account_limits: page.rows.into_iter().cloned().collect(), next_token: page.next_token })
}
