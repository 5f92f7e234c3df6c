//! What becomes of telephone numbers on their way into the lake.

use std::borrow::Cow;
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use smsvoice_event::{Event, PhoneNumber};

/// How telephone numbers rest in the lake.
#[derive(Clone, Default)]
pub enum PhoneNumbers {
    /// As they were sent.
    Plain,
    /// As a keyed hash: equal numbers stay equal, and without the key nobody gets them back.
    Hmac(PhoneKey),
    /// Country code and last two digits: `+1********56`.
    #[default]
    Mask,
    /// Not at all.
    Drop,
}

impl fmt::Debug for PhoneNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Hmac(_) => "hmac",
            Self::Mask => "mask",
            Self::Drop => "drop",
        })
    }
}

/// The key of [`PhoneNumbers::Hmac`].
#[derive(Clone)]
pub struct PhoneKey {
    /// Which key it is; kept beside each value, so that keys can rotate, and rows be shredded by losing the old key.
    version: String,
    mac: Hmac<Sha256>,
}

impl PhoneKey {
    /// A key and the name of its version.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length (RFC 2104).
    pub fn new(version: impl Into<String>, key: &[u8]) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        Self { version: version.into(), mac }
    }

    /// `<version>:<32 hex digits>`, the first half of HMAC-SHA-256 over the number.
    fn hash(&self, number: &str) -> String {
        let mut mac = self.mac.clone();
        mac.update(number.as_bytes());
        let hex = mac.finalize().into_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>();
        format!("{}:{hex}", self.version)
    }
}

/// The privacy of one lake.
#[derive(Clone, Debug, Default)]
pub struct Privacy {
    /// Of destination numbers.
    pub numbers: PhoneNumbers,
    /// Whether origination identities that are telephone numbers are treated the same; they are the sender's own.
    pub origination_too: bool,
}

impl Privacy {
    /// Numbers as they were sent: the default of a local replay.
    pub const fn plain() -> Self {
        Self { numbers: PhoneNumbers::Plain, origination_too: false }
    }

    /// Replaces the numbers of an event. Its identity does not depend on them.
    pub fn apply(&self, event: &mut Event<'_>) {
        if matches!(self.numbers, PhoneNumbers::Plain) {
            return;
        }
        event.destination_phone_number = event.destination_phone_number.take().and_then(|number| self.number(&number));
        if self.origination_too
            && let Some(number) = event.origination_identity.take_if(|number| number.is_telephone_number())
        {
            event.origination_identity = self.number(&number);
        }
    }

    fn number(&self, number: &PhoneNumber<'_>) -> Option<PhoneNumber<'static>> {
        let kept = match &self.numbers {
            PhoneNumbers::Plain => number.as_str().to_owned(),
            PhoneNumbers::Hmac(key) => key.hash(number.as_str()),
            PhoneNumbers::Mask => number.masked(),
            PhoneNumbers::Drop => return None,
        };
        Some(PhoneNumber::from(Cow::Owned(kept)))
    }

    /// Masks the numbers that can be found in a payload nobody could read: a run of 7 to 15 digits after a `+`, or of
    /// 10 and more as a whole string under a key that ends in `Number`.
    pub fn mask_payload<'a>(&self, payload: &'a [u8]) -> Cow<'a, [u8]> {
        if matches!(self.numbers, PhoneNumbers::Plain) {
            return Cow::Borrowed(payload);
        }
        let mut masked = Cow::Borrowed(payload);
        let starts = memchr::memchr_iter(b'+', payload).map(|plus| plus + 1);
        let keyed = memchr::memmem::find_iter(payload, b"Number").filter_map(|at| after_key(payload, at + 6));
        for start in starts.chain(keyed) {
            let digits = payload[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if (7..=15).contains(&digits) {
                masked.to_mut()[start + 1..start + digits - 2].fill(b'*');
            }
        }
        masked
    }
}

/// Where the digits of a string begin that is the value of the key ending at `at`; quotes may be escaped once more.
fn after_key(payload: &[u8], at: usize) -> Option<usize> {
    let rest = payload.get(at..payload.len().min(at + 16))?;
    let digits = rest.iter().position(u8::is_ascii_digit)?;
    let between = &rest[..digits];
    let only_punctuation = between.iter().all(|byte| matches!(byte, b'"' | b'\\' | b':' | b' '));
    (only_punctuation && between.contains(&b':')).then_some(at + digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(numbers: PhoneNumbers, origination_too: bool) -> (Option<String>, Option<String>) {
        let text = r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795305600000,
            "originationPhoneNumber":"+12065550152","destinationPhoneNumber":"+14255550156"}"#;
        let mut event = Event::parse(text).unwrap();
        Privacy { numbers, origination_too }.apply(&mut event);
        let text = |number: Option<PhoneNumber<'_>>| number.map(|number| number.as_str().to_owned());
        (text(event.destination_phone_number), text(event.origination_identity))
    }

    #[test]
    fn destination_numbers_rest_as_configured() {
        let origin = Some("+12065550152".to_owned());
        assert_eq!(stored(PhoneNumbers::Plain, true), (Some("+14255550156".into()), origin.clone()));
        assert_eq!(stored(PhoneNumbers::Mask, false), (Some("+1********56".into()), origin.clone()));
        assert_eq!(stored(PhoneNumbers::Drop, false), (None, origin));
        assert_eq!(stored(PhoneNumbers::Mask, true).1.as_deref(), Some("+1********52"));
    }

    #[test]
    fn a_hash_says_which_key_made_it() {
        // printf %s +14255550156 | openssl dgst -sha256 -hmac secret
        let hash = stored(PhoneNumbers::Hmac(PhoneKey::new("v1", b"secret")), false).0.unwrap();
        insta::assert_snapshot!(hash, @"v1:959441b81fe838e85213340c1fe65d6e");
        assert_ne!(stored(PhoneNumbers::Hmac(PhoneKey::new("v1", b"other")), false).0.unwrap(), hash);
    }

    #[test]
    fn numbers_in_unreadable_payloads_are_masked() {
        let masked = |text: &str| String::from_utf8(Privacy::default().mask_payload(text.as_bytes()).into()).unwrap();
        assert_eq!(
            masked(r#"{"destinationPhoneNumber":"+14255550156","mes"#),
            r#"{"destinationPhoneNumber":"+1********56","mes"#
        );
        assert_eq!(
            masked(r#"\"destinationPhoneNumber\":\"12679164820\""#),
            r#"\"destinationPhoneNumber\":\"1********20\""#
        );
        assert_eq!(
            masked(r#""eventTimestamp":1686975103470,"x":"+12""#),
            r#""eventTimestamp":1686975103470,"x":"+12""#
        );
    }
}
