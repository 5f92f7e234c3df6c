//! Changes, made one call at a time. A [`Writer`] reads nothing.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_pinpointsmsvoice as v1;
use aws_sdk_pinpointsmsvoicev2 as v2;
use sha2::{Digest, Sha256};
use v2::types::Tag;

use crate::call::Call;
use crate::failure::{Failure, Kind};
use crate::world::{Api, Destination, SetId, Target};

mod v1_calls;

/// Makes the calls that change something.
#[derive(Clone, Debug)]
pub struct Writer {
    v1: v1::Client,
    v2: v2::Client,
}

impl Writer {
    /// By this configuration.
    pub fn new(config: &SdkConfig) -> Self {
        Self { v1: v1::Client::new(config), v2: v2::Client::new(config) }
    }

    /// Makes one call. `arns` are those of the sets of API v2; that of a set which is made here is added. `run` tells this
    /// run's client tokens from those of others. If an attempt before was `uncertain`, its work counts as this one's.
    pub(crate) async fn perform(
        &self,
        call: &Call,
        arns: &mut BTreeMap<SetId, String>,
        run: &str,
        uncertain: bool,
    ) -> Result<(), Failure> {
        let made = match call.set().api {
            Api::V1 => v1_calls::perform(&self.v1, call).await,
            Api::V2 => self.v2(call, arns, &token(run, call)).await,
        };
        match (made, call) {
            // What an attempt made whose answer was lost.
            (Err(failure), Call::CreateSet { .. } | Call::CreateDestination { .. })
                if uncertain && failure.kind == Kind::Exists =>
            {
                Ok(())
            }
            // What is to go is gone: by such an attempt, or by somebody else.
            (Err(failure), Call::DeleteSet { .. } | Call::DeleteDestination { .. })
                if failure.kind == Kind::Missing =>
            {
                Ok(())
            }
            (made, _) => made,
        }
    }

    async fn v2(&self, call: &Call, arns: &mut BTreeMap<SetId, String>, token: &str) -> Result<(), Failure> {
        let name = &call.set().name;
        match call {
            Call::CreateSet { set, tags } => {
                let request = self.v2.create_configuration_set().configuration_set_name(name).client_token(token);
                let request = request.set_tags(Some(tags_of(tags)?).filter(|tags| !tags.is_empty()));
                let made = request.send().await.map_err(|error| Failure::of("CreateConfigurationSet", &error))?;
                arns.extend(made.configuration_set_arn.map(|arn| (set.clone(), arn)));
                Ok(())
            }
            Call::DeleteSet { .. } => {
                let request = self.v2.delete_configuration_set().configuration_set_name(name);
                request.send().await.map(drop).map_err(|error| Failure::of("DeleteConfigurationSet", &error))
            }
            Call::Tag { set, tags } => {
                let request = self.v2.tag_resource().resource_arn(arn(set, arns)).set_tags(Some(tags_of(tags)?));
                request.send().await.map(drop).map_err(|error| Failure::of("TagResource", &error))
            }
            Call::Untag { set, keys } => {
                let keys = keys.iter().cloned().collect();
                let request = self.v2.untag_resource().resource_arn(arn(set, arns)).set_tag_keys(Some(keys));
                request.send().await.map(drop).map_err(|error| Failure::of("UntagResource", &error))
            }
            Call::CreateDestination { .. } | Call::UpdateDestination { .. } | Call::DeleteDestination { .. } => {
                self.destination(call, token).await
            }
            setting => self.setting(setting).await,
        }
    }

    async fn setting(&self, call: &Call) -> Result<(), Failure> {
        let set = &call.set().name;
        match call {
            Call::SetMessageType { to: Some(to), .. } => {
                let kind = v2::types::MessageType::from(to.as_str());
                let request = self.v2.set_default_message_type().configuration_set_name(set).message_type(kind);
                request.send().await.map(drop).map_err(|error| Failure::of("SetDefaultMessageType", &error))
            }
            Call::SetMessageType { to: None, .. } => {
                let request = self.v2.delete_default_message_type().configuration_set_name(set);
                request.send().await.map(drop).map_err(|error| Failure::of("DeleteDefaultMessageType", &error))
            }
            Call::SetSenderId { to: Some(to), .. } => {
                let request = self.v2.set_default_sender_id().configuration_set_name(set).sender_id(to);
                request.send().await.map(drop).map_err(|error| Failure::of("SetDefaultSenderId", &error))
            }
            Call::SetSenderId { to: None, .. } => {
                let request = self.v2.delete_default_sender_id().configuration_set_name(set);
                request.send().await.map(drop).map_err(|error| Failure::of("DeleteDefaultSenderId", &error))
            }
            Call::SetMessageFeedback { to, .. } => {
                let request = self.v2.set_default_message_feedback_enabled().configuration_set_name(set);
                let answer = request.message_feedback_enabled(*to).send().await;
                answer.map(drop).map_err(|error| Failure::of("SetDefaultMessageFeedbackEnabled", &error))
            }
            Call::AssociateProtect { to, .. } => {
                let request = self.v2.associate_protect_configuration().configuration_set_name(set);
                let answer = request.protect_configuration_id(to).send().await;
                answer.map(drop).map_err(|error| Failure::of("AssociateProtectConfiguration", &error))
            }
            Call::DisassociateProtect { from, .. } => {
                let request = self.v2.disassociate_protect_configuration().configuration_set_name(set);
                let answer = request.protect_configuration_id(from).send().await;
                answer.map(drop).map_err(|error| Failure::of("DisassociateProtectConfiguration", &error))
            }
            other => Err(unfit("no setting", other)),
        }
    }

    async fn destination(&self, call: &Call, token: &str) -> Result<(), Failure> {
        match call {
            Call::CreateDestination { set, name, destination } => {
                let Targets { logs, firehose, sns } = Targets::of(&destination.target)?;
                let request = self.v2.create_event_destination().configuration_set_name(&set.name);
                let request = request.event_destination_name(name).client_token(token);
                let request = request.set_matching_event_types(Some(event_types(destination)));
                let request = request.set_cloud_watch_logs_destination(logs).set_kinesis_firehose_destination(firehose);
                let answer = request.set_sns_destination(sns).send().await;
                answer.map(drop).map_err(|error| Failure::of("CreateEventDestination", &error))
            }
            Call::UpdateDestination { set, name, destination } => {
                let Targets { logs, firehose, sns } = Targets::of(&destination.target)?;
                let request = self.v2.update_event_destination().configuration_set_name(&set.name);
                let request = request.event_destination_name(name).enabled(destination.enabled);
                let request = request.set_matching_event_types(Some(event_types(destination)));
                let request = request.set_cloud_watch_logs_destination(logs).set_kinesis_firehose_destination(firehose);
                let answer = request.set_sns_destination(sns).send().await;
                answer.map(drop).map_err(|error| Failure::of("UpdateEventDestination", &error))
            }
            Call::DeleteDestination { set, name } => {
                let request = self.v2.delete_event_destination().configuration_set_name(&set.name);
                let answer = request.event_destination_name(name).send().await;
                answer.map(drop).map_err(|error| Failure::of("DeleteEventDestination", &error))
            }
            other => Err(unfit("no call about a destination", other)),
        }
    }
}

/// The three members of a request, of which one is set.
struct Targets {
    logs: Option<v2::types::CloudWatchLogsDestination>,
    firehose: Option<v2::types::KinesisFirehoseDestination>,
    sns: Option<v2::types::SnsDestination>,
}

impl Targets {
    fn of(target: &Target) -> Result<Self, Failure> {
        let mut targets = Self { logs: None, firehose: None, sns: None };
        match target {
            Target::CloudwatchLogs { log_group, role } => {
                let to = v2::types::CloudWatchLogsDestination::builder().log_group_arn(log_group).iam_role_arn(role);
                targets.logs = Some(to.build().map_err(incomplete)?);
            }
            Target::Firehose { stream, role } => {
                let to =
                    v2::types::KinesisFirehoseDestination::builder().delivery_stream_arn(stream).iam_role_arn(role);
                targets.firehose = Some(to.build().map_err(incomplete)?);
            }
            Target::Sns { topic } => {
                targets.sns = Some(v2::types::SnsDestination::builder().topic_arn(topic).build().map_err(incomplete)?);
            }
        }
        Ok(targets)
    }
}

fn event_types(destination: &Destination) -> Vec<v2::types::EventType> {
    destination.events.iter().map(|name| v2::types::EventType::from(name.as_str())).collect()
}

fn tags_of(tags: &BTreeMap<String, String>) -> Result<Vec<Tag>, Failure> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build().map_err(incomplete)).collect()
}

/// The ARN of a set that was read or made; else its name, which AWS then refuses by name.
fn arn(set: &SetId, arns: &BTreeMap<SetId, String>) -> String {
    arns.get(set).cloned().unwrap_or_else(|| set.name.clone())
}

/// The same call of one run has one token, so that a call whose answer was lost is not carried out twice. Of another run
/// it has another: AWS would answer it as before and do nothing, although what was made then may have been deleted since.
fn token(run: &str, call: &Call) -> String {
    hex::encode(Sha256::digest(format!("{run}\n{call:?}")))
}

fn unfit(what: &str, call: &Call) -> Failure {
    let message = format!("{what} of API {}: {call}", call.set().api.as_str());
    Failure { operation: "smsvoice", kind: Kind::Refused, code: None, message, request_id: None }
}

fn incomplete(error: impl std::error::Error) -> Failure {
    let message = error.to_string();
    Failure { operation: "smsvoice", kind: Kind::Refused, code: None, message, request_id: None }
}
