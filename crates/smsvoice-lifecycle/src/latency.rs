//! How long things take: quantile tables, sampled in whole milliseconds.

use rand::Rng;

use crate::draw::below;

/// The shares, in millionths, at which a [`Latency`] states its value.
const AT: [u32; 9] = [0, 250_000, 500_000, 750_000, 900_000, 950_000, 990_000, 999_000, 1_000_000];

/// Milliseconds at the quantiles 0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999 and 1; linear in between.
pub(crate) struct Latency([u32; 9]);

impl Latency {
    /// Request or an earlier event to the first word from AWS itself.
    pub(crate) const AT_ONCE: Self = Self([20, 45, 70, 120, 220, 400, 1_200, 5_000, 30_000]);
    /// To the answer of the carrier.
    pub(crate) const TO_CARRIER: Self = Self([60, 160, 260, 420, 900, 1_500, 6_000, 40_000, 300_000]);
    /// From the carrier to the handset: mostly seconds, hours for a phone that is off.
    pub(crate) const TO_HANDSET: Self = Self([400, 900, 1_600, 3_200, 9_000, 30_000, 600_000, 14_400_000, 86_400_000]);
    /// Until a carrier gives up on a handset.
    pub(crate) const GIVING_UP: Self =
        Self([30_000, 600_000, 3_600_000, 14_400_000, 43_200_000, 86_400_000, 172_800_000, 216_000_000, 252_000_000]);
    /// From dialling to a ringing phone.
    pub(crate) const TO_RINGING: Self = Self([400, 900, 1_500, 2_600, 4_500, 6_000, 11_000, 20_000, 30_000]);
    /// Of ringing, until somebody answers.
    pub(crate) const TO_ANSWER: Self = Self([1_500, 4_000, 7_500, 12_000, 18_000, 21_000, 25_000, 28_000, 30_000]);
    /// Of a call, in milliseconds of speech.
    pub(crate) const TALK: Self = Self([4_000, 12_000, 24_000, 38_000, 55_000, 70_000, 110_000, 170_000, 240_000]);
    /// From the handset to the eyes.
    pub(crate) const TO_READ: Self =
        Self([700, 4_000, 21_000, 180_000, 1_800_000, 7_200_000, 36_000_000, 86_400_000, 172_800_000]);
    /// From an event's own time to its arrival at a destination.
    pub(crate) const TRANSPORT: Self = Self([30, 90, 150, 300, 900, 2_000, 15_000, 120_000, 900_000]);

    /// A draw, as `percent` of what the table says; 1 ms at least.
    pub(crate) fn sample<R: Rng + ?Sized>(&self, percent: u32, rng: &mut R) -> i64 {
        let share = below(rng, 1_000_000);
        let upper = AT.iter().position(|at| share < *at).unwrap_or(AT.len() - 1);
        let (from, to) = (u64::from(self.0[upper - 1]), u64::from(self.0[upper]));
        let (done, width) = (u64::from(share - AT[upper - 1]), u64::from(AT[upper] - AT[upper - 1]));
        let millis = (from + (to - from) * done / width) * u64::from(percent) / 100;
        millis.max(1) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded;

    #[test]
    fn samples_follow_the_table() {
        let mut rng = seeded(4, 0);
        let mut drawn: Vec<i64> = (0..20_000).map(|_| Latency::TO_CARRIER.sample(100, &mut rng)).collect();
        drawn.sort_unstable();
        assert!((drawn[10_000] - 260).abs() <= 10, "the median is {}", drawn[10_000]);
        assert!((drawn[18_000] - 900).abs() <= 60, "the 90th percentile is {}", drawn[18_000]);
        assert!(drawn[0] >= 60 && drawn[19_999] <= 300_000);
    }

    #[test]
    fn percent_scales_and_never_reaches_zero() {
        let (mut one, mut two) = (seeded(4, 0), seeded(4, 0));
        let (plain, slow) = (Latency::TALK.sample(100, &mut one), Latency::TALK.sample(300, &mut two));
        assert_eq!(plain * 3, slow / 3 * 3, "within rounding");
        assert_eq!(Latency::TALK.sample(0, &mut one), 1);
    }
}
