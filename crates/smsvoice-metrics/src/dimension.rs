//! What a metric can be broken down by: a closed list of columns, and any key of a message's context.

use std::fmt;
use std::str::FromStr;

use crate::template::{identifier, literal};
use crate::time_zone::TimeZone;

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
    /// `day`: the day of the request, in the time zone asked for; so are the others.
    Day,
    /// `week`: the Monday of the week of the request.
    Week,
    /// `month`: the first day of the month of the request.
    Month,
    /// `hour`: the hour of the request.
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
    #[error("there is no dimension {name:?}{near}; there are {names}, and context.KEY for a key of the message's context",
        names = crate::template::join(&Dimension::COLUMNS, ", ", ToString::to_string))]
    Unknown {
        /// The text.
        name: String,
        /// What may have been meant, as the end of a sentence.
        near: String,
    },
    /// No message can have been sent with this key.
    #[error("{0:?} is no context key: AWS takes 1 to 100 characters and no white space")]
    ContextKey(String),
}

impl Dimension {
    /// All but [`Dimension::Context`].
    pub const COLUMNS: [Self; 15] = [
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
        Self::Week,
        Self::Month,
        Self::Hour,
    ];

    /// Names of columns of the lake that a dimension is known by, too.
    const OF_COLUMNS: [(&str, Self); 4] = [
        ("iso_country_code", Self::Country),
        ("carrier_name", Self::Carrier),
        ("account_id", Self::Account),
        ("aws_region", Self::Region),
    ];

    /// Its name, if it is one of the closed list.
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self {
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
            Self::Week => "week",
            Self::Month => "month",
            Self::Hour => "hour",
            Self::Context(_) => return None,
        })
    }

    /// The SQL expression over a row of `messages`. Times are counted in `zone`; an hour is told as the instant it begins at.
    pub(crate) fn expression(&self, zone: TimeZone) -> String {
        const STARTED: &str = "coalesce(requested_at, first_event_at)";
        let local = zone.local(STARTED);
        match self {
            Self::Day => format!("CAST({local} AS date)"),
            Self::Week => format!("CAST(date_trunc('week', CAST({local} AS date)) AS date)"),
            Self::Month => format!("CAST(date_trunc('month', CAST({local} AS date)) AS date)"),
            Self::Hour => zone.to_utc(&format!("date_trunc('hour', {local})")),
            Self::Context(key) => format!("element_at(context, {})", literal(&key.0)),
            // The view has a column of that name.
            Self::Channel
            | Self::Country
            | Self::Carrier
            | Self::Network
            | Self::OriginationIdentity
            | Self::MessageType
            | Self::MessageEncoding
            | Self::ConfigurationSet
            | Self::Account
            | Self::Region
            | Self::ProtectStatus => self.to_string(),
        }
    }

    /// The name of its column, as an SQL identifier.
    pub(crate) fn column(&self) -> String {
        identifier(&self.to_string())
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Context(key) => write!(f, "context.{}", key.0),
            other => f.write_str(other.name().unwrap_or_default()),
        }
    }
}

impl FromStr for Dimension {
    type Err = DimensionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some(key) = text.strip_prefix("context.") {
            return key.parse().map(Self::Context);
        }
        let name = text.to_lowercase().replace('-', "_");
        let column = Self::COLUMNS.into_iter().find(|dimension| dimension.to_string() == name);
        let of_column = || Self::OF_COLUMNS.into_iter().find(|(column, _)| *column == name);
        column.or_else(|| of_column().map(|(_, dimension)| dimension)).ok_or_else(|| {
            let names = Self::COLUMNS.map(|dimension| dimension.to_string());
            let near = crate::near::question(text, names.iter().map(String::as_str));
            DimensionError::Unknown { name: text.into(), near }
        })
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
    fn dimension_is_known_by_its_column_and_between_blanks() {
        for (name, dimension) in Dimension::OF_COLUMNS {
            assert_eq!(format!(" {name} ").parse(), Ok(dimension));
        }
        assert_eq!("Country".parse(), Ok(Dimension::Country));
    }

    #[test]
    fn local_times_are_written_as_trino_knows_them() {
        let zone = "America/Toronto".parse().unwrap();
        let local = "at_timezone(with_timezone(coalesce(requested_at, first_event_at), 'UTC'), 'America/Toronto')";
        assert_eq!(Dimension::Day.expression(zone), format!("CAST({local} AS date)"));
        assert_eq!(Dimension::Hour.expression(zone), format!("at_timezone(date_trunc('hour', {local}), 'UTC')"));
    }

    #[test]
    fn unknown_dimension_is_told_what_there_is() {
        let error = "contry".parse::<Dimension>().unwrap_err().to_string();
        assert!(error.contains("\"contry\"; did you mean country"), "{error}");
        assert!(error.contains("channel, country, carrier"), "{error}");
        assert!("context.".parse::<Dimension>().is_err());
        assert!("context.two words".parse::<Dimension>().is_err());
        assert!("context.bell\u{7}".parse::<Dimension>().is_err());
    }

    #[test]
    fn context_key_cannot_leave_its_quotes() {
        let hostile: Dimension = r#"context.');DROP"--"#.parse().unwrap();
        assert_eq!(hostile.expression(TimeZone::UTC), r#"element_at(context, ''');DROP"--')"#);
        assert_eq!(hostile.column(), r#""context.');DROP""--""#);
    }
}
