//! Configuration sets and event destinations of API v1: voice alone, ten destinations a set, a name space of their own.

use serde::{Deserialize, Serialize};

use crate::{
    account::{
        Account, Call, MessageType,
        arn::uuid,
        encoding::Encoding,
        event_destination::{Target, Targets},
        message::{Api, Channel, Sent},
        opt_out::e164,
        origin::Need,
        phone_number::Capability,
        send::{Accepted, country_of, keep},
        tag::Nothing,
    },
    api::refusal::{Invalid, Quota, Refusal, Resource},
    events::life::Lives,
};

/// AWS's own figure for voice.
const SETS_PER_ACCOUNT: usize = 10_000;
const DESTINATIONS_PER_SET: usize = 10;
/// What `ListConfigurationSets` answers at most when the request names no size; AWS does not say.
const PAGE: usize = 100;

/// One set.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VoiceSet {
    event_destinations: Vec<VoiceDestination>,
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

pub(crate) fn create(call: &mut Call<'_>, input: Create) -> Result<Nothing, Refusal> {
    let name = input.configuration_set_name.unwrap_or_default();
    require_name(&name, "ConfigurationSetName")?;
    if call.account.voice_sets.has(&name) {
        return Err(Refusal::exists(Resource::ConfigurationSet, name));
    }
    if call.account.voice_sets.len() >= SETS_PER_ACCOUNT {
        return Err(Refusal::quota(Quota::ConfigurationSets, SETS_PER_ACCOUNT));
    }
    call.account.voice_sets.put(name, VoiceSet::default());
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

pub(crate) fn delete(call: &mut Call<'_>, input: Named) -> Result<Nothing, Refusal> {
    let name = input.configuration_set_name;
    call.account.voice_sets.take(&name).ok_or_else(|| Refusal::not_found(Resource::ConfigurationSet, name))?;
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

pub(crate) fn list(call: &mut Call<'_>, input: List) -> Result<Listed, Refusal> {
    let bad = || Refusal::invalid(Invalid::InvalidParameter, "PageSize", "PageSize is a number from 1");
    let size = input.page_size.map(|size| size.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(bad));
    let paging = super::page::Paging::of(input.next_token, Some(size.transpose()?.unwrap_or(PAGE)));
    let names: Vec<String> = call.account.voice_sets.rows().map(|(name, _)| name.to_owned()).collect();
    let page = paging.select(names.iter().map(|name| (name.clone(), name)), |_, _| Vec::new())?;
    Ok(Listed { configuration_sets: page.rows.into_iter().cloned().collect(), next_token: page.next_token })
}

/// An event destination as a request defines it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    matching_event_types: Vec<String>,
    #[serde(flatten)]
    targets: Targets,
}

impl Definition {
    fn named(self, name: String) -> Result<VoiceDestination, Refusal> {
        let missing = |field| Refusal::invalid(Invalid::MissingParameter, field, format!("{field} is required"));
        if self.matching_event_types.is_empty() {
            return Err(missing("EventDestination.MatchingEventTypes"));
        }
        let target = self.targets.single()?.ok_or_else(|| missing("EventDestination.SnsDestination"))?;
        Ok(VoiceDestination { name, enabled: self.enabled, matching_event_types: self.matching_event_types, target })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PutDestination {
    configuration_set_name: String,
    event_destination_name: Option<String>,
    event_destination: Option<Definition>,
}

impl PutDestination {
    fn destination(self) -> Result<VoiceDestination, Refusal> {
        let name = self.event_destination_name.unwrap_or_default();
        require_name(&name, "EventDestinationName")?;
        let missing =
            || Refusal::invalid(Invalid::MissingParameter, "EventDestination", "EventDestination is required");
        self.event_destination.ok_or_else(missing)?.named(name)
    }
}

pub(crate) fn create_destination(call: &mut Call<'_>, input: PutDestination) -> Result<Nothing, Refusal> {
    let set = call.account.voice_set_mut(&input.configuration_set_name)?;
    let destination = input.destination()?;
    if set.event_destinations.iter().any(|one| one.name == destination.name) {
        return Err(Refusal::exists(Resource::EventDestination, destination.name));
    }
    if set.event_destinations.len() >= DESTINATIONS_PER_SET {
        return Err(Refusal::quota(Quota::EventDestinations, DESTINATIONS_PER_SET));
    }
    set.event_destinations.push(destination);
    Ok(Nothing {})
}

pub(crate) fn update_destination(call: &mut Call<'_>, input: PutDestination) -> Result<Nothing, Refusal> {
    let set = call.account.voice_set_mut(&input.configuration_set_name)?;
    let name = input.event_destination_name.clone().unwrap_or_default();
    let missing = || Refusal::not_found(Resource::EventDestination, name.as_str());
    let at = set.event_destinations.iter().position(|one| one.name == name).ok_or_else(missing)?;
    set.event_destinations[at] = input.destination()?;
    Ok(Nothing {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NamedDestination {
    configuration_set_name: String,
    event_destination_name: String,
}

pub(crate) fn delete_destination(call: &mut Call<'_>, input: NamedDestination) -> Result<Nothing, Refusal> {
    let set = call.account.voice_set_mut(&input.configuration_set_name)?;
    let name = input.event_destination_name;
    let missing = || Refusal::not_found(Resource::EventDestination, name.as_str());
    let at = set.event_destinations.iter().position(|one| one.name == name).ok_or_else(missing)?;
    set.event_destinations.remove(at);
    Ok(Nothing {})
}

pub(crate) fn destinations(call: &mut Call<'_>, input: Named) -> Result<VoiceSet, Refusal> {
    let missing = || Refusal::not_found(Resource::ConfigurationSet, input.configuration_set_name.as_str());
    call.account.voice_sets.get(&input.configuration_set_name).cloned().ok_or_else(missing)
}

/// What is to be said; one of the three forms.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Content {
    call_instructions_message: Option<Spoken>,
    plain_text_message: Option<Spoken>,
    #[serde(rename = "SSMLMessage")]
    ssml_message: Option<Spoken>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Spoken {
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Send {
    caller_id: Option<String>,
    configuration_set_name: Option<String>,
    #[serde(default)]
    content: Content,
    destination_phone_number: Option<String>,
    origination_phone_number: Option<String>,
}

pub(crate) fn send(call: &mut Call<'_>, input: Send) -> Result<Accepted, Refusal> {
    let missing = |field: &str| Refusal::invalid(Invalid::MissingParameter, field, format!("{field} is required"));
    let full = |value: Option<String>, field| value.filter(|v| !v.is_empty()).ok_or_else(|| missing(field));
    let content = input.content;
    let mut given =
        [content.call_instructions_message, content.plain_text_message, content.ssml_message].into_iter().flatten();
    let (first, another) = (given.next(), given.next().is_some());
    if another {
        let reason = Invalid::ParametersCannotBeUsedTogether;
        return Err(Refusal::invalid(reason, "Content", "Content has one of its three forms"));
    }
    let body = full(first.and_then(|spoken| spoken.text), "Content.PlainTextMessage.Text")?;
    let destination = e164(&full(input.destination_phone_number, "DestinationPhoneNumber")?);
    let origination = full(input.origination_phone_number, "OriginationPhoneNumber")?;
    if input.caller_id.is_some() && call.account.terms.sandbox {
        let message = "a CallerId can't be given while the account is in the sandbox";
        return Err(Refusal::invalid(Invalid::InvalidParameter, "CallerId", message));
    }
    let account = &*call.account;
    if let Some(name) = input.configuration_set_name.as_deref().filter(|name| !account.voice_sets.has(name)) {
        return Err(Refusal::not_found(Resource::ConfigurationSet, name));
    }
    let country = country_of(&destination)?;
    let to_simulator = smsvoice_lifecycle::simulated_ending(smsvoice_event::Channel::Voice, &destination).is_some();
    let need = Need { capability: Capability::Voice, message_type: None, country: country.iso, to_simulator };
    let origin = account.origin(Some(&origination), &need, None)?;
    let mut sent = Sent {
        id: String::new(),
        channel: Channel::Voice,
        api: Api::V1,
        configuration_set: input.configuration_set_name,
        requested: call.now,
        origination: origin.shown,
        destination,
        country: country.iso.to_owned(),
        encoding: Encoding::of(&body),
        body,
        media_url: None,
        parts: 1,
        message_type: MessageType::Transactional,
        context: std::collections::BTreeMap::new(),
        ttl_seconds: 259_200,
        international: origin.international,
        price_micros: 0,
        feedback: None,
        events: Vec::new(),
    };
    sent.price_micros = Lives::price_micros(&sent, country)?;
    let count = call.account.next("message");
    sent.id = uuid(call.account.seed, count);
    Ok(Accepted { message_id: keep(call, sent)? })
}

impl Account {
    fn voice_set_mut(&mut self, name: &str) -> Result<&mut VoiceSet, Refusal> {
        self.voice_sets.get_mut(name).ok_or_else(|| Refusal::not_found(Resource::ConfigurationSet, name))
    }
}
