//! Which digits of a run look like a telephone number, and which are a date, a time, an amount, an identifier.

use std::ops::Range;

use super::number::Number;
use super::run::{Before, Digit};
use crate::privacy::keys::Key;

/// E.164 allows 15 digits, country code included.
const MOST: usize = 15;

/// What is known of the place where digits stand.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'t> {
    pub(super) bytes: &'t [u8],
    /// What the key in front says.
    pub(super) key: Key,
    /// Whether this is the name of a file or an object, in which numbers stand for themselves: a short one is a counter.
    pub(super) is_name: bool,
}

/// The parts of a run that look like telephone numbers, by the indexes of their digits, with whether a plus stands before.
pub(super) fn number_shaped(digits: &[Digit], around: Surroundings<'_>) -> Vec<(Range<usize>, bool)> {
    let mut found = Vec::new();
    for part in parts(digits) {
        let has_plus = matches!(digits[part.start].before, Before::Plus(_));
        let groups = groups(digits, part);
        if has_plus || around.key == Key::Phone {
            pack(digits, &groups, has_plus, around, &mut found);
            continue;
        }
        if is_decimal(digits, &groups) || is_ip_address(digits, &groups) {
            continue;
        }
        for groups in without_dates_and_ids(digits, &groups, around) {
            pack(digits, &groups, false, around, &mut found);
        }
    }
    found
}

/// Parts that a plus or the end of a line begins. Such a part is not by itself if it is too short to be a number:
/// `+1425⏎5550142`, `1+425+555+0142`.
fn parts(digits: &[Digit]) -> Vec<Range<usize>> {
    let begins = |at: usize| at == 0 || matches!(digits[at].before, Before::Plus(_) | Before::Break);
    let mut parts: Vec<Range<usize>> = Vec::new();
    for at in (0..digits.len()).filter(|at| begins(*at)) {
        if let Some(last) = parts.last_mut() {
            last.end = at;
        }
        parts.push(at..digits.len());
    }
    let pluses = digits.iter().skip(1).filter(|digit| matches!(digit.before, Before::Plus(_))).count();
    if pluses > 0 && digits.len() <= MOST && parts.iter().all(|part| part.len() < Number::MIN_LOCAL) {
        return std::iter::once(0..digits.len()).collect();
    }
    let mut joined: Vec<Range<usize>> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last)
                if last.len() < Number::MIN_LOCAL
                    && matches!(digits[last.start].before, Before::Plus(_))
                    && digits[part.start].before == Before::Break =>
            {
                last.end = part.end;
            }
            _ => joined.push(part),
        }
    }
    joined
}

/// Digits without anything between them.
fn groups(digits: &[Digit], part: Range<usize>) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for at in part {
        match groups.last_mut() {
            Some(last) if digits[at].before == Before::Nothing => last.end = at + 1,
            _ => groups.push(at..at + 1),
        }
    }
    groups
}

/// As many groups together as one number can have, and again from there on.
fn pack(
    digits: &[Digit],
    groups: &[Range<usize>],
    has_plus: bool,
    around: Surroundings<'_>,
    found: &mut Vec<(Range<usize>, bool)>,
) {
    let mut first = 0;
    while first < groups.len() {
        let start = groups[first].start;
        let most = if digits[start..].iter().take(2).all(|digit| digit.value == 0) { MOST + 2 } else { MOST };
        let fits = groups[first..].iter().take_while(|group| group.end - start <= most).count().max(1);
        let plus = has_plus && first == 0;
        let whole = start..groups[first + fits - 1].end;
        if is_number(digits, &whole, plus, fits == 1, most, around) {
            found.push((whole, plus));
        }
        first += fits;
    }
}

fn is_number(
    digits: &[Digit],
    whole: &Range<usize>,
    has_plus: bool,
    is_one_group: bool,
    most: usize,
    around: Surroundings<'_>,
) -> bool {
    let len = whole.len();
    if !(Number::MIN_LOCAL..=most).contains(&len) || around.key == Key::Kept {
        return false;
    }
    let (start, end) = (digits[whole.start].start, digits[whole.end - 1].end);
    if !has_plus && is_one_group && is_in_hex(around.bytes, start, end) {
        return false;
    }
    if has_plus || around.key == Key::Phone {
        return true;
    }
    if around.is_name && (len < 10 || touches_a_letter(digits, whole, around.bytes)) {
        return false;
    }
    let values: Vec<u8> = digits[whole.clone()].iter().map(|digit| digit.value).collect();
    if around.key == Key::Identifier || around.key == Key::Money && len < 10 {
        return false;
    }
    let is_other = is_one_group && (is_epoch(&values, around.key) || len == 12 && is_account(around, start, end));
    !is_other
}

/// Milliseconds since 1970 have 13 digits and begin with 1 until 2033; no telephone number has 13 and begins with 1, the
/// country code of eleven digits. Seconds are known by their key alone.
fn is_epoch(values: &[u8], key: Key) -> bool {
    values[0] == 1 && (values.len() == 13 || values.len() == 10 && key == Key::Time)
}

fn number_of(values: &[u8]) -> u32 {
    values.iter().fold(0, |number, digit| number * 10 + u32::from(*digit))
}

fn is_year(values: &[u8]) -> bool {
    values.len() == 4 && (1900..2100).contains(&number_of(values))
}

fn is_month_and_day(month: &[u8], day: &[u8]) -> bool {
    (1..=12).contains(&number_of(month)) && (1..=31).contains(&number_of(day))
}

/// `20261118`, or `20261118110640`.
fn is_compact_date(values: &[u8]) -> bool {
    let is_date = |date: &[u8]| is_year(&date[..4]) && is_month_and_day(&date[4..6], &date[6..]);
    match values.len() {
        8 => is_date(values),
        14 => is_date(&values[..8]) && is_time(&values[8..10], 24) && is_time(&values[10..12], 60),
        _ => false,
    }
}

fn is_time(values: &[u8], below: u32) -> bool {
    number_of(values) < below
}

/// `12.345678`: one full stop and nothing else.
fn is_decimal(digits: &[Digit], groups: &[Range<usize>]) -> bool {
    groups.len() == 2 && digits[groups[1].start].before == Before::Separator(b'.')
}

fn is_ip_address(digits: &[Digit], groups: &[Range<usize>]) -> bool {
    let is_byte = |group: &Range<usize>| group.len() <= 3 && number_of(&values(digits, group)) < 256;
    groups.len() == 4
        && groups.iter().all(is_byte)
        && groups[1..].iter().all(|group| digits[group.start].before == Before::Separator(b'.'))
}

fn values(digits: &[Digit], group: &Range<usize>) -> Vec<u8> {
    digits[group.clone()].iter().map(|digit| digit.value).collect()
}

/// Takes out dates with the times behind them, and the groups that belong to a UUID; what is left is in several pieces.
/// The slashes of a path part it as well.
fn without_dates_and_ids(
    digits: &[Digit],
    groups: &[Range<usize>],
    around: Surroundings<'_>,
) -> Vec<Vec<Range<usize>>> {
    let mut pieces = vec![Vec::new()];
    let mut at = 0;
    while at < groups.len() {
        let is_of_uuid = is_in_uuid(around.bytes, digits, &groups[at]);
        let taken = date_len(digits, &groups[at..], at == 0).max(usize::from(is_of_uuid));
        if taken > 0 {
            pieces.push(Vec::new());
            at += taken;
            continue;
        }
        if around.is_name && digits[groups[at].start].before == Before::Separator(b'/') {
            pieces.push(Vec::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(groups[at].clone());
        }
        at += 1;
    }
    pieces
}

/// How many groups are a date: `20261118`, `2026-11-18`, `2026/11/18/11`, `2026-11-18-11-06-40`, or `18.11.2026` with
/// nothing around it.
fn date_len(digits: &[Digit], groups: &[Range<usize>], is_first: bool) -> usize {
    if matches!(groups[0].len(), 8 | 14) && is_compact_date(&values(digits, &groups[0])) {
        return 1;
    }
    let [one, two, three, rest @ ..] = groups else { return 0 };
    let separator = digits[two.start].before;
    if !matches!(separator, Before::Separator(b'-' | b'/' | b'.')) || digits[three.start].before != separator {
        return 0;
    }
    let [a, b, c] = [one, two, three].map(|group| values(digits, group));
    let is_time =
        |(at, group): &(usize, &Range<usize>)| group.len() == 2 && is_time(&values(digits, group), [24, 60, 60][*at]);
    let times = rest.iter().take(3).enumerate().take_while(is_time).count();
    let year_first = is_year(&a) && b.len() == 2 && c.len() == 2 && is_month_and_day(&b, &c);
    let is_month_and_day = is_month_and_day(&a, &b) || is_month_and_day(&b, &a);
    let year_last = is_first && times == rest.len() && is_year(&c) && a.len() <= 2 && b.len() <= 2 && is_month_and_day;
    if year_first || year_last { 3 + times } else { 0 }
}

/// An AWS account: after `arn:partition:service:region:`, in the URL of a queue, or under a key that says so.
fn is_account(around: Surroundings<'_>, start: usize, end: usize) -> bool {
    let before = &around.bytes[start.saturating_sub(64)..start];
    let is_in_arn = before.ends_with(b":")
        && memchr::memmem::rfind(before, b"arn:").is_some_and(|arn| {
            let fields = &before[arn..];
            memchr::memchr_iter(b':', fields).count() == 4 && !fields.iter().any(u8::is_ascii_whitespace)
        });
    let is_in_url = before.ends_with(b"amazonaws.com/") && around.bytes.get(end) == Some(&b'/');
    around.key == Key::Account || is_in_arn || is_in_url
}

/// Whether the digits are part of a long hexadecimal text with letters in it: a hash, an identifier of a trace.
fn is_in_hex(bytes: &[u8], start: usize, end: usize) -> bool {
    const LONGEST: usize = 128;
    let left = bytes[..start].iter().rev().take(LONGEST).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let right = bytes[end..].iter().take(LONGEST).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let token = &bytes[start - left..end + right];
    token.len() >= 16
        && token.iter().any(u8::is_ascii_alphabetic)
        && !bytes[..start - left].last().is_some_and(u8::is_ascii_alphanumeric)
        && !bytes.get(end + right).is_some_and(u8::is_ascii_alphanumeric)
}

/// Lengths of the parts of a UUID end at these places, where the hyphens are.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
const UUID: usize = 36;

fn is_in_uuid(bytes: &[u8], digits: &[Digit], group: &Range<usize>) -> bool {
    let (first, end) = (digits[group.start].start, digits[group.end - 1].end);
    if end - first > 12 || end - first != group.len() {
        return false; // longer than its longest part, or not in ASCII
    }
    let earliest = end.saturating_sub(UUID);
    (earliest..=first).any(|start| {
        bytes.get(start..start + UUID).is_some_and(|uuid| {
            HYPHENS.iter().all(|at| uuid[*at] == b'-')
                && uuid.iter().enumerate().all(|(at, byte)| HYPHENS.contains(&at) || byte.is_ascii_hexdigit())
        })
    })
}

fn touches_a_letter(digits: &[Digit], whole: &Range<usize>, bytes: &[u8]) -> bool {
    let before = digits[whole.start].start.checked_sub(1).map(|at| bytes[at]);
    let after = bytes.get(digits[whole.end - 1].end).copied();
    before.into_iter().chain(after).any(|byte| byte.is_ascii_alphabetic())
}
