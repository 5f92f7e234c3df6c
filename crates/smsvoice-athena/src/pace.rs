//! How long to wait before something is asked again.

use std::iter;
use std::time::Duration;

/// Pauses that grow, up to a limit of each and of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The first pause.
    pub first: Duration,
    /// The longest one.
    pub longest: Duration,
    /// How many times a request that was turned away is repeated.
    pub repeats: usize,
}

impl Default for Pace {
    /// From a tenth of a second to five seconds; ten times, which is about half a minute.
    fn default() -> Self {
        Self { first: Duration::from_millis(100), longest: Duration::from_secs(5), repeats: 10 }
    }
}

impl Pace {
    /// The pauses before a request that was turned away is repeated: each twice as long as the one before.
    pub fn pauses(self) -> impl Iterator<Item = Duration> {
        self.growing(2.0).take(self.repeats)
    }

    /// The pauses between questions whether something is done, without end: each half as long again as the one before.
    pub fn looks(self) -> impl Iterator<Item = Duration> {
        self.growing(1.5)
    }

    fn growing(self, by: f64) -> impl Iterator<Item = Duration> {
        iter::successors(Some(self.first), move |pause| Some(pause.mul_f64(by).min(self.longest)))
    }
}
