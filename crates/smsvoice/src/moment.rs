//! A moment as a person names it: a day, an instant, `7d` ago, `yesterday`.

use std::str::FromStr;

use anyhow::Context;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use smsvoice_metrics::TimeZone;

/// A moment, which becomes an instant once somebody says what time it is, and in which zone days are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Now.
    Now,
    /// So long ago.
    Ago(TimeDelta),
    /// The midnight at which the day so many days ago began.
    DaysAgo(u64),
    /// The midnight at which this day begins.
    Day(NaiveDate),
    /// When the clocks show this.
    Shown(NaiveDateTime),
    /// An instant with its own zone.
    Instant(DateTime<Utc>),
}

/// What a person may write.
pub(crate) const FORMS: &str = "a day (2026-11-01), an instant (2026-11-01T08:00 or 2026-11-01T08:00:00Z), a time ago (30m, 24h, 7d, 2w), \
    today, yesterday or now";

/// Nobody looks further back: 200 years.
const LONGEST: TimeDelta = TimeDelta::days(73_050);

impl Moment {
    /// When that is.
    pub(crate) fn at(self, now: DateTime<Utc>, zone: TimeZone) -> DateTime<Utc> {
        match self {
            Self::Now => now,
            Self::Ago(ago) => now.checked_sub_signed(ago).unwrap_or(now),
            Self::DaysAgo(days) => {
                let today = zone.day(now);
                zone.midnight(today.checked_sub_days(Days::new(days)).unwrap_or(today))
            }
            Self::Day(day) => zone.midnight(day),
            Self::Shown(shown) => zone.instant(shown),
            Self::Instant(at) => at,
        }
    }
}

impl FromStr for Moment {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        match text.to_lowercase().as_str() {
            "now" => return Ok(Self::Now),
            "today" => return Ok(Self::DaysAgo(0)),
            "yesterday" => return Ok(Self::DaysAgo(1)),
            _ => {}
        }
        if let Ok(day) = text.parse() {
            return Ok(Self::Day(day));
        }
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Instant(at.to_utc()));
        }
        let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
        if let Some(shown) = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()) {
            return Ok(Self::Shown(shown));
        }
        ago(text).map(Self::Ago).with_context(|| format!("{text:?} is no moment; there are {FORMS}"))
    }
}

fn ago(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().last()?;
    let count: i64 = text.strip_suffix(unit)?.trim_end().parse().ok().filter(|count| *count >= 0)?;
    let ago = match unit {
        's' => TimeDelta::try_seconds(count),
        'm' => TimeDelta::try_minutes(count),
        'h' => TimeDelta::try_hours(count),
        'd' => TimeDelta::try_days(count),
        'w' => TimeDelta::try_weeks(count),
        _ => None,
    };
    ago.filter(|ago| *ago <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, zone: &str) -> String {
        let now = "2026-11-02T03:30:00Z".parse().unwrap(); // in Toronto still the evening of the first
        text.parse::<Moment>().unwrap().at(now, zone.parse().unwrap()).to_rfc3339()
    }

    #[test]
    fn moments_are_counted_from_now_and_days_in_their_zone() {
        for (text, zone, expected) in [
            ("now", "UTC", "2026-11-02T03:30:00+00:00"),
            ("24h", "UTC", "2026-11-01T03:30:00+00:00"),
            ("7d", "America/Toronto", "2026-10-26T03:30:00+00:00"),
            ("2w", "UTC", "2026-10-19T03:30:00+00:00"),
            ("today", "UTC", "2026-11-02T00:00:00+00:00"),
            ("today", "America/Toronto", "2026-11-01T04:00:00+00:00"),
            ("yesterday", "America/Toronto", "2026-10-31T04:00:00+00:00"),
            ("2026-11-02", "America/Toronto", "2026-11-02T05:00:00+00:00"),
            ("2026-11-02T08:00", "America/Toronto", "2026-11-02T13:00:00+00:00"),
            ("2026-11-02T08:00:00Z", "America/Toronto", "2026-11-02T08:00:00+00:00"),
        ] {
            assert_eq!(at(text, zone), expected, "{text} in {zone}");
        }
    }

    #[test]
    fn what_is_no_moment_is_told_the_forms() {
        for text in ["", "7", "d", "-7d", "7y", "tomorrow-ish", "99999999999999d", "2026-13-01"] {
            let error = text.parse::<Moment>().unwrap_err().to_string();
            assert!(error.contains("yesterday"), "{text}: {error}");
        }
    }
}
