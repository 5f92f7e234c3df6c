//! What there is, read from AWS. A [`Reader`] makes no call that changes anything.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_pinpointsmsvoice as v1;
use aws_sdk_pinpointsmsvoicev2 as v2;
use futures::{StreamExt, TryStreamExt, stream};

use crate::events::{NEVER_SENT, Selector};
use crate::failure::Failure;
use crate::patience::{Patience, Waiting};
use crate::world::{Api, Destination, MessageType, Set, SetId, Target, World};

/// How many sets are asked about at a time. AWS allows `ListTagsForResource` ten times a second.
const AT_A_TIME: usize = 10;

/// The largest page that AWS gives.
const PAGE: i32 = 100;

/// What is to be read in full. Of other sets of API v2 the tags are not, and of v1 the destinations are not.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Sets to read in full; none for all of them.
    pub in_full: Option<BTreeSet<SetId>>,
    /// The APIs to ask.
    pub apis: BTreeSet<Api>,
}

impl Scope {
    fn has(&self, id: &SetId) -> bool {
        self.in_full.as_ref().is_none_or(|sets| sets.contains(id))
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The sets there are.
    pub world: World,
    /// The ARN of each set of API v2.
    pub arns: BTreeMap<SetId, String>,
}

/// Reads configuration sets of both APIs.
#[derive(Clone, Debug)]
pub struct Reader {
    v1: v1::Client,
    v2: v2::Client,
    patience: Patience,
}

impl Reader {
    /// By this configuration.
    pub fn new(config: &SdkConfig, patience: Patience) -> Self {
        Self { v1: v1::Client::new(config), v2: v2::Client::new(config), patience }
    }

    /// Every configuration set, in full as far as `scope` says. `notify` hears of what is waited for.
    pub async fn world(&self, scope: &Scope, notify: &(dyn Fn(Waiting<'_>) + Sync)) -> Result<Found, Failure> {
        let mut found = Found::default();
        if scope.apis.contains(&Api::V2) {
            self.read_v2(scope, notify, &mut found).await?;
        }
        if scope.apis.contains(&Api::V1) {
            self.read_v1(scope, notify, &mut found).await?;
        }
        Ok(found)
    }

    async fn read_v2(
        &self,
        scope: &Scope,
        notify: &(dyn Fn(Waiting<'_>) + Sync),
        found: &mut Found,
    ) -> Result<(), Failure> {
        let mut next = None;
        loop {
            let page = self.patience.persist(notify, async |_| {
                let call = self.v2.describe_configuration_sets().max_results(PAGE).set_next_token(next.clone());
                call.send().await.map_err(|error| Failure::of("DescribeConfigurationSets", &error))
            });
            let page = page.await?;
            for set in page.configuration_sets.unwrap_or_default() {
                let id = SetId::v2(set.configuration_set_name.clone());
                found.arns.insert(id.clone(), set.configuration_set_arn.clone());
                found.world.sets.insert(id, set_of(set));
            }
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                break;
            }
        }
        let tagged = found.arns.iter().filter(|(id, _)| scope.has(id)).map(|(id, arn)| (id.clone(), arn.clone()));
        let tags = stream::iter(tagged.collect::<Vec<_>>())
            .map(|(id, arn)| async move { Ok::<_, Failure>((id, self.tags(&arn, notify).await?)) })
            .buffer_unordered(AT_A_TIME);
        let tags: Vec<_> = tags.try_collect().await?;
        for (id, tags) in tags {
            found.world.sets.entry(id).and_modify(|set| set.tags = tags);
        }
        Ok(())
    }

    /// The tags of a resource but those that AWS itself writes.
    async fn tags(
        &self,
        arn: &str,
        notify: &(dyn Fn(Waiting<'_>) + Sync),
    ) -> Result<BTreeMap<String, String>, Failure> {
        let answer = self.patience.persist(notify, async |_| {
            let call = self.v2.list_tags_for_resource().resource_arn(arn);
            call.send().await.map_err(|error| Failure::of("ListTagsForResource", &error))
        });
        let tags = answer.await?.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
        Ok(tags.filter(|(key, _)| !key.to_ascii_lowercase().starts_with("aws:")).collect())
    }

    async fn read_v1(
        &self,
        scope: &Scope,
        notify: &(dyn Fn(Waiting<'_>) + Sync),
        found: &mut Found,
    ) -> Result<(), Failure> {
        let mut next = None;
        loop {
            let page = self.patience.persist(notify, async |_| {
                let call = self.v1.list_configuration_sets().page_size(PAGE.to_string()).set_next_token(next.clone());
                call.send().await.map_err(|error| Failure::of("ListConfigurationSets (v1)", &error))
            });
            let page = page.await?;
            let ids = page.configuration_sets.unwrap_or_default().into_iter().map(SetId::v1);
            found.world.sets.extend(ids.map(|id| (id, Set::default())));
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                break;
            }
        }
        let in_full = found.world.sets.keys().filter(|id| id.api == Api::V1 && scope.has(id)).cloned();
        let sets = stream::iter(in_full.collect::<Vec<_>>())
            .map(|id| async move { Ok::<_, Failure>((self.v1_destinations(&id.name, notify).await?, id)) })
            .buffer_unordered(AT_A_TIME);
        let sets: Vec<_> = sets.try_collect().await?;
        for (destinations, id) in sets {
            found.world.sets.entry(id).and_modify(|set| set.destinations = destinations);
        }
        Ok(())
    }

    async fn v1_destinations(
        &self,
        name: &str,
        notify: &(dyn Fn(Waiting<'_>) + Sync),
    ) -> Result<BTreeMap<String, Destination>, Failure> {
        let answer = self.patience.persist(notify, async |_| {
            let call = self.v1.get_configuration_set_event_destinations().configuration_set_name(name);
            call.send().await.map_err(|error| Failure::of("GetConfigurationSetEventDestinations (v1)", &error))
        });
        let all = answer.await?.event_destinations.unwrap_or_default().into_iter();
        Ok(all.filter_map(v1_destination).collect())
    }
}

fn set_of(set: v2::types::ConfigurationSetInformation) -> Set {
    let kind = set.default_message_type.map(|kind| MessageType::from(kind.as_str().to_owned()));
    // An id, or the end of an ARN, which is the same.
    let protect = set.protect_configuration_id.filter(|id| !id.is_empty());
    Set {
        default_message_type: kind,
        default_sender_id: set.default_sender_id.filter(|id| !id.is_empty()),
        message_feedback: set.default_message_feedback_enabled.unwrap_or(false),
        protect_configuration: protect.and_then(|id| id.rsplit('/').next().map(str::to_owned)),
        tags: BTreeMap::new(),
        destinations: set.event_destinations.into_iter().filter_map(v2_destination).collect(),
    }
}

/// A destination of API v2; none if it has no target that this version knows.
fn v2_destination(destination: v2::types::EventDestination) -> Option<(String, Destination)> {
    let logs = destination.cloud_watch_logs_destination.map(|to| logs(to.log_group_arn, to.iam_role_arn));
    let firehose = destination
        .kinesis_firehose_destination
        .map(|to| Target::Firehose { stream: to.delivery_stream_arn, role: to.iam_role_arn });
    let sns = destination.sns_destination.map(|to| Target::Sns { topic: to.topic_arn });
    let events = events(destination.matching_event_types.iter().map(v2::types::EventType::as_str));
    let target = logs.or(firehose).or(sns)?;
    Some((destination.event_destination_name, Destination { enabled: destination.enabled, events, target }))
}

fn v1_destination(destination: v1::types::EventDestination) -> Option<(String, Destination)> {
    let logs = destination.cloud_watch_logs_destination;
    let logs = logs.and_then(|to| Some(self::logs(to.log_group_arn?, to.iam_role_arn?)));
    let firehose = destination.kinesis_firehose_destination;
    let firehose =
        firehose.and_then(|to| Some(Target::Firehose { stream: to.delivery_stream_arn?, role: to.iam_role_arn? }));
    let sns = destination.sns_destination.and_then(|to| Some(Target::Sns { topic: to.topic_arn? }));
    let types = destination.matching_event_types.unwrap_or_default();
    let events = events(types.iter().map(v1::types::EventType::as_str));
    let target = logs.or(firehose).or(sns)?;
    Some((destination.name?, Destination { enabled: destination.enabled.unwrap_or(false), events, target }))
}

/// CloudWatch Logs writes the ARN of a log group with `:*` at its end or without; it is the same group.
fn logs(log_group: String, role: String) -> Target {
    let log_group = log_group.strip_suffix(":*").map(str::to_owned).unwrap_or(log_group);
    Target::CloudwatchLogs { log_group, role }
}

/// The names without the one that is never sent, unless it is the only one.
fn events<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<Selector> {
    let all: BTreeSet<_> = names.map(Selector::new).collect();
    let sent: BTreeSet<_> = all.iter().filter(|name| name.as_str() != NEVER_SENT).cloned().collect();
    if sent.is_empty() { all } else { sent }
}
