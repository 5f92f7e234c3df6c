//! Tags of any resource, by its ARN.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    account::{Account, Call, arn::bad_arn},
    api::refusal::{Invalid, Quota, Refusal, Resource},
};

/// More than any request can bring at once.
const TAGS_PER_RESOURCE: usize = 200;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TagResource {
    resource_arn: String,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UntagResource {
    resource_arn: String,
    tag_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListTags {
    resource_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tags {
    resource_arn: String,
    tags: Vec<Tag>,
}

/// An answer without members.
#[derive(Serialize)]
pub(crate) struct Nothing {}

pub(crate) fn tag(call: &mut Call<'_>, input: TagResource) -> Result<Nothing, Refusal> {
    existing(call.account, &input.resource_arn)?;
    let mut kept = call.account.tags.get(&input.resource_arn).cloned().unwrap_or_default();
    kept.extend(unique(input.tags)?);
    if kept.len() > TAGS_PER_RESOURCE {
        return Err(Refusal::quota(Quota::Tags, TAGS_PER_RESOURCE));
    }
    call.account.tags.put(input.resource_arn, kept);
    Ok(Nothing {})
}

pub(crate) fn untag(call: &mut Call<'_>, input: UntagResource) -> Result<Nothing, Refusal> {
    existing(call.account, &input.resource_arn)?;
    if let Some(kept) = call.account.tags.get_mut(&input.resource_arn) {
        kept.retain(|key, _| !input.tag_keys.contains(key));
    }
    Ok(Nothing {})
}

pub(crate) fn list(call: &mut Call<'_>, input: ListTags) -> Result<Tags, Refusal> {
    existing(call.account, &input.resource_arn)?;
    let kept = call.account.tags.get(&input.resource_arn).cloned().unwrap_or_default();
    let tags = kept.into_iter().map(|(key, value)| Tag { key, value }).collect();
    Ok(Tags { resource_arn: input.resource_arn, tags })
}

/// Tags given at creation: each key once.
pub(crate) fn unique(tags: Vec<Tag>) -> Result<BTreeMap<String, String>, Refusal> {
    let count = tags.len();
    let unique: BTreeMap<_, _> = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    if unique.len() < count {
        return Err(Refusal::invalid(Invalid::InvalidParameter, "Tags", "a tag key comes twice"));
    }
    Ok(unique)
}

impl Account {
    pub(crate) fn set_tags(&mut self, arn: &str, tags: BTreeMap<String, String>) {
        if !tags.is_empty() {
            self.tags.put(arn, tags);
        }
    }

    /// A resource is gone, and its tags with it.
    pub(crate) fn drop_tags(&mut self, arn: &str) {
        self.tags.take(arn);
    }
}

/// Fails unless `arn` names a resource of this account that can be tagged.
fn existing(account: &Account, arn: &str) -> Result<(), Refusal> {
    let field = "ResourceArn";
    let kind = arn.splitn(6, ':').nth(5).and_then(|rest| rest.split_once('/')).map_or("", |(kind, _)| kind);
    let name = |resource| account.place.name(resource, arn, field);
    let (resource, found) = match kind {
        "configuration-set" => {
            let resource = Resource::ConfigurationSet;
            (resource, account.configuration_sets.has(name(resource)?))
        }
        "phone-number" => (Resource::PhoneNumber, account.phone_numbers.has(name(Resource::PhoneNumber)?)),
        "sender-id" => (Resource::SenderId, account.sender_ids.has(name(Resource::SenderId)?)),
        "pool" => (Resource::Pool, account.pools.has(name(Resource::Pool)?)),
        "opt-out-list" => (Resource::OptOutList, account.opt_out_lists.has(name(Resource::OptOutList)?)),
        "registration" => (Resource::Registration, false),
        "protect-configuration" => (Resource::ProtectConfiguration, false),
        _ => return Err(bad_arn(field, arn)),
    };
    if found { Ok(()) } else { Err(Refusal::not_found(resource, arn)) }
}
