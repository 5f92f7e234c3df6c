//! Reads the surroundings: from the configuration sets to what they name, and on to what that names.

mod catalogue;
mod chain;
mod compute;
mod roles;
mod sms_voice;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use smsvoice_provision::world::{Target, World};

use crate::{
    aws::{Aws, nothing},
    facts::{Facts, Found, Identity, LakeState},
    operations::GET_CALLER_IDENTITY,
};

/// What is to be looked at.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// What shall be, by a file; then only its sets are looked at, and otherwise all there are.
    pub desired: Option<World>,
    /// The database of the Glue catalogue that has the lake's tables.
    pub database: Option<String>,
    /// What is known of the lake.
    pub lake: Option<LakeState>,
    /// Now, in epoch milliseconds.
    pub now_ms: i64,
}

/// Reads all that the checks look at. What cannot be read becomes a fact as well.
pub async fn gather(aws: &Aws, scope: Scope) -> Facts {
    let Scope { desired, database, lake, now_ms } = scope;
    let mut facts = Facts { now_ms, region: aws.region().to_owned(), desired, lake, ..Facts::default() };
    facts.caller = caller(aws).await;
    facts.sets = sms_voice::sets(aws).await;
    facts.senders = sms_voice::senders(aws).await;
    let account = facts.caller.is().map(|caller| caller.account.clone()).unwrap_or_default();
    for target in targets(&facts) {
        match target {
            Target::CloudwatchLogs { log_group, role } => {
                facts.roles.insert(role.clone(), roles::role(aws, &role, &logs_needs(&log_group)).await);
                facts.log_groups.insert(log_group.clone(), chain::log_group(aws, &log_group).await);
            }
            Target::Firehose { stream, role } => {
                facts.roles.insert(role.clone(), roles::role(aws, &role, &stream_needs(&stream)).await);
                facts.streams.insert(stream.clone(), chain::stream(aws, &stream).await);
            }
            Target::Sns { topic } => {
                facts.topics.insert(topic.clone(), chain::topic(aws, &topic).await);
            }
        }
    }
    keys(aws, &mut facts).await;
    queues(aws, &mut facts).await;
    functions(aws, &mut facts).await;
    if let Some(database) = database {
        catalogue::tables(aws, &database, &mut facts).await;
    }
    if facts.lake.is_some() && !account.is_empty() {
        facts.sent_parts = Some(compute::sent_parts(aws, now_ms).await);
    }
    facts
}

/// What a role needs to write into a log group (the SMS guide on event destinations): its actions and their resource.
pub(crate) fn logs_needs(log_group: &str) -> Vec<(&'static str, String)> {
    let resource = format!("{}:*", log_group.trim_end_matches(":*"));
    ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        .map(|action| (action, resource.clone()))
        .into()
}

/// What a role needs to write into a stream (the same guide): one action.
pub(crate) fn stream_needs(stream: &str) -> Vec<(&'static str, String)> {
    vec![("firehose:PutRecord", stream.to_owned())]
}

pub(crate) async fn caller(aws: &Aws) -> Found<Identity> {
    match aws.call(&GET_CALLER_IDENTITY, nothing()).await {
        Ok(answer) => {
            let result = &answer["GetCallerIdentityResult"];
            Found::Is(Identity { account: text(&result["Account"]), arn: text(&result["Arn"]) })
        }
        Err(error) => error.into_found(),
    }
}

/// The targets of the sets that are looked at, each once.
fn targets(facts: &Facts) -> Vec<Target> {
    let mut seen = BTreeSet::new();
    let sets = looked_at(facts).flat_map(|(_, set)| set.destinations.values());
    let targets = sets.map(|destination| destination.target.clone());
    targets
        .filter(|target| seen.insert(target.arns().iter().map(|(_, arn)| (*arn).to_owned()).collect::<Vec<_>>()))
        .collect()
}

/// The sets there are, as far as they are looked at.
pub(crate) fn looked_at(
    facts: &Facts,
) -> impl Iterator<Item = (&smsvoice_provision::world::SetId, &smsvoice_provision::world::Set)> {
    let sets = facts.sets.is().into_iter().flat_map(|world| &world.sets);
    sets.filter(|(id, _)| facts.desired.as_ref().is_none_or(|desired| desired.sets.contains_key(id)))
}

async fn keys(aws: &Aws, facts: &mut Facts) {
    let names: BTreeSet<_> = facts.topics.values().filter_map(|topic| topic.is()?.key.clone()).collect();
    for name in names {
        let key = chain::key(aws, &name).await;
        facts.keys.insert(name, key);
    }
}

async fn queues(aws: &Aws, facts: &mut Facts) {
    let subscriptions = facts.topics.values().filter_map(Found::is).flat_map(|topic| &topic.subscriptions);
    let queues = subscriptions.filter(|to| to.protocol == "sqs");
    let mut open: Vec<String> =
        queues.flat_map(|to| to.dead_letters.iter().chain([&to.endpoint]).cloned().collect::<Vec<_>>()).collect();
    while let Some(arn) = open.pop() {
        if facts.queues.contains_key(&arn) {
            continue;
        }
        let queue = chain::queue(aws, &arn).await;
        open.extend(queue.is().and_then(|queue| queue.dead_letters.clone()));
        facts.queues.insert(arn, queue);
    }
}

/// The functions that streams, topics, log groups and queues lead to.
async fn functions(aws: &Aws, facts: &mut Facts) {
    let of_streams = facts.streams.values().filter_map(|stream| stream.is()?.function.clone());
    let subscriptions = facts.topics.values().filter_map(Found::is).flat_map(|topic| &topic.subscriptions);
    let of_topics = subscriptions.filter(|to| to.protocol == "lambda").map(|to| to.endpoint.clone());
    let filters = facts.log_groups.values().filter_map(Found::is).flat_map(|group| &group.filters);
    let of_logs = filters.map(|(_, to)| to.clone()).filter(|to| to.contains(":lambda:"));
    let mut names: BTreeSet<String> = of_streams.chain(of_topics).chain(of_logs).map(|arn| unversioned(&arn)).collect();
    let mut sources = Vec::new();
    for queue in
        facts.queues.iter().filter(|(_, queue)| queue.is().is_some()).map(|(arn, _)| arn.clone()).collect::<Vec<_>>()
    {
        if let Ok(of_queue) = compute::sources_of(aws, &queue).await {
            names.extend(of_queue.iter().map(|(function, _)| unversioned(function)));
            sources.extend(of_queue);
        }
    }
    for name in names {
        let of_it =
            sources.iter().filter(|(function, _)| unversioned(function) == name).map(|(_, source)| source.clone());
        let function = compute::function(aws, &name, of_it.collect(), facts.now_ms).await;
        facts.functions.insert(name, function);
    }
}

/// A function's ARN without the version or alias behind it.
pub(crate) fn unversioned(arn: &str) -> String {
    arn.split(':').take(7).collect::<Vec<_>>().join(":")
}

/// A string member; empty if there is none.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A string member that is there and not empty.
fn maybe(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A list, also where an empty one is an empty text.
fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The last part of an ARN or a path.
fn last(arn: &str, separator: char) -> &str {
    arn.rsplit(separator).next().unwrap_or_default()
}

/// The request for the page behind `token`.
fn page(mut request: Value, member: &str, token: Option<&str>) -> Value {
    request[member] = token.map_or(Value::Null, |token| json!(token));
    if request[member].is_null() {
        request.as_object_mut().map(|members| members.remove(member));
    }
    request
}
