//! EventBridge: `PutEvents` to the default bus, best effort in AWS, retried here. The detail lacks what AWS's lacks: the
//! destination number and the context.

use aws_config::SdkConfig;
use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use super::words;
use crate::events::sink::{Parcel, Sink};

/// `PutEvents` takes so many entries.
const ENTRIES: usize = 10;

pub(super) struct EventBridge(Client);

impl EventBridge {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    async fn put(&self, parcels: &[Parcel]) -> Vec<Result<(), String>> {
        let entries = parcels.iter().map(entry).collect::<Vec<_>>();
        match self.0.put_events().set_entries(Some(entries)).send().await {
            Ok(answer) => {
                let refused =
                    |at: usize| answer.entries().get(at).and_then(|entry| entry.error_message().or(entry.error_code()));
                (0..parcels.len()).map(|at| refused(at).map_or(Ok(()), |why| Err(why.to_owned()))).collect()
            }
            Err(error) => vec![Err(words(&error)); parcels.len()],
        }
    }
}

fn entry(parcel: &Parcel) -> PutEventsRequestEntry {
    let kind = match parcel.event_type.split('_').next() {
        Some("VOICE") => "Voice",
        Some("MEDIA") => "Media",
        _ => "Text",
    };
    PutEventsRequestEntry::builder()
        .source("aws.sms-voice")
        .detail_type(format!("{kind} Message Delivery Status Updated"))
        .detail(detail(&parcel.payload))
        .build()
}

fn detail(payload: &str) -> String {
    let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(payload) else { return payload.to_owned() };
    members.remove("destinationPhoneNumber");
    members.remove("context");
    Value::Object(members).to_string()
}

impl Sink for EventBridge {
    fn deliver<'a>(&'a self, parcels: &'a [Parcel]) -> BoxFuture<'a, Vec<Result<(), String>>> {
        Box::pin(async move {
            let mut results = Vec::with_capacity(parcels.len());
            for some in parcels.chunks(ENTRIES) {
                results.extend(self.put(some).await);
            }
            results
        })
    }
}
