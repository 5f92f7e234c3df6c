//! The time zone that days, hours, weeks and months are counted in, by its name in IANA's database.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::template::literal;

/// A time zone of IANA's database, with its changes between winter and summer; UTC by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeZone(Tz);

/// A text that names no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no time zone of IANA's database{near}; America/Toronto and UTC are")]
pub struct TimeZoneError {
    name: String,
    near: String,
}

impl TimeZone {
    /// The zone in which a day is 24 hours.
    pub const UTC: Self = Self(Tz::UTC);

    /// Its name: `America/Toronto`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The day that it is here at that instant.
    pub fn day(self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }

    /// What the clocks here show at that instant, and how far they are from UTC.
    pub fn shown(self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        at.with_timezone(&self.0).fixed_offset()
    }

    /// The instant at which a day begins here: its midnight, or where the clocks skip that, the first instant after it.
    pub fn midnight(self, day: NaiveDate) -> DateTime<Utc> {
        self.instant(day.and_time(NaiveTime::MIN))
    }

    /// The instant at which the clocks here show this: the first, where they show it twice; where they skip it, the instant
    /// after the gap.
    pub fn instant(self, shown: NaiveDateTime) -> DateTime<Utc> {
        let found = |shown: NaiveDateTime| self.0.from_local_datetime(&shown).earliest().map(|at| at.to_utc());
        // Gaps end at whole minutes and last for a day at most (a Pacific island that changed sides).
        (0..=24 * 60).find_map(|minutes| found(shown + TimeDelta::minutes(minutes))).unwrap_or_else(|| shown.and_utc())
    }

    /// A timestamp of the lake as one of this zone, in Trino's SQL. The lake's are without zone in Athena; UTC is understood.
    pub(crate) fn local(self, timestamp: &str) -> String {
        if self == Self::UTC {
            return timestamp.to_owned();
        }
        format!("at_timezone(with_timezone({timestamp}, 'UTC'), {})", literal(self.name()))
    }

    /// The instant of a timestamp of this zone, in Trino's SQL.
    pub(crate) fn to_utc(self, local: &str) -> String {
        if self == Self::UTC { local.to_owned() } else { format!("at_timezone({local}, 'UTC')") }
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self::UTC
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TimeZone {
    type Err = TimeZoneError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(name.trim()));
        known.map(|zone| Self(*zone)).ok_or_else(|| TimeZoneError {
            name: name.to_owned(),
            near: crate::near::question(name, TZ_VARIANTS.iter().map(|zone| zone.name())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        name.parse().unwrap()
    }

    fn midnight(name: &str, day: &str) -> String {
        zone(name).midnight(day.parse().unwrap()).to_rfc3339()
    }

    #[test]
    fn a_day_begins_at_its_midnight_in_winter_and_in_summer() {
        assert_eq!(midnight("UTC", "2026-11-22"), "2026-11-22T00:00:00+00:00");
        assert_eq!(
            midnight("America/Toronto", "2026-11-01"),
            "2026-11-01T04:00:00+00:00",
            "summer time ends that night"
        );
        assert_eq!(midnight("america/toronto", "2026-11-02"), "2026-11-02T05:00:00+00:00");
        assert_eq!(midnight("Asia/Kathmandu", "2026-11-22"), "2026-11-21T18:15:00+00:00");
    }

    #[test]
    fn a_day_without_midnight_begins_when_its_clocks_do() {
        // Lebanon puts its clocks from 00:00 to 01:00 on the last Sunday in March.
        assert_eq!(midnight("Asia/Beirut", "2026-03-29"), "2026-03-28T22:00:00+00:00");
        // Samoa had no 30 December 2011.
        assert_eq!(midnight("Pacific/Apia", "2011-12-30"), midnight("Pacific/Apia", "2011-12-31"));
    }

    #[test]
    fn an_unknown_zone_is_told_the_near_one() {
        let error = "America/Torronto".parse::<TimeZone>().unwrap_err().to_string();
        assert!(error.contains("did you mean America/Toronto"), "{error}");
    }
}
