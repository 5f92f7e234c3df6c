//! The texts of inbound messages, hidden whole: what somebody wrote is personal, whatever it says.

use std::borrow::Cow;

/// What stands for a message.
const HIDDEN: &[u8] = b"[message]";

/// The bytes with `[message]` for each value of a key `messageBody`. The JSON may break off, and may be in a string of JSON.
pub(super) fn hidden(bytes: &[u8]) -> Cow<'_, [u8]> {
    let (mut output, mut copied) = (Vec::new(), 0);
    for at in memchr::memmem::find_iter(bytes, b"ody").map(|ody| ody + 3) {
        if at < copied || !ends_like_the_key(&bytes[copied.max(at.saturating_sub(16))..at]) {
            continue;
        }
        let Some(body) = string_behind_key(bytes, at).filter(|body| !body.is_empty()) else { continue };
        output.extend_from_slice(&bytes[copied..body.start]);
        output.extend_from_slice(HIDDEN);
        copied = body.end;
    }
    if copied == 0 {
        return Cow::Borrowed(bytes);
    }
    output.extend_from_slice(&bytes[copied..]);
    Cow::Owned(output)
}

/// `messageBody`, in any case, with or without `_`.
fn ends_like_the_key(bytes: &[u8]) -> bool {
    let ends = |end: &[u8]| bytes.len() >= end.len() && bytes[bytes.len() - end.len()..].eq_ignore_ascii_case(end);
    ends(b"messagebody") || ends(b"message_body")
}

/// Where the string lies that is the value of the key whose name ends here.
fn string_behind_key(bytes: &[u8], name_end: usize) -> Option<std::ops::Range<usize>> {
    let key_end = quote_at(bytes, name_end)?.0;
    let colon = blanks(bytes, key_end);
    if bytes.get(colon) != Some(&b':') {
        return None;
    }
    let (start, quote, slashes) = quote_at(bytes, blanks(bytes, colon + 1))?;
    // Of n backslashes before a quote, those that escape it are as many as before the opening one; the others escape each
    // other.
    let ends = |at: &usize| {
        let before = bytes[start..*at].iter().rev().take_while(|byte| **byte == b'\\').count();
        before % (2 * (slashes + 1)) == slashes
    };
    let end = memchr::memchr_iter(quote, &bytes[start..]).map(|at| start + at).find(ends);
    Some(start..end.map_or(bytes.len(), |end| end - slashes))
}

fn blanks(bytes: &[u8], at: usize) -> usize {
    // A line break inside a string of JSON is an escape.
    let mut at = at;
    loop {
        match bytes.get(at..) {
            Some([b' ' | b'\n' | b'\r' | b'\t', ..]) => at += 1,
            Some([b'\\', b'n' | b'r' | b't', ..]) => at += 2,
            _ => return at,
        }
    }
}

/// The quote that comes next: where it ends, which it is, and how many backslashes are before it.
fn quote_at(bytes: &[u8], at: usize) -> Option<(usize, u8, usize)> {
    let slashes = bytes.get(at..)?.iter().take_while(|byte| **byte == b'\\').count();
    let quote = *bytes.get(at + slashes)?;
    matches!(quote, b'"' | b'\'').then_some((at + slashes + 1, quote, slashes))
}
