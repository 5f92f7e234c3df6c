//! The calls of API v1. It has neither settings nor tags nor client tokens, and its create knows `Enabled`.

use aws_sdk_pinpointsmsvoice as v1;
use v1::types::{
    CloudWatchLogsDestination, EventDestinationDefinition, EventType, KinesisFirehoseDestination, SnsDestination,
};

use crate::call::Call;
use crate::failure::Failure;
use crate::world::{Destination, Target};

pub(super) async fn perform(client: &v1::Client, call: &Call) -> Result<(), Failure> {
    let set = &call.set().name;
    match call {
        Call::CreateSet { .. } => {
            let answer = client.create_configuration_set().configuration_set_name(set).send().await;
            answer.map(drop).map_err(|error| Failure::of("CreateConfigurationSet (v1)", &error))
        }
        Call::DeleteSet { .. } => {
            let answer = client.delete_configuration_set().configuration_set_name(set).send().await;
            answer.map(drop).map_err(|error| Failure::of("DeleteConfigurationSet (v1)", &error))
        }
        Call::CreateDestination { name, destination, .. } => {
            let request = client.create_configuration_set_event_destination().configuration_set_name(set);
            let request = request.event_destination_name(name).event_destination(definition(destination));
            let answer = request.send().await;
            answer.map(drop).map_err(|error| Failure::of("CreateConfigurationSetEventDestination (v1)", &error))
        }
        Call::UpdateDestination { name, destination, .. } => {
            let request = client.update_configuration_set_event_destination().configuration_set_name(set);
            let request = request.event_destination_name(name).event_destination(definition(destination));
            let answer = request.send().await;
            answer.map(drop).map_err(|error| Failure::of("UpdateConfigurationSetEventDestination (v1)", &error))
        }
        Call::DeleteDestination { name, .. } => {
            let request = client.delete_configuration_set_event_destination().configuration_set_name(set);
            let answer = request.event_destination_name(name).send().await;
            answer.map(drop).map_err(|error| Failure::of("DeleteConfigurationSetEventDestination (v1)", &error))
        }
        other => Err(super::unfit("no call", other)),
    }
}

fn definition(destination: &Destination) -> EventDestinationDefinition {
    let Destination { enabled, events, target } = destination;
    let types = events.iter().map(|name| EventType::from(name.as_str())).collect();
    let definition = EventDestinationDefinition::builder().enabled(*enabled).set_matching_event_types(Some(types));
    match target {
        Target::CloudwatchLogs { log_group, role } => {
            let to = CloudWatchLogsDestination::builder().log_group_arn(log_group).iam_role_arn(role);
            definition.cloud_watch_logs_destination(to.build()).build()
        }
        Target::Firehose { stream, role } => {
            let to = KinesisFirehoseDestination::builder().delivery_stream_arn(stream).iam_role_arn(role);
            definition.kinesis_firehose_destination(to.build()).build()
        }
        Target::Sns { topic } => definition.sns_destination(SnsDestination::builder().topic_arn(topic).build()).build(),
    }
}
