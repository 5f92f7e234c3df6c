//! What messages have in common that count: `country=US,GB`, `context.campaign!=test`.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::dimension::{Dimension, DimensionError};
use crate::template::{join, literal, timestamp};
use crate::time_zone::TimeZone;

/// A dimension and the values of it that count, or that do not. `country=US,GB` takes messages to one of the two,
/// `country!=US` all but those to the US, and `carrier=` those of which no carrier is known. In a value, `\,` is a comma.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    dimension: Dimension,
    values: Vec<Value>,
    /// Whether messages with one of the values are left out.
    excluded: bool,
    /// As it was written.
    text: String,
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Missing,
    Text(String),
    /// A day, or the first of a week or month.
    Day(NaiveDate),
    /// An hour as the clocks of the zone show it.
    Shown(NaiveDateTime),
    Instant(DateTime<Utc>),
}

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// It has no sign between a dimension and values.
    #[error("{0:?} is no condition; write DIMENSION=VALUE,… or DIMENSION!=VALUE,…: country=US,GB")]
    NoCondition(String),
    /// The first part names no dimension.
    #[error(transparent)]
    Dimension(#[from] DimensionError),
    /// The dimension is one of time, and the value is none.
    #[error("{value:?} is no {dimension}; write {example}")]
    Value {
        /// As given.
        value: String,
        /// The dimension.
        dimension: Dimension,
        /// One that could be meant.
        example: &'static str,
    },
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, values) = text.split_once('=').ok_or_else(|| FilterError::NoCondition(text.to_owned()))?;
        let (name, excluded) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
        let dimension: Dimension = name.parse()?;
        let values = split(values).into_iter().map(|value| Value::of(&dimension, value)).collect::<Result<_, _>>()?;
        Ok(Self { dimension, values, excluded, text: text.trim().to_owned() })
    }
}

/// At each comma that has no backslash before it. Blanks around a value are none of it.
fn split(values: &str) -> Vec<String> {
    let (mut split, mut value) = (Vec::new(), String::new());
    let mut letters = values.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&',') => value.extend(letters.next()),
            ',' => split.push(std::mem::take(&mut value)),
            letter => value.push(letter),
        }
    }
    split.push(value);
    split.into_iter().map(|value| value.trim().to_owned()).collect()
}

impl Value {
    fn of(dimension: &Dimension, value: String) -> Result<Self, FilterError> {
        if value.is_empty() {
            return Ok(Self::Missing);
        }
        let (read, example) = match dimension {
            Dimension::Country => return Ok(Self::Text(value.to_uppercase())),
            Dimension::Channel => return Ok(Self::Text(value.to_lowercase())),
            Dimension::Day | Dimension::Week => (value.parse().ok().map(Self::Day), "2026-11-22"),
            Dimension::Month => {
                (value.parse().or_else(|_| format!("{value}-01").parse()).ok().map(Self::Day), "2026-11")
            }
            Dimension::Hour => (hour(&value), "2026-11-22T08:00 or 2026-11-22T08:00:00Z"),
            _ => return Ok(Self::Text(value)),
        };
        read.ok_or_else(|| FilterError::Value { value, dimension: dimension.clone(), example })
    }

    /// As SQL; none for what is missing.
    fn sql(&self, zone: TimeZone) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Text(text) => Some(literal(text)),
            Self::Day(day) => Some(format!("DATE '{day}'")),
            Self::Shown(shown) => Some(timestamp(zone.instant(*shown))),
            Self::Instant(at) => Some(timestamp(*at)),
        }
    }
}

fn hour(text: &str) -> Option<Value> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(Value::Instant(at.to_utc()));
    }
    let shown = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    shown.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(Value::Shown)
}

impl Filter {
    /// The condition on a row of `messages`.
    fn condition(&self, zone: TimeZone) -> String {
        let expression = self.dimension.expression(zone);
        // The instant of an hour has a zone in some engines; without it all of them compare it.
        let expression = match self.dimension {
            Dimension::Hour if zone != TimeZone::UTC => format!("CAST({expression} AS timestamp(3))"),
            _ => expression,
        };
        let values: Vec<String> = self.values.iter().filter_map(|value| value.sql(zone)).collect();
        let missing = self.values.contains(&Value::Missing);
        let one_of = format!("IN ({})", join(&values, ", ", Clone::clone));
        match (self.excluded, values.is_empty(), missing) {
            (false, true, _) => format!("{expression} IS NULL"),
            (true, true, _) => format!("{expression} IS NOT NULL"),
            (false, false, false) => format!("{expression} {one_of}"),
            (false, false, true) => format!("({expression} {one_of} OR {expression} IS NULL)"),
            (true, false, false) => format!("({expression} NOT {one_of} OR {expression} IS NULL)"),
            (true, false, true) => format!("{expression} NOT {one_of}"),
        }
    }
}

/// The condition that all of them make; none for no filter.
pub(crate) fn all(filters: &[Filter], zone: TimeZone) -> Option<String> {
    (!filters.is_empty()).then(|| join(filters, " AND ", |filter| filter.condition(zone)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(text: &str) -> String {
        text.parse::<Filter>().unwrap().condition(TimeZone::UTC)
    }

    #[test]
    fn values_of_any_dimension_are_taken_or_left_out() {
        assert_eq!(sql("country=us, GB"), "country IN ('US', 'GB')");
        assert_eq!(sql("iso_country_code!=US"), "(country NOT IN ('US') OR country IS NULL)");
        assert_eq!(sql("carrier="), "carrier IS NULL");
        assert_eq!(sql("carrier!="), "carrier IS NOT NULL");
        assert_eq!(sql("carrier=A,"), "(carrier IN ('A') OR carrier IS NULL)");
        assert_eq!(sql("carrier!=A,"), "carrier NOT IN ('A')");
        assert_eq!(sql(r"context.k=it's\, really=so"), "element_at(context, 'k') IN ('it''s, really=so')");
        assert_eq!(
            sql("day=2026-11-22"),
            "CAST(coalesce(requested_at, first_event_at) AS date) IN (DATE '2026-11-22')"
        );
        assert!(sql("month=2026-11").ends_with("IN (DATE '2026-11-01')"));
        assert!(sql("hour=2026-11-22T08:00").ends_with("IN (TIMESTAMP '2026-11-22 08:00:00.000')"));
    }

    #[test]
    fn an_hour_is_one_of_the_zone() {
        let toronto = "America/Toronto".parse().unwrap();
        let hour: Filter = "hour=2026-11-22T08:00".parse().unwrap();
        assert!(hour.condition(toronto).ends_with("AS timestamp(3)) IN (TIMESTAMP '2026-11-22 13:00:00.000')"));
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for text in ["country", "colour=red", "day=yesterday-ish", "hour=8"] {
            assert!(text.parse::<Filter>().is_err(), "{text}");
        }
    }
}
