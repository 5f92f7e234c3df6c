//! Emitting: at its time, an event becomes owed to every destination that takes it.

use std::sync::Arc;

use crate::{
    account::{
        Account,
        message::{Api, Delivery, Planned, Recipient, Sent, State},
    },
    clock::EpochMs,
    emulator::Emulator,
    events::{
        agenda::Due,
        sink::{Parcel, Receipt, Sinks},
    },
};

/// Events emitted in one go before others get their turn.
const AT_ONCE: usize = 256;

/// Emits events as they fall due, until the emulator is dropped.
pub(crate) async fn run(emulator: Arc<Emulator>) {
    loop {
        let (parcels, next) = emulator.emit_due(AT_ONCE);
        let many = parcels.len();
        for parcel in parcels {
            emulator.courier.post(parcel);
        }
        if many > 0 || next.is_some_and(|at| at <= emulator.clock.now()) {
            tokio::task::yield_now().await;
            continue;
        }
        let pause = next.map_or(std::time::Duration::from_hours(1), |at| emulator.clock.wait_for(at));
        tokio::select! {
            () = emulator.agenda_changed.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Emits the event `due`: what is owed to whom from now on.
pub(crate) fn emit(account: &mut Account, due: &Due, sinks: &Sinks) -> Vec<Parcel> {
    let Some(message) = account.messages.shelf.get(&due.message) else { return Vec::new() };
    let Some(event) = message.events.get(due.event).filter(|event| !event.emitted) else { return Vec::new() };
    let recipients = recipients(account, message, event, sinks);
    let Some(message) = account.messages.shelf.get_mut(&due.message) else { return Vec::new() };
    let configuration_set = message.configuration_set.clone();
    let event = &mut message.events[due.event];
    event.emitted = true;
    event.deliveries = recipients.into_iter().map(|(destination, to)| delivery(destination, to, sinks)).collect();
    owed(&due.message, due.event, event, configuration_set.as_deref(), due.at)
}

fn recipients(account: &Account, message: &Sent, event: &Planned, sinks: &Sinks) -> Vec<(String, Recipient)> {
    let set = message.configuration_set.as_deref();
    let mut all: Vec<(String, Recipient)> = Vec::new();
    match message.api {
        Api::V2 => {
            let set = set.and_then(|name| account.configuration_sets.get(name));
            let takers = set.into_iter().flat_map(|set| &set.event_destinations).filter(|d| d.takes(&event.event_type));
            all.extend(takers.map(|d| (d.event_destination_name.clone(), Recipient::Target(d.target.clone()))));
        }
        Api::V1 => {
            let set = set.and_then(|name| account.voice_sets.get(name));
            let takers = set.into_iter().flat_map(|set| set.takers(&event.event_type));
            all.extend(takers.map(|d| (d.name.clone(), Recipient::Target(d.target.clone()))));
        }
    }
    if sinks.eventbridge.is_some() {
        all.push(("eventbridge".to_owned(), Recipient::EventBridge));
    }
    if sinks.lake.is_some() {
        all.push(("lake".to_owned(), Recipient::Lake));
    }
    all
}

fn delivery(destination: String, to: Recipient, sinks: &Sinks) -> Delivery {
    let reachable = sinks.of(&to).is_some();
    let error = (!reachable).then(|| "no endpoint for this kind of destination; start with --endpoint-url".to_owned());
    let state = if reachable { State::Owed } else { State::GaveUp };
    Delivery { destination, to, state, attempts: 0, error }
}

/// The parcels of one emitted event that are still owed.
pub(crate) fn owed(key: &str, at: usize, event: &Planned, set: Option<&str>, time: EpochMs) -> Vec<Parcel> {
    let open = event.deliveries.iter().enumerate().filter(|(_, delivery)| delivery.state == State::Owed);
    open.map(|(delivery, row)| Parcel {
        recipient: row.to.clone(),
        payload: event.payload.clone(),
        event_type: event.event_type.clone(),
        at_ms: time.0,
        configuration_set: set.map(str::to_owned),
        receipt: Some(Receipt { message: key.to_owned(), event: at, delivery }),
        attempts: row.attempts,
    })
    .collect()
}
