//! What the key of a member says about the digits in its value.

/// What the digits in a value are, as far as its key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Anything.
    Unknown,
    /// A telephone number.
    Phone,
    /// A time.
    Time,
    /// AWS's own identifier of a message, a record, a request.
    Identifier,
    /// An AWS account.
    Account,
    /// An amount of money.
    Money,
    /// What `SMSVOICE_CONTEXT_KEEP` names: nothing is hidden but the event's own numbers.
    Kept,
}

/// Longer names say nothing.
const LONGEST: usize = 64;

const PHONES: [&str; 12] = [
    "to",
    "from",
    "msisdn",
    "phone",
    "mobile",
    "cell",
    "tel",
    "telephone",
    "recipient",
    "recipients",
    "destination",
    "origination",
];

impl Key {
    /// By name, in any case and with any `_` or `-` in it.
    pub(super) fn of(name: &[u8], kept: &[String]) -> Self {
        if kept.iter().any(|kept| kept.as_bytes() == name) {
            return Self::Kept;
        }
        if name.len() > LONGEST {
            return Self::Unknown;
        }
        let word: String =
            name.iter().filter(|b| b.is_ascii_alphanumeric()).map(|b| char::from(b.to_ascii_lowercase())).collect();
        let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
        let has = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
        if ends(&["messageid", "recordid", "requestid", "traceid", "eventid", "invocationid", "sequencenumber"]) {
            Self::Identifier
        } else if PHONES.contains(&&*word) || ends(&["number", "numbers", "phone", "phones", "msisdn", "msisdns"]) {
            Self::Phone
        } else if ends(&["accountid", "account"]) || word == "owner" {
            Self::Account
        } else if has(&["time", "date", "epoch", "expir"])
            || name.ends_with(b"At")
            || name.ends_with(b"_at")
            || ends(&["ts", "ttl"])
        {
            Self::Time
        } else if has(&["price", "fee", "cost", "amount", "usd"]) {
            Self::Money
        } else {
            Self::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_what_its_digits_are() {
        for (name, key) in [
            ("destinationPhoneNumber", Key::Phone),
            ("to", Key::Phone),
            ("customer_phone", Key::Phone),
            ("MSISDN", Key::Phone),
            ("total", Key::Unknown),
            ("photo", Key::Unknown),
            ("eventTimestamp", Key::Time),
            ("created_at", Key::Time),
            ("format", Key::Unknown),
            ("sequenceNumber", Key::Identifier),
            ("messageId", Key::Identifier),
            ("awsAccountId", Key::Account),
            ("totalMessagePrice", Key::Money),
            ("order", Key::Kept),
            ("Order", Key::Unknown),
        ] {
            assert_eq!(Key::of(name.as_bytes(), &["order".to_owned()]), key, "{name}");
        }
    }
}
