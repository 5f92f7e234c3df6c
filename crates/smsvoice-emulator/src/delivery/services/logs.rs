//! CloudWatch Logs: `PutLogEvents`, each event as one log event, into a log stream that the emulator makes.

use std::{collections::HashSet, sync::Mutex, sync::PoisonError};

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::{
    Client, error::DisplayErrorContext, operation::create_log_stream::CreateLogStreamError, types::InputLogEvent,
};
use futures::future::BoxFuture;

use crate::{
    clock::RealTime,
    delivery::{DeliveryService, OutgoingEvent, Recipient, Target},
};

/// AWS's documents do not say how its own log streams are called.
const STREAM: &str = "smsvoice-emulator";
/// The most bytes of one call; each event counts as 26 more than its text has.
const CALL_BYTES: usize = 1_000_000;
const OVERHEAD_BYTES: usize = 26;
/// One call may not span more than a day.
const DAY_MS: u64 = 24 * 3600 * 1000;

pub(super) struct Logs {
    client: Client,
    real: RealTime,
    /// Groups whose stream exists.
    ready: Mutex<HashSet<String>>,
}

impl Logs {
    pub(super) fn new(config: &SdkConfig, real: RealTime) -> Self {
        Self { client: Client::new(config), real, ready: Mutex::default() }
    }

    async fn ready(&self, group: &str) -> Result<(), String> {
        if self.ready.lock().unwrap_or_else(PoisonError::into_inner).contains(group) {
            return Ok(());
        }
        let made = self.client.create_log_stream().log_group_name(group).log_stream_name(STREAM).send().await;
        match made {
            Ok(_) => {}
            Err(error)
                if error.as_service_error().is_some_and(CreateLogStreamError::is_resource_already_exists_exception) => {
            }
            Err(error) => return Err(DisplayErrorContext(error).to_string()),
        }
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).insert(group.to_owned());
        Ok(())
    }

    async fn put(&self, group: &str, outgoing: &[&OutgoingEvent]) -> Result<(), String> {
        self.ready(group).await?;
        // The service refuses events from the future, where an accelerated clock soon is.
        let now_ms = (self.real)().0;
        let events = outgoing.iter().map(|event| {
            InputLogEvent::builder()
                .timestamp(event.at_ms.min(now_ms) as i64)
                .message(&event.payload)
                .build()
                .map_err(|e| e.to_string())
        });
        let events: Vec<_> = events.collect::<Result<_, _>>()?;
        let put = self.client.put_log_events().log_group_name(group).log_stream_name(STREAM);
        let answer =
            put.set_log_events(Some(events)).send().await.map_err(|error| DisplayErrorContext(error).to_string())?;
        match answer.rejected_log_events_info() {
            Some(_) => {
                Err("the service rejected events as too old or too new; is the emulator's clock far ahead?".to_owned())
            }
            None => Ok(()),
        }
    }
}

/// How many of `events`, sorted by time, one call takes.
fn fitting(events: &[(usize, &OutgoingEvent)]) -> usize {
    let mut bytes = 0;
    let first_ms = events.first().map_or(0, |(_, event)| event.at_ms);
    let fits = |(_, event): &&(usize, &OutgoingEvent)| {
        bytes += event.payload.len() + OVERHEAD_BYTES;
        bytes <= CALL_BYTES && event.at_ms < first_ms + DAY_MS
    };
    events.iter().take_while(fits).count().max(1)
}

impl DeliveryService for Logs {
    fn deliver<'a>(&'a self, events: &'a [OutgoingEvent]) -> BoxFuture<'a, Vec<Result<(), String>>> {
        Box::pin(async move {
            let Some(Recipient::Target(Target::Logs(target))) = events.first().map(|event| &event.recipient) else {
                return vec![Err("no Logs destination".to_owned()); events.len()];
            };
            let arn = &target.log_group_arn;
            let group = arn.splitn(7, ':').nth(6).unwrap_or(arn).trim_end_matches(":*");
            let mut results = vec![Ok(()); events.len()];
            let mut sorted: Vec<_> = events.iter().enumerate().collect();
            sorted.sort_by_key(|(_, event)| event.at_ms);
            let mut rest = &sorted[..];
            while !rest.is_empty() {
                let (some, later) = rest.split_at(fitting(rest));
                let put: Vec<&OutgoingEvent> = some.iter().map(|(_, event)| *event).collect();
                let result = self.put(group, &put).await;
                for (at, _) in some {
                    results[*at].clone_from(&result);
                }
                rest = later;
            }
            results
        })
    }
}
