//! What there is, or shall be: configuration sets with their event destinations, as plain values that can be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

pub use crate::api::Api;
use crate::events::Selector;

/// Which configuration set.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct SetId {
    /// Of this API.
    pub api: Api,
    /// 1 to 64 letters, digits, `_` and `-`.
    pub name: String,
}

impl SetId {
    /// The set of this name in API v2.
    pub fn v2(name: impl Into<String>) -> Self {
        Self { api: Api::V2, name: name.into() }
    }

    /// The set of this name in API v1.
    pub fn v1(name: impl Into<String>) -> Self {
        Self { api: Api::V1, name: name.into() }
    }
}

impl fmt::Display for SetId {
    /// The name, and the API if it is the old one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.api {
            Api::V1 => write!(f, "{} (v1)", self.name),
            Api::V2 => f.write_str(&self.name),
        }
    }
}

impl From<SetId> for String {
    fn from(id: SetId) -> Self {
        format!("{}:{}", id.api.as_str(), id.name)
    }
}

impl TryFrom<String> for SetId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("v1", name)) => Ok(Self::v1(name)),
            Some(("v2", name)) => Ok(Self::v2(name)),
            _ => Err(format!("`{text}` is not a configuration set; one is written v2:NAME or v1:NAME")),
        }
    }
}

/// Configuration sets, whether there are some or are to be.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct World {
    /// Each with what it holds.
    pub sets: BTreeMap<SetId, Set>,
}

/// One configuration set. A set of API v1 has event destinations and nothing else.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Set {
    /// For messages that do not say their type.
    pub default_message_type: Option<MessageType>,
    /// For messages that name no origination identity.
    pub default_sender_id: Option<String>,
    /// Whether AWS awaits word of what became of each message. AWS shows none for false, which is the same.
    pub message_feedback: bool,
    /// The id of the protect configuration, `protect-…`.
    pub protect_configuration: Option<String>,
    /// Keys and values, without those that AWS itself puts there (`aws:…`).
    pub tags: BTreeMap<String, String>,
    /// By name.
    pub destinations: BTreeMap<String, Destination>,
}

/// One event destination.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Destination {
    /// Whether events go there.
    pub enabled: bool,
    /// The event types, or selectors of several, that go there.
    pub events: BTreeSet<Selector>,
    /// Where they go.
    pub target: Target,
}

/// Where an event destination leads: one of three kinds. AWS lets no destination change its kind.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A log group of CloudWatch Logs.
    CloudwatchLogs {
        /// `arn:aws:logs:…:log-group:NAME`, without the `:*` that some of AWS's answers append.
        log_group: String,
        /// The role that AWS assumes to write there.
        role: String,
    },
    /// A stream of Data Firehose.
    Firehose {
        /// `arn:aws:firehose:…:deliverystream/NAME`.
        stream: String,
        /// The role that AWS assumes to write there.
        role: String,
    },
    /// A topic of SNS, which takes no role.
    Sns {
        /// `arn:aws:sns:…:NAME`.
        topic: String,
    },
}

impl Target {
    /// The word for its kind in the file: `cloudwatch_logs`, `firehose` or `sns`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::CloudwatchLogs { .. } => "cloudwatch_logs",
            Self::Firehose { .. } => "firehose",
            Self::Sns { .. } => "sns",
        }
    }

    /// Its ARNs under their names in the file.
    pub fn arns(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::CloudwatchLogs { log_group, role } => vec![("log_group", log_group), ("role", role)],
            Self::Firehose { stream, role } => vec![("stream", stream), ("role", role)],
            Self::Sns { topic } => vec![("topic", topic)],
        }
    }
}

/// What a message is for, as AWS sorts messages.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(from = "String", into = "String")]
pub enum MessageType {
    /// Critical or time-sensitive.
    Transactional,
    /// Neither.
    Promotional,
    /// One that AWS added after this version, as it is written.
    Other(String),
}

impl MessageType {
    /// As AWS writes it, `TRANSACTIONAL` say.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Transactional => "TRANSACTIONAL",
            Self::Promotional => "PROMOTIONAL",
            Self::Other(name) => name,
        }
    }
}

impl From<String> for MessageType {
    fn from(name: String) -> Self {
        match name.as_str() {
            "TRANSACTIONAL" => Self::Transactional,
            "PROMOTIONAL" => Self::Promotional,
            _ => Self::Other(name),
        }
    }
}

impl From<MessageType> for String {
    fn from(kind: MessageType) -> Self {
        kind.as_str().to_owned()
    }
}
