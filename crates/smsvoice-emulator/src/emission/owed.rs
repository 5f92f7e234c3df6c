//! Who is owed an event, and what of it is still owed.

use crate::{
    account::message::{Api, Delivery, KeptMessage, PlannedEvent},
    delivery::{DeliveryId, DeliveryServices, DeliveryState, OutgoingEvent, Recipient},
    emission::agenda::Due,
    world::World,
};

/// Marks the event as emitted, notes whom it is owed to, and gives what has to be delivered. Nothing, if the message is
/// gone or the event was emitted before.
pub(super) fn emit(world: &mut World, due: &Due, services: &DeliveryServices) -> Vec<OutgoingEvent> {
    let Some(message) = world.messages.records.get(&due.message) else { return Vec::new() };
    let Some(event) = message.events.get(due.event).filter(|event| !event.emitted) else { return Vec::new() };
    let deliveries = takers(world, message, event, services).into_iter().map(|(name, to)| owe(name, to, services));
    let deliveries = deliveries.collect();
    let Some(message) = world.messages.records.get_mut(&due.message) else { return Vec::new() };
    message.events[due.event].emitted = true;
    message.events[due.event].deliveries = deliveries;
    owed(&due.message, message, due.event)
}

/// The names and targets of the destinations that take the event: those of the message's configuration set, and those
/// that take everything.
fn takers(
    world: &World,
    message: &KeptMessage,
    event: &PlannedEvent,
    services: &DeliveryServices,
) -> Vec<(String, Recipient)> {
    let account = world.account(&message.place);
    let set = message.configuration_set.as_deref();
    let mut all: Vec<(String, Recipient)> = match message.api {
        Api::V2 => {
            let set = set.and_then(|name| account?.configuration_sets.get(name));
            let takers = set.into_iter().flat_map(|set| &set.event_destinations).filter(|d| d.takes(&event.event_type));
            takers.map(|d| (d.event_destination_name.clone(), Recipient::Target(d.target.clone()))).collect()
        }
        Api::V1 => {
            let set = set.and_then(|name| account?.voice_sets.get(name));
            let takers = set.into_iter().flat_map(|set| set.takers(&event.event_type));
            takers.map(|d| (d.name.clone(), Recipient::Target(d.target.clone()))).collect()
        }
    };
    all.extend(services.takers_of_everything().map(|(name, recipient)| (name.to_owned(), recipient)));
    all
}

fn owe(destination: String, to: Recipient, services: &DeliveryServices) -> Delivery {
    let reachable = services.of(&to).is_some();
    let error = (!reachable).then(|| "no endpoint for this kind of destination; start with --endpoint-url".to_owned());
    let state = if reachable { DeliveryState::Owed } else { DeliveryState::GaveUp };
    Delivery { destination, to, state, attempts: 0, error }
}

/// What is still owed of the message's event at this index.
pub(super) fn owed(key: &str, message: &KeptMessage, event: usize) -> Vec<OutgoingEvent> {
    let Some(planned) = message.events.get(event) else { return Vec::new() };
    let open = planned.deliveries.iter().enumerate().filter(|(_, delivery)| delivery.state == DeliveryState::Owed);
    open.map(|(index, delivery)| OutgoingEvent {
        recipient: delivery.to.clone(),
        payload: planned.payload.clone(),
        event_type: planned.event_type.clone(),
        at_ms: planned.at.0,
        place: message.place.clone(),
        configuration_set: message.configuration_set.clone(),
        delivery: Some(DeliveryId { message: key.to_owned(), event, delivery: index }),
        attempts: delivery.attempts,
    })
    .collect()
}
