//! The courier: one queue and one worker a recipient, retries with growing pauses, and a report of every attempt.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::Instant,
};

use super::{DeliveryService, DeliveryServices, DeliveryState, OutgoingEvent, Recipient};

/// Events handed to a service at once.
const AT_ONCE: usize = 500;

/// How often a delivery is tried, and how long the pauses are.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// After so many failed attempts a delivery is given up.
    pub attempts: u32,
    /// The pause after the first failure; it doubles each time, up to `longest_pause`.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 10, first_pause: Duration::from_millis(200), longest_pause: Duration::from_secs(30) }
    }
}

impl RetryPolicy {
    fn pause_after(&self, attempts: u32) -> Duration {
        self.first_pause.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(self.longest_pause)
    }
}

/// One attempt to deliver an event, and what became of it.
pub(crate) struct Attempt {
    /// The event; its `attempts` count this one.
    pub(crate) event: OutgoingEvent,
    pub(crate) state: DeliveryState,
    /// Why it failed, if it did.
    pub(crate) error: Option<String>,
}

/// What the courier calls with the attempts it made, so that whoever keeps the deliveries can note their states.
pub(crate) type Settle = Arc<dyn Fn(&[Attempt]) + Send + Sync>;

/// What has been delivered since the start.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct DeliveryCounts {
    delivered: u64,
    failed_attempts: u64,
    gave_up: u64,
}

impl DeliveryCounts {
    fn add(&mut self, state: DeliveryState) {
        self.delivered += u64::from(state == DeliveryState::Delivered);
        self.failed_attempts += u64::from(state != DeliveryState::Delivered);
        self.gave_up += u64::from(state == DeliveryState::GaveUp);
    }
}

pub(crate) struct Courier {
    services: DeliveryServices,
    retries: RetryPolicy,
    settle: Settle,
    queues: Mutex<HashMap<Recipient, UnboundedSender<OutgoingEvent>>>,
    counts: Arc<Mutex<DeliveryCounts>>,
}

impl Courier {
    pub(crate) fn new(services: DeliveryServices, retries: RetryPolicy, settle: Settle) -> Self {
        Self { services, retries, settle, queues: Mutex::default(), counts: Arc::default() }
    }

    pub(crate) fn services(&self) -> &DeliveryServices {
        &self.services
    }

    pub(crate) fn counts(&self) -> DeliveryCounts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an event to deliver; one that no service can take is dropped. Must be called inside a Tokio runtime.
    pub(crate) fn post(&self, event: OutgoingEvent) {
        let Some(service) = self.services.of(&event.recipient) else { return };
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = queues.entry(event.recipient.clone()).or_insert_with(|| {
            let (sender, receiver) = unbounded_channel();
            tokio::spawn(self.worker(service).run(receiver));
            sender
        });
        // A worker ends only with its queue, so there is always somebody to take it.
        let _ = queue.send(event);
    }

    fn worker(&self, service: &Arc<dyn DeliveryService>) -> Worker {
        let (service, settle, counts) = (Arc::clone(service), Arc::clone(&self.settle), Arc::clone(&self.counts));
        Worker { service, retries: self.retries, settle, counts }
    }
}

/// Events that failed, and when they are tried again.
#[derive(Default)]
struct Waiting(Vec<(Instant, OutgoingEvent)>);

impl Waiting {
    fn take_due(&mut self) -> Vec<OutgoingEvent> {
        let now = Instant::now();
        let (due, later) = std::mem::take(&mut self.0).into_iter().partition(|(at, _)| *at <= now);
        self.0 = later;
        due.into_iter().map(|(_, event): (Instant, OutgoingEvent)| event).collect()
    }

    async fn next(&self) {
        match self.0.iter().map(|(at, _)| *at).min() {
            Some(at) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

/// Delivers to one recipient.
struct Worker {
    service: Arc<dyn DeliveryService>,
    retries: RetryPolicy,
    settle: Settle,
    counts: Arc<Mutex<DeliveryCounts>>,
}

impl Worker {
    /// Works until the courier is dropped.
    async fn run(self, mut queue: UnboundedReceiver<OutgoingEvent>) {
        let mut waiting = Waiting::default();
        let mut events = Vec::with_capacity(AT_ONCE);
        loop {
            tokio::select! {
                taken = queue.recv_many(&mut events, AT_ONCE) => if taken == 0 { return },
                () = waiting.next() => {}
            }
            events.extend(waiting.take_due());
            for some in std::mem::take(&mut events).chunks(AT_ONCE) {
                for attempt in self.attempt(some).await {
                    if attempt.state == DeliveryState::Owed {
                        let pause = self.retries.pause_after(attempt.event.attempts);
                        waiting.0.push((Instant::now() + pause, attempt.event));
                    }
                }
            }
        }
    }

    async fn attempt(&self, events: &[OutgoingEvent]) -> Vec<Attempt> {
        let mut results = self.service.deliver(events).await.into_iter();
        let silent = || Err("the service gave no result for this event".to_owned());
        let attempts: Vec<_> =
            events.iter().map(|event| self.judged(event, results.next().unwrap_or_else(silent))).collect();
        {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            for attempt in &attempts {
                counts.add(attempt.state);
            }
        }
        (self.settle)(&attempts);
        attempts
    }

    fn judged(&self, event: &OutgoingEvent, result: Result<(), String>) -> Attempt {
        let event = OutgoingEvent { attempts: event.attempts + 1, ..event.clone() };
        let state = match result {
            Ok(()) => DeliveryState::Delivered,
            Err(_) if event.attempts < self.retries.attempts => DeliveryState::Owed,
            Err(_) => DeliveryState::GaveUp,
        };
        Attempt { event, state, error: result.err() }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex},
        time::Duration,
    };

    use futures::future::BoxFuture;

    use super::{Courier, DeliveryState, RetryPolicy};
    use crate::{
        delivery::{DeliveryService, DeliveryServices, OutgoingEvent, Recipient},
        place::Place,
    };

    #[test]
    fn pauses_double_up_to_the_longest() {
        let retries = RetryPolicy::default();
        let pauses: Vec<_> = (1..=10).map(|attempts| retries.pause_after(attempts).as_millis()).collect();
        assert_eq!(pauses, [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
    }

    /// A lake that takes nothing but the second event, and forgets to say what became of the last.
    struct Picky;

    impl DeliveryService for Picky {
        fn deliver<'a>(&'a self, events: &'a [OutgoingEvent]) -> BoxFuture<'a, Vec<Result<(), String>>> {
            let result = |event: &OutgoingEvent| if event.payload == "2" { Ok(()) } else { Err("no".to_owned()) };
            let said = events.iter().filter(|event| event.payload != "3").map(result).collect();
            Box::pin(std::future::ready(said))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_event_is_tried_again_until_it_is_given_up_and_every_attempt_is_settled() {
        let settled = Arc::new(Mutex::new(Vec::new()));
        let settle = {
            let settled = Arc::clone(&settled);
            move |attempts: &[super::Attempt]| {
                let seen = attempts.iter().map(|a| (a.event.payload.clone(), a.event.attempts, a.state));
                settled.lock().unwrap().extend(seen);
            }
        };
        let services = DeliveryServices { lake: Some(Arc::new(Picky)), ..DeliveryServices::default() };
        let retries = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
        let courier = Courier::new(services, retries, Arc::new(settle));
        for payload in ["1", "2", "3"] {
            let (payload, event_type) = (payload.to_owned(), "TEXT_DELIVERED".to_owned());
            let (recipient, configuration_set, delivery) = (Recipient::Lake, None, None);
            courier.post(OutgoingEvent {
                recipient,
                payload,
                event_type,
                at_ms: 0,
                place: Place { region: "us-east-1".into(), account_id: "111122223333".into() },
                configuration_set,
                delivery,
                attempts: 0,
            });
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let said = |payload: &str, attempts, state| (payload.to_owned(), attempts, state);
        let (owed, gave_up) = (DeliveryState::Owed, DeliveryState::GaveUp);
        let expected = [
            said("1", 1, owed),
            said("2", 1, DeliveryState::Delivered),
            said("3", 1, owed),
            said("1", 2, gave_up),
            said("3", 2, gave_up),
        ];
        assert_eq!(*settled.lock().unwrap(), expected);
        let counts = serde_json::to_value(courier.counts()).unwrap();
        assert_eq!(counts, serde_json::json!({"delivered": 1, "failed_attempts": 4, "gave_up": 2}));
    }
}
