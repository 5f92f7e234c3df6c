//! What the service itself has: configuration sets with their destinations, and who can send.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use smsvoice_provision::{
    events::Selector,
    world::{Destination, Set, SetId, Target, World},
};

use super::{list, maybe, page, text};
use crate::{
    aws::{Aws, CallError},
    facts::Found,
    operations::{DESCRIBE_CONFIGURATION_SETS, DESCRIBE_PHONE_NUMBERS, DESCRIBE_POOLS, Operation},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetTold {
    configuration_set_name: String,
    #[serde(default)]
    event_destinations: Vec<DestinationTold>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DestinationTold {
    event_destination_name: String,
    enabled: bool,
    #[serde(default)]
    matching_event_types: Vec<String>,
    cloud_watch_logs_destination: Option<LogsTold>,
    kinesis_firehose_destination: Option<FirehoseTold>,
    sns_destination: Option<SnsTold>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LogsTold {
    iam_role_arn: String,
    log_group_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FirehoseTold {
    iam_role_arn: String,
    delivery_stream_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SnsTold {
    topic_arn: String,
}

impl DestinationTold {
    /// None if its target is of a kind that AWS added after this version.
    fn read(self) -> Option<(String, Destination)> {
        let logs = self.cloud_watch_logs_destination.map(|to| {
            let log_group = to.log_group_arn.trim_end_matches(":*").to_owned();
            Target::CloudwatchLogs { log_group, role: to.iam_role_arn }
        });
        let firehose = self.kinesis_firehose_destination;
        let firehose = firehose.map(|to| Target::Firehose { stream: to.delivery_stream_arn, role: to.iam_role_arn });
        let sns = self.sns_destination.map(|to| Target::Sns { topic: to.topic_arn });
        let events = self.matching_event_types.into_iter().map(Selector::new).collect();
        let target = logs.or(firehose).or(sns)?;
        Some((self.event_destination_name, Destination { enabled: self.enabled, events, target }))
    }
}

/// The configuration sets of API v2.
pub(super) async fn sets(aws: &Aws) -> Found<World> {
    match all(aws, &DESCRIBE_CONFIGURATION_SETS, "ConfigurationSets").await {
        Ok(told) => {
            let sets = told.into_iter().filter_map(|set| serde_json::from_value::<SetTold>(set).ok());
            let set = |set: SetTold| {
                let destinations: BTreeMap<_, _> =
                    set.event_destinations.into_iter().filter_map(DestinationTold::read).collect();
                (SetId::v2(set.configuration_set_name), Set { destinations, ..Set::default() })
            };
            Found::Is(World { sets: sets.map(set).collect() })
        }
        Err(error) => error.into_found(),
    }
}

/// The ids of numbers that can send, and of pools.
pub(super) async fn senders(aws: &Aws) -> Found<Vec<String>> {
    let numbers = all(aws, &DESCRIBE_PHONE_NUMBERS, "PhoneNumbers").await;
    let pools = all(aws, &DESCRIBE_POOLS, "Pools").await;
    match (numbers, pools) {
        (Ok(numbers), Ok(pools)) => {
            let numbers = numbers.iter().map(|number| text(&number["PhoneNumberId"]));
            Found::Is(numbers.chain(pools.iter().map(|pool| text(&pool["PoolId"]))).collect())
        }
        (Err(error), _) | (_, Err(error)) => error.into_found(),
    }
}

/// All pages.
async fn all(aws: &Aws, operation: &Operation, member: &str) -> Result<Vec<serde_json::Value>, CallError> {
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let answer = aws.call(operation, page(json!({"MaxResults": 100}), "NextToken", token.as_deref())).await?;
        found.extend(list(&answer[member]).iter().cloned());
        token = maybe(&answer["NextToken"]);
        if token.is_none() {
            return Ok(found);
        }
    }
}
