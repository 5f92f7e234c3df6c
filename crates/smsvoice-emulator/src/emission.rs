//! Emitting: when its time has come, an event becomes owed to every destination that takes it, and the courier gets it.

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    delivery::{Attempt, Courier, DeliveryServices, DeliveryState, OutgoingEvent, Settle},
    emulator::Emulator,
    world::World,
};

mod agenda;
mod owed;

pub(crate) use agenda::Agenda;
use owed::{emit, owed};

/// Events emitted in one go before others get their turn.
const AT_ONCE: usize = 256;

/// Takes up what an earlier run left: what was owed is posted again, what was still to come is on the agenda.
pub(crate) fn take_up(emulator: &Emulator, courier: &Courier) -> Agenda {
    let mut agenda = Agenda::default();
    emulator.read(|world| {
        for (key, message) in world.messages.records.rows() {
            agenda.add(key, message);
            (0..message.events.len()).flat_map(|event| owed(key, message, event)).for_each(|event| courier.post(event));
        }
    });
    agenda
}

/// Emits events as they fall due, for ever. `accepted` tells the keys of messages as they are accepted.
pub(crate) async fn run(
    emulator: Arc<Emulator>,
    courier: Arc<Courier>,
    mut agenda: Agenda,
    mut accepted: UnboundedReceiver<String>,
) {
    let mut keys = Vec::new();
    loop {
        let next = agenda.next_at();
        let due = async {
            match next {
                Some(at) => emulator.clock.reaches(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            count = accepted.recv_many(&mut keys, AT_ONCE) => if count == 0 { return },
            () = due => {}
        }
        for event in emit_due(&emulator, &mut agenda, &keys, courier.services()) {
            courier.post(event);
        }
        keys.clear();
        tokio::task::yield_now().await;
    }
}

/// Puts the newly accepted messages on the agenda, and emits what is due by now.
fn emit_due(
    emulator: &Emulator,
    agenda: &mut Agenda,
    accepted: &[String],
    services: &DeliveryServices,
) -> Vec<OutgoingEvent> {
    emulator.change(|world, now| {
        for key in accepted {
            if let Some(message) = world.messages.records.get(key) {
                agenda.add(key, message);
            }
        }
        let mut events = Vec::new();
        for _ in 0..AT_ONCE {
            let Some(due) = agenda.take(now) else { break };
            events.extend(emit(world, &due, services));
        }
        events
    })
}

/// What the courier calls with its attempts: the account keeps what became of each delivery.
pub(crate) fn settle_in(emulator: Arc<Emulator>) -> Settle {
    Arc::new(move |attempts| emulator.change(|world, _| attempts.iter().for_each(|attempt| note(world, attempt))))
}

fn note(world: &mut World, attempt: &Attempt) {
    let Some(id) = &attempt.event.delivery else { return };
    let Some(message) = world.messages.records.get_mut(&id.message) else { return };
    let delivery = message.events.get_mut(id.event).and_then(|event| event.deliveries.get_mut(id.delivery));
    if let Some(delivery) = delivery {
        delivery.state = attempt.state;
        delivery.attempts = attempt.event.attempts;
        delivery.error.clone_from(&attempt.error);
    }
}

/// Tries again what was given up and can be reached; says how many deliveries that are.
pub(crate) fn redeliver(emulator: &Emulator, courier: &Courier) -> usize {
    let events = emulator.change(|world, _| owe_again(world, courier.services()));
    let count = events.len();
    for event in events {
        courier.post(event);
    }
    count
}

fn owe_again(world: &mut World, services: &DeliveryServices) -> Vec<OutgoingEvent> {
    let mut again = BTreeSet::new();
    for (key, message) in world.messages.records.rows() {
        for (at, event) in message.events.iter().enumerate() {
            let deliveries = event.deliveries.iter().enumerate();
            let given_up = deliveries.filter(|(_, d)| d.state == DeliveryState::GaveUp && services.of(&d.to).is_some());
            again.extend(given_up.map(|(delivery, _)| (key.to_owned(), at, delivery)));
        }
    }
    let mut events = Vec::with_capacity(again.len());
    for (key, at, delivery) in again {
        let Some(message) = world.messages.records.get_mut(&key) else { continue };
        let row = &mut message.events[at].deliveries[delivery];
        (row.state, row.attempts) = (DeliveryState::Owed, 0);
        let chosen = |event: &OutgoingEvent| event.delivery.as_ref().is_some_and(|id| id.delivery == delivery);
        events.extend(owed(&key, message, at).into_iter().filter(chosen));
    }
    events
}
