//! Event destinations of API v2: five a set, one target each, and which events each takes.

use serde::{Deserialize, Serialize};

use crate::{
    account::{Call, arn::require_service, configuration_set::ConfigurationSet},
    api::refusal::{Clash, Invalid, Quota, Refusal, Resource},
};

/// Not raisable, says AWS.
const DESTINATIONS_PER_SET: usize = 5;

/// As `DescribeConfigurationSets` shows it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EventDestination {
    pub(crate) event_destination_name: String,
    pub(crate) enabled: bool,
    pub(crate) matching_event_types: Vec<String>,
    #[serde(flatten)]
    pub(crate) target: Target,
}

/// Where events go: one of the three, each in the member that names its kind.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Target {
    /// CloudWatch Logs.
    #[serde(rename = "CloudWatchLogsDestination", rename_all = "PascalCase")]
    Logs {
        /// Assumed by AWS; not used here.
        iam_role_arn: String,
        /// `arn:aws:logs:…:log-group:<name>`.
        log_group_arn: String,
    },
    /// Data Firehose.
    #[serde(rename = "KinesisFirehoseDestination", rename_all = "PascalCase")]
    Firehose {
        /// Assumed by AWS; not used here.
        iam_role_arn: String,
        /// `arn:aws:firehose:…:deliverystream/<name>`.
        delivery_stream_arn: String,
    },
    /// SNS.
    #[serde(rename = "SnsDestination", rename_all = "PascalCase")]
    Sns {
        /// `arn:aws:sns:…:<topic>`.
        topic_arn: String,
    },
}

/// The three members as a request brings them: AWS's model makes none of them required.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[allow(clippy::struct_field_names)] // the API's names
pub(crate) struct Targets {
    cloud_watch_logs_destination: Option<Logs>,
    kinesis_firehose_destination: Option<Firehose>,
    sns_destination: Option<Sns>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Logs {
    iam_role_arn: String,
    log_group_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Firehose {
    iam_role_arn: String,
    delivery_stream_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sns {
    topic_arn: String,
}

impl Targets {
    /// The one target given, if any; more than one is refused, and so is an ARN of another service.
    pub(crate) fn single(self) -> Result<Option<Target>, Refusal> {
        let logs = self
            .cloud_watch_logs_destination
            .map(|one| Target::Logs { iam_role_arn: one.iam_role_arn, log_group_arn: one.log_group_arn });
        let firehose = self.kinesis_firehose_destination.map(|one| Target::Firehose {
            iam_role_arn: one.iam_role_arn,
            delivery_stream_arn: one.delivery_stream_arn,
        });
        let sns = self.sns_destination.map(|one| Target::Sns { topic_arn: one.topic_arn });
        let mut given = [logs, firehose, sns].into_iter().flatten();
        let (target, another) = (given.next(), given.next());
        if let Some(another) = another {
            let reason = Invalid::ParametersCannotBeUsedTogether;
            return Err(Refusal::invalid(reason, another.member(), "an event destination has a single target"));
        }
        target.as_ref().map_or(Ok(()), Target::require_arns)?;
        Ok(target)
    }
}

impl Target {
    /// The member of the API that holds it.
    pub(crate) fn member(&self) -> &'static str {
        match self {
            Self::Logs { .. } => "CloudWatchLogsDestination",
            Self::Firehose { .. } => "KinesisFirehoseDestination",
            Self::Sns { .. } => "SnsDestination",
        }
    }

    pub(crate) fn require_arns(&self) -> Result<(), Refusal> {
        let (resource, service, name, role) = match self {
            Self::Logs { log_group_arn, iam_role_arn } => (log_group_arn, "logs", "LogGroupArn", Some(iam_role_arn)),
            Self::Firehose { delivery_stream_arn, iam_role_arn } => {
                (delivery_stream_arn, "firehose", "DeliveryStreamArn", Some(iam_role_arn))
            }
            Self::Sns { topic_arn } => (topic_arn, "sns", "TopicArn", None),
        };
        require_service(resource, service, &format!("{}.{name}", self.member()))?;
        role.map_or(Ok(()), |role| require_service(role, "iam", &format!("{}.IamRoleArn", self.member())))
    }
}

impl EventDestination {
    /// Whether it takes events of this type: enabled, and named itself or by a selector. `TEXT_SENT` may be named, and
    /// never comes.
    pub(crate) fn takes(&self, event_type: &str) -> bool {
        let selects = |selector: &str| match selector.strip_suffix("_ALL") {
            _ if selector == "ALL" || selector == event_type => true,
            Some(channel) => event_type.split('_').next() == Some(channel),
            None => false,
        };
        self.enabled && self.matching_event_types.iter().any(|selector| selects(selector))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Create {
    configuration_set_name: String,
    event_destination_name: String,
    matching_event_types: Vec<String>,
    #[serde(flatten)]
    targets: Targets,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Update {
    configuration_set_name: String,
    event_destination_name: String,
    enabled: Option<bool>,
    matching_event_types: Option<Vec<String>>,
    #[serde(flatten)]
    targets: Targets,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Delete {
    configuration_set_name: String,
    event_destination_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer {
    configuration_set_arn: String,
    configuration_set_name: String,
    event_destination: EventDestination,
}

impl Answer {
    fn of(set: &ConfigurationSet, event_destination: EventDestination) -> Self {
        let (arn, name) = (set.configuration_set_arn.clone(), set.configuration_set_name.clone());
        Self { configuration_set_arn: arn, configuration_set_name: name, event_destination }
    }
}

pub(crate) fn create(call: &mut Call<'_>, input: Create) -> Result<Answer, Refusal> {
    let missing = || {
        let message = "a value for a single event destination is required";
        Refusal::invalid(Invalid::MissingParameter, "SnsDestination", message)
    };
    let set = call.account.configuration_set_mut(&input.configuration_set_name)?;
    let target = input.targets.single()?.ok_or_else(missing)?;
    if set.event_destinations.iter().any(|one| one.event_destination_name == input.event_destination_name) {
        return Err(Refusal::exists(Resource::EventDestination, input.event_destination_name));
    }
    if set.event_destinations.len() >= DESTINATIONS_PER_SET {
        return Err(Refusal::quota(Quota::EventDestinations, DESTINATIONS_PER_SET));
    }
    let destination = EventDestination {
        event_destination_name: input.event_destination_name,
        enabled: true,
        matching_event_types: once_each(input.matching_event_types),
        target,
    };
    set.event_destinations.push(destination.clone());
    Ok(Answer::of(set, destination))
}

pub(crate) fn update(call: &mut Call<'_>, input: Update) -> Result<Answer, Refusal> {
    let target = input.targets.single()?;
    let set = call.account.configuration_set_mut(&input.configuration_set_name)?;
    let at = position(set, &input.event_destination_name)?;
    let destination = &mut set.event_destinations[at];
    if let Some(target) = target {
        if target.member() != destination.target.member() {
            let message = format!("the destination has a {}, which can't be changed", destination.target.member());
            let name = input.event_destination_name;
            return Err(Refusal::clash(Clash::EventDestinationMismatch, Resource::EventDestination, name, message));
        }
        destination.target = target;
    }
    destination.enabled = input.enabled.unwrap_or(destination.enabled);
    if let Some(types) = input.matching_event_types {
        destination.matching_event_types = once_each(types);
    }
    let destination = destination.clone();
    Ok(Answer::of(set, destination))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Delete) -> Result<Answer, Refusal> {
    let set = call.account.configuration_set_mut(&input.configuration_set_name)?;
    let at = position(set, &input.event_destination_name)?;
    let destination = set.event_destinations.remove(at);
    Ok(Answer::of(set, destination))
}

fn position(set: &ConfigurationSet, name: &str) -> Result<usize, Refusal> {
    let missing = || Refusal::not_found(Resource::EventDestination, name);
    set.event_destinations.iter().position(|one| one.event_destination_name == name).ok_or_else(missing)
}

fn once_each(types: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(types.len());
    for one in types {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{EventDestination, Target};

    fn destination(types: &[&str]) -> EventDestination {
        EventDestination {
            event_destination_name: "d".into(),
            enabled: true,
            matching_event_types: types.iter().map(|&t| t.to_owned()).collect(),
            target: Target::Sns { topic_arn: "arn:aws:sns:us-east-1:111122223333:t".into() },
        }
    }

    #[test]
    fn selectors_take_their_channel_and_all_takes_everything() {
        assert!(destination(&["ALL"]).takes("RCS_READ"));
        assert!(destination(&["TEXT_ALL"]).takes("TEXT_TTL_EXPIRED"));
        assert!(!destination(&["TEXT_ALL"]).takes("VOICE_RINGING"));
        assert!(destination(&["VOICE_BUSY", "TEXT_SENT"]).takes("VOICE_BUSY"));
        assert!(!destination(&["TEXT_SENT"]).takes("TEXT_DELIVERED"));
    }

    #[test]
    fn a_disabled_destination_takes_nothing() {
        assert!(!EventDestination { enabled: false, ..destination(&["ALL"]) }.takes("TEXT_DELIVERED"));
    }
}
