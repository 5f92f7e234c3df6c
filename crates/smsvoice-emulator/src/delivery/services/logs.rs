//! CloudWatch Logs: `PutLogEvents`, each event as one log event, into a log stream that the emulator makes.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::{
    Client,
    error::DisplayErrorContext,
    operation::{create_log_stream::CreateLogStreamError, put_log_events::PutLogEventsError},
    types::InputLogEvent,
};
use futures::future::BoxFuture;

use super::regional::Regional;
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
    clients: Regional<Client>,
    real: RealTime,
    /// ARNs of the groups whose stream exists, as far as is known.
    ready: Mutex<HashSet<String>>,
}

/// Why events were not put.
enum NotPut {
    /// The group or its stream is not there (any more).
    Vanished(String),
    Otherwise(String),
}

impl Logs {
    pub(super) fn new(config: &SdkConfig, real: RealTime) -> Self {
        Self { clients: Regional::new(config, Client::new), real, ready: Mutex::default() }
    }

    async fn make_ready(&self, group: &Group<'_>) -> Result<(), String> {
        if self.lock().contains(group.arn) {
            return Ok(());
        }
        let client = self.clients.of_arn(group.arn);
        let made = client.create_log_stream().log_group_name(group.name).log_stream_name(STREAM).send().await;
        match made {
            Ok(_) => {}
            Err(error)
                if error.as_service_error().is_some_and(CreateLogStreamError::is_resource_already_exists_exception) => {
            }
            Err(error) => return Err(DisplayErrorContext(error).to_string()),
        }
        self.lock().insert(group.arn.to_owned());
        Ok(())
    }

    /// Puts events; if the stream vanished meanwhile, it is made again first.
    async fn put(&self, group: &Group<'_>, outgoing: &[&OutgoingEvent]) -> Result<(), String> {
        self.make_ready(group).await?;
        match self.put_once(group, outgoing).await {
            Ok(()) => Ok(()),
            Err(NotPut::Otherwise(why)) => Err(why),
            Err(NotPut::Vanished(_)) => {
                self.lock().remove(group.arn);
                self.make_ready(group).await?;
                let again = self.put_once(group, outgoing).await;
                again.map_err(|(NotPut::Vanished(why) | NotPut::Otherwise(why))| why)
            }
        }
    }

    async fn put_once(&self, group: &Group<'_>, outgoing: &[&OutgoingEvent]) -> Result<(), NotPut> {
        // The service refuses events from the future, where an accelerated clock soon is.
        let now_ms = (self.real)().0;
        let events = outgoing.iter().map(|event| {
            let at_ms = event.at_ms.min(now_ms) as i64;
            InputLogEvent::builder().timestamp(at_ms).message(&event.payload).build()
        });
        let events = events.collect::<Result<Vec<_>, _>>().map_err(|error| NotPut::Otherwise(error.to_string()))?;
        let client = self.clients.of_arn(group.arn);
        let put = client.put_log_events().log_group_name(group.name).log_stream_name(STREAM);
        let answer = put.set_log_events(Some(events)).send().await.map_err(|error| {
            let vanished = error.as_service_error().is_some_and(PutLogEventsError::is_resource_not_found_exception);
            let why = DisplayErrorContext(error).to_string();
            if vanished { NotPut::Vanished(why) } else { NotPut::Otherwise(why) }
        })?;
        match answer.rejected_log_events_info() {
            Some(_) => Err(NotPut::Otherwise(
                "the service rejected events as too old or too new; is the emulator's clock far ahead?".to_owned(),
            )),
            None => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A log group by its ARN.
struct Group<'a> {
    arn: &'a str,
    name: &'a str,
}

impl<'a> Group<'a> {
    fn of(arn: &'a str) -> Self {
        Self { arn, name: arn.splitn(7, ':').nth(6).unwrap_or(arn).trim_end_matches(":*") }
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
            let group = Group::of(&target.log_group_arn);
            let mut results = vec![Ok(()); events.len()];
            let mut sorted: Vec<_> = events.iter().enumerate().collect();
            sorted.sort_by_key(|(_, event)| event.at_ms);
            let mut rest = &sorted[..];
            while !rest.is_empty() {
                let (some, later) = rest.split_at(fitting(rest));
                let put: Vec<&OutgoingEvent> = some.iter().map(|(_, event)| *event).collect();
                let result = self.put(&group, &put).await;
                for (at, _) in some {
                    results[*at].clone_from(&result);
                }
                rest = later;
            }
            results
        })
    }
}
