//! The time that reading may take, shared among what is to be read: one that takes too long must not take that of all
//! others.

use std::time::{Duration, Instant};

/// Whatever its size, one thing may take this part of the whole time: a machine can pause for a moment.
const LEAST: u32 = 32;

/// The time that is left, and what is still to be read in it.
pub(crate) struct Shares {
    until: Instant,
    least: Duration,
    bytes: usize,
    count: usize,
}

impl Shares {
    /// So much time from now on, for so many things of so many bytes in all.
    pub(crate) fn new(time: Duration, bytes: usize, count: usize) -> Self {
        Self { until: Instant::now() + time, least: time / LEAST, bytes, count }
    }

    /// Until when the next thing, of so many bytes, may be read.
    pub(crate) fn next(&mut self, bytes: usize) -> Instant {
        let now = Instant::now();
        let left = self.until.saturating_duration_since(now);
        let part = |of: usize, all: usize| left.mul_f64((of as f64 / all.max(1) as f64).min(1.0));
        let share = part(bytes, self.bytes).max(part(1, self.count)).max(self.least);
        self.bytes = self.bytes.saturating_sub(bytes);
        self.count = self.count.saturating_sub(1);
        self.until.min(now + share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_share_and_the_last_all_that_is_left() {
        let begin = Instant::now();
        let mut shares = Shares::new(Duration::from_hours(1), 1000, 3);
        let minutes = |until: Instant| (until - begin).as_secs_f64() / 60.0;
        assert!((minutes(shares.next(500)) - 30.0).abs() < 0.1, "half of the bytes");
        assert!((minutes(shares.next(0)) - 30.0).abs() < 0.1, "one of two that are left");
        assert!((minutes(shares.next(1)) - 60.0).abs() < 0.1);
        let mut many = Shares::new(Duration::from_secs(3200), 10_000, 10_000);
        assert!((minutes(many.next(1)) - 100.0 / 60.0).abs() < 0.1, "the least");
    }
}
