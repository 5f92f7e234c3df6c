//! The emulator itself: all accounts behind one lock, the clock, and the state on disk.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{
    broadcast,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    oneshot,
};

use crate::{
    account::{Transaction, life::Lives},
    clock::{Clock, EpochMs},
    place::Place,
    refusal::Refusal,
    state::Store,
    world::World,
};

pub(crate) struct Emulator {
    world: Mutex<World>,
    pub(crate) clock: Clock,
    lives: Lives,
    /// Where changes are kept; with none, in memory alone.
    store: Option<Store>,
    /// Takes the keys of messages as they are accepted.
    accepted: UnboundedSender<String>,
    /// Takes the keys of messages that changed in any way, for who watches live.
    changed: broadcast::Sender<String>,
}

/// Resolves to whether the changes are on disk; at once if nothing is kept there.
struct OnDisk(Option<oneshot::Receiver<bool>>);

impl OnDisk {
    async fn or_refuse(self) -> Result<(), Refusal> {
        let written = match self.0 {
            Some(told) => told.await.unwrap_or(false),
            None => true,
        };
        let message = || "the state could not be written to disk".to_owned();
        if written { Ok(()) } else { Err(Refusal::Internal { message: message() }) }
    }
}

impl Emulator {
    /// An emulator of `world`, and the keys of the messages that it will accept, as it accepts them.
    pub(crate) fn new(
        world: World,
        clock: Clock,
        lives: Lives,
        store: Option<Store>,
    ) -> (Arc<Self>, UnboundedReceiver<String>) {
        let (accepted, keys) = unbounded_channel();
        let (world, changed) = (Mutex::new(world), broadcast::channel(1024).0);
        (Arc::new(Self { world, clock, lives, store, accepted, changed }), keys)
    }

    /// Looks at everything. Nobody changes it meanwhile, so `look` must be quick.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock())
    }

    /// Does one operation in the account of this place; its answer, or its refusal, is given once all that it changed is
    /// on disk.
    pub(crate) async fn transact<T>(
        &self,
        place: &Place,
        operation: impl FnOnce(&mut Transaction<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let times = || (self.clock.now(), (self.clock.real())());
        self.alter(|world, lives| operation(&mut world.transaction(place, times(), lives)?)).await
    }

    /// Changes whatever has to be changed; done once it is on disk.
    pub(crate) async fn alter<T>(
        &self,
        change: impl FnOnce(&mut World, &Lives) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let (answer, on_disk) = {
            let mut world = self.lock();
            let answer = change(&mut world, &self.lives);
            (answer, self.hand_in(&mut world, true))
        };
        on_disk.or_refuse().await?;
        answer
    }

    /// Changes things in a way that nobody waits for: it is on disk a moment later.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World, EpochMs) -> T) -> T {
        let mut world = self.lock();
        let changed = change(&mut world, self.clock.now());
        self.hand_in(&mut world, false);
        changed
    }

    /// The keys of messages that change from now on.
    pub(crate) fn watch(&self) -> broadcast::Receiver<String> {
        self.changed.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        // An operation that panicked left each record as it was or as it should be: a record is changed by one call.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what changed, and hands it to the store; messages that were accepted are emitted once they are kept. Under
    /// the lock, so that changes are written in the order in which they were made.
    fn hand_in(&self, world: &mut World, wait: bool) -> OnDisk {
        world.messages.recount();
        if self.changed.receiver_count() > 0 {
            // Whoever watched may have left in this moment.
            world.messages.records.changed().for_each(|key| drop(self.changed.send(key.to_owned())));
        }
        let (accepted, emission) = (world.messages.take_accepted(), self.accepted.clone());
        let is_awaited = wait || !accepted.is_empty();
        // Nobody emits once the emulator is shut down.
        let announce = move || accepted.into_iter().for_each(|key| drop(emission.send(key)));
        // A record that serde_json cannot write does not exist: all keys are strings, all numbers finite.
        let changes = world.drain(self.store.is_some()).unwrap_or_default();
        match &self.store {
            Some(store) if !changes.is_empty() => {
                let (done, told) = oneshot::channel();
                // Events of a message that was not kept would be of one that no later run knows.
                store.keep(changes, is_awaited, move |kept| {
                    if kept {
                        announce();
                    }
                    let _ = done.send(kept); // nobody waits, or who waited went away
                });
                OnDisk(wait.then_some(told))
            }
            _ => {
                announce();
                OnDisk(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::account::{Terms, message::KeptMessage, rules::Rules};

    fn message(number: u64) -> KeptMessage {
        let json = serde_json::json!({
            "id": format!("message-{number}"), "direction": "outbound", "place": {"region": "us-east-1", "account_id": "111122223333"}, "keyword": null, "in_reply_to": null, "channel": "text", "api": "v2", "configuration_set": null, "requested": 0,
            "origination": "+12065550152", "destination": "+12065550142", "country": "US", "body": "hello",
            "media_url": null, "encoding": "GSM", "parts": 1, "message_type": "TRANSACTIONAL", "context": {},
            "ttl_seconds": 60, "international": false, "price": "0.00581", "feedback": null, "events": [],
        });
        serde_json::from_value(json).unwrap()
    }

    #[tokio::test]
    async fn a_message_is_emitted_once_it_is_kept_and_never_if_it_is_not() {
        let (store, decide) = Store::undecided();
        let place = Place { region: "us-east-1".to_owned(), account_id: "111122223333".to_owned() };
        let world = World::new(place.clone(), Terms::default(), 1, EpochMs(0));
        let clock = Clock::new(Arc::new(|| EpochMs(0)), 1.0);
        let lives = Lives::new(1, Rules::default());
        let (emulator, mut emission) = Emulator::new(world, clock, lives, Some(store));
        for (number, kept) in [(1, true), (2, false)] {
            let mut answer = Box::pin(emulator.transact(&place, |tx| {
                tx.messages.add(number, message(number));
                Ok(())
            }));
            assert!((&mut answer).now_or_never().is_none() && emission.try_recv().is_err(), "not before it is kept");
            decide(kept);
            assert_eq!((answer.await.is_ok(), emission.try_recv().is_ok()), (kept, kept));
        }
    }
}
