//! Payloads that nobody could read, as they are kept: searched by shape and by key, also inside base64 and compression.

mod base64;
mod bodies;

use std::borrow::Cow;

use smsvoice_lake::Payload;

use super::Privacy;
use super::keys::Key;
use super::seal::is_sealed;
use super::spelling::{Form, Number};
use crate::inflate::{self, Compression};

/// Bytes that compressed pieces of one payload may inflate to while it is searched.
const MOST_INFLATED: usize = 8 << 20;

/// How deep encodings are opened in one another.
const MOST_DEEP: u8 = 5;

/// A payload as it may be kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Searched<'p> {
    /// What is left of it. Pieces in which something was found are decoded.
    pub(crate) payload: Cow<'p, [u8]>,
    /// Whether some of it could not be searched: bytes that are no text, compression that is unknown, damaged, or too large.
    pub(crate) is_opaque: bool,
}

impl Privacy {
    /// A payload that nobody could read, as it is kept: without the numbers and messages in it, and encrypted if not all of
    /// it could be searched and somebody is named who may read it.
    pub(crate) fn kept(&self, payload: &[u8]) -> Payload {
        let Searched { payload: searched, is_opaque } = self.payload(payload);
        let recipient = self.quarantine_recipient.as_ref().filter(|_| is_opaque);
        match recipient.and_then(|recipient| recipient.seal(payload)) {
            Some(sealed) => Payload::sealed(sealed, payload),
            None => searched.into_owned().into(),
        }
    }

    /// A payload that nobody could read, without the numbers and the messages that can be found in it.
    pub(crate) fn payload<'p>(&self, payload: &'p [u8]) -> Searched<'p> {
        let mut searching = Searching { privacy: self, room: MOST_INFLATED, is_opaque: false };
        let found = if self.is_plain() { None } else { searching.opened(payload, 0) };
        Searched { payload: found.map_or(Cow::Borrowed(payload), Cow::Owned), is_opaque: searching.is_opaque }
    }
}

/// The search of one payload.
struct Searching<'p> {
    privacy: &'p Privacy,
    /// Bytes that may still be inflated.
    room: usize,
    is_opaque: bool,
}

impl Searching<'_> {
    /// Bytes of any kind, without what has to be hidden; nothing if they may stay as they are.
    fn opened(&mut self, bytes: &[u8], depth: u8) -> Option<Vec<u8>> {
        if is_sealed(bytes) {
            return None;
        }
        let Some(compression) = Compression::of(bytes) else { return self.plain(bytes, depth) };
        let inflated = if depth < MOST_DEEP { inflate::up_to(bytes, compression, self.room) } else { None };
        let Some(inflated) = inflated else {
            self.is_opaque = true;
            return None;
        };
        self.room -= inflated.len();
        self.opened(&inflated, depth + 1)
    }

    fn plain(&mut self, bytes: &[u8], depth: u8) -> Option<Vec<u8>> {
        let is_text = is_text(bytes);
        self.is_opaque |= !is_text && !bytes.is_empty();
        let bodies = bodies::hidden(bytes);
        let decoded = if is_text && depth < MOST_DEEP {
            base64::opened(&bodies, &mut |decoded: &[u8]| self.opened(decoded, depth + 1))
        } else {
            Cow::Borrowed(&*bodies)
        };
        let privacy = self.privacy;
        // Of bytes that are no text only what is clearly a number is taken out: the rest may be read again some day.
        let form = if is_text { Form::Payload } else { Form::Name };
        let found = match privacy.search(&|number: &Number| privacy.stored(number)).bytes(&decoded, form, Key::Unknown)
        {
            Cow::Owned(found) => Some(found),
            Cow::Borrowed(_) => match decoded {
                Cow::Owned(decoded) => Some(decoded),
                Cow::Borrowed(_) => None,
            },
        };
        found.or(if let Cow::Owned(bodies) = bodies { Some(bodies) } else { None })
    }
}

/// Whether bytes are text, in UTF-8 or UTF-16, with few other bytes among them.
fn is_text(bytes: &[u8]) -> bool {
    let is_odd = |byte: &&u8| matches!(**byte, 1..=8 | 0x0b | 0x0c | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let odd =
        |chunk: std::str::Utf8Chunk<'_>| chunk.invalid().len() + chunk.valid().as_bytes().iter().filter(is_odd).count();
    bytes.utf8_chunks().map(odd).sum::<usize>() * 16 <= bytes.len()
}

#[cfg(test)]
mod tests;
