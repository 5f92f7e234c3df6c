//! What is taken for a sign, in numbers. The tests in `tests/` say what these numbers are worth.

use std::fmt;
use std::str::FromStr;

/// When an hour of a country is a sign of pumping. All conditions have to hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// How many days before an hour are its past; there must be at least a third of them.
    pub days: u32,
    /// Volume: messages > median of the same hours of the past + `mads` × MAD, where MAD (the median distance from the
    /// median, × 1.4826) is taken to be at least √median + 1, as of counts that vary by chance alone.
    pub mads: f64,
    /// Volume: fewer messages in an hour are never a sign.
    pub least_messages: u64,
    /// Rate: the upper end of the confirmed rate's interval < `rate_drop` × the rate of the past.
    pub rate_drop: f64,
    /// Rate: where a smaller share of the past was confirmed, arrivals are judged in place of confirmations, because carriers
    /// there send no receipts.
    pub least_confirmed: f64,
    /// Prefixes: the share of the hour's messages that go to its largest prefix > that of the past + `gather` × the rest.
    pub gather: f64,
    /// Confidence of the intervals, as a quantile of the normal distribution.
    pub z: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { days: 15, mads: 5.0, least_messages: 40, rate_drop: 0.9, least_confirmed: 0.25, gather: 0.15, z: 1.96 }
    }
}

/// Thresholds that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdsError {
    problem: String,
}

impl fmt::Display for ThresholdsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; expected NAME=NUMBER, separated by commas, with the names {}", self.problem, NAMES.join(", "))
    }
}

impl std::error::Error for ThresholdsError {}

/// The flags of `smsvoice watch`, without their hyphens.
const NAMES: [&str; 5] = ["past-days", "mads", "least-messages", "rate-drop", "gather"];

/// How many days an hour's past can have: of fewer than three nothing is told, and more cost more to read.
const DAYS: std::ops::RangeInclusive<u32> = 3..=90;

impl FromStr for Thresholds {
    type Err = ThresholdsError;

    /// `past-days=15,mads=5`: what is not named has its default.
    fn from_str(text: &str) -> Result<Self, ThresholdsError> {
        let mut all = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let error = |what: &str| ThresholdsError { problem: format!("{part:?} {what}") };
            let (name, number) = part.split_once('=').ok_or_else(|| error("has no ="))?;
            let real = || number.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
            let real = || real().ok_or_else(|| error("is no number from 0 on"));
            let whole = || number.parse::<u64>().map_err(|_| error("is no whole number"));
            match name {
                "past-days" => {
                    let days = whole()?;
                    let fits = u32::try_from(days).ok().filter(|days| DAYS.contains(days));
                    all.days = fits.ok_or_else(|| error("is not from 3 to 90"))?;
                }
                "mads" => all.mads = real()?,
                "least-messages" => all.least_messages = whole()?,
                "rate-drop" => all.rate_drop = real()?,
                "gather" => all.gather = real()?,
                _ => return Err(error("is no threshold")),
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_read_by_name_and_what_is_not_named_stays() {
        assert_eq!("".parse(), Ok(Thresholds::default()));
        let read: Thresholds = "past-days=20, mads=6.5,least-messages=100".parse().unwrap();
        assert_eq!(read, Thresholds { days: 20, mads: 6.5, least_messages: 100, ..Thresholds::default() });
    }

    #[test]
    fn thresholds_that_cannot_be_meant_are_named() {
        for wrong in
            ["mad=5", "mads", "mads=-1", "gather=NaN", "past-days=2", "past-days=4294967299", "least-messages=1.5"]
        {
            let error = wrong.parse::<Thresholds>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{wrong:?} ")) && error.contains("rate-drop, gather"), "{error}");
        }
    }
}
