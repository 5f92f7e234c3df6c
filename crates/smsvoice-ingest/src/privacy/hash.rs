//! Keyed hashes of telephone numbers.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The key of [`PhoneNumbers::Hmac`](super::PhoneNumbers::Hmac).
#[derive(Clone)]
pub struct PhoneKey {
    /// Which key it is; kept beside each value, so that keys can rotate, and rows be shredded by losing the old key.
    version: String,
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for PhoneKey {
    /// Which key it is, never the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PhoneKey({})", self.version)
    }
}

/// Hexadecimal digits of a hash.
const HEX: usize = 32;

impl PhoneKey {
    /// A key and the name of its version.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length (RFC 2104).
    pub fn new(version: impl Into<String>, key: &[u8]) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        Self { version: version.into(), mac }
    }

    /// `<version>:<32 hex digits>`, the first half of HMAC-SHA-256 over a number's E.164 digits, which are the same in every
    /// spelling.
    pub(super) fn hash(&self, digits: &str) -> String {
        self.hash_of(&[digits.as_bytes()])
    }

    /// The same of the beginning of a number. It is never what a whole number, or any other text, hashes to: no text has
    /// the byte that stands before it.
    pub(super) fn hash_prefix(&self, digits: &str) -> String {
        self.hash_of(&[PREFIX, digits.as_bytes()])
    }

    fn hash_of(&self, parts: &[&[u8]]) -> String {
        let mut mac = self.mac.clone();
        for part in parts {
            mac.update(part);
        }
        let hex =
            mac.finalize().into_bytes().iter().take(HEX / 2).map(|byte| format!("{byte:02x}")).collect::<String>();
        format!("{}:{hex}", self.version)
    }
}

/// Stands before the digits of a prefix. 0xFF is in no UTF-8 text.
const PREFIX: &[u8] = b"\xffprefix:";

/// Whether a text is such a hash, of whatever key.
pub(super) fn is_hash(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(version, hex)| {
        let is_hex = hex.len() == HEX && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        is_hex && !version.is_empty() && !version.contains([':', ' '])
    })
}
