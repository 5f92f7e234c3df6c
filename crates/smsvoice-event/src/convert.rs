//! From one JSON value to what a field means: lenient about how it is written, strict about what it is.

use std::borrow::Cow;

use crate::error::{ParseError, Result};
use crate::event::Text;
use crate::event_time::{EventTime, OtherUnit};
use crate::field::Field;
use crate::money::{InvalidUsd, Usd, scaled};
use crate::scan::{Scanner, Value};
use crate::timestamp::rfc3339_millis;

/// How many pairs a context may have. AWS allows 5; keys are compared pair by pair, so the limit also bounds the time.
const MAX_PAIRS: usize = 128;

fn invalid(field: Field, expected: &'static str) -> ParseError {
    ParseError::InvalidField { field: field.wire(), expected }
}

/// A string; or a number, as its digits: SNS's own SMS logs have `"mcc":310`.
pub(crate) fn text(field: Field, value: Value<'_>) -> Result<Option<Text<'_>>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(digits) => Ok(Some(Cow::Borrowed(digits))),
        Value::Bool(_) | Value::Nested(_) => Err(invalid(field, "a string")),
    }
}

pub(crate) fn member_text(field: Field, value: Option<Value<'_>>) -> Result<Option<Text<'_>>> {
    text(field, value.unwrap_or(Value::Null))
}

/// A boolean; or its word in a string, since AWS's table of fields says `"True"`.
pub(crate) fn boolean(field: Field, value: &Value<'_>) -> Result<Option<bool>> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(value) => Ok(Some(*value)),
        Value::String(word) if word.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Value::String(word) if word.eq_ignore_ascii_case("false") => Ok(Some(false)),
        _ => Err(invalid(field, "true or false")),
    }
}

/// A whole number ≥ 0, however it is written: `60`, `"60"`, `60.0`, `6e1`.
fn whole(value: &Value<'_>) -> Option<i64> {
    let digits = match value {
        Value::Number(digits) => digits,
        Value::String(digits) => digits.as_ref(),
        _ => return None,
    };
    if let Ok(plain) = digits.parse::<i64>() {
        return (plain >= 0 && !digits.starts_with('+')).then_some(plain);
    }
    scaled(digits, 0).ok().filter(|number| *number >= 0)
}

pub(crate) fn count(field: Field, value: &Value<'_>) -> Result<Option<i32>> {
    if *value == Value::Null {
        return Ok(None);
    }
    let number = whole(value).and_then(|number| i32::try_from(number).ok());
    number.map(Some).ok_or(invalid(field, "a whole number from 0 to 2147483647"))
}

/// Epoch milliseconds, as a number or in a string; or RFC 3339.
pub(crate) fn time(field: Field, value: &Value<'_>) -> Result<Option<EventTime>> {
    let millis = match value {
        Value::Null => return Ok(None),
        Value::Number(digits) => Reading::of(digits),
        Value::String(text) => rfc3339_millis(text).map_or_else(|| Reading::of(text), Reading::Whole),
        Value::Bool(_) | Value::Nested(_) => Reading::NoNumber,
    };
    let unit = match millis {
        Reading::Whole(millis) => match EventTime::from_millis(millis) {
            Some(time) => return Ok(Some(time)),
            None => OtherUnit::explaining(millis),
        },
        Reading::FractionalSeconds => Some(OtherUnit::Seconds),
        Reading::TooLarge => None,
        Reading::NoNumber => return Err(invalid(field, "a time in epoch milliseconds or RFC 3339")),
    };
    Err(ParseError::ImplausibleTime { field: field.wire(), unit })
}

/// A number where a time belongs.
enum Reading {
    /// A whole number.
    Whole(i64),
    /// A number with a fraction, which is plausible as seconds with milliseconds behind the point.
    FractionalSeconds,
    /// More than any unit could make a time of.
    TooLarge,
    /// No number, or one with a fraction of whatever it counts.
    NoNumber,
}

impl Reading {
    fn of(digits: &str) -> Self {
        if let Ok(plain) = digits.parse() {
            return Self::Whole(plain);
        }
        match scaled(digits, 0) {
            Ok(whole) => Self::Whole(whole),
            Err(InvalidUsd::TooLarge) => Self::TooLarge,
            Err(InvalidUsd::TooPrecise)
                if scaled(digits, 3).is_ok_and(|millis| EventTime::from_millis(millis).is_some()) =>
            {
                Self::FractionalSeconds
            }
            Err(InvalidUsd::TooPrecise | InvalidUsd::NotANumber) => Self::NoNumber,
        }
    }
}

pub(crate) fn usd(field: Field, value: &Value<'_>) -> Result<Option<Usd>> {
    let digits = match value {
        Value::Null => return Ok(None),
        Value::Number(digits) => digits,
        Value::String(digits) => digits.as_ref(),
        Value::Bool(_) | Value::Nested(_) => return Err(invalid(field, "an amount")),
    };
    Usd::parse(digits).map(Some).map_err(|_| invalid(field, "an amount of at most 12 digits and 6 decimal places"))
}

fn object<'a>(field: Field, value: &Value<'a>) -> Result<Option<Scanner<'a>>> {
    match value {
        Value::Null => Ok(None),
        Value::Nested(text) if text.starts_with('{') => Ok(Some(Scanner::new(text))),
        _ => Err(invalid(field, "an object")),
    }
}

/// Members of an object: their names and JSON texts.
pub(crate) type OtherMembers<'a> = Vec<(Text<'a>, Text<'a>)>;

/// The members of an object that have these names, in any case, and all others.
pub(crate) fn members<'a, const N: usize>(
    field: Field,
    value: &Value<'a>,
    wanted: [&str; N],
) -> Result<([Option<Value<'a>>; N], OtherMembers<'a>)> {
    let (mut found, mut others) = ([const { None }; N], Vec::new());
    let Some(mut scanner) = object(field, value)? else { return Ok((found, others)) };
    let mut more = scanner.open()?;
    while more {
        let key = scanner.key()?;
        scanner.peek();
        let start = scanner.pos();
        let value = scanner.value()?;
        match wanted.iter().position(|name| name.eq_ignore_ascii_case(&key)) {
            Some(at) if found[at].is_some() => return Err(ParseError::RepeatedKey { object: field.wire() }),
            Some(at) => found[at] = Some(value),
            None => others.push((key, scanner.slice(start).into())),
        }
        more = scanner.more()?;
    }
    Ok((found, others))
}

/// The sender's pairs, if they are what they are nearly always: at most a few, strings without escapes, no key twice.
/// Otherwise nothing is consumed, and [`context`] says what is the matter.
pub(crate) fn plain_pairs<'a>(scanner: &mut Scanner<'a>) -> Option<Vec<(Text<'a>, Text<'a>)>> {
    const FEW: usize = 8;
    let mut ahead = scanner.clone();
    let mut pairs = Vec::new();
    let mut more = ahead.open().ok()?;
    while more {
        let key = ahead.plain_string()?;
        ahead.eat(b':', "`:`").ok()?;
        let value = ahead.plain_string()?;
        if pairs.len() == FEW || pairs.iter().any(|(known, _)| known == key) {
            return None;
        }
        pairs.push((Cow::Borrowed(key), Cow::Borrowed(value)));
        more = ahead.more().ok()?;
    }
    *scanner = ahead;
    Some(pairs)
}

/// The sender's pairs. Values that are no strings keep their JSON text; a null value is no pair.
pub(crate) fn context<'a>(value: &Value<'a>) -> Result<Vec<(Text<'a>, Text<'a>)>> {
    let mut pairs: Vec<(Text<'a>, Text<'a>)> = Vec::new();
    let Some(mut scanner) = object(Field::Context, value)? else { return Ok(pairs) };
    let mut more = scanner.open()?;
    while more {
        let key = scanner.key()?;
        let value = match scanner.value()? {
            Value::Null => None,
            Value::String(text) => Some(text),
            Value::Number(text) | Value::Nested(text) => Some(Cow::Borrowed(text)),
            Value::Bool(truth) => Some(Cow::Borrowed(if truth { "true" } else { "false" })),
        };
        if let Some(value) = value {
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(ParseError::RepeatedKey { object: Field::Context.wire() });
            }
            if pairs.len() >= MAX_PAIRS {
                return Err(ParseError::TooManyPairs { limit: MAX_PAIRS });
            }
            pairs.push((key, value));
        }
        more = scanner.more()?;
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truth_is_read_as_itself_as_its_word_and_as_nothing() {
        let read = |value: Value<'_>| boolean(Field::IsFinal, &value).ok();
        assert_eq!(read(Value::Null), Some(None));
        for truth in [true, false] {
            assert_eq!(read(Value::Bool(truth)), Some(Some(truth)));
            assert_eq!(read(Value::String(truth.to_string().to_uppercase().into())), Some(Some(truth)));
        }
        assert_eq!(read(Value::Number("1")), None);
    }
}
