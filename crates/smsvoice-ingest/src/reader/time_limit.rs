//! Until when a reader may read: what costs more time than it is worth must not take that of its neighbours.

use std::time::Instant;

/// Bytes read between two looks at the clock, which costs as much as reading a few dozen.
const BETWEEN_LOOKS: usize = 1 << 16;

/// What a value counts beside its bytes: the shortest ones, `1` or `{}`, take as long as some hundred bytes of an event.
const EACH: usize = 256;

/// Until when may be read; without a limit by default.
#[derive(Debug, Default)]
pub(super) struct TimeLimit {
    until: Option<Instant>,
    /// Bytes read since the last look.
    spent: usize,
    over: bool,
}

impl TimeLimit {
    pub(super) fn new(until: Option<Instant>) -> Self {
        Self { until, spent: 0, over: false }
    }

    /// Whether the time was over at the last look.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// A value of so many bytes was read.
    pub(super) fn spend(&mut self, bytes: usize) {
        self.spent += bytes + EACH;
        if self.spent >= BETWEEN_LOOKS {
            self.look();
        }
    }

    /// Looks at the clock: before something that may take long.
    pub(super) fn look(&mut self) -> bool {
        self.spent = 0;
        self.over = self.over || self.until.is_some_and(|until| Instant::now() >= until);
        self.over
    }
}
