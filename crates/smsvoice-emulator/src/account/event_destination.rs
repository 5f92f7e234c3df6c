//! An event destination: the one target it has, and which events it takes.

use serde::{Deserialize, Serialize};

use crate::{
    account::arn::require_service,
    delivery::{FirehoseTarget, LogsTarget, SnsTarget, Target},
    refusal::{Invalid, Refusal},
};

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

/// The three members as a request brings them: AWS's model makes none of them required.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[allow(clippy::struct_field_names)] // the API's names
pub(crate) struct Targets {
    cloud_watch_logs_destination: Option<LogsTarget>,
    kinesis_firehose_destination: Option<FirehoseTarget>,
    sns_destination: Option<SnsTarget>,
}

impl Targets {
    /// The one target given, if any; more than one is refused, and so is an ARN of another service.
    pub(crate) fn single(self) -> Result<Option<Target>, Refusal> {
        let logs = self.cloud_watch_logs_destination.map(Target::Logs);
        let firehose = self.kinesis_firehose_destination.map(Target::Firehose);
        let sns = self.sns_destination.map(Target::Sns);
        let mut given = [logs, firehose, sns].into_iter().flatten();
        let (target, another) = (given.next(), given.next());
        if let Some(another) = another {
            let reason = Invalid::ParametersCannotBeUsedTogether;
            return Err(Refusal::invalid(reason, member(&another), "an event destination has a single target"));
        }
        target.as_ref().map_or(Ok(()), require_arns)?;
        Ok(target)
    }
}

/// The member of the API that holds such a target.
pub(crate) fn member(target: &Target) -> &'static str {
    match target {
        Target::Logs(_) => "CloudWatchLogsDestination",
        Target::Firehose(_) => "KinesisFirehoseDestination",
        Target::Sns(_) => "SnsDestination",
    }
}

fn require_arns(target: &Target) -> Result<(), Refusal> {
    let (arn, service, name, role) = match target {
        Target::Logs(logs) => (&logs.log_group_arn, "logs", "LogGroupArn", Some(&logs.iam_role_arn)),
        Target::Firehose(stream) => {
            (&stream.delivery_stream_arn, "firehose", "DeliveryStreamArn", Some(&stream.iam_role_arn))
        }
        Target::Sns(topic) => (&topic.topic_arn, "sns", "TopicArn", None),
    };
    require_service(arn, service, &format!("{}.{name}", member(target)))?;
    role.map_or(Ok(()), |role| require_service(role, "iam", &format!("{}.IamRoleArn", member(target))))
}

impl EventDestination {
    /// Whether it takes events of this type: it is enabled, and names the type itself, or the type's channel
    /// (`TEXT_ALL`), or `ALL`. It may name `TEXT_SENT`, which never comes.
    pub(crate) fn takes(&self, event_type: &str) -> bool {
        let selects = |selector: &str| match selector.strip_suffix("_ALL") {
            _ if selector == "ALL" || selector == event_type => true,
            Some(channel) => event_type.split('_').next() == Some(channel),
            None => false,
        };
        self.enabled && self.matching_event_types.iter().any(|selector| selects(selector))
    }
}

#[cfg(test)]
mod tests {
    use super::EventDestination;
    use crate::delivery::{SnsTarget, Target};

    fn destination(types: &[&str]) -> EventDestination {
        EventDestination {
            event_destination_name: "d".into(),
            enabled: true,
            matching_event_types: types.iter().map(|&t| t.to_owned()).collect(),
            target: Target::Sns(SnsTarget { topic_arn: "arn:aws:sns:us-east-1:111122223333:t".into() }),
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
