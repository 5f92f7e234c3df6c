//! What becomes of telephone numbers on their way into the lake.
//!
//! The setting holds for the whole event and for whatever is kept beside it, not for one column: see "Privacy" in the
//! README.

mod event;
mod hash;
mod keys;
mod payload;
mod seal;
mod spelling;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use smsvoice_event::PhoneNumber;

pub use self::event::Applied;
pub use self::hash::PhoneKey;
use self::keys::Key;
pub use self::seal::{Identities, IdentityError, Recipient, is_sealed};
use self::spelling::{Form, Number, Search};

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

/// Digits that a prefix lacks, and that a number has at least which has one.
const PREFIX_LACKS: usize = 4;
const PREFIX_FROM: usize = 8;

/// What stands in a text for a number that is not stored at all.
const DROPPED: &str = "[number]";

/// The privacy of one lake.
#[derive(Clone, Debug, Default)]
pub struct Privacy {
    /// Of destination numbers.
    pub numbers: PhoneNumbers,
    /// Whether origination identities that are telephone numbers are treated the same; they are the sender's own.
    pub origination_too: bool,
    /// Keys of the context, and fields without a column, in which only the event's own numbers are hidden.
    pub context_keep: Vec<String>,
    /// Whom payloads in quarantine that cannot be searched are encrypted for.
    pub quarantine_recipient: Option<Recipient>,
    /// The key for hashes of the prefixes of masked numbers; without it, and unless whole numbers are hashed, there are none.
    pub prefix_key: Option<PhoneKey>,
}

impl Privacy {
    /// Numbers as they were sent: the default of a local replay.
    pub const fn plain() -> Self {
        Self {
            numbers: PhoneNumbers::Plain,
            origination_too: false,
            context_keep: Vec::new(),
            quarantine_recipient: None,
            prefix_key: None,
        }
    }

    const fn is_plain(&self) -> bool {
        matches!(self.numbers, PhoneNumbers::Plain)
    }

    const fn hashes(&self) -> bool {
        matches!(self.numbers, PhoneNumbers::Hmac(_))
    }

    const fn drops(&self) -> bool {
        matches!(self.numbers, PhoneNumbers::Drop)
    }

    /// What is stored for a number: the same text wherever it stands, and however it is spelled.
    fn stored(&self, number: &Number) -> String {
        match &self.numbers {
            PhoneNumbers::Plain => number.text(),
            PhoneNumbers::Hmac(key) => key.hash(&number.e164_digits()),
            PhoneNumbers::Mask => PhoneNumber::from(Cow::Owned(number.text())).masked(),
            PhoneNumbers::Drop => DROPPED.to_owned(),
        }
    }

    /// What stands for a number less its last four digits: whether many numbers lie together can then be told without them.
    /// None where numbers are kept, for there it can be cut off, and where nothing is; and without a key, because there are
    /// so few prefixes that a hash without one is soon undone by trying all of them.
    fn prefix_of(&self, number: &str) -> Option<String> {
        let key = match &self.numbers {
            PhoneNumbers::Hmac(key) => key,
            PhoneNumbers::Mask => self.prefix_key.as_ref()?,
            PhoneNumbers::Plain | PhoneNumbers::Drop => return None,
        };
        let digits = Number::read(number)?.e164_digits();
        (digits.len() >= PREFIX_FROM).then(|| key.hash_prefix(&digits[..digits.len() - PREFIX_LACKS]))
    }

    /// What events of a number are found by, in whatever spelling it is given; none if the text is no number, or if the lake
    /// has nothing that stands for this number alone.
    pub fn found_by(&self, number: &str) -> Option<String> {
        let number = Number::read(number)?;
        (self.is_plain() || self.hashes()).then(|| self.stored(&number))
    }

    /// A search for everything that looks like a number.
    fn search<'s>(&'s self, stored: &'s dyn Fn(&Number) -> String) -> Search<'s> {
        Search { known: &[], others: Some(stored), kept: &self.context_keep, drops: self.drops() }
    }

    /// The name of a file, an object or a record, or a sentence that holds one, without telephone numbers.
    pub fn name<'t>(&self, name: &'t str) -> Cow<'t, str> {
        if self.is_plain() || !spelling::could_hold(name) {
            return Cow::Borrowed(name);
        }
        self.search(&|number| self.stored(number)).text(name, Form::Name, Key::Unknown)
    }
}
