//! Configuration sets of API v2: created, described, deleted, and their three defaults.

use serde::{Deserialize, Serialize};
use smsvoice_event::MessageType;

use crate::{
    account::{
        Account, Transaction,
        event_destination::EventDestination,
        paging::{Paging, flag},
        records::Record,
        tag::{Tag, unique},
    },
    clock::EpochMs,
    refusal::{Quota, Refusal, Resource},
};

pub(crate) mod destinations;

/// As `DescribeConfigurationSets` shows it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ConfigurationSet {
    pub(crate) configuration_set_arn: String,
    pub(crate) configuration_set_name: String,
    pub(crate) event_destinations: Vec<EventDestination>,
    pub(crate) default_message_type: Option<MessageType>,
    pub(crate) default_sender_id: Option<String>,
    pub(crate) default_message_feedback_enabled: Option<bool>,
    pub(crate) created_timestamp: EpochMs,
}

impl Record for ConfigurationSet {
    const KIND: &'static str = "configuration-set";
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Create {
    configuration_set_name: String,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Created {
    #[serde(flatten)]
    set: ConfigurationSet,
    tags: Vec<Tag>,
}

pub(crate) fn create(tx: &mut Transaction<'_>, input: Create) -> Result<Created, Refusal> {
    let account = &mut *tx.account;
    let name = input.configuration_set_name;
    let tags = unique(input.tags.clone())?;
    if account.configuration_sets.has(&name) {
        return Err(Refusal::exists(Resource::ConfigurationSet, name));
    }
    if account.configuration_sets.len() >= account.terms.configuration_sets {
        return Err(Refusal::quota(Quota::ConfigurationSets, account.terms.configuration_sets));
    }
    let set = ConfigurationSet {
        configuration_set_arn: account.place.arn(Resource::ConfigurationSet, &name),
        configuration_set_name: name.clone(),
        event_destinations: Vec::new(),
        default_message_type: None,
        default_sender_id: None,
        default_message_feedback_enabled: None,
        created_timestamp: tx.now,
    };
    account.set_tags(&set.configuration_set_arn, tags);
    account.configuration_sets.put(name, set.clone());
    Ok(Created { set, tags: input.tags })
}

/// A request that names one set and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Named {
    configuration_set_name: String,
}

pub(crate) fn delete(tx: &mut Transaction<'_>, input: Named) -> Result<ConfigurationSet, Refusal> {
    let name = tx.account.configuration_set(&input.configuration_set_name)?.configuration_set_name.clone();
    let set = tx.account.configuration_sets.take(&name);
    let set = set.ok_or_else(|| Refusal::not_found(Resource::ConfigurationSet, name))?;
    tx.account.drop_tags(&set.configuration_set_arn);
    Ok(set)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Describe {
    #[serde(default)]
    configuration_set_names: Vec<String>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    configuration_sets: Vec<ConfigurationSet>,
    next_token: Option<String>,
}

pub(crate) fn describe(tx: &mut Transaction<'_>, input: Describe) -> Result<Described, Refusal> {
    let account = &*tx.account;
    let named = input.configuration_set_names.iter().map(|name| account.configuration_set(name));
    let named: Vec<_> = named.collect::<Result<_, _>>()?;
    let wanted = |set: &ConfigurationSet| {
        named.is_empty() || named.iter().any(|n| n.configuration_set_name == set.configuration_set_name)
    };
    let rows = account.configuration_sets.rows().filter(|(_, set)| wanted(set)).map(|(k, set)| (k.to_owned(), set));
    let page = input.paging.select(rows, facet)?;
    Ok(Described { configuration_sets: page.rows.into_iter().cloned().collect(), next_token: page.next_token })
}

fn facet(set: &ConfigurationSet, name: &str) -> Vec<String> {
    match name {
        "event-destination-name" => {
            set.event_destinations.iter().map(|one| one.event_destination_name.clone()).collect()
        }
        "matching-event-types" => {
            set.event_destinations.iter().flat_map(|one| one.matching_event_types.iter().cloned()).collect()
        }
        "default-message-type" => set.default_message_type.iter().map(|kind| kind.as_str().to_owned()).collect(),
        "default-sender-id" => set.default_sender_id.iter().cloned().collect(),
        "default-message-feedback-enabled" => flag(set.default_message_feedback_enabled.unwrap_or(false)),
        _ => Vec::new(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetMessageType {
    configuration_set_name: String,
    message_type: MessageType,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetSenderId {
    configuration_set_name: String,
    sender_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetFeedback {
    configuration_set_name: String,
    message_feedback_enabled: bool,
}

/// The answer of the operations that set or delete a default: the set, and that default alone.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Defaults {
    configuration_set_arn: String,
    configuration_set_name: String,
    message_type: Option<MessageType>,
    sender_id: Option<String>,
    message_feedback_enabled: Option<bool>,
}

impl Defaults {
    fn of(set: &ConfigurationSet) -> Self {
        let (arn, name) = (set.configuration_set_arn.clone(), set.configuration_set_name.clone());
        Self { configuration_set_arn: arn, configuration_set_name: name, ..Self::default() }
    }
}

pub(crate) fn set_message_type(tx: &mut Transaction<'_>, input: SetMessageType) -> Result<Defaults, Refusal> {
    let set = tx.account.configuration_set_mut(&input.configuration_set_name)?;
    set.default_message_type = Some(input.message_type);
    Ok(Defaults { message_type: set.default_message_type, ..Defaults::of(set) })
}

pub(crate) fn delete_message_type(tx: &mut Transaction<'_>, input: Named) -> Result<Defaults, Refusal> {
    let set = tx.account.configuration_set_mut(&input.configuration_set_name)?;
    let message_type = set.default_message_type.take();
    Ok(Defaults { message_type, ..Defaults::of(set) })
}

pub(crate) fn set_sender_id(tx: &mut Transaction<'_>, input: SetSenderId) -> Result<Defaults, Refusal> {
    let set = tx.account.configuration_set_mut(&input.configuration_set_name)?;
    set.default_sender_id = Some(input.sender_id);
    Ok(Defaults { sender_id: set.default_sender_id.clone(), ..Defaults::of(set) })
}

pub(crate) fn delete_sender_id(tx: &mut Transaction<'_>, input: Named) -> Result<Defaults, Refusal> {
    let set = tx.account.configuration_set_mut(&input.configuration_set_name)?;
    let sender_id = set.default_sender_id.take();
    Ok(Defaults { sender_id, ..Defaults::of(set) })
}

pub(crate) fn set_feedback(tx: &mut Transaction<'_>, input: SetFeedback) -> Result<Defaults, Refusal> {
    let set = tx.account.configuration_set_mut(&input.configuration_set_name)?;
    set.default_message_feedback_enabled = Some(input.message_feedback_enabled);
    Ok(Defaults { message_feedback_enabled: set.default_message_feedback_enabled, ..Defaults::of(set) })
}

impl Account {
    /// The set of this name or ARN.
    pub(crate) fn configuration_set(&self, given: &str) -> Result<&ConfigurationSet, Refusal> {
        let name = self.place.name(Resource::ConfigurationSet, given, "ConfigurationSetName")?;
        let missing = || Refusal::not_found(Resource::ConfigurationSet, name);
        self.configuration_sets.get(name).ok_or_else(missing)
    }

    pub(crate) fn configuration_set_mut(&mut self, given: &str) -> Result<&mut ConfigurationSet, Refusal> {
        let name = self.place.name(Resource::ConfigurationSet, given, "ConfigurationSetName")?.to_owned();
        let missing = Refusal::not_found(Resource::ConfigurationSet, name.as_str());
        self.configuration_sets.get_mut(&name).ok_or(missing)
    }
}
