//! Data Firehose: `PutRecord`, one event a record, no newline after it. AWS does the same: the role that its documents
//! ask for allows this call alone.

use aws_config::SdkConfig;
use aws_sdk_firehose::{Client, error::DisplayErrorContext, primitives::Blob, types::Record};
use futures::future::BoxFuture;

use super::{one_by_one, regional::Regional};
use crate::delivery::{DeliveryService, OutgoingEvent, Recipient, Target};

pub(super) struct Firehose(Regional<Client>);

impl Firehose {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self(Regional::new(config, Client::new))
    }

    async fn put(&self, event: &OutgoingEvent) -> Result<(), String> {
        let Recipient::Target(Target::Firehose(target)) = &event.recipient else {
            return Err("no Firehose destination".to_owned());
        };
        let stream = target.delivery_stream_arn.rsplit('/').next().unwrap_or(&target.delivery_stream_arn);
        let record = Record::builder().data(Blob::new(event.payload.as_bytes())).build().map_err(|e| e.to_string())?;
        let client = self.0.of_arn(&target.delivery_stream_arn);
        let sent = client.put_record().delivery_stream_name(stream).record(record).send().await;
        sent.map(drop).map_err(|error| DisplayErrorContext(error).to_string())
    }
}

impl DeliveryService for Firehose {
    fn deliver<'a>(&'a self, events: &'a [OutgoingEvent]) -> BoxFuture<'a, Vec<Result<(), String>>> {
        one_by_one(events, |event| Box::pin(self.put(event)))
    }
}
