//! Exact US dollars.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// An amount in US dollars, exact to the millionth: the lake's `decimal(18,6)`.
///
/// AWS's table of fields says "thousandths of a United States cent", its every example is plainly dollars
/// (0.00581 for a text to the US); so are the API's `MaxPrice` and the spend metrics.
///
/// ```
/// use smsvoice_event::Usd;
/// let sum = Usd::parse("0.1")?.micros() + Usd::parse("2e-1")?.micros();
/// assert_eq!(Usd::from_micros(sum).to_string(), "0.300000");
/// # Ok::<(), smsvoice_event::InvalidUsd>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Usd(i64);

/// Why a text is no amount that can be kept exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidUsd {
    /// Not a decimal number.
    #[error("not a decimal number")]
    NotANumber,
    /// It has a digit beyond the sixth decimal place, which would have to be rounded away.
    #[error("more than 6 decimal places")]
    TooPrecise,
    /// It has more than twelve digits before the point.
    #[error("more than 12 integer digits")]
    TooLarge,
}

/// Digits after the point.
const SCALE: i64 = 6;
/// One more than the largest amount, in micros: 12 integer digits and 6 places.
const LIMIT: i128 = 1_000_000_000_000_000_000;

impl Usd {
    /// Reads a JSON number's own digits: `0.00581`, `1e-3`, `0`, `-0.5`. No float in between, nothing rounded.
    pub fn parse(digits: &str) -> Result<Self, InvalidUsd> {
        scaled(digits, SCALE).map(Self)
    }

    /// From millionths of a dollar.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// In millionths of a dollar.
    pub const fn micros(self) -> i64 {
        self.0
    }
}

/// A decimal number × 10^`places`, exactly, if it is a whole number below [`LIMIT`].
pub(crate) fn scaled(digits: &str, places: i64) -> Result<i64, InvalidUsd> {
    let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |rest| (true, rest));
    let (mantissa, exponent) = split_exponent(digits)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() || (mantissa.len() > whole.len() && fraction.is_empty()) {
        return Err(InvalidUsd::NotANumber);
    }
    let mut value: i128 = 0;
    let mut significant = 0;
    // Zeros at the end carry no value, and must not count as precision: 0.5000000 is exact.
    let fraction = fraction.trim_end_matches('0');
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return Err(InvalidUsd::NotANumber);
        }
        significant += i64::from(significant > 0 || byte != b'0');
        if significant <= 36 {
            value = value * 10 + i128::from(byte - b'0');
        }
    }
    if value == 0 {
        return Ok(0);
    }
    if significant > 36 {
        return Err(if exponent < 0 || whole.len() <= 12 { InvalidUsd::TooPrecise } else { InvalidUsd::TooLarge });
    }
    let shift = exponent.saturating_sub(fraction.len() as i64).saturating_add(places);
    let micros = shifted(value, shift)?;
    if micros >= LIMIT {
        return Err(InvalidUsd::TooLarge);
    }
    Ok(if negative { -(micros as i64) } else { micros as i64 })
}

fn split_exponent(digits: &str) -> Result<(&str, i64), InvalidUsd> {
    let Some((mantissa, exponent)) = digits.split_once(['e', 'E']) else { return Ok((digits, 0)) };
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidUsd::NotANumber);
    }
    // An exponent beyond i64 is far beyond the limits too; only its sign still matters.
    let far = if exponent.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 };
    Ok((mantissa, exponent.trim_start_matches('+').parse().unwrap_or(far).clamp(i64::MIN / 2, i64::MAX / 2)))
}

/// `value` × 10^`shift`, exactly.
fn shifted(mut value: i128, shift: i64) -> Result<i128, InvalidUsd> {
    for _ in 0..shift.unsigned_abs() {
        if shift < 0 {
            if value % 10 != 0 {
                return Err(InvalidUsd::TooPrecise);
            }
            value /= 10;
        } else {
            value *= 10;
            if value >= LIMIT {
                return Err(InvalidUsd::TooLarge);
            }
        }
    }
    Ok(value)
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
    }
}

/// In JSON a string with all six decimals, `"0.005810"`, because a JSON number would be read as a float by many.
impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(deserializer)?;
        Self::parse(&digits).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_are_kept_exactly() {
        for (text, micros) in [
            ("0", 0),
            ("0.0", 0),
            ("-0.0", 0),
            ("0e999999999999999999999", 0),
            ("1e-3", 1_000),
            ("1E+2", 100_000_000),
            ("0.00581", 5_810),
            ("0.5000000000", 500_000),
            ("123e-2", 1_230_000),
            ("1000e-9", 1),
            ("-0.00266", -2_660),
            ("999999999999.999999", 999_999_999_999_999_999),
            ("0.1", 100_000),
        ] {
            assert_eq!(Usd::parse(text), Ok(Usd(micros)), "{text}");
        }
        // As many digits as are counted, and more zeros than that where zeros carry no value.
        let zeros = "0".repeat(40);
        assert_eq!(Usd::parse(&format!("1{}e-35", &zeros[..35])), Ok(Usd(1_000_000)));
        assert_eq!(Usd::parse(&format!("0.{zeros}1e41")), Ok(Usd(1_000_000)));
        assert_eq!(Usd::parse(&format!("{zeros}1.5{zeros}")), Ok(Usd(1_500_000)));
        assert_eq!((Usd(0).to_string(), Usd(-1).to_string()), ("0.000000".to_owned(), "-0.000001".to_owned()));
    }

    #[test]
    fn what_cannot_be_kept_is_refused_not_rounded() {
        for (text, error) in [
            ("0.0000001", InvalidUsd::TooPrecise),
            ("1e-7", InvalidUsd::TooPrecise),
            ("1000000000000", InvalidUsd::TooLarge),
            ("1e400", InvalidUsd::TooLarge),
            ("1e99999999999999999999999", InvalidUsd::TooLarge),
            ("1e-99999999999999999999999", InvalidUsd::TooPrecise),
            ("free", InvalidUsd::NotANumber),
            ("", InvalidUsd::NotANumber),
            ("1.", InvalidUsd::NotANumber),
            (".5", InvalidUsd::NotANumber),
            ("1e", InvalidUsd::NotANumber),
            ("--1", InvalidUsd::NotANumber),
            ("NaN", InvalidUsd::NotANumber),
            ("1,5", InvalidUsd::NotANumber),
        ] {
            assert_eq!(Usd::parse(text), Err(error), "{text}");
        }
        assert_eq!(Usd::parse(&"9".repeat(400)), Err(InvalidUsd::TooLarge));
        assert_eq!(Usd::parse(&format!("0.{}", "3".repeat(400))), Err(InvalidUsd::TooPrecise));
        // What lies beyond the digits that are counted is not taken for nothing.
        let zeros = "0".repeat(45);
        assert_eq!(Usd::parse(&format!("1.{zeros}1")), Err(InvalidUsd::TooPrecise));
        assert_eq!(Usd::parse(&format!("1{zeros}1e-46")), Err(InvalidUsd::TooPrecise));
        assert_eq!(Usd::parse(&format!("1{zeros}1e2")), Err(InvalidUsd::TooLarge));
    }

    proptest! {
        #[test]
        fn written_amounts_read_back(micros in -999_999_999_999_999_999i64..=999_999_999_999_999_999) {
            prop_assert_eq!(Usd::parse(&Usd(micros).to_string()), Ok(Usd(micros)));
            let json = serde_json::to_string(&Usd(micros)).unwrap();
            prop_assert_eq!(serde_json::from_str::<Usd>(&json).unwrap(), Usd(micros));
        }
    }
}
