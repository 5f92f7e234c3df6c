//! Configuration sets of API v1: for voice alone, with names apart from those of v2.

use serde::{Deserialize, Serialize};

use crate::{
    account::{Account, Transaction, paging::Paging, records::Record, tag::Nothing},
    delivery::Target,
    refusal::{Invalid, Quota, Refusal, Resource},
};

pub(crate) mod destinations;

/// The quota in AWS's documents.
const SETS_PER_ACCOUNT: usize = 10_000;
/// What `ListConfigurationSets` answers at most when the request names no size; AWS does not say.
const PAGE: usize = 100;

/// One set.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VoiceSet {
    event_destinations: Vec<VoiceDestination>,
}

impl Record for VoiceSet {
    const KIND: &'static str = "voice-set";
}

/// As `GetConfigurationSetEventDestinations` shows it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VoiceDestination {
    pub(crate) name: String,
    pub(crate) enabled: bool,
    pub(crate) matching_event_types: Vec<String>,
    #[serde(flatten)]
    pub(crate) target: Target,
}

impl VoiceSet {
    pub(crate) fn destinations(&self) -> &[VoiceDestination] {
        &self.event_destinations
    }

    /// The destinations that take a v2 event type, `VOICE_BUSY` say.
    pub(crate) fn takers(&self, event_type: &str) -> impl Iterator<Item = &VoiceDestination> {
        let named = smsvoice_event::V1_VOICE_TYPES.iter().find(|(_, known)| known.as_str() == event_type);
        let named = named.map(|(name, _)| *name);
        self.event_destinations.iter().filter(move |one| {
            one.enabled && named.is_some_and(|name| one.matching_event_types.iter().any(|t| t == name))
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Create {
    configuration_set_name: Option<String>,
}

pub(crate) fn create(tx: &mut Transaction<'_>, input: Create) -> Result<Nothing, Refusal> {
    let name = input.configuration_set_name.unwrap_or_default();
    require_name(&name, "ConfigurationSetName")?;
    if tx.account.voice_sets.has(&name) {
        return Err(Refusal::exists(Resource::ConfigurationSet, name));
    }
    if tx.account.voice_sets.len() >= SETS_PER_ACCOUNT {
        return Err(Refusal::quota(Quota::ConfigurationSets, SETS_PER_ACCOUNT));
    }
    tx.account.voice_sets.put(name, VoiceSet::default());
    Ok(Nothing {})
}

/// Letters, digits, `_` and `-`, 64 at most: `WordCharactersWithDelimiters`, as v2 spells it out.
fn require_name(name: &str, field: &str) -> Result<(), Refusal> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        let message = format!("{field} has 1 to 64 letters, digits, `_` and `-`");
        return Err(Refusal::invalid(Invalid::InvalidParameter, field, message));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Named {
    configuration_set_name: String,
}

pub(crate) fn delete(tx: &mut Transaction<'_>, input: Named) -> Result<Nothing, Refusal> {
    let name = input.configuration_set_name;
    tx.account.voice_sets.take(&name).ok_or_else(|| Refusal::not_found(Resource::ConfigurationSet, name))?;
    Ok(Nothing {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct List {
    next_token: Option<String>,
    page_size: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    configuration_sets: Vec<String>,
    next_token: Option<String>,
}

pub(crate) fn list(tx: &mut Transaction<'_>, input: List) -> Result<Listed, Refusal> {
    let bad = || Refusal::invalid(Invalid::InvalidParameter, "PageSize", "PageSize is a number from 1");
    let size = input.page_size.map(|size| size.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(bad));
    let paging = Paging::of(input.next_token, Some(size.transpose()?.unwrap_or(PAGE)));
    let names: Vec<String> = tx.account.voice_sets.rows().map(|(name, _)| name.to_owned()).collect();
    let page = paging.select(names.iter().map(|name| (name.clone(), name)), |_, _| Vec::new())?;
    Ok(Listed { configuration_sets: page.rows.into_iter().cloned().collect(), next_token: page.next_token })
}

pub(crate) fn describe_destinations(tx: &mut Transaction<'_>, input: Named) -> Result<VoiceSet, Refusal> {
    let missing = || Refusal::not_found(Resource::ConfigurationSet, input.configuration_set_name.as_str());
    tx.account.voice_sets.get(&input.configuration_set_name).cloned().ok_or_else(missing)
}

impl Account {
    fn voice_set_mut(&mut self, name: &str) -> Result<&mut VoiceSet, Refusal> {
        self.voice_sets.get_mut(name).ok_or_else(|| Refusal::not_found(Resource::ConfigurationSet, name))
    }
}

#[cfg(test)]
mod tests {
    use super::{Create, SETS_PER_ACCOUNT, create};
    use crate::{
        account::Account,
        refusal::{Quota, Refusal},
    };

    #[test]
    fn an_account_has_ten_thousand_voice_sets_and_no_more() {
        Account::in_test(|tx| {
            let named = |n: usize| Create { configuration_set_name: Some(format!("set-{n}")) };
            for n in 0..SETS_PER_ACCOUNT {
                create(tx, named(n)).unwrap();
            }
            let refusal = create(tx, named(SETS_PER_ACCOUNT)).err();
            assert_eq!(refusal, Some(Refusal::quota(Quota::ConfigurationSets, 10_000)));
        });
    }
}
