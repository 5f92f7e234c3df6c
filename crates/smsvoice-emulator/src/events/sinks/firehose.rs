//! Data Firehose: `PutRecord`, one event a record (AWS's own role asks for no more), no newline after it.

use aws_config::SdkConfig;
use aws_sdk_firehose::{Client, primitives::Blob, types::Record};
use futures::future::BoxFuture;

use super::{one_by_one, words};
use crate::events::sink::{Parcel, Recipient, Sink, Target};

pub(super) struct Firehose(Client);

impl Firehose {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    async fn put(&self, parcel: &Parcel) -> Result<(), String> {
        let Recipient::Target(Target::Firehose { delivery_stream_arn, .. }) = &parcel.recipient else {
            return Err("no Firehose destination".to_owned());
        };
        let stream = delivery_stream_arn.rsplit('/').next().unwrap_or(delivery_stream_arn);
        let record = Record::builder().data(Blob::new(parcel.payload.as_bytes())).build().map_err(|e| e.to_string())?;
        let sent = self.0.put_record().delivery_stream_name(stream).record(record).send().await;
        sent.map(drop).map_err(|error| words(&error))
    }
}

impl Sink for Firehose {
    fn deliver<'a>(&'a self, parcels: &'a [Parcel]) -> BoxFuture<'a, Vec<Result<(), String>>> {
        one_by_one(parcels, |parcel| Box::pin(self.put(parcel)))
    }
}
