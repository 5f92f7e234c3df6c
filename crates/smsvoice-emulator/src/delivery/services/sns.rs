//! SNS: `Publish`, the event as the message, no subject, no attributes.

use aws_config::SdkConfig;
use aws_sdk_sns::{Client, error::DisplayErrorContext};
use futures::future::BoxFuture;

use super::{one_by_one, regional::Regional};
use crate::delivery::{DeliveryService, OutgoingEvent, Recipient, Target};

pub(super) struct Sns(Regional<Client>);

impl Sns {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self(Regional::new(config, Client::new))
    }

    async fn publish(&self, event: &OutgoingEvent) -> Result<(), String> {
        let Recipient::Target(Target::Sns(target)) = &event.recipient else {
            return Err("no SNS destination".to_owned());
        };
        let sent = self
            .0
            .of_arn(&target.topic_arn)
            .publish()
            .topic_arn(&target.topic_arn)
            .message(&event.payload)
            .send()
            .await;
        sent.map(drop).map_err(|error| DisplayErrorContext(error).to_string())
    }
}

impl DeliveryService for Sns {
    fn deliver<'a>(&'a self, events: &'a [OutgoingEvent]) -> BoxFuture<'a, Vec<Result<(), String>>> {
        one_by_one(events, |event| Box::pin(self.publish(event)))
    }
}
