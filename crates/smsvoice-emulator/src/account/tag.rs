//! Tags of any resource, by its ARN.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    account::{Account, Transaction, arn::bad_arn, records::Record},
    refusal::{Invalid, Quota, Refusal, Resource},
};

/// More than any request can bring at once.
const TAGS_PER_RESOURCE: usize = 200;

/// The tags of one resource: keys and values. The record's own key is the resource's ARN.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct ResourceTags(BTreeMap<String, String>);

impl Record for ResourceTags {
    const KIND: &'static str = "tags";
}

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

pub(crate) fn tag(tx: &mut Transaction<'_>, input: TagResource) -> Result<Nothing, Refusal> {
    existing(tx.account, &input.resource_arn)?;
    let ResourceTags(mut tags) = tx.account.tags.get(&input.resource_arn).cloned().unwrap_or_default();
    tags.extend(unique(input.tags)?.0);
    if tags.len() > TAGS_PER_RESOURCE {
        return Err(Refusal::quota(Quota::Tags, TAGS_PER_RESOURCE));
    }
    tx.account.tags.put(input.resource_arn, ResourceTags(tags));
    Ok(Nothing {})
}

pub(crate) fn untag(tx: &mut Transaction<'_>, input: UntagResource) -> Result<Nothing, Refusal> {
    existing(tx.account, &input.resource_arn)?;
    if let Some(ResourceTags(tags)) = tx.account.tags.get_mut(&input.resource_arn) {
        tags.retain(|key, _| !input.tag_keys.contains(key));
    }
    Ok(Nothing {})
}

pub(crate) fn list(tx: &mut Transaction<'_>, input: ListTags) -> Result<Tags, Refusal> {
    existing(tx.account, &input.resource_arn)?;
    let ResourceTags(tags) = tx.account.tags.get(&input.resource_arn).cloned().unwrap_or_default();
    let tags = tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    Ok(Tags { resource_arn: input.resource_arn, tags })
}

/// Tags given at creation: each key once.
pub(crate) fn unique(tags: Vec<Tag>) -> Result<ResourceTags, Refusal> {
    let count = tags.len();
    let unique: BTreeMap<_, _> = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    if unique.len() < count {
        return Err(Refusal::invalid(Invalid::InvalidParameter, "Tags", "a tag key comes twice"));
    }
    Ok(ResourceTags(unique))
}

impl Account {
    pub(crate) fn set_tags(&mut self, arn: &str, tags: ResourceTags) {
        if !tags.0.is_empty() {
            self.tags.put(arn, tags);
        }
    }

    /// Removes the tags of a resource that is removed.
    pub(crate) fn drop_tags(&mut self, arn: &str) {
        self.tags.take(arn);
    }
}

/// Kinds of resources that can be tagged; of the last two this emulator has none.
const TAGGABLE: [Resource; 7] = [
    Resource::ConfigurationSet,
    Resource::PhoneNumber,
    Resource::SenderId,
    Resource::Pool,
    Resource::OptOutList,
    Resource::Registration,
    Resource::ProtectConfiguration,
];

/// Fails unless `arn` names a resource of this account that can be tagged.
fn existing(account: &Account, arn: &str) -> Result<(), Refusal> {
    let field = "ResourceArn";
    let word = arn.splitn(6, ':').nth(5).and_then(|rest| rest.split_once('/')).map_or("", |(word, _)| word);
    let resource = TAGGABLE.into_iter().find(|resource| resource.word() == word);
    let resource = resource.ok_or_else(|| bad_arn(field, arn))?;
    let name = || account.place.name(resource, arn, field);
    let found = match resource {
        Resource::ConfigurationSet => account.configuration_sets.has(name()?),
        Resource::PhoneNumber => account.phone_numbers.has(name()?),
        Resource::SenderId => account.sender_ids.has(name()?),
        Resource::Pool => account.pools.has(name()?),
        Resource::OptOutList => account.opt_out_lists.has(name()?),
        _ => false,
    };
    if found { Ok(()) } else { Err(Refusal::not_found(resource, arn)) }
}
