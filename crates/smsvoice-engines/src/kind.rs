//! The types of Trino's SQL, of which Athena's are some, and what they are in Arrow.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, TimeUnit};

/// The type of a column of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Boolean,
    Tinyint,
    Smallint,
    Integer,
    Bigint,
    Real,
    Double,
    Decimal(u8, i8),
    /// Also what has no form of its own here: rows, intervals, addresses, and what this version does not know.
    Text,
    Binary(Binary),
    Date,
    /// UTC is understood.
    Milliseconds,
    Microseconds,
    /// An instant, which is told with a zone.
    ZonedMilliseconds,
    ZonedMicroseconds,
    Array(Box<Kind>),
    Map(Box<Kind>, Box<Kind>),
}

/// How bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    /// By Trino.
    Base64,
    /// By Athena: `7b 22 61`.
    SpacedHex,
}

impl Kind {
    /// The type of this name, as Trino writes it: `decimal(38,6)`, `map(varchar, varchar)`, `timestamp(3) with time zone`.
    pub(crate) fn of_trino(name: &str) -> Self {
        let name = name.trim();
        let (word, inner, after) = match name.split_once('(') {
            Some((word, rest)) => match rest.rsplit_once(')') {
                Some((inner, after)) => (word.trim(), inner, after.trim()),
                None => (word, rest, ""),
            },
            None => match name.split_once(' ') {
                Some((word, after)) => (word, "", after.trim()),
                None => (name, "", ""),
            },
        };
        let number = |at: usize| inner.split(',').nth(at).and_then(|digits| digits.trim().parse::<u8>().ok());
        match (word, after) {
            ("boolean", "") => Self::Boolean,
            ("tinyint", "") => Self::Tinyint,
            ("smallint", "") => Self::Smallint,
            ("integer" | "int", "") => Self::Integer,
            ("bigint", "") => Self::Bigint,
            ("real" | "float", "") => Self::Real,
            ("double", "") => Self::Double,
            ("decimal", "") => Self::Decimal(number(0).unwrap_or(38), number(1).unwrap_or(0) as i8),
            ("varbinary", "") => Self::Binary(Binary::Base64),
            ("date", "") => Self::Date,
            ("timestamp", "") => Self::timestamp(number(0), Self::Milliseconds, Self::Microseconds),
            ("timestamp", "with time zone") => {
                Self::timestamp(number(0), Self::ZonedMilliseconds, Self::ZonedMicroseconds)
            }
            ("array", "") => Self::Array(Box::new(Self::of_trino(inner))),
            ("map", "") => match split_at_comma(inner) {
                Some((key, value)) => Self::Map(Box::new(Self::of_trino(key)), Box::new(Self::of_trino(value))),
                None => Self::Text,
            },
            _ => Self::Text,
        }
    }

    fn timestamp(digits: Option<u8>, milliseconds: Self, microseconds: Self) -> Self {
        if digits.unwrap_or(3) <= 3 { milliseconds } else { microseconds }
    }

    /// The same of Athena, which tells digits apart, bytes in hexadecimal, and no types of items, keys and values.
    pub(crate) fn of_athena(name: &str, precision: i32, scale: i32) -> Self {
        let text = || Box::new(Self::Text);
        match name {
            "decimal" => Self::Decimal(precision.clamp(1, 38) as u8, scale.clamp(0, 38) as i8),
            "varbinary" => Self::Binary(Binary::SpacedHex),
            "array" => Self::Array(text()),
            "map" => Self::Map(text(), text()),
            other => Self::of_trino(other),
        }
    }

    /// For a person.
    pub(crate) fn name(&self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// The type of the column in Arrow.
    pub(crate) fn arrow(&self) -> DataType {
        let utc = || Some("UTC".into());
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Tinyint => DataType::Int8,
            Self::Smallint => DataType::Int16,
            Self::Integer => DataType::Int32,
            Self::Bigint => DataType::Int64,
            Self::Real => DataType::Float32,
            Self::Double => DataType::Float64,
            Self::Decimal(precision, scale) => DataType::Decimal128(*precision, *scale),
            Self::Text => DataType::Utf8,
            Self::Binary(_) => DataType::Binary,
            Self::Date => DataType::Date32,
            Self::Milliseconds | Self::ZonedMilliseconds => DataType::Timestamp(TimeUnit::Millisecond, utc()),
            Self::Microseconds | Self::ZonedMicroseconds => DataType::Timestamp(TimeUnit::Microsecond, utc()),
            Self::Array(of) => DataType::List(item(of)),
            Self::Map(keys, values) => DataType::Map(entries(keys, values), false),
        }
    }
}

/// The field of an array's items.
pub(crate) fn item(of: &Kind) -> FieldRef {
    Arc::new(Field::new_list_field(of.arrow(), true))
}

/// The field of a map's entries.
pub(crate) fn entries(keys: &Kind, values: &Kind) -> FieldRef {
    let fields =
        Fields::from(vec![Field::new("keys", keys.arrow(), false), Field::new("values", values.arrow(), true)]);
    Arc::new(Field::new("entries", DataType::Struct(fields), false))
}

/// At the first comma that is in no parentheses.
fn split_at_comma(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_trino_are_known_by_their_names() {
        let text = || Box::new(Kind::Text);
        for (name, kind) in [
            ("varchar(20)", Kind::Text),
            ("decimal(38, 6)", Kind::Decimal(38, 6)),
            ("timestamp(3)", Kind::Milliseconds),
            ("timestamp(6) with time zone", Kind::ZonedMicroseconds),
            ("timestamp with time zone", Kind::ZonedMilliseconds),
            ("map(varchar, varchar)", Kind::Map(text(), text())),
            (
                "map(varchar(3), array(decimal(18,6)))",
                Kind::Map(text(), Box::new(Kind::Array(Box::new(Kind::Decimal(18, 6))))),
            ),
            ("row(a varchar, b bigint)", Kind::Text),
            ("interval day to second", Kind::Text),
            ("time(3) with time zone", Kind::Text),
            ("unknown", Kind::Text),
            ("HyperLogLog", Kind::Text),
        ] {
            assert_eq!(Kind::of_trino(name), kind, "{name}");
        }
        assert_eq!(Kind::of_athena("decimal", 18, 6), Kind::Decimal(18, 6));
        assert_eq!(Kind::of_athena("timestamp with time zone", 3, 0), Kind::ZonedMilliseconds);
    }
}
