//! Payloads that cannot be searched for numbers, encrypted with age, so that only the holder of a key reads them.

use std::fmt;
use std::str::FromStr;

use age::x25519;
use thiserror::Error;

/// Whom payloads are encrypted for: an age public key, `age1…`.
#[derive(Clone)]
pub struct Recipient(x25519::Recipient);

impl Recipient {
    /// Reads a public key, as `age-keygen` prints it.
    pub fn of(text: &str) -> Option<Self> {
        x25519::Recipient::from_str(text).ok().map(Self)
    }

    /// The bytes, encrypted. Each time they become others.
    ///
    /// Nothing if they cannot be encrypted: age fails for several recipients that do not go together, and here is one.
    pub(super) fn seal(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        age::encrypt(&self.0, bytes).ok()
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Whether a payload is encrypted with age.
pub fn is_sealed(payload: &[u8]) -> bool {
    payload.starts_with(b"age-encryption.org/v1\n")
}

/// The private keys in a file, as `age-keygen` writes it.
pub struct Identities(Vec<x25519::Identity>);

/// Why a payload cannot be decrypted. No message repeats a key.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// The text has no private key in it.
    #[error("there is no age identity in it: a line AGE-SECRET-KEY-1…, as `age-keygen` writes it")]
    None,
    /// None of the keys fits, or the payload is damaged.
    #[error("no identity opens it: it was encrypted for another key, or is damaged")]
    Refused(#[source] age::DecryptError),
}

impl Identities {
    /// Reads the text of a file of keys. Lines that begin with `#` are comments.
    pub fn of(text: &str) -> Result<Self, IdentityError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let keys: Result<Vec<_>, _> = lines.map(x25519::Identity::from_str).collect();
        keys.ok().filter(|keys| !keys.is_empty()).map(Self).ok_or(IdentityError::None)
    }

    /// A payload, decrypted.
    pub fn open(&self, payload: &[u8]) -> Result<Vec<u8>, IdentityError> {
        let mut refused = age::DecryptError::NoMatchingKeys;
        for key in &self.0 {
            match age::decrypt(key, payload) {
                Ok(opened) => return Ok(opened),
                Err(error) => refused = error,
            }
        }
        Err(IdentityError::Refused(refused))
    }
}

impl fmt::Debug for Identities {
    /// Without the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} identities", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn only_the_right_identity_opens_what_is_sealed() {
        let (right, wrong) = (x25519::Identity::generate(), x25519::Identity::generate());
        let recipient = Recipient::of(&right.to_public().to_string()).unwrap();
        let sealed = recipient.seal(b"\x00\xff+14255550142").unwrap();
        assert!(is_sealed(&sealed) && !sealed.windows(7).any(|bytes| bytes == b"5550142"));
        let file = |key: &x25519::Identity| format!("# created: today\n\n{}\n", key.to_string().expose_secret());
        let opened = Identities::of(&format!("{}{}", file(&wrong), file(&right))).unwrap().open(&sealed).unwrap();
        assert_eq!(opened, b"\x00\xff+14255550142");
        let refused = Identities::of(&file(&wrong)).unwrap().open(&sealed).unwrap_err();
        assert!(matches!(refused, IdentityError::Refused(_)), "{refused}");
        assert!(matches!(Identities::of("# nothing\n"), Err(IdentityError::None)));
        assert!(Recipient::of("AGE-SECRET-KEY-1").is_none());
    }
}
