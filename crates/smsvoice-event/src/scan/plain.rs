//! Values as they are nearly always written, read in one pass. Where one is written otherwise nothing is consumed, and
//! the scanner's other methods tell what it is.

use crate::scan::Scanner;

/// Digits that surely fit an `i64`.
const MOST_DIGITS: usize = 18;

impl Scanner<'_> {
    /// A whole number from `smallest` to `largest`, neither of which is below 0.
    #[inline]
    pub(crate) fn plain_whole(&mut self, smallest: i64, largest: i64) -> Option<i64> {
        self.peek()?;
        let (number, end) = digits(self.text.as_bytes(), self.pos)?;
        if number < smallest || number > largest || !ends(self.text.as_bytes(), end) {
            return None;
        }
        self.pos = end;
        Some(number)
    }

    /// An amount of at most 12 digits before the point and 6 behind it, in millionths.
    #[inline]
    pub(crate) fn plain_millionths(&mut self) -> Option<i64> {
        self.peek()?;
        let bytes = self.text.as_bytes();
        let (mut number, mut end) = digits(bytes, self.pos)?;
        if end - self.pos > 12 {
            return None;
        }
        let mut places = 0;
        if bytes.get(end) == Some(&b'.') {
            let point = end;
            // Not by `digits`: behind the point zeros may come first.
            (number, end) = more_digits(bytes, point + 1, number);
            places = end - point - 1;
            if places == 0 {
                return None;
            }
        }
        let scale = *[1_000_000, 100_000, 10_000, 1_000, 100, 10, 1].get(places)?;
        if !ends(bytes, end) {
            return None;
        }
        self.pos = end;
        Some(number * scale)
    }

    /// `true` or `false`.
    #[inline]
    pub(crate) fn plain_bool(&mut self) -> Option<bool> {
        self.peek()?;
        let rest = &self.text.as_bytes()[self.pos..];
        let (value, len) = if rest.starts_with(b"true") {
            (true, 4)
        } else if rest.starts_with(b"false") {
            (false, 5)
        } else {
            return None;
        };
        self.pos += len;
        Some(value)
    }
}

/// The digits from `at` on, as a number, and where they end; none if a zero stands before others, which JSON forbids, or
/// if there are none.
#[inline]
fn digits(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let (number, end) = more_digits(bytes, at, 0);
    let is_zero_first = bytes.get(at) == Some(&b'0') && end > at + 1;
    (end > at && !is_zero_first).then_some((number, end))
}

/// Digits appended to a number, as many as surely fit.
#[inline]
fn more_digits(bytes: &[u8], at: usize, mut number: i64) -> (i64, usize) {
    let mut end = at;
    while let Some(digit) = bytes.get(end).map(|byte| byte.wrapping_sub(b'0'))
        && digit < 10
        && end - at < MOST_DIGITS
    {
        number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
        end += 1;
    }
    (number, end)
}

/// Whether a number can end here: no digit, point or exponent follows.
#[inline]
fn ends(bytes: &[u8], at: usize) -> bool {
    !matches!(bytes.get(at), Some(b'0'..=b'9' | b'.' | b'e' | b'E'))
}
