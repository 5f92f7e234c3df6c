//! Each check on facts: sound facts raise nothing, and each single change raises its own finding.

use std::collections::{BTreeMap, BTreeSet};

use smsvoice_provision::{
    events::Selector,
    world::{Destination, Set, SetId, Target, World},
};

use super::examine;
use crate::{
    facts::*,
    finding::{Mark, Report},
    policy::Document,
};

const ROLE: &str = "arn:aws:iam::111122223333:role/events";
const STREAM: &str = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/sms";
const GROUP: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/sms/events";
const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:sms";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:events";
const FAILED: &str = "arn:aws:sqs:eu-west-1:111122223333:failed";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:smsvoice";
const NOW_MS: i64 = 1_795_000_000_000;

fn policy(service: &str, action: &str, resource: &str, condition: &str) -> Document {
    Document::read(&format!(
        r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":{action},"Resource":"{resource}","Condition":{condition}}}]}}"#
    ))
}

fn trust(service: &str, condition: &str) -> Document {
    Document::read(&format!(
        r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"sts:AssumeRole","Condition":{condition}}}]}}"#
    ))
}

const OF_ACCOUNT: &str = r#"{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#;

fn destination(target: Target) -> Destination {
    Destination { enabled: true, events: BTreeSet::from([Selector::new("ALL")]), target }
}

fn sound() -> Facts {
    let destinations = [
        ("lake", Target::Firehose { stream: STREAM.into(), role: ROLE.into() }),
        ("logs", Target::CloudwatchLogs { log_group: GROUP.into(), role: ROLE.into() }),
        ("topic", Target::Sns { topic: TOPIC.into() }),
    ];
    let destinations = destinations.map(|(name, target)| (name.to_owned(), destination(target))).into();
    let world = World { sets: BTreeMap::from([(SetId::v2("otp"), Set { destinations, ..Set::default() })]) };
    let may = r#"{"Statement":[{"Effect":"Allow","Action":"firehose:PutRecord","Resource":"STREAM"},
        {"Effect":"Allow","Action":["logs:CreateLogStream","logs:DescribeLogStreams","logs:PutLogEvents"],"Resource":"GROUP:*"}]}"#;
    let may = Document::read(&may.replace("STREAM", STREAM).replace("GROUP", GROUP));
    let queue = Queue {
        policy: policy("sns.amazonaws.com", r#""sqs:SendMessage""#, QUEUE, "{}"),
        visibility_seconds: 180,
        dead_letters: Some(FAILED.into()),
        waiting: 0,
    };
    let subscription = Subscription {
        arn: format!("{TOPIC}:1"),
        protocol: "sqs".into(),
        endpoint: QUEUE.into(),
        raw: true,
        ..Subscription::default()
    };
    let source = EventSource { id: "1".into(), source: QUEUE.into(), enabled: true, reports_failures: true };
    let function = Function {
        state: "Active".into(),
        timeout_seconds: 30,
        variables: BTreeMap::from([("SMSVOICE_LAKE".to_owned(), "s3://bucket/lake".to_owned())]),
        policy: policy("logs.amazonaws.com", r#""lambda:InvokeFunction""#, FUNCTION, "{}"),
        sources: vec![source],
        errors: Some(0.0),
        throttles: Some(0.0),
        ..Function::default()
    };
    let parameters = [("projection.enabled", "true"), ("projection.dt.range", "2026-01-01,NOW")];
    let table = Table {
        location: "s3://bucket/lake/events/".into(),
        columns: vec![("event_type".into(), "string".into()), ("price_usd".into(), "decimal(18, 6)".into())],
        parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    };
    let column = |name: &str, kind: &str| ("events".to_owned(), name.to_owned(), kind.to_owned());
    Facts {
        now_ms: NOW_MS,
        region: "eu-west-1".into(),
        caller: Found::Is(Identity { account: "111122223333".into(), arn: "arn:aws:iam::111122223333:user/me".into() }),
        desired: Some(world.clone()),
        sets: Found::Is(world),
        senders: Found::Is(vec!["phone-1".into()]),
        roles: one(
            ROLE,
            Role {
                trust: trust("sms-voice.amazonaws.com", OF_ACCOUNT),
                policies: BTreeMap::from([("events".to_owned(), may)]),
                simulated: BTreeMap::new(),
            },
        ),
        streams: one(
            STREAM,
            Stream {
                status: "ACTIVE".into(),
                processing: true,
                function: Some(FUNCTION.into()),
                error_prefix: Some("errors/".into()),
                to_s3: true,
            },
        ),
        log_groups: one(GROUP, LogGroup { filters: vec![("ours".into(), FUNCTION.into())] }),
        topics: one(
            TOPIC,
            Topic {
                policy: policy("sms-voice.amazonaws.com", r#""sns:Publish""#, TOPIC, OF_ACCOUNT),
                key: Some("key".into()),
                subscriptions: vec![subscription],
            },
        ),
        keys: one(
            "key",
            Key {
                enabled: true,
                managed_by_aws: false,
                policy: policy("sms-voice.amazonaws.com", r#"["kms:GenerateDataKey*","kms:Decrypt"]"#, "*", "{}"),
            },
        ),
        queues: BTreeMap::from([
            (QUEUE.to_owned(), Found::Is(queue)),
            (FAILED.to_owned(), Found::Is(Queue::default())),
        ]),
        functions: one(FUNCTION, function),
        tables: one("sms.events", table),
        lake: Some(LakeState {
            url: "s3://bucket/lake".into(),
            columns: vec![column("event_type", "string"), column("price_usd", "decimal(18,6)")],
            days: Some(("2026-11-01".into(), "2026-11-18".into())),
            newest_event_ms: Some(NOW_MS - 60_000),
        }),
        sent_parts: Some(Found::Is(12.0)),
    }
}

fn one<T>(name: &str, thing: T) -> ByName<T> {
    BTreeMap::from([(name.to_owned(), Found::Is(thing))])
}

/// The thing of this name, to change.
fn the<'f, T>(things: &'f mut ByName<T>, name: &str) -> &'f mut T {
    match things.get_mut(name) {
        Some(Found::Is(thing)) => thing,
        _ => panic!("{name} is there"),
    }
}

fn worst(report: &Report) -> Vec<(&'static str, Mark)> {
    let bad = report.findings.iter().filter(|finding| finding.mark >= Mark::Unchecked);
    bad.map(|finding| (finding.check, finding.mark)).collect()
}

#[test]
fn sound_facts_raise_no_alarm() {
    insta::assert_snapshot!(examine(&sound()));
}

/// A change of sound facts, the check that notices it, and its mark.
type Change = (fn(&mut Facts), &'static str, Mark);

const CHANGES: &[Change] = &[
    (
        |f| f.caller = Found::Unreadable { action: "sts:GetCallerIdentity".into(), denied: false, why: "x".into() },
        "identity",
        Mark::Unchecked,
    ),
    (|f| f.caller = Found::Absent, "identity", Mark::Failure),
    (|f| f.sets = Found::Is(World::default()), "set_exists", Mark::Failure),
    (|f| f.sets = Found::Unreadable { action: "a:B".into(), denied: true, why: "x".into() }, "sets", Mark::Unchecked),
    (
        |f| {
            f.desired = None;
            f.sets = Found::Is(World::default());
        },
        "sets",
        Mark::Failure,
    ),
    (|f| f.roles = BTreeMap::from([(ROLE.into(), Found::Absent)]), "role_exists", Mark::Failure),
    (|f| the(&mut f.roles, ROLE).trust = trust("lambda.amazonaws.com", "{}"), "role_trust", Mark::Failure),
    (|f| the(&mut f.roles, ROLE).trust = trust("sms-voice.amazonaws.com", "{}"), "role_conditions", Mark::Warning),
    (
        |f| the(&mut f.roles, ROLE).trust = trust("sms-voice.amazonaws.com", &OF_ACCOUNT.replace('1', "4")),
        "role_trust",
        Mark::Failure,
    ),
    (|f| the(&mut f.roles, ROLE).policies.clear(), "role_permissions", Mark::Failure),
    (
        |f| the(&mut f.roles, ROLE).simulated.extend([(format!("firehose:PutRecord {STREAM}"), false)]),
        "role_permissions",
        Mark::Failure,
    ),
    (|f| f.streams = BTreeMap::from([(STREAM.into(), Found::Absent)]), "stream_exists", Mark::Failure),
    (|f| the(&mut f.streams, STREAM).status = "CREATING".into(), "stream_active", Mark::Failure),
    (|f| the(&mut f.streams, STREAM).processing = false, "stream_function", Mark::Failure),
    (|f| the(&mut f.streams, STREAM).function = None, "stream_function", Mark::Warning),
    (|f| the(&mut f.streams, STREAM).error_prefix = None, "stream_errors", Mark::Warning),
    (|f| the(&mut f.log_groups, GROUP).filters.clear(), "log_group_read", Mark::Warning),
    (
        |f| the(&mut f.log_groups, GROUP).filters = vec![("a".into(), "x".into()), ("b".into(), "y".into())],
        "log_group_filters",
        Mark::Failure,
    ),
    (|f| the(&mut f.topics, TOPIC).policy = Document::default(), "topic_policy", Mark::Failure),
    (|f| the(&mut f.topics, TOPIC).key = Some("alias/aws/sns".into()), "topic_key", Mark::Failure),
    (|f| the(&mut f.keys, "key").enabled = false, "topic_key", Mark::Failure),
    (|f| the(&mut f.keys, "key").managed_by_aws = true, "topic_key", Mark::Failure),
    (|f| the(&mut f.keys, "key").policy = Document::default(), "topic_key", Mark::Failure),
    (|f| the(&mut f.topics, TOPIC).subscriptions.clear(), "topic_subscribed", Mark::Failure),
    (
        |f| the(&mut f.topics, TOPIC).subscriptions[0].arn = "PendingConfirmation".into(),
        "subscription_confirmed",
        Mark::Failure,
    ),
    (|f| the(&mut f.topics, TOPIC).subscriptions[0].filtered = true, "subscription_filter", Mark::Warning),
    (
        |f| {
            the(&mut f.topics, TOPIC).subscriptions[0].dead_letters = Some("dlq".into());
            f.queues.insert("dlq".into(), Found::Absent);
        },
        "subscription_dead_letters",
        Mark::Failure,
    ),
    (|f| drop(f.queues.insert(QUEUE.into(), Found::Absent)), "queue_exists", Mark::Failure),
    (|f| the(&mut f.queues, QUEUE).policy = Document::default(), "queue_policy", Mark::Failure),
    (|f| the(&mut f.queues, QUEUE).dead_letters = None, "queue_redrive", Mark::Warning),
    (|f| drop(f.queues.insert(FAILED.into(), Found::Absent)), "queue_redrive", Mark::Failure),
    (|f| the(&mut f.queues, FAILED).waiting = 3, "queue_failed", Mark::Warning),
    (|f| the(&mut f.queues, QUEUE).visibility_seconds = 29, "queue_visibility", Mark::Failure),
    (|f| the(&mut f.queues, QUEUE).visibility_seconds = 179, "queue_visibility", Mark::Warning),
    (|f| the(&mut f.functions, FUNCTION).sources.clear(), "queue_read", Mark::Failure),
    (|f| the(&mut f.functions, FUNCTION).sources[0].enabled = false, "queue_read", Mark::Failure),
    (|f| the(&mut f.functions, FUNCTION).sources[0].reports_failures = false, "queue_batch", Mark::Warning),
    (|f| the(&mut f.functions, FUNCTION).state = "Failed".into(), "function_state", Mark::Failure),
    (|f| the(&mut f.functions, FUNCTION).failed_update = Some("x".into()), "function_update", Mark::Failure),
    (|f| the(&mut f.functions, FUNCTION).reserved = Some(0), "function_concurrency", Mark::Failure),
    (|f| the(&mut f.functions, FUNCTION).throttles = Some(2.0), "function_throttles", Mark::Warning),
    (|f| the(&mut f.functions, FUNCTION).errors = Some(2.0), "function_errors", Mark::Warning),
    (|f| the(&mut f.functions, FUNCTION).policy = Document::default(), "function_policy", Mark::Failure),
    (|f| f.tables = BTreeMap::from([("sms.events".into(), Found::Absent)]), "table_exists", Mark::Failure),
    (|f| drop(the(&mut f.tables, "sms.events").columns.pop()), "table_columns", Mark::Failure),
    (|f| the(&mut f.tables, "sms.events").columns[0].1 = "int".into(), "table_columns", Mark::Failure),
    (|f| the(&mut f.tables, "sms.events").location = "s3://other/events/".into(), "table_location", Mark::Failure),
    (
        |f| drop(the(&mut f.tables, "sms.events").parameters.insert("projection.enabled".into(), "false".into())),
        "table_projection",
        Mark::Failure,
    ),
    (
        |f| {
            drop(
                the(&mut f.tables, "sms.events")
                    .parameters
                    .insert("projection.dt.range".into(), "2026-11-02,NOW".into()),
            );
        },
        "table_projection",
        Mark::Failure,
    ),
    (
        |f| {
            drop(
                the(&mut f.tables, "sms.events")
                    .parameters
                    .insert("projection.dt.range".into(), "2026-01-01,2026-11-17".into()),
            );
        },
        "table_projection",
        Mark::Failure,
    ),
    (|f| f.lake.as_mut().unwrap().newest_event_ms = None, "freshness", Mark::Failure),
    (|f| f.lake.as_mut().unwrap().newest_event_ms = Some(NOW_MS - 7_200_000), "freshness", Mark::Failure),
    (|f| f.region = "eu-west-2".into(), "region", Mark::Failure),
];

#[test]
fn each_single_fault_raises_its_own_finding_with_a_cure() {
    for (at, (change, check, mark)) in CHANGES.iter().enumerate() {
        let mut facts = sound();
        change(&mut facts);
        let report = examine(&facts);
        assert!(worst(&report).contains(&(*check, *mark)), "change {at}: {check} is not found\n{report}");
        let curable = report.findings.iter().filter(|finding| finding.mark >= Mark::Unchecked);
        assert!(curable.into_iter().all(|finding| finding.cure.as_ref().is_some_and(|cure| !cure.is_empty())));
    }
}

#[test]
fn what_may_not_be_read_names_the_action_that_is_missing() {
    let mut facts = sound();
    let denied =
        || Found::Unreadable { action: "iam:GetRole".to_owned(), denied: true, why: "AccessDenied: no".to_owned() };
    facts.roles.insert(ROLE.to_owned(), denied());
    let report = examine(&facts);
    assert_eq!(worst(&report), [("role_exists", Mark::Unchecked)]);
    assert!(!report.has_failures(), "it is no failure");
    assert!(report.to_string().contains(r#""Action": "iam:GetRole""#), "{report}");
}
