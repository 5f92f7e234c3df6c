//! What is taken for a sign, in numbers. The tests in `tests/` say what these numbers are worth.

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
