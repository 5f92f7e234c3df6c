//! A moment, in epoch milliseconds.

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

/// A moment in milliseconds since 1970-01-01T00:00:00Z, between that and the end of the year 9999. For times that do not
/// come from an event, such as that of an arrival; those that do are [`EventTime`](crate::EventTime)s.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// 9999-12-31T23:59:59.999Z: what four-digit years, and so `dt=` partitions, can hold.
    pub const LAST: Self = Self(253_402_300_799_999);

    /// From epoch milliseconds; none if out of range.
    pub const fn from_millis(millis: i64) -> Option<Self> {
        if millis < 0 || millis > Self::LAST.0 { None } else { Some(Self(millis)) }
    }

    /// From epoch milliseconds that the caller knows to be in range.
    pub(crate) const fn of_valid_millis(millis: i64) -> Self {
        debug_assert!(millis >= 0 && millis <= Self::LAST.0);
        Self(millis)
    }

    /// Epoch milliseconds.
    #[inline]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// From RFC 3339 (`2026-11-22T07:47:38Z`), as SNS, EventBridge and S3 write it.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        Self::from_millis(rfc3339_millis(text)?)
    }

    /// The UTC date.
    pub fn date(self) -> NaiveDate {
        DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or_default().date_naive()
    }
}

/// Epoch milliseconds of an RFC 3339 time, of any year; none if it is no such time.
pub(crate) fn rfc3339_millis(text: &str) -> Option<i64> {
    Some(DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis())
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or_default();
        f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_four_digit_years_since_1970() {
        for (millis, shown) in [
            (-1, None),
            (0, Some("1970-01-01T00:00:00.000Z")),
            (253_402_300_799_999, Some("9999-12-31T23:59:59.999Z")),
            (253_402_300_800_000, None),
            (i64::MIN, None),
            (i64::MAX, None),
        ] {
            assert_eq!(Timestamp::from_millis(millis).map(|time| time.to_string()).as_deref(), shown, "{millis}");
        }
    }

    #[test]
    fn a_text_is_read_with_its_offset_and_the_date_is_of_utc() {
        let time = Timestamp::parse_rfc3339("2026-11-23T00:30:00.250+01:00").unwrap();
        assert_eq!((time.millis(), time.date().to_string()), (1_795_390_200_250, "2026-11-22".to_owned()));
        for text in ["1969-12-31T23:59:59Z", "2026-11-23", "2026-11-23T00:30:00", "soon"] {
            assert_eq!(Timestamp::parse_rfc3339(text), None, "{text}");
        }
    }
}
