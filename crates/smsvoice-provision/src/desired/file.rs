//! The file as it is written: its keys, and where each value stands.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) owner: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) configuration_set: Vec<Spanned<SetEntry>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetEntry {
    pub(super) name: Spanned<String>,
    pub(super) api: Option<Spanned<String>>,
    pub(super) default_message_type: Option<Spanned<String>>,
    pub(super) default_sender_id: Option<Spanned<String>>,
    pub(super) message_feedback: Option<Spanned<Flag>>,
    pub(super) protect_configuration: Option<Spanned<String>>,
    pub(super) tags: Option<Spanned<BTreeMap<String, Spanned<String>>>>,
    pub(super) event_destination: Option<Spanned<Vec<Spanned<DestinationEntry>>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DestinationEntry {
    pub(super) name: Spanned<String>,
    pub(super) enabled: Option<Spanned<Flag>>,
    pub(super) events: Spanned<Vec<Spanned<String>>>,
    pub(super) firehose: Option<Spanned<FirehoseEntry>>,
    pub(super) cloudwatch_logs: Option<Spanned<LogsEntry>>,
    pub(super) sns: Option<Spanned<SnsEntry>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FirehoseEntry {
    pub(super) stream: Spanned<String>,
    pub(super) role: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogsEntry {
    pub(super) log_group: Spanned<String>,
    pub(super) role: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SnsEntry {
    pub(super) topic: Spanned<String>,
}

/// True or false, or a text that becomes one of them once its placeholders are filled in.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected true or false")]
pub(super) enum Flag {
    Is(bool),
    Text(String),
}

impl File {
    /// Every text that may have placeholders.
    pub(super) fn texts(&self) -> Vec<Spanned<String>> {
        let Self { owner, configuration_set } = self;
        owner.iter().cloned().chain(configuration_set.iter().flat_map(|set| set.get_ref().texts())).collect()
    }
}

impl SetEntry {
    fn texts(&self) -> Vec<Spanned<String>> {
        let Self {
            name,
            api,
            default_message_type,
            default_sender_id,
            message_feedback,
            protect_configuration,
            tags,
            event_destination,
        } = self;
        let optional = [api, default_message_type, default_sender_id, protect_configuration];
        let mut texts = vec![name.clone()];
        texts.extend(optional.into_iter().flatten().cloned());
        texts.extend(message_feedback.iter().filter_map(flag_text));
        texts.extend(tags.iter().flat_map(|tags| tags.get_ref().values().cloned()));
        let destinations = event_destination.iter().flat_map(Spanned::get_ref);
        texts.extend(destinations.flat_map(|destination| destination.get_ref().texts()));
        texts
    }
}

impl DestinationEntry {
    fn texts(&self) -> Vec<Spanned<String>> {
        let Self { name, enabled, events, firehose, cloudwatch_logs, sns } = self;
        let mut texts = vec![name.clone()];
        texts.extend(enabled.iter().filter_map(flag_text));
        texts.extend(events.get_ref().iter().cloned());
        texts.extend(firehose.iter().flat_map(|to| [to.get_ref().stream.clone(), to.get_ref().role.clone()]));
        texts.extend(cloudwatch_logs.iter().flat_map(|to| [to.get_ref().log_group.clone(), to.get_ref().role.clone()]));
        texts.extend(sns.iter().map(|to| to.get_ref().topic.clone()));
        texts
    }
}

/// The text of a flag that is written as one.
pub(super) fn flag_text(flag: &Spanned<Flag>) -> Option<Spanned<String>> {
    match flag.get_ref() {
        Flag::Is(_) => None,
        Flag::Text(text) => Some(Spanned::new(flag.span(), text.clone())),
    }
}
