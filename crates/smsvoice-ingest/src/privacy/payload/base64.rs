//! Base64 in a payload, opened where something has to be hidden in it.

use std::borrow::Cow;

use crate::inflate::Compression;

/// Shorter text is no number in base64.
const SHORTEST: usize = 12;

/// Lines of base64 have 60 characters or more; of shorter ones each is looked at alone.
const SHORTEST_LINE: usize = 60;

/// The bytes with decoded text in place of base64, wherever `open` makes something else of what is decoded.
pub(super) fn opened<'b>(bytes: &'b [u8], open: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>) -> Cow<'b, [u8]> {
    let (mut output, mut copied, mut at) = (Vec::new(), 0, 0);
    let mut quotes = Quotes::default();
    while at < bytes.len() {
        if !is_base64(bytes[at]) {
            quotes.see(bytes, at);
            at += 1;
            continue;
        }
        let mut end = token(bytes, at, true);
        let mut decoded = decoded(&bytes[at..end]);
        let alone = token(bytes, at, false);
        if decoded.is_none() && alone < end {
            end = alone;
            decoded = self::decoded(&bytes[at..end]);
        }
        if let Some(opened) = decoded.and_then(|decoded| open(&decoded)) {
            output.extend_from_slice(&bytes[copied..at]);
            output.extend_from_slice(quotes.escaped(&opened).as_bytes());
            copied = end;
        }
        at = end;
    }
    if copied == 0 {
        return Cow::Borrowed(bytes);
    }
    output.extend_from_slice(&bytes[copied..]);
    Cow::Owned(output)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// What JSON writers make of `/`, `+` and `=`, and of the ends of lines.
const ESCAPES: [(&[u8], Piece); 9] = [
    (br"\/", Piece::Character(b'/')),
    (br"\u002b", Piece::Character(b'+')),
    (br"\u002B", Piece::Character(b'+')),
    (br"\u002f", Piece::Character(b'/')),
    (br"\u003d", Piece::Character(b'=')),
    (br"\u003D", Piece::Character(b'=')),
    (br"\r\n", Piece::Line),
    (br"\n", Piece::Line),
    (b"\r\n", Piece::Line),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    Character(u8),
    /// The end of a line, behind which base64 goes on.
    Line,
}

/// The piece of base64 that stands here, and how many bytes it takes.
fn piece(bytes: &[u8], at: usize) -> Option<(Piece, usize)> {
    match bytes.get(at)? {
        byte if is_base64(*byte) || *byte == b'=' => Some((Piece::Character(*byte), 1)),
        b'\n' => Some((Piece::Line, 1)),
        b'\\' | b'\r' => {
            let escape = ESCAPES.iter().find(|(written, _)| bytes[at..].starts_with(written));
            escape.map(|(written, piece)| (*piece, written.len()))
        }
        _ => None,
    }
}

/// Where the base64 ends that begins here; with its further lines or without.
fn token(bytes: &[u8], start: usize, lines: bool) -> usize {
    let (mut at, mut line, mut padded) = (start, 0, false);
    while let Some((piece, len)) = piece(bytes, at) {
        match piece {
            Piece::Character(b'=') => padded = true,
            Piece::Character(_) if padded => break,
            Piece::Character(_) => line += 1,
            Piece::Line => {
                let goes_on = bytes.get(at + len).is_some_and(|next| is_base64(*next));
                if !lines || padded || line < SHORTEST_LINE || !goes_on {
                    break;
                }
                line = 0;
            }
        }
        at += len;
    }
    at
}

/// What a token stands for, if that is text or compressed.
fn decoded(token: &[u8]) -> Option<Vec<u8>> {
    if token.len() < SHORTEST {
        return None;
    }
    let (mut clean, mut at) = (Vec::with_capacity(token.len()), 0);
    while let Some((piece, len)) = piece(token, at) {
        match piece {
            Piece::Character(b'-') => clean.push(b'+'),
            Piece::Character(b'_') => clean.push(b'/'),
            Piece::Character(byte) => clean.push(byte),
            Piece::Line => {}
        }
        at += len;
    }
    let decoded = base64_simd::forgiving_decode_to_vec(&clean).ok()?;
    let is_known =
        Compression::of(&decoded).is_some() || std::str::from_utf8(&decoded).is_ok() && super::is_text(&decoded);
    is_known.then_some(decoded)
}

/// Whether a place in a text is in a string of JSON, and how deep that string is in others.
#[derive(Default)]
struct Quotes {
    in_string: bool,
    /// Backslashes before the last quote.
    slashes: Option<usize>,
}

impl Quotes {
    fn see(&mut self, bytes: &[u8], at: usize) {
        if bytes[at] == b'"' {
            let slashes = bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
            self.slashes = Some(slashes);
            self.in_string ^= slashes % 2 == 0;
        }
    }

    /// A text as it has to be written here.
    fn escaped(&self, text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text).into_owned();
        let levels = match self.slashes {
            None | Some(0) => u32::from(self.in_string),
            // One backslash in a string, three in a string within a string.
            Some(slashes) => (slashes + 1).ilog2().min(4) + 1,
        };
        (0..levels).fold(text, |text, _| {
            let quoted = serde_json::Value::from(text).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        })
    }
}
