//! SNS: `Publish`, the event as the message, no subject, no attributes.

use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use futures::future::BoxFuture;

use super::{one_by_one, words};
use crate::events::sink::{Parcel, Recipient, Sink, Target};

pub(super) struct Sns(Client);

impl Sns {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    async fn publish(&self, parcel: &Parcel) -> Result<(), String> {
        let Recipient::Target(Target::Sns { topic_arn }) = &parcel.recipient else {
            return Err("no SNS destination".to_owned());
        };
        let sent = self.0.publish().topic_arn(topic_arn).message(&parcel.payload).send().await;
        sent.map(drop).map_err(|error| words(&error))
    }
}

impl Sink for Sns {
    fn deliver<'a>(&'a self, parcels: &'a [Parcel]) -> BoxFuture<'a, Vec<Result<(), String>>> {
        one_by_one(parcels, |parcel| Box::pin(self.publish(parcel)))
    }
}
