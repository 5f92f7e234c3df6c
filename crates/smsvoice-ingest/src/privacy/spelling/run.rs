//! Runs: digits with nothing between them but what is written between the digits of one number.

use std::ops::Range;

use super::characters::{Glyph, glyph};
use super::number::Number;

/// One digit of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digit {
    pub(super) value: u8,
    /// Where it begins in the text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// What stands between it and the digit before.
    pub(super) before: Before,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    Nothing,
    /// One separator, or several; then the last one, unless it is a blank.
    Separator(u8),
    /// A plus, which begins here, perhaps with separators.
    Plus(usize),
    /// The end of a line.
    Break,
}

/// Separators between two digits of one number: `(425) - 555` has four, and no number has more.
const MOST_SEPARATORS: usize = 4;

/// Digits that are looked at together. Of more, the last [`CARRIED`] are looked at again with what follows, so that no
/// number falls between.
const MOST_DIGITS: usize = 1024;
const CARRIED: usize = 40;

/// A run of digits, read into the same memory again and again.
#[derive(Default)]
pub(super) struct Run {
    digits: Vec<Digit>,
    is_cut: bool,
}

impl Run {
    /// Whether a run can begin with this byte.
    pub(super) fn can_begin(byte: u8) -> bool {
        matches!(byte, b'0'..=b'9' | b'+' | b'\\' | b'%' | b'&' | 0x80..)
    }

    /// Reads the run that begins at a place in the text, if one does; says where reading goes on behind it.
    pub(super) fn read(&mut self, bytes: &[u8], start: usize) -> usize {
        self.digits.clear();
        self.is_cut = false;
        let (mut at, mut before, mut separators) = (start, Before::Nothing, 0);
        while at < bytes.len() && separators <= MOST_SEPARATORS {
            let (read, len) = glyph(bytes, at);
            let has_begun = !self.digits.is_empty() || matches!(before, Before::Plus(_));
            match read {
                Glyph::Digit(value) => {
                    self.digits.push(Digit { value, start: at, end: at + len, before });
                    (before, separators) = (Before::Nothing, 0);
                    if self.digits.len() == MOST_DIGITS {
                        self.is_cut = true;
                        return self.digits[MOST_DIGITS - CARRIED].start;
                    }
                }
                Glyph::Plus => (before, separators) = (Before::Plus(at), 0),
                Glyph::Invisible if has_begun => {}
                Glyph::Separator(separator) if has_begun => {
                    separators += 1;
                    before = before.and(separator);
                    if let Some(trunk) = bracketed_zero(bytes, at).filter(|_| separator == b'(') {
                        at += trunk;
                        continue;
                    }
                }
                Glyph::Break if has_begun => {
                    separators += 1;
                    before = if matches!(before, Before::Plus(_)) { before } else { Before::Break };
                }
                _ => return if at == start { at + len } else { at },
            }
            at += len;
        }
        at
    }

    /// The digits that were read; of a run that goes on, those that are not read again.
    pub(super) fn digits(&self) -> &[Digit] {
        &self.digits
    }

    /// Where the digits begin that are read again.
    pub(super) fn read_again_from(&self) -> usize {
        if self.is_cut { self.digits[MOST_DIGITS - CARRIED].start } else { usize::MAX }
    }
}

impl Before {
    fn and(self, separator: u8) -> Self {
        match self {
            Self::Plus(_) | Self::Break => self,
            Self::Separator(other) if separator == b' ' => Self::Separator(other),
            Self::Separator(_) | Self::Nothing => Self::Separator(separator),
        }
    }
}

/// `+44 (0) 7700 …`: the zero is dialled instead of the country code, and is no digit of the number. How many bytes it
/// takes with its brackets.
fn bracketed_zero(bytes: &[u8], open: usize) -> Option<usize> {
    let (_, first) = glyph(bytes, open);
    let zero = open + first;
    let (Glyph::Digit(0), second) = (zero < bytes.len()).then(|| glyph(bytes, zero))? else { return None };
    let close = zero + second;
    let (Glyph::Separator(b')'), third) = (close < bytes.len()).then(|| glyph(bytes, close))? else { return None };
    Some(first + second + third)
}

/// Where a known number stands among digits: whole, or without its country code, or as a local number of
/// [`Number::MIN_LOCAL`] digits and more if nothing else stands there.
pub(super) fn occurrences(digits: &[Digit], number: &Number) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let wanted = number.digits();
    let tail = &wanted[wanted.len().saturating_sub(Number::MIN_LOCAL)..];
    if tail.len() < Number::MIN_LOCAL {
        return found;
    }
    let mut from = 0;
    let mut at = 0;
    while at + tail.len() <= digits.len() {
        let end = at + tail.len();
        let same = digits[at..end].iter().map(|digit| digit.value).eq(tail.iter().copied());
        if same {
            let room = (wanted.len() - tail.len()).min(at - from);
            let before = wanted[..wanted.len() - tail.len()].iter().rev();
            let more =
                digits[at - room..at].iter().rev().zip(before).take_while(|(digit, wanted)| digit.value == **wanted);
            let start = at - more.count();
            let len = end - start;
            let is_alone = end == digits.len() && digits[from..start].iter().all(|digit| digit.value == 0);
            if len >= number.national_len() || is_alone {
                let start = with_prefix(digits, from, start, len == wanted.len());
                found.push(start..end);
                from = end;
                at = end;
                continue;
            }
        }
        at += 1;
    }
    found
}

/// Takes in what is dialled before a number: `00` or `011` before a country code, `0` before a national number.
fn with_prefix(digits: &[Digit], from: usize, start: usize, is_whole: bool) -> usize {
    let before: Vec<u8> = digits[from..start].iter().map(|digit| digit.value).collect();
    match before[..] {
        [0, 0] | [0, 1, 1] if is_whole => from,
        [0] => from,
        _ => start,
    }
}
