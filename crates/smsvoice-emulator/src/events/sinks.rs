//! The AWS services that take events, each through its own SDK, at whatever endpoint they were configured for.

use std::sync::Arc;

use aws_config::SdkConfig;
use futures::{StreamExt, future::BoxFuture, stream};

use crate::{
    clock::RealTime,
    events::sink::{Parcel, Sink, Sinks},
};

mod eventbridge;
mod firehose;
mod logs;
mod sns;

/// Calls under way at once to one recipient of a service that takes one event a call.
const CONCURRENT: usize = 16;

impl Sinks {
    /// Firehose, Logs and SNS by `config` (its endpoint, region, credentials), and the event bus if asked for. Logs takes
    /// nothing from the future, so it is told the `real` time.
    pub fn aws(config: &SdkConfig, eventbridge: bool, real: &RealTime) -> Self {
        Self {
            logs: Some(Arc::new(logs::Logs::new(config, Arc::clone(real)))),
            firehose: Some(Arc::new(firehose::Firehose::new(config))),
            sns: Some(Arc::new(sns::Sns::new(config))),
            eventbridge: eventbridge.then(|| Arc::new(eventbridge::EventBridge::new(config)) as Arc<dyn Sink>),
            lake: None,
        }
    }
}

/// Delivers each parcel by a call of its own, several at a time.
fn one_by_one<'a>(
    parcels: &'a [Parcel],
    call: impl Fn(&'a Parcel) -> BoxFuture<'a, Result<(), String>> + Send + 'a,
) -> BoxFuture<'a, Vec<Result<(), String>>> {
    Box::pin(stream::iter(parcels.iter().map(call)).buffered(CONCURRENT).collect())
}

/// An SDK's error in words, with what the service said.
fn words<E, R>(error: &aws_sdk_sns::error::SdkError<E, R>) -> String
where
    E: std::error::Error + 'static,
    R: std::fmt::Debug,
{
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
