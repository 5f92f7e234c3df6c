//! When something happened, as an event says it.

use std::fmt;

use chrono::NaiveDate;

use crate::timestamp::Timestamp;

/// A moment that an event names: its own time, or that of the request for its message. It lies between 2010-01-01 and
/// 2099-12-31 (UTC).
///
/// AWS sent no message before, and a number outside is most likely no count of milliseconds. Athena's partition
/// projection covers the same years: an event outside them would be stored, and no query would ever find it.
/// [`Timestamp`] has no such bounds: it is for what does not come from an event, such as the time of an arrival.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventTime(Timestamp);

impl EventTime {
    /// 2010-01-01T00:00:00Z.
    pub const FIRST: Self = Self(Timestamp::of_valid_millis(1_262_304_000_000));

    /// 2099-12-31T23:59:59.999Z.
    pub const LAST: Self = Self(Timestamp::of_valid_millis(4_102_444_799_999));

    /// From milliseconds since 1970-01-01T00:00:00Z; none if out of range.
    #[inline]
    pub const fn from_millis(millis: i64) -> Option<Self> {
        if millis < Self::FIRST.millis() || millis > Self::LAST.millis() {
            None
        } else {
            Some(Self(Timestamp::of_valid_millis(millis)))
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[inline]
    pub const fn millis(self) -> i64 {
        self.0.millis()
    }

    /// The UTC date.
    pub fn date(self) -> NaiveDate {
        self.0.date()
    }
}

impl From<EventTime> for Timestamp {
    fn from(time: EventTime) -> Self {
        time.0
    }
}

impl fmt::Display for EventTime {
    /// RFC 3339, in UTC: `2026-11-22T07:47:38.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A unit of time since 1970 that is not the one events have, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherUnit {
    /// As Kinesis, and much of Unix, counts.
    Seconds,
    /// As Python's and Spark's tools count.
    Microseconds,
    /// As Go's and OpenTelemetry's tools count.
    Nanoseconds,
}

impl OtherUnit {
    /// The unit in which a number that is no [`EventTime`] in milliseconds would be one; none if it is one in no unit.
    /// At most one unit fits, because the range is shorter than a factor of a thousand.
    pub(crate) fn explaining(number: i64) -> Option<Self> {
        let millis_by_unit = [
            (Self::Seconds, number.saturating_mul(1_000)),
            (Self::Microseconds, number / 1_000),
            (Self::Nanoseconds, number / 1_000_000),
        ];
        let fits = millis_by_unit.into_iter().find(|(_, millis)| EventTime::from_millis(*millis).is_some());
        fits.map(|(unit, _)| unit)
    }

    /// Its name, `seconds` say.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_is_2010_to_2099() {
        for (millis, expected) in [
            (1_262_303_999_999, None),
            (1_262_304_000_000, Some("2010-01-01T00:00:00.000Z")),
            (4_102_444_799_999, Some("2099-12-31T23:59:59.999Z")),
            (4_102_444_800_000, None),
            (i64::MIN, None),
            (i64::MAX, None),
        ] {
            let shown = EventTime::from_millis(millis).map(|time| time.to_string());
            assert_eq!(shown.as_deref(), expected, "{millis}");
        }
    }

    #[test]
    fn the_date_is_of_utc() {
        let date = |millis| EventTime::from_millis(millis).map(|time| time.date().to_string());
        assert_eq!(date(1_798_761_599_999).as_deref(), Some("2026-12-31"));
        assert_eq!(date(1_798_761_600_000).as_deref(), Some("2027-01-01"));
    }

    #[test]
    fn unit_is_told_where_it_explains_the_number() {
        for (number, unit) in [
            (1_712_944_268, Some(OtherUnit::Seconds)),
            (1_712_944_268_877_000, Some(OtherUnit::Microseconds)),
            (1_712_944_268_877_000_000, Some(OtherUnit::Nanoseconds)),
            (0, None),
            (-1_712_944_268, None),
            (i64::MAX, None),
            (i64::MIN, None),
        ] {
            assert_eq!(OtherUnit::explaining(number), unit, "{number}");
        }
    }
}
