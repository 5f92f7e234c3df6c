//! A number somebody can be called on: shown only on purpose.

use std::borrow::Cow;
use std::fmt;

/// An address of a message, as sent: an E.164 number, a short code, a sender id, or an RCS agent's id.
///
/// `Debug` masks it, so that no log line can hold a number by accident; [`PhoneNumber::as_str`] is the one way in.
///
/// ```
/// use smsvoice_event::PhoneNumber;
/// assert_eq!(format!("{:?}", PhoneNumber::from("+14255550156")), "+1********56");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber<'a>(Cow<'a, str>);

impl<'a> PhoneNumber<'a> {
    /// The number itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a telephone number (`+` and digits, or seven digits and more), and so may be somebody's own;
    /// short codes, sender ids and RCS agents belong to senders.
    pub fn is_telephone_number(&self) -> bool {
        let digits = self.0.strip_prefix('+').unwrap_or(&self.0);
        let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        all_digits && (digits.len() < self.0.len() || digits.len() >= 7)
    }

    /// The number with only its country code and last two digits left: `+1*********56`. What is no E.164 number keeps
    /// its last two characters alone.
    pub fn masked(&self) -> String {
        let kept = self.0.strip_prefix('+').map_or(0, |digits| 1 + country_code_len(digits));
        let count = self.0.chars().count();
        let shown = |at: usize| at < kept.min(count.saturating_sub(4)) || (at + 2 >= count && count > 4);
        self.0.chars().enumerate().map(|(at, c)| if shown(at) { c } else { '*' }).collect()
    }

    /// The text, given away.
    pub fn into_inner(self) -> Cow<'a, str> {
        self.0
    }
}

/// How many digits the country calling code at the start has (ITU-T E.164: the zones are prefix-free).
pub fn country_code_len(digits: &str) -> usize {
    /// The two-digit calling codes; 1 and 7 are the one-digit ones, all others have three.
    const TWO_DIGITS: &[&str] = &[
        "20", "27", "28", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
        "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82",
        "83", "84", "86", "89", "90", "91", "92", "93", "94", "95", "98",
    ];
    match digits.get(..2) {
        _ if digits.starts_with(['1', '7']) => 1,
        Some(two) if TWO_DIGITS.contains(&two) => 2,
        _ => 3,
    }
}

impl<'a> From<Cow<'a, str>> for PhoneNumber<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self(text)
    }
}

impl<'a> From<&'a str> for PhoneNumber<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl fmt::Debug for PhoneNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_country_code_and_two_digits() {
        for (number, masked) in [
            ("+14255550156", "+1********56"),
            ("+447700900123", "+44********23"),
            ("+353861234567", "+353*******67"),
            ("+61491570156", "+61*******56"),
            ("555555", "****55"),
            ("NOTIFY-POC", "********OC"),
            ("+1", "**"),
            ("", ""),
            ("1234", "****"),
            ("電話番号です", "****です"),
        ] {
            assert_eq!(PhoneNumber::from(number).masked(), masked.to_owned(), "{number}");
        }
    }

    #[test]
    fn a_number_is_given_away_as_it_came() {
        let number = PhoneNumber::from("+14255550156");
        assert_eq!(
            (number.as_str().to_owned(), number.into_inner()),
            ("+14255550156".to_owned(), "+14255550156".into())
        );
    }

    #[test]
    fn only_telephone_numbers_count_as_such() {
        for (text, expected) in [
            ("+14255550156", true),
            ("14255550156", true),
            ("+29012", true), // Saint Helena's are short
            ("5555555", true),
            ("555555", false),
            ("NOTIFY-POC", false),
            ("rcs-f4e4", false),
            ("+", false),
        ] {
            assert_eq!(PhoneNumber::from(text).is_telephone_number(), expected, "{text}");
        }
    }
}
