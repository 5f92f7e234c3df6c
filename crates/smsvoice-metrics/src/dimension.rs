//! What a metric can be broken down by: a closed list of columns, and any key of a message's context.

use std::fmt;
use std::str::FromStr;

use crate::template::{identifier, literal};

/// One thing to break a metric down by. Its text form (`country`, `context.campaign`) is also the name of its column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// `channel`: text, voice, media, rcs or other.
    Channel,
    /// `country`: the destination's, as two letters (ISO 3166).
    Country,
    /// `carrier`: the destination's carrier, as AWS names it. Often missing on messages that failed.
    Carrier,
    /// `network`: the destination's mobile network, as mcc-mnc. Often missing on messages that failed.
    Network,
    /// `origination_identity`: the phone number, short code, sender ID or RCS agent the message was sent from.
    OriginationIdentity,
    /// `message_type`: TRANSACTIONAL or PROMOTIONAL.
    MessageType,
    /// `message_encoding`: GSM or UNICODE.
    MessageEncoding,
    /// `configuration_set`: as far as the route tells it.
    ConfigurationSet,
    /// `account`: the AWS account, as far as the route tells it.
    Account,
    /// `region`: the AWS Region, as far as the route tells it.
    Region,
    /// `protect_status`: what the protect configuration said, ALLOW or BLOCK say.
    ProtectStatus,
    /// `day`: the UTC day of the request.
    Day,
    /// `hour`: the UTC hour of the request.
    Hour,
    /// `context.KEY`: the value of one key of the context the message was sent with.
    Context(ContextKey),
}

/// A key of a message's context: 1 to 100 characters, none of them white space or a control character
/// (botocore 1.44.5, `pinpoint-sms-voice-v2`, shape `ContextKey`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContextKey(String);

/// A text that names no dimension.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DimensionError {
    /// No column has this name.
    #[error("there is no dimension {0:?}; there are {names}, and context.KEY for a key of the message's context",
        names = crate::template::join(&Dimension::COLUMNS, ", ", ToString::to_string))]
    Unknown(String),
    /// No message can have been sent with this key.
    #[error("{0:?} is no context key: AWS takes 1 to 100 characters and no white space")]
    ContextKey(String),
}

impl Dimension {
    /// All but [`Dimension::Context`].
    pub const COLUMNS: [Self; 13] = [
        Self::Channel,
        Self::Country,
        Self::Carrier,
        Self::Network,
        Self::OriginationIdentity,
        Self::MessageType,
        Self::MessageEncoding,
        Self::ConfigurationSet,
        Self::Account,
        Self::Region,
        Self::ProtectStatus,
        Self::Day,
        Self::Hour,
    ];

    /// The SQL expression over a row of `messages`.
    pub(crate) fn expression(&self) -> String {
        match self {
            Self::Channel => "channel".into(),
            Self::Country => "iso_country_code".into(),
            Self::Carrier => "carrier_name".into(),
            Self::Network => "mcc || '-' || mnc".into(),
            Self::OriginationIdentity => "origination_identity".into(),
            Self::MessageType => "message_type".into(),
            Self::MessageEncoding => "message_encoding".into(),
            Self::ConfigurationSet => "configuration_set".into(),
            Self::Account => "account_id".into(),
            Self::Region => "aws_region".into(),
            Self::ProtectStatus => "protect_status".into(),
            Self::Day => "CAST(coalesce(requested_at, first_event_at) AS date)".into(),
            Self::Hour => "date_trunc('hour', coalesce(requested_at, first_event_at))".into(),
            Self::Context(key) => format!("element_at(context, {})", literal(&key.0)),
        }
    }

    /// The name of its column, as an SQL identifier.
    pub(crate) fn column(&self) -> String {
        identifier(&self.to_string())
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Channel => "channel",
            Self::Country => "country",
            Self::Carrier => "carrier",
            Self::Network => "network",
            Self::OriginationIdentity => "origination_identity",
            Self::MessageType => "message_type",
            Self::MessageEncoding => "message_encoding",
            Self::ConfigurationSet => "configuration_set",
            Self::Account => "account",
            Self::Region => "region",
            Self::ProtectStatus => "protect_status",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Context(key) => return write!(f, "context.{}", key.0),
        })
    }
}

impl FromStr for Dimension {
    type Err = DimensionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(key) = text.strip_prefix("context.") {
            return key.parse().map(Self::Context);
        }
        let named = Self::COLUMNS.into_iter().find(|dimension| dimension.to_string() == text.replace('-', "_"));
        named.ok_or_else(|| DimensionError::Unknown(text.into()))
    }
}

impl FromStr for ContextKey {
    type Err = DimensionError;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        let possible = |c: char| !c.is_whitespace() && !c.is_control();
        if (1..=100).contains(&key.chars().count()) && key.chars().all(possible) {
            Ok(Self(key.into()))
        } else {
            Err(DimensionError::ContextKey(key.into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimension_reads_back_from_its_name() {
        for dimension in Dimension::COLUMNS {
            assert_eq!(dimension.to_string().parse(), Ok(dimension));
        }
        let context: Dimension = "context.a.b".parse().unwrap();
        assert_eq!(context.to_string(), "context.a.b");
        assert_eq!("origination-identity".parse(), Ok(Dimension::OriginationIdentity));
    }

    #[test]
    fn unknown_dimension_is_told_what_there_is() {
        let error = "contry".parse::<Dimension>().unwrap_err().to_string();
        assert!(error.contains("\"contry\"") && error.contains("channel, country, carrier"), "{error}");
        assert!("context.".parse::<Dimension>().is_err());
        assert!("context.two words".parse::<Dimension>().is_err());
        assert!("context.bell\u{7}".parse::<Dimension>().is_err());
    }

    #[test]
    fn context_key_cannot_leave_its_quotes() {
        let hostile: Dimension = r#"context.');DROP"--"#.parse().unwrap();
        assert_eq!(hostile.expression(), r#"element_at(context, ''');DROP"--')"#);
        assert_eq!(hostile.column(), r#""context.');DROP""--""#);
    }
}
