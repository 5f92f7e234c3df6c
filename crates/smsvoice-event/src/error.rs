//! Why a text is not an event this crate can read.

use thiserror::Error;

use crate::event_time::OtherUnit;

pub(crate) type Result<T> = std::result::Result<T, ParseError>;

/// Why a text could not be read as an event. The words never repeat a value: values hold phone numbers.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The text is not JSON.
    #[error("byte {offset}: expected {expected}")]
    Syntax {
        /// Bytes from the start of the text.
        offset: usize,
        /// What JSON allows there.
        expected: &'static str,
    },
    /// Objects and arrays nest deeper than any event does.
    #[error("byte {offset}: nested deeper than {limit} levels")]
    TooDeep {
        /// Bytes from the start of the text.
        offset: usize,
        /// The levels allowed.
        limit: usize,
    },
    /// The event has more unknown fields than AWS could add.
    #[error("the event has more than {limit} fields that this version does not know")]
    TooManyFields {
        /// The fields allowed.
        limit: usize,
    },
    /// The sender's context has more pairs than AWS takes.
    #[error("context has more than {limit} pairs")]
    TooManyPairs {
        /// The pairs allowed.
        limit: usize,
    },
    /// One field stands twice in the event, so that one of two values would have to be dropped.
    #[error("the field {field} stands twice in the event")]
    RepeatedField {
        /// As AWS names it.
        field: &'static str,
    },
    /// The same of a field that this version does not know: its name is not repeated here, since it could be anything.
    #[error("a field that this version does not know stands twice in the event")]
    RepeatedUnknownField,
    /// One key stands twice in an object of the event.
    #[error("a key stands twice in {object}")]
    RepeatedKey {
        /// The field whose value is that object.
        object: &'static str,
    },
    /// A required field is absent, null or empty.
    #[error("the required field {field} is missing, null or empty")]
    MissingField {
        /// As AWS names it.
        field: &'static str,
    },
    /// A field's value cannot be what the field means.
    #[error("{field} is not {expected}")]
    InvalidField {
        /// As AWS names it.
        field: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// A time that is none of an event: see [`EventTime`](crate::EventTime).
    #[error("{field} is not between 2010-01-01 and 2099-12-31 in epoch milliseconds{}", question(*unit))]
    ImplausibleTime {
        /// As AWS names it.
        field: &'static str,
        /// The unit in which the same number would lie between these days.
        unit: Option<OtherUnit>,
    },
    /// JSON, but no object: a bare number or string is no event.
    #[error("not a JSON object")]
    NotAnObject,
    /// An object without any of the required fields: something else, an envelope perhaps.
    #[error("an object with neither eventType nor messageId nor eventTimestamp")]
    NotAnEvent,
}

/// What somebody who reads the error should check first: `: seconds?`
fn question(unit: Option<OtherUnit>) -> String {
    unit.map(|unit| format!(": {}?", unit.as_str())).unwrap_or_default()
}

impl ParseError {
    /// The word stored in the quarantine's `reason`.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "invalid_json",
            Self::TooDeep { .. } => "too_deep",
            Self::TooManyFields { .. } | Self::TooManyPairs { .. } => "too_many_fields",
            Self::RepeatedField { .. } | Self::RepeatedUnknownField | Self::RepeatedKey { .. } => "repeated_field",
            Self::MissingField { .. } => "missing_field",
            Self::InvalidField { .. } => "invalid_field",
            Self::ImplausibleTime { .. } => "implausible_time",
            Self::NotAnObject | Self::NotAnEvent => "not_an_event",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_sentences_for_people() {
        let field = "eventTimestamp";
        let errors = [
            ParseError::TooManyFields { limit: 128 },
            ParseError::TooManyPairs { limit: 128 },
            ParseError::RepeatedField { field },
            ParseError::RepeatedUnknownField,
            ParseError::RepeatedKey { object: "context" },
            ParseError::MissingField { field },
            ParseError::InvalidField { field, expected: "a time" },
            ParseError::ImplausibleTime { field, unit: None },
            ParseError::ImplausibleTime { field, unit: Some(OtherUnit::Seconds) },
        ];
        let lines: Vec<_> = errors.iter().map(|error| format!("{}: {error}", error.reason())).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        too_many_fields: the event has more than 128 fields that this version does not know
        too_many_fields: context has more than 128 pairs
        repeated_field: the field eventTimestamp stands twice in the event
        repeated_field: a field that this version does not know stands twice in the event
        repeated_field: a key stands twice in context
        missing_field: the required field eventTimestamp is missing, null or empty
        invalid_field: eventTimestamp is not a time
        implausible_time: eventTimestamp is not between 2010-01-01 and 2099-12-31 in epoch milliseconds
        implausible_time: eventTimestamp is not between 2010-01-01 and 2099-12-31 in epoch milliseconds: seconds?
        ");
    }
}
