//! Why a text is not an event this crate can read.

use thiserror::Error;

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
    /// An object has more fields than any event could.
    #[error("{field} has more than {limit} fields this version does not know")]
    TooManyFields {
        /// Which object.
        field: &'static str,
        /// The fields allowed.
        limit: usize,
    },
    /// One key stands twice in one object, so that one of two values would have to be dropped.
    #[error("the field {field} stands twice in one object")]
    RepeatedField {
        /// The field, or the object whose key is repeated.
        field: &'static str,
    },
    /// A required field is absent or null.
    #[error("the required field {field} is missing")]
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
    /// JSON, but no object: a bare number or string is no event.
    #[error("not a JSON object")]
    NotAnObject,
}

impl ParseError {
    /// The word stored in the quarantine's `reason`.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "invalid_json",
            Self::TooDeep { .. } => "too_deep",
            Self::TooManyFields { .. } => "too_many_fields",
            Self::RepeatedField { .. } => "repeated_field",
            Self::MissingField { .. } => "missing_field",
            Self::InvalidField { .. } => "invalid_field",
            Self::NotAnObject => "not_an_event",
        }
    }
}
