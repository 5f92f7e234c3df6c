//! Pace and patience: how fast calls follow each other, which failures are waited out, and for how long.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use crate::failure::{Failure, Kind};

/// How often a connection is tried again: if it cannot be made at all, the endpoint is wrong, most likely.
const TRIES_TO_CONNECT: u32 = 3;

/// How calls are paced and repeated.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the beginning of one changing call to that of the next. AWS's quota is one a second.
    pub pace: Duration,
    /// The pause after the first failure; it doubles with each further one.
    pub first_pause: Duration,
    /// No pause is longer.
    pub longest_pause: Duration,
    /// For how long one call is repeated before it is given up.
    pub limit: Duration,
}

impl Default for Patience {
    /// One call a second; repeated for three minutes, as IAM takes to make a role known.
    fn default() -> Self {
        Self {
            pace: Duration::from_secs(1),
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(10),
            limit: Duration::from_mins(3),
        }
    }
}

/// A call that failed and will be made again.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    /// Why.
    pub failure: &'a Failure,
    /// How long until then.
    pub pause: Duration,
}

impl Patience {
    /// Makes a call until it succeeds, fails for good, or has been tried for long enough. `uncertain` tells the call that
    /// an attempt before it may have been carried out although its answer was lost.
    pub async fn persist<T>(
        &self,
        notify: &(dyn Fn(Waiting<'_>) + Sync),
        mut call: impl AsyncFnMut(bool) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let end = Instant::now() + self.limit;
        let (mut pause, mut uncertain, mut tries_to_connect) = (self.first_pause, false, 0);
        loop {
            let failure = match call(uncertain).await {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            let temporary = match failure.kind {
                Kind::Throttled | Kind::Unavailable | Kind::NotReady => true,
                Kind::Unreachable => tries_to_connect < TRIES_TO_CONNECT,
                Kind::Missing | Kind::Exists | Kind::Refused => false,
            };
            if !temporary || Instant::now() + pause > end {
                return Err(failure);
            }
            tries_to_connect += u32::from(failure.kind == Kind::Unreachable);
            uncertain |= matches!(failure.kind, Kind::Unavailable | Kind::Unreachable);
            notify(Waiting { failure: &failure, pause });
            sleep(pause).await;
            pause = (pause * 2).min(self.longest_pause);
        }
    }
}

/// Lets calls begin no faster than the pace.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    next: Option<Instant>,
}

impl Pacer {
    /// Waits until the next call may begin.
    pub(crate) async fn wait(&mut self, pace: Duration) {
        if let Some(next) = self.next {
            sleep_until(next).await;
        }
        self.next = Some(Instant::now() + pace);
    }
}
