//! EventBridge: `PutEvents` to the default bus. Like AWS's, the detail of an event has neither the destination number
//! nor the context; unlike AWS, which sends these events on a best-effort basis, a failed call is tried again.

use aws_config::SdkConfig;
use aws_sdk_eventbridge::{Client, error::DisplayErrorContext, types::PutEventsRequestEntry};
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use super::regional::Regional;
use crate::delivery::{DeliveryService, OutgoingEvent};

/// The most entries that `PutEvents` takes.
const ENTRIES: usize = 10;

pub(super) struct EventBridge(Regional<Client>);

impl EventBridge {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self(Regional::new(config, Client::new))
    }

    async fn put(&self, events: &[OutgoingEvent]) -> Vec<Result<(), String>> {
        let entries = events.iter().map(entry).collect::<Vec<_>>();
        let region = events.first().map_or("", |event| event.place.region.as_str());
        match self.0.of(region).put_events().set_entries(Some(entries)).send().await {
            Ok(answer) => {
                let refused =
                    |at: usize| answer.entries().get(at).and_then(|entry| entry.error_message().or(entry.error_code()));
                (0..events.len()).map(|at| refused(at).map_or(Ok(()), |why| Err(why.to_owned()))).collect()
            }
            Err(error) => vec![Err(DisplayErrorContext(error).to_string()); events.len()],
        }
    }
}

fn entry(event: &OutgoingEvent) -> PutEventsRequestEntry {
    let kind = match event.event_type.split('_').next() {
        Some("VOICE") => "Voice",
        Some("MEDIA") => "Media",
        _ => "Text",
    };
    PutEventsRequestEntry::builder()
        .source("aws.sms-voice")
        .detail_type(format!("{kind} Message Delivery Status Updated"))
        .detail(detail(&event.payload))
        .build()
}

fn detail(payload: &str) -> String {
    let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(payload) else { return payload.to_owned() };
    members.remove("destinationPhoneNumber");
    members.remove("context");
    Value::Object(members).to_string()
}

impl DeliveryService for EventBridge {
    fn deliver<'a>(&'a self, events: &'a [OutgoingEvent]) -> BoxFuture<'a, Vec<Result<(), String>>> {
        Box::pin(async move {
            let mut results = Vec::with_capacity(events.len());
            for same_region in events.chunk_by(|one, next| one.place.region == next.place.region) {
                for some in same_region.chunks(ENTRIES) {
                    results.extend(self.put(some).await);
                }
            }
            results
        })
    }
}
