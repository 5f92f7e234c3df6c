//! The emulator's time: it starts at real time, may run faster, and can be pushed forward. It goes back only to real time,
//! when everything is reset.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::sync::Notify;

/// A point in time. On the wire and on disk: epoch seconds with three decimals, as AWS JSON writes timestamps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EpochMs(pub u64);

impl EpochMs {
    /// This point and `ms` milliseconds.
    #[must_use]
    pub fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds since `earlier`; 0 if that is later.
    pub fn ms_since(self, earlier: Self) -> u64 {
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

/// Real time, given by whoever starts the emulator.
pub type RealTime = Arc<dyn Fn() -> EpochMs + Send + Sync>;

/// Emulated time: `start + (real − start) × speed + pushed`.
pub struct Clock {
    real: RealTime,
    /// The real time at which it showed real time, in epoch milliseconds.
    start_ms: AtomicU64,
    pushed_ms: AtomicU64,
    /// Tells those who wait for a time that the clock was pushed.
    pushed: Notify,
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
        let start_ms = AtomicU64::new(real().0);
        Self { real, start_ms, pushed_ms: AtomicU64::new(0), pushed: Notify::new(), speed: speed.max(0.001) }
    }

    /// Emulated time now.
    pub fn now(&self) -> EpochMs {
        let start = EpochMs(self.start_ms.load(Ordering::Relaxed));
        let elapsed_ms = (self.real)().ms_since(start) as f64 * self.speed;
        start.plus_ms(self.pushed_ms.load(Ordering::Relaxed)).plus_ms(elapsed_ms as u64)
    }

    /// Emulated seconds in a real one.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Pushes the clock `ms` emulated milliseconds forward.
    pub fn advance_ms(&self, ms: u64) {
        self.pushed_ms.fetch_add(ms, Ordering::Relaxed);
        self.pushed.notify_waiters();
    }

    /// Sets it back to real time.
    pub fn reset(&self) {
        self.pushed_ms.store(0, Ordering::Relaxed);
        self.start_ms.store((self.real)().0, Ordering::Relaxed);
        self.pushed.notify_waiters();
    }

    /// The system's clock.
    pub(crate) fn real(&self) -> &RealTime {
        &self.real
    }

    /// Pushes it to `time` if it is not there yet: state kept by an accelerated clock may be ahead of real time.
    pub fn not_before(&self, time: EpochMs) {
        self.advance_ms(time.ms_since(self.now()));
    }

    /// Resolves when this clock shows `time` or a later one, by running or by being pushed.
    pub async fn reaches(&self, time: EpochMs) {
        loop {
            // Made before the clock is read, so that no push goes unnoticed in between.
            let pushed = self.pushed.notified();
            if self.now() >= time {
                return;
            }
            tokio::select! {
                () = pushed => {}
                () = tokio::time::sleep(self.real_time_until(time)) => {}
            }
        }
    }

    /// How long it takes, in real time, until this clock shows `time`; an hour at most.
    fn real_time_until(&self, time: EpochMs) -> Duration {
        Duration::from_secs_f64((time.ms_since(self.now()) as f64 / self.speed / 1000.0).min(3600.0))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    use super::{Clock, EpochMs};

    /// A clock 60 times as fast as the real time that the second value sets, in epoch milliseconds.
    fn clock() -> (Clock, Arc<AtomicU64>) {
        let real = Arc::new(AtomicU64::new(1_000));
        let source = Arc::clone(&real);
        (Clock::new(Arc::new(move || EpochMs(source.load(Ordering::Relaxed))), 60.0), real)
    }

    #[test]
    fn speed_advance_and_a_kept_time_add_up() {
        let (clock, real) = clock();
        real.store(2_000, Ordering::Relaxed);
        assert_eq!(clock.now(), EpochMs(61_000));
        clock.advance_ms(500);
        clock.not_before(EpochMs(10));
        assert_eq!(clock.now(), EpochMs(61_500));
        clock.not_before(EpochMs(90_000));
        assert_eq!(clock.now(), EpochMs(90_000));
        assert_eq!(clock.real_time_until(EpochMs(150_000)).as_millis(), 1_000);
        clock.reset();
        assert_eq!(clock.now(), EpochMs(2_000));
    }

    #[tokio::test]
    async fn who_waits_for_a_time_goes_on_when_the_clock_is_pushed_there() {
        let (clock, _real) = clock();
        let clock = Arc::new(clock);
        let waiter = {
            let clock = Arc::clone(&clock);
            tokio::spawn(async move { clock.reaches(EpochMs(10_000_000)).await })
        };
        tokio::task::yield_now().await;
        clock.advance_ms(5_000_000);
        tokio::task::yield_now().await;
        assert!(!waiter.is_finished(), "not there yet");
        clock.advance_ms(5_000_000);
        let in_time = tokio::time::timeout(std::time::Duration::from_secs(5), waiter).await;
        in_time.expect("it is told, and does not wait three minutes").unwrap();
    }

    #[test]
    fn a_timestamp_keeps_its_milliseconds_through_json() {
        let time = EpochMs(1_686_975_103_471);
        let json = serde_json::to_string(&time).unwrap();
        assert_eq!(json, "1686975103.471");
        assert_eq!(serde_json::from_str::<EpochMs>(&json).unwrap(), time);
    }
}
