//! Delivering: one queue and one worker a recipient, retries with growing pauses, and a receipt for every parcel.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use serde::Serialize;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::Instant,
};

use crate::{
    emulator::Emulator,
    events::sink::{Parcel, Sink, Sinks},
};

/// Parcels handed to a sink at once.
const BATCH: usize = 500;

/// How often and how patiently a delivery is tried.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// After so many failed attempts a delivery counts as given up.
    pub attempts: u32,
    /// The pause after the first failure; it doubles each time, up to `longest`.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: 10, first: Duration::from_millis(200), longest: Duration::from_secs(30) }
    }
}

impl Patience {
    fn pause(&self, attempts: u32) -> Duration {
        self.first.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(self.longest)
    }
}

/// What has been delivered since the start.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Tally {
    pub(crate) delivered: u64,
    pub(crate) failed_attempts: u64,
    pub(crate) gave_up: u64,
}

pub(crate) struct Courier {
    sinks: Sinks,
    patience: Patience,
    queues: Mutex<HashMap<String, UnboundedSender<Parcel>>>,
    emulator: std::sync::OnceLock<Weak<Emulator>>,
    pub(crate) tally: Mutex<Tally>,
}

impl Courier {
    pub(crate) fn new(sinks: Sinks, patience: Patience) -> Self {
        let (queues, tally) = (Mutex::default(), Mutex::default());
        Self { sinks, patience, queues, emulator: std::sync::OnceLock::new(), tally }
    }

    pub(crate) fn work_for(&self, emulator: &Arc<Emulator>) {
        // Set once, at the start; a second call would name the same emulator.
        let _ = self.emulator.set(Arc::downgrade(emulator));
    }

    pub(crate) fn sinks(&self) -> &Sinks {
        &self.sinks
    }

    /// Takes a parcel to deliver. Must be called inside a Tokio runtime.
    pub(crate) fn post(&self, parcel: Parcel) {
        let (Some(sink), Some(emulator)) = (self.sinks.of(&parcel.recipient), self.emulator.get()) else { return };
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = queues.entry(format!("{:?}", parcel.recipient)).or_insert_with(|| {
            let (sender, receiver) = unbounded_channel();
            tokio::spawn(work(Arc::clone(sink), emulator.clone(), receiver, self.patience));
            sender
        });
        // A worker ends only with its queue, so there is always somebody to take it.
        let _ = queue.send(parcel);
    }
}

/// Parcels that failed, and when they are tried again.
#[derive(Default)]
struct Waiting(Vec<(Instant, Parcel)>);

impl Waiting {
    fn due(&mut self) -> Vec<Parcel> {
        let now = Instant::now();
        let (due, later) = std::mem::take(&mut self.0).into_iter().partition(|(at, _)| *at <= now);
        self.0 = later;
        due.into_iter().map(|(_, parcel): (Instant, Parcel)| parcel).collect()
    }

    async fn next(&self) {
        match self.0.iter().map(|(at, _)| *at).min() {
            Some(at) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

async fn work(sink: Arc<dyn Sink>, emulator: Weak<Emulator>, mut queue: UnboundedReceiver<Parcel>, patience: Patience) {
    let mut waiting = Waiting::default();
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        tokio::select! {
            taken = queue.recv_many(&mut batch, BATCH) => if taken == 0 { return },
            () = waiting.next() => {}
        }
        batch.extend(waiting.due());
        for parcels in std::mem::take(&mut batch).chunks(BATCH) {
            let results = sink.deliver(parcels).await;
            let Some(emulator) = emulator.upgrade() else { return };
            for (parcel, again) in emulator.settle(parcels, &results, patience.attempts) {
                if again {
                    waiting.0.push((Instant::now() + patience.pause(parcel.attempts), parcel));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Patience;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let patience = Patience::default();
        let pauses: Vec<_> = (1..=10).map(|attempts| patience.pause(attempts).as_millis()).collect();
        assert_eq!(pauses, [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
    }
}
