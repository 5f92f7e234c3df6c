//! The members of a JSON object, looked at once: envelopes are told apart by them, and read from them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use smsvoice_event::Timestamp;

/// Members that are looked at. No envelope of AWS has a quarter as many; what comes after is passed over.
const MOST: usize = 128;

/// Why an object is not the envelope that its members promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// The member, as AWS names it.
    member: &'static str,
    /// What it should be.
    expected: &'static str,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not {}", self.member, self.expected)
    }
}

/// An object's members by name. Names whose case was lost on the way (a Hive SerDe makes all of them lower-case) are found
/// as well.
#[derive(Debug)]
pub(crate) struct Members<'a> {
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Members<'a> {
    /// Reads the object, whose text is JSON.
    pub(crate) fn of(object: &'a str) -> Result<Self, Misfit> {
        let mut members: Vec<(Cow<'a, str>, &'a RawValue)> = Vec::new();
        let mut repeated = false;
        let read = each_member(object, |name, value| {
            if members.len() < MOST {
                repeated |= members.iter().any(|(known, _)| *known == name);
                members.push((name, value));
            }
        });
        match read {
            Ok(()) if repeated => Err(Misfit { member: "an object", expected: "one with each member once" }),
            Ok(()) => Ok(Self { members }),
            Err(_) => Err(Misfit { member: "the text", expected: "a JSON object" }),
        }
    }

    /// A member, whatever it is; null is none.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let exact = self.members.iter().find(|(known, _)| known == name);
        let found = exact.or_else(|| self.members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| *value).filter(|value| value.get() != "null")
    }

    /// A member whose name is spelled exactly so.
    pub(crate) fn raw_exact(&self, name: &str) -> Option<&'a RawValue> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// Whether all of these are there.
    pub(crate) fn has_all<const N: usize>(&self, names: [&str; N]) -> bool {
        names.iter().all(|name| self.has(name))
    }

    /// Whether any of these is there.
    pub(crate) fn has_any<const N: usize>(&self, names: [&str; N]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// A member, whatever it is.
    pub(crate) fn required(&self, member: &'static str) -> Result<&'a RawValue, Misfit> {
        self.raw(member).ok_or(Misfit { member, expected: "there" })
    }

    /// A member that is a string.
    pub(crate) fn string(&self, member: &'static str) -> Result<Cow<'a, str>, Misfit> {
        self.text(member).ok_or(Misfit { member, expected: "a string" })
    }

    /// A member that is an object.
    pub(crate) fn object(&self, member: &'static str) -> Result<Self, Misfit> {
        let misfit = Misfit { member, expected: "an object" };
        let value = self.raw(member).map(RawValue::get).filter(|value| value.starts_with('{')).ok_or(misfit)?;
        Self::of(value)
    }

    /// A member that is an array.
    pub(crate) fn array(&self, member: &'static str) -> Result<&'a str, Misfit> {
        let misfit = Misfit { member, expected: "an array" };
        self.raw(member).map(RawValue::get).filter(|value| value.starts_with('[')).ok_or(misfit)
    }

    /// A member that is a string, or nothing where it is none.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.raw(name).and_then(string)
    }

    /// A string, or a number as its digits: other servers of AWS's protocols send the one where AWS sends the other.
    pub(crate) fn word(&self, name: &str) -> Option<Cow<'a, str>> {
        let value = self.raw(name)?;
        string(value).or_else(|| {
            let digits = value.get();
            digits.starts_with(|first: char| first.is_ascii_digit()).then_some(Cow::Borrowed(digits))
        })
    }

    /// A moment in epoch milliseconds.
    pub(crate) fn millis(&self, name: &str) -> Option<Timestamp> {
        Timestamp::from_millis(self.word(name)?.parse().ok()?)
    }

    /// A moment in epoch seconds, with a fraction.
    pub(crate) fn seconds(&self, name: &str) -> Option<Timestamp> {
        let seconds: f64 = self.word(name)?.parse().ok()?;
        // A float out of range saturates as an integer, and is refused there.
        Timestamp::from_millis((seconds * 1000.0).round() as i64)
    }

    /// A moment as RFC 3339 writes it.
    pub(crate) fn rfc3339(&self, name: &str) -> Option<Timestamp> {
        Timestamp::parse_rfc3339(&self.text(name)?)
    }
}

/// The text of a JSON string; nothing if it is none.
pub(crate) fn string(value: &RawValue) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    let text = value.get();
    text.starts_with('"').then(|| serde_json::from_str::<Text<'_>>(text).ok())?.map(|Text(text)| text)
}

/// Hands over the items of an array one by one: a list of those of `[1,1,1,…` takes eight times the text.
pub(crate) fn each_item<'t>(array: &'t str, take: impl FnMut(&'t RawValue)) -> Result<(), serde_json::Error> {
    struct Items<F>(F);

    impl<'t, F: FnMut(&'t RawValue)> Visitor<'t> for Items<F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'t>>(mut self, mut items: A) -> Result<(), A::Error> {
            while let Some(item) = items.next_element()? {
                (self.0)(item);
            }
            Ok(())
        }
    }

    serde_json::Deserializer::from_str(array).deserialize_seq(Items(take))
}

/// Hands over the members of an object one by one.
pub(crate) fn each_member<'t>(
    object: &'t str,
    take: impl FnMut(Cow<'t, str>, &'t RawValue),
) -> Result<(), serde_json::Error> {
    struct Each<F>(F);

    #[derive(Deserialize)]
    struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

    impl<'t, F: FnMut(Cow<'t, str>, &'t RawValue)> Visitor<'t> for Each<F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'t>>(mut self, mut members: A) -> Result<(), A::Error> {
            while let Some((Name(name), value)) = members.next_entry::<Name<'t>, &'t RawValue>()? {
                (self.0)(name, value);
            }
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(())
        }
    }

    serde_json::Deserializer::from_str(object).deserialize_map(Each(take))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_in_any_case_and_exactly_first() {
        let members = Members::of(r#"{"records":1,"Records":[2],"MESSAGEID":"m","nothing":null}"#).unwrap();
        assert_eq!(members.raw("Records").unwrap().get(), "[2]");
        assert_eq!(members.string("messageId").unwrap(), "m");
        assert!(!members.has("nothing"));
        assert_eq!(members.string("records").unwrap_err().to_string(), "records is not a string");
    }

    #[test]
    fn times_are_read_in_each_unit() {
        let members =
            Members::of(r#"{"a":1795000000123,"b":"1795000000123","c":1795000000.123,"d":"2026-11-18T11:06:40.123Z"}"#);
        let members = members.unwrap();
        let moment = Timestamp::from_millis(1_795_000_000_123);
        assert_eq!((members.millis("a"), members.millis("b")), (moment, moment));
        assert_eq!((members.seconds("c"), members.rfc3339("d")), (moment, moment));
        assert_eq!(Members::of(r#"{"a":1e300}"#).unwrap().seconds("a"), None);
    }

    #[test]
    fn a_member_that_stands_twice_is_a_misfit() {
        assert!(Members::of(r#"{"Records":[],"Records":[]}"#).is_err());
    }
}
