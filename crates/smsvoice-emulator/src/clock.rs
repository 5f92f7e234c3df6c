//! The emulator's time: it starts at real time, may run faster, and can be pushed forward, never back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time. On the wire and on disk: epoch seconds with three decimals, as AWS JSON writes timestamps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EpochMs(pub u64);

impl EpochMs {
    /// This point and `ms` milliseconds.
    #[must_use]
    pub fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds since `earlier`; 0 if that is later.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Serialize for EpochMs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 1000.0)
    }
}

impl<'de> Deserialize<'de> for EpochMs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self((f64::deserialize(deserializer)? * 1000.0).round() as u64))
    }
}

/// Real time in epoch milliseconds; given by whoever starts the emulator.
pub type RealTime = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Emulated time: `origin + (real − start) × speed + pushed`.
pub struct Clock {
    real: RealTime,
    start: u64,
    origin: AtomicU64,
    pushed: AtomicU64,
    speed: f64,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clock").field("now", &self.now()).field("speed", &self.speed).finish_non_exhaustive()
    }
}

impl Clock {
    /// `speed`: emulated seconds in a real second, at least 0.001.
    pub fn new(real: RealTime, speed: f64) -> Self {
        let start = real();
        Self { real, start, origin: AtomicU64::new(start), pushed: AtomicU64::new(0), speed: speed.max(0.001) }
    }

    /// Emulated time now.
    pub fn now(&self) -> EpochMs {
        let elapsed = (self.real)().saturating_sub(self.start) as f64 * self.speed;
        EpochMs(self.origin.load(Ordering::Relaxed) + self.pushed.load(Ordering::Relaxed) + elapsed as u64)
    }

    /// Emulated seconds in a real one.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Pushes the clock `ms` emulated milliseconds forward.
    pub fn advance(&self, ms: u64) {
        self.pushed.fetch_add(ms, Ordering::Relaxed);
    }

    /// Makes it at least `time`: state kept by an accelerated clock may be ahead of real time.
    pub fn not_before(&self, time: EpochMs) {
        self.advance(time.since(self.now()));
    }

    /// How long to wait, in real time, until emulated `time`.
    pub fn wait_for(&self, time: EpochMs) -> Duration {
        Duration::from_secs_f64((time.since(self.now()) as f64 / self.speed / 1000.0).min(3600.0))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    use super::{Clock, EpochMs};

    #[test]
    fn speed_advance_and_a_kept_time_add_up() {
        let real = Arc::new(AtomicU64::new(1_000));
        let source = Arc::clone(&real);
        let clock = Clock::new(Arc::new(move || source.load(Ordering::Relaxed)), 60.0);
        real.store(2_000, Ordering::Relaxed);
        assert_eq!(clock.now(), EpochMs(61_000));
        clock.advance(500);
        clock.not_before(EpochMs(10));
        assert_eq!(clock.now(), EpochMs(61_500));
        clock.not_before(EpochMs(90_000));
        assert_eq!(clock.now(), EpochMs(90_000));
        assert_eq!(clock.wait_for(EpochMs(150_000)).as_millis(), 1_000);
    }

    #[test]
    fn a_timestamp_keeps_its_milliseconds_through_json() {
        let time = EpochMs(1_686_975_103_471);
        let json = serde_json::to_string(&time).unwrap();
        assert_eq!(json, "1686975103.471");
        assert_eq!(serde_json::from_str::<EpochMs>(&json).unwrap(), time);
    }
}
