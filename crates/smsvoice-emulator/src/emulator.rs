//! The emulator itself: one account behind one lock, its clock, its agenda, its courier, and its state on disk.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::{Notify, broadcast, oneshot};

use crate::{
    account::{Account, Call, Place, Terms, keyword::Received, message::State, phone_number},
    api::{
        auth::Credentials,
        model::{Model, Operation, Service, project},
        operations::Handler,
        refusal::{Refusal, Resource},
    },
    clock::{Clock, EpochMs},
    events::{
        agenda::Agenda,
        courier::{Courier, Patience},
        emission::{emit, owed},
        life::Lives,
        rules::Rules,
        sink::{Parcel, Recipient, Sinks, Target},
    },
    state::{StateError, Store},
};

/// Everything an emulator is made of. Nothing is read from the environment.
pub struct Parts {
    /// Region and account.
    pub place: Place,
    /// Quotas and tier.
    pub terms: Terms,
    /// The key pair to hold requests to; with none, any access key will do.
    pub credentials: Option<Credentials>,
    /// Lives, ids and faults follow from it.
    pub seed: u64,
    /// Odds, pinned endings, faults.
    pub rules: Rules,
    /// Emulated time.
    pub clock: Clock,
    /// Who takes events.
    pub sinks: Sinks,
    /// How deliveries are retried.
    pub patience: Patience,
    /// Where state is kept; with none, in memory.
    pub state: Option<std::path::PathBuf>,
    /// Whether an account without a number gets a simulator number.
    pub simulator_number: bool,
}

pub(crate) struct Emulator {
    inner: Mutex<Inner>,
    pub(crate) clock: Clock,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) lives: Lives,
    pub(crate) courier: Courier,
    pub(crate) agenda_changed: Notify,
    /// Keys of messages that changed, for who watches live.
    pub(crate) changed: broadcast::Sender<String>,
    store: Option<Store>,
}

pub(crate) struct Inner {
    pub(crate) account: Account,
    pub(crate) agenda: Agenda,
}

/// Resolves to whether the changes are on disk; at once if nothing is kept there.
struct Kept(Option<oneshot::Receiver<bool>>);

impl Kept {
    async fn or_refuse(self) -> Result<(), Refusal> {
        let kept = match self.0 {
            Some(told) => told.await.unwrap_or(false),
            None => true,
        };
        let message = || "the state could not be written to disk".to_owned();
        if kept { Ok(()) } else { Err(Refusal::Internal { message: message() }) }
    }
}

impl Emulator {
    /// Reads what state there is, and starts emitting and delivering. Must be called inside a Tokio runtime.
    pub(crate) fn start(parts: Parts) -> Result<Arc<Self>, StateError> {
        let mut account = Account::new(parts.place, parts.terms, parts.seed, parts.clock.now());
        let store = parts.state.as_deref();
        let store =
            store.map(|path| Store::open(path, |kind, key, row| account.restore(kind, key, row))).transpose()?;
        account.messages.index();
        parts.clock.not_before(latest(&account));
        let lives = Lives::new(parts.seed, parts.rules);
        if parts.simulator_number && account.phone_numbers.len() == 0 {
            let mut call = Call { account: &mut account, now: parts.clock.now(), lives: &lives };
            // Refused only where the terms allow no number at all; then there is none.
            let _ = phone_number::request(&mut call, phone_number::Request::simulator());
        }
        let emulator = Arc::new(Self {
            inner: Mutex::new(Inner { account, agenda: Agenda::default() }),
            clock: parts.clock,
            credentials: parts.credentials,
            lives,
            courier: Courier::new(parts.sinks, parts.patience),
            agenda_changed: Notify::new(),
            changed: broadcast::channel(1024).0,
            store,
        });
        emulator.courier.work_for(&emulator);
        emulator.take_up();
        tokio::spawn(crate::events::emission::run(Arc::clone(&emulator)));
        Ok(emulator)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        // A handler that panicked changed a record wholly or not at all: each is put by one call.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was still to come or owed when the state was written goes on.
    fn take_up(&self) {
        let mut inner = self.lock();
        let Inner { account, agenda } = &mut *inner;
        for (key, message) in account.messages.shelf.rows() {
            agenda.add(key, message);
            let set = message.configuration_set.as_deref();
            for (at, event) in message.events.iter().enumerate() {
                for parcel in owed(key, at, event, set, event.at) {
                    self.courier.post(parcel);
                }
            }
        }
    }

    /// Hands what changed to the writer. Under the lock, so that changes are written in the order they were made.
    fn hand_in(&self, inner: &mut Inner, wait: bool) -> Kept {
        // A record that serde_json cannot write does not exist: all keys are strings, all numbers finite.
        let changes = inner.account.drain(self.store.is_some()).unwrap_or_default();
        match &self.store {
            Some(store) if !changes.is_empty() && wait => Kept(Some(store.keep(changes))),
            Some(store) if !changes.is_empty() => {
                store.keep_later(changes);
                Kept(None)
            }
            _ => Kept(None),
        }
    }

    /// Runs one operation on a request that satisfies the model; the answer is given once it is on disk.
    pub(crate) async fn perform(
        &self,
        service: Service,
        operation: &'static Operation,
        handler: Handler,
        request: Value,
    ) -> Result<Value, Refusal> {
        let (answer, kept) = self.run(operation, handler, request);
        kept.or_refuse().await?;
        Ok(project(Model::of(service), &operation.output, answer?))
    }

    fn run(&self, operation: &'static Operation, handler: Handler, request: Value) -> (Result<Value, Refusal>, Kept) {
        let mut inner = self.lock();
        let now = self.clock.now();
        let answer = self.answer(&mut inner.account, operation, handler, request, now);
        let fresh = inner.account.messages.take_fresh();
        for key in fresh {
            let Inner { account, agenda } = &mut *inner;
            if let Some(message) = account.messages.shelf.get(&key) {
                agenda.add(&key, message);
                self.agenda_changed.notify_one();
            }
            let _ = self.changed.send(key);
        }
        let kept = self.hand_in(&mut inner, true);
        (answer, kept)
    }

    fn answer(
        &self,
        account: &mut Account,
        operation: &'static Operation,
        handler: Handler,
        request: Value,
        now: EpochMs,
    ) -> Result<Value, Refusal> {
        if !operation.takes("ClientToken") {
            return handler(&mut Call { account, now, lives: &self.lives }, request);
        }
        if let Some(answer) = account.answered(operation.name, &request, now)? {
            return Ok(answer);
        }
        let answer = handler(&mut Call { account: &mut *account, now, lives: &self.lives }, request.clone())?;
        account.remember(operation.name, &request, &answer, now);
        Ok(answer)
    }

    /// Emits what is due, `most` events of it, and says when the next is due.
    pub(crate) fn emit_due(&self, most: usize) -> (Vec<Parcel>, Option<EpochMs>) {
        let mut inner = self.lock();
        let now = self.clock.now();
        let mut parcels = Vec::new();
        for _ in 0..most {
            let Some(due) = inner.agenda.take(now) else { break };
            parcels.extend(emit(&mut inner.account, &due, self.courier.sinks()));
            let _ = self.changed.send(due.message);
        }
        let _ = self.hand_in(&mut inner, false);
        (parcels, inner.agenda.next_at())
    }

    /// Notes what became of parcels; each failed one comes back, with whether it is tried again.
    pub(crate) fn settle(&self, parcels: &[Parcel], results: &[Result<(), String>], most: u32) -> Vec<(Parcel, bool)> {
        let mut inner = self.lock();
        let mut tally = self.courier.tally.lock().unwrap_or_else(PoisonError::into_inner);
        let mut failed = Vec::new();
        let silent = Err("the destination's sink gave no result".to_owned());
        for (at, parcel) in parcels.iter().enumerate() {
            let result = results.get(at).unwrap_or(&silent);
            let attempts = parcel.attempts + 1;
            let state = match result {
                Ok(()) => State::Delivered,
                Err(_) if attempts < most => State::Owed,
                Err(_) => State::GaveUp,
            };
            match state {
                State::Delivered => tally.delivered += 1,
                State::Owed => tally.failed_attempts += 1,
                State::GaveUp => {
                    (tally.failed_attempts, tally.gave_up) = (tally.failed_attempts + 1, tally.gave_up + 1);
                }
            }
            if state != State::Delivered {
                failed.push((Parcel { attempts, ..parcel.clone() }, state == State::Owed));
            }
            self.note(&mut inner.account, parcel, state, attempts, result.as_ref().err());
        }
        let _ = self.hand_in(&mut inner, false);
        failed
    }

    fn note(&self, account: &mut Account, parcel: &Parcel, state: State, attempts: u32, error: Option<&String>) {
        let Some(receipt) = &parcel.receipt else { return };
        let Some(message) = account.messages.shelf.get_mut(&receipt.message) else { return };
        let delivery = message.events.get_mut(receipt.event).and_then(|e| e.deliveries.get_mut(receipt.delivery));
        if let Some(delivery) = delivery {
            (delivery.state, delivery.attempts, delivery.error) = (state, attempts, error.cloned());
            let _ = self.changed.send(receipt.message.clone());
        }
    }

    /// A recipient's message to one of the account's numbers.
    pub(crate) async fn receive(&self, from: &str, to: &str, body: &str) -> Result<Received, Refusal> {
        let (received, parcel, kept) = {
            let mut inner = self.lock();
            let now = self.clock.now();
            let received = inner.account.receive(from, to, body, now);
            let received = received.ok_or_else(|| Refusal::not_found(Resource::PhoneNumber, to))?;
            let number = inner.account.next("inbound");
            let id = crate::account::arn::uuid(inner.account.seed, u64::MAX - number);
            let parcel = two_way_parcel(&received, from, body, &id, now);
            (received, parcel, self.hand_in(&mut inner, true))
        };
        kept.or_refuse().await?;
        if let Some(parcel) = parcel {
            self.courier.post(parcel);
        }
        Ok(received)
    }

    /// Tries again what was given up.
    pub(crate) fn redeliver(&self) -> usize {
        let mut inner = self.lock();
        let given_up = |d: &crate::account::message::Delivery| {
            d.state == State::GaveUp && self.courier.sinks().of(&d.to).is_some()
        };
        let rows = inner.account.messages.shelf.rows();
        let keys: Vec<String> = rows
            .filter(|(_, message)| message.events.iter().flat_map(|event| &event.deliveries).any(given_up))
            .map(|(key, _)| key.to_owned())
            .collect();
        let mut count = 0;
        for key in keys {
            let Some(message) = inner.account.messages.shelf.get_mut(&key) else { continue };
            let set = message.configuration_set.clone();
            for (at, event) in message.events.iter_mut().enumerate() {
                let again: Vec<usize> =
                    event.deliveries.iter().enumerate().filter(|(_, d)| given_up(d)).map(|(at, _)| at).collect();
                for &delivery in &again {
                    (event.deliveries[delivery].state, event.deliveries[delivery].attempts) = (State::Owed, 0);
                }
                let parcels = owed(&key, at, event, set.as_deref(), event.at);
                let chosen = |p: &Parcel| p.receipt.as_ref().is_some_and(|receipt| again.contains(&receipt.delivery));
                for parcel in parcels.into_iter().filter(chosen) {
                    count += 1;
                    self.courier.post(parcel);
                }
            }
        }
        let _ = self.hand_in(&mut inner, false);
        count
    }

    /// Forgets everything, on disk too.
    pub(crate) async fn reset(&self) -> Result<(), Refusal> {
        let kept = {
            let mut inner = self.lock();
            let now = self.clock.now();
            // Clearing writes nothing, so nothing can fail.
            let _ = inner.account.reset(now);
            inner.agenda.clear();
            self.hand_in(&mut inner, true)
        };
        kept.or_refuse().await
    }

    /// Pushes the clock, and remembers where it is.
    pub(crate) async fn advance(&self, ms: u64) -> Result<EpochMs, Refusal> {
        self.clock.advance(ms);
        let now = self.clock.now();
        let kept = {
            let mut inner = self.lock();
            inner.account.counters.put(CLOCK, now.0);
            self.hand_in(&mut inner, true)
        };
        self.agenda_changed.notify_one();
        kept.or_refuse().await?;
        Ok(now)
    }
}

/// The counter that holds the latest time the clock was pushed to.
const CLOCK: &str = "clock-ms";

/// The latest time the state knows of.
fn latest(account: &Account) -> EpochMs {
    let emitted = |message: &crate::account::message::Sent| {
        let times = message.events.iter().filter(|event| event.emitted).map(|event| event.at);
        times.max().unwrap_or_default().max(message.requested)
    };
    let messages = account.messages.shelf.values().map(emitted).max().unwrap_or_default();
    messages.max(EpochMs(account.counters.get(CLOCK).copied().unwrap_or_default()))
}

/// What AWS publishes to the two-way channel of a number, if that is an SNS topic.
fn two_way_parcel(received: &Received, from: &str, body: &str, id: &str, now: EpochMs) -> Option<Parcel> {
    let topic_arn = received.channel.clone().filter(|arn| arn.split(':').nth(2) == Some("sns"))?;
    let payload = serde_json::json!({
        "originationNumber": from, "destinationNumber": received.number, "messageBody": body, "inboundMessageId": id,
        "messageKeyword": received.keyword,
    });
    Some(Parcel {
        recipient: Recipient::Target(Target::Sns { topic_arn }),
        payload: payload.to_string(),
        event_type: "TWO_WAY".to_owned(),
        at_ms: now.0,
        configuration_set: None,
        receipt: None,
        attempts: 0,
    })
}
