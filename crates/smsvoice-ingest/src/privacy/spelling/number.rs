//! A telephone number as its digits: one however it is spelled.

use smsvoice_event::country_code_len;

use super::run::{Before, Run};

/// The digits of a telephone number, without whatever is dialled before it or written between them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Number {
    /// ASCII-free: 0 to 9.
    digits: Vec<u8>,
    /// Whether a `+` or `00` said that it begins with a country code.
    is_international: bool,
}

impl Number {
    /// Digits that a number has at least without its country code, and a telephone number at all.
    pub(crate) const MIN_LOCAL: usize = 7;

    /// Of digits behind a plus or not. What is dialled before an international number falls away: `00`, and `011` before
    /// at least eleven digits (with fewer it is the beginning of a Japanese or British number).
    pub(super) fn of(digits: impl IntoIterator<Item = u8>, has_plus: bool) -> Self {
        let mut digits: Vec<u8> = digits.into_iter().collect();
        let prefix = match digits[..] {
            _ if has_plus => 0,
            [0, 0, ..] => 2,
            [0, 1, 1, ..] if digits.len() >= 14 => 3,
            _ => 0,
        };
        digits.drain(..prefix);
        Self { digits, is_international: has_plus || prefix > 0 }
    }

    /// The number that a text is, in any spelling; none if the text has fewer than seven digits, or if more than a few
    /// words stand around them.
    pub(crate) fn read(text: &str) -> Option<Self> {
        // As AWS writes it.
        if let Some(digits) = text.strip_prefix('+')
            && (Self::MIN_LOCAL..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Some(Self { digits: digits.bytes().map(|byte| byte - b'0').collect(), is_international: true });
        }
        Self::first_in(text.as_bytes()).filter(|_| text.len() <= 256)
    }

    fn first_in(bytes: &[u8]) -> Option<Self> {
        let (mut run, mut at) = (Run::default(), 0);
        while at < bytes.len() {
            if !Run::can_begin(bytes[at]) {
                at += 1;
                continue;
            }
            at = run.read(bytes, at);
            let digits = run.digits();
            if digits.len() >= Self::MIN_LOCAL {
                let has_plus = matches!(digits[0].before, Before::Plus(_));
                return Some(Self::of(digits.iter().map(|digit| digit.value), has_plus));
            }
        }
        None
    }

    /// Whether a text is a telephone number and nothing else.
    pub(crate) fn is_all_of(text: &str) -> bool {
        let (bytes, mut run) = (text.as_bytes(), Run::default());
        let start = bytes.iter().position(|byte| !matches!(byte, b' ' | b'(')).unwrap_or(bytes.len());
        let end = if start < bytes.len() { run.read(bytes, start) } else { 0 };
        let has_plus = run.digits().first().is_some_and(|digit| matches!(digit.before, Before::Plus(_)));
        end == bytes.len() && (run.digits().len() >= Self::MIN_LOCAL || has_plus)
    }

    /// From 0 to 9.
    pub(crate) fn digits(&self) -> &[u8] {
        &self.digits
    }

    /// Digits of the number without its country code, as far as it is known to have one.
    pub(super) fn national_len(&self) -> usize {
        let text = self.text();
        let digits = text.trim_start_matches('+');
        // Ten digits without a plus may as well be a national number.
        let code = if self.is_international || digits.len() > 10 { country_code_len(digits) } else { 0 };
        digits.len().saturating_sub(code).max(Self::MIN_LOCAL)
    }

    /// `+14255550156`, or without the plus where nothing told that it begins with a country code.
    pub(crate) fn text(&self) -> String {
        let digits = self.digits.iter().map(|digit| char::from(b'0' + digit));
        self.is_international.then_some('+').into_iter().chain(digits).collect()
    }

    /// The digits alone, as text: of one number the same in every spelling.
    pub(crate) fn e164_digits(&self) -> String {
        self.digits.iter().map(|digit| char::from(b'0' + digit)).collect()
    }
}
