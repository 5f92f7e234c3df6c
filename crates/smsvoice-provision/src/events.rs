//! What an event destination takes: names of event types, and selectors that stand for several.

use std::fmt;

use serde::{Deserialize, Serialize};
use smsvoice_event::{KnownType, V1_VOICE_TYPES};

use crate::api::Api;

/// Stands for several types each; never the type of an event itself
/// (botocore 1.44.5, `pinpoint-sms-voice-v2`, shape `EventType`).
const SELECTORS: [&str; 5] = ["ALL", "TEXT_ALL", "VOICE_ALL", "MEDIA_ALL", "RCS_ALL"];

/// In the API's enum, but "not supported" (its own documentation of `MatchingEventTypes`): such an event never comes.
pub const NEVER_SENT: &str = "TEXT_SENT";

/// A name in `MatchingEventTypes`: an event type, or `ALL`, `TEXT_ALL`, … One that this version does not know is kept.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Selector(String);

impl Selector {
    /// This name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// As AWS writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Every name that an API takes, in AWS's order but for the selectors, which come first.
    pub fn all(api: Api) -> Vec<&'static str> {
        match api {
            Api::V1 => V1_VOICE_TYPES.iter().map(|(name, _)| *name).collect(),
            Api::V2 => SELECTORS.into_iter().chain(KnownType::ALL.iter().map(|known| known.as_str())).collect(),
        }
    }

    /// Whether events of the type of this name go to a destination with this selector.
    pub fn takes(&self, event_type: &str) -> bool {
        let channel = |prefix: &str| event_type.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('_'));
        self.0 == "ALL"
            || self.0 == event_type
            || (SELECTORS.contains(&self.0.as_str()) && self.0.strip_suffix("_ALL").is_some_and(channel))
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The event types that an API's events have.
pub(crate) fn emitted(api: Api) -> impl Iterator<Item = &'static str> {
    Selector::all(api).into_iter().filter(|name| !SELECTORS.contains(name) && *name != NEVER_SENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_take_their_channel_and_all_takes_everything() {
        let takes = |selector: &str, event_type| Selector::new(selector).takes(event_type);
        assert!(takes("ALL", "RCS_READ") && takes("TEXT_ALL", "TEXT_BLOCKED") && takes("VOICE_BUSY", "VOICE_BUSY"));
        assert!(!takes("TEXT_ALL", "VOICE_RINGING") && !takes("VOICE_BUSY", "VOICE_FAILED"));
    }

    /// A name that AWS adds is in its SDK first.
    #[test]
    fn names_are_those_of_the_sdk() {
        let sorted = |mut names: Vec<&str>| {
            names.sort_unstable();
            names.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let v2 = aws_sdk_pinpointsmsvoicev2::types::EventType::values().to_vec();
        assert_eq!(sorted(Selector::all(Api::V2)), sorted(v2));
        let v1 = aws_sdk_pinpointsmsvoice::types::EventType::values().to_vec();
        assert_eq!(sorted(Selector::all(Api::V1)), sorted(v1));
    }
}
