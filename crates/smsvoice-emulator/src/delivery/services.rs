//! The services that take events, each through its own SDK, at whatever endpoint they were configured for.

use std::sync::Arc;

use aws_config::SdkConfig;
use futures::{StreamExt, future::BoxFuture, stream};

use super::{DeliveryService, OutgoingEvent, Recipient, Target};
use crate::clock::RealTime;

mod eventbridge;
mod firehose;
mod logs;
mod regional;
mod sns;

/// How many calls to one recipient run at the same time, at a service that takes one event a call.
const CONCURRENT: usize = 16;

/// The services there are. A delivery to one that is not there is given up at once.
#[derive(Clone, Default)]
pub struct DeliveryServices {
    /// CloudWatch Logs.
    pub logs: Option<Arc<dyn DeliveryService>>,
    /// Data Firehose.
    pub firehose: Option<Arc<dyn DeliveryService>>,
    /// SNS; it takes two-way messages too.
    pub sns: Option<Arc<dyn DeliveryService>>,
    /// The default event bus; with none, no event is owed to it.
    pub eventbridge: Option<Arc<dyn DeliveryService>>,
    /// A lake; with none, no event is owed to it.
    pub lake: Option<Arc<dyn DeliveryService>>,
}

impl DeliveryServices {
    /// Firehose, Logs and SNS by `config` (its endpoint, region, credentials), and the event bus if asked for.
    /// CloudWatch Logs refuses events from the future, so it needs to know the `real` time.
    pub fn aws(config: &SdkConfig, eventbridge: bool, real: &RealTime) -> Self {
        Self {
            logs: Some(Arc::new(logs::Logs::new(config, Arc::clone(real)))),
            firehose: Some(Arc::new(firehose::Firehose::new(config))),
            sns: Some(Arc::new(sns::Sns::new(config))),
            eventbridge: eventbridge
                .then(|| Arc::new(eventbridge::EventBridge::new(config)) as Arc<dyn DeliveryService>),
            lake: None,
        }
    }

    /// The service through which this recipient is reached.
    pub(crate) fn of(&self, recipient: &Recipient) -> Option<&Arc<dyn DeliveryService>> {
        match recipient {
            Recipient::Target(Target::Logs(_)) => self.logs.as_ref(),
            Recipient::Target(Target::Firehose(_)) => self.firehose.as_ref(),
            Recipient::Target(Target::Sns(_)) => self.sns.as_ref(),
            Recipient::EventBridge => self.eventbridge.as_ref(),
            Recipient::Lake => self.lake.as_ref(),
        }
    }

    /// The recipients that take every event, whatever destinations its configuration set has; each with the name under
    /// which its deliveries are shown.
    pub(crate) fn takers_of_everything(&self) -> impl Iterator<Item = (&'static str, Recipient)> {
        let all = [("eventbridge", Recipient::EventBridge), ("lake", Recipient::Lake)];
        all.into_iter().filter(|(_, recipient)| self.of(recipient).is_some())
    }
}

/// Delivers each event by a call of its own, several at a time.
fn one_by_one<'a>(
    events: &'a [OutgoingEvent],
    call: impl Fn(&'a OutgoingEvent) -> BoxFuture<'a, Result<(), String>> + Send + 'a,
) -> BoxFuture<'a, Vec<Result<(), String>>> {
    Box::pin(stream::iter(events.iter().map(call)).buffered(CONCURRENT).collect())
}
