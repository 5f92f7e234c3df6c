//! Clients of one service, one a region: an event destination is in the region that its ARN names.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use aws_config::{Region, SdkConfig};

pub(super) struct Regional<C> {
    config: SdkConfig,
    make: fn(&SdkConfig) -> C,
    made: Mutex<HashMap<String, C>>,
}

impl<C: Clone> Regional<C> {
    pub(super) fn new(config: &SdkConfig, make: fn(&SdkConfig) -> C) -> Self {
        Self { config: config.clone(), make, made: Mutex::default() }
    }

    /// The client for the region of this ARN.
    pub(super) fn of_arn(&self, arn: &str) -> C {
        self.of(arn.split(':').nth(3).unwrap_or_default())
    }

    /// The client for this region; of the configured one if it is empty.
    pub(super) fn of(&self, region: &str) -> C {
        let mut clients = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let new_client = || {
            let mut config = self.config.to_builder();
            if !region.is_empty() {
                config.set_region(Region::new(region.to_owned()));
            }
            (self.make)(&config.build())
        };
        clients.entry(region.to_owned()).or_insert_with(new_client).clone()
    }
}
