//! What is adopted is read back as it was, whatever names, tags and targets it has.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use proptest::prelude::*;
use proptest::{collection, option, sample};
use smsvoice_provision::adopt::adopt;
use smsvoice_provision::desired::OWNER_TAG;
use smsvoice_provision::diff::diff;
use smsvoice_provision::events::{NEVER_SENT, Selector};
use smsvoice_provision::world::{Api, Destination, MessageType, Set, SetId, Target, World};
use smsvoice_provision::{Draft, Values};

fn target() -> impl Strategy<Value = Target> {
    let role = "[a-z/]{1,20}".prop_map(|name| format!("arn:aws:iam::111122223333:role/{name}"));
    (0..3, "[A-Za-z0-9_-]{1,30}", role).prop_map(|(kind, name, role)| match kind {
        0 => Target::Sns { topic: format!("arn:aws:sns:eu-west-1:111122223333:{name}") },
        1 => {
            Target::Firehose { stream: format!("arn:aws:firehose:eu-west-1:111122223333:deliverystream/{name}"), role }
        }
        _ => {
            Target::CloudwatchLogs { log_group: format!("arn:aws:logs:eu-west-1:111122223333:log-group:/{name}"), role }
        }
    })
}

fn set(api: Api) -> impl Strategy<Value = Set> {
    let names: Vec<_> = Selector::all(api).into_iter().filter(|name| *name != NEVER_SENT).collect();
    let events = collection::btree_set(sample::select(names).prop_map(Selector::new), 1..6);
    let destination = (any::<bool>(), events, target());
    let destination = destination.prop_map(|(enabled, events, target)| Destination { enabled, events, target });
    let destinations = collection::btree_map("[A-Za-z0-9_-]{1,64}", destination, 0..=api.destinations_per_set());
    // Tags may hold anything, and TOML has to bring it back.
    let tag = (".{1,20}", prop_oneof![".{0,30}", "[\"'\\\\$\\{\\}\u{7f}\n\t#=]{0,20}"]);
    let tags = collection::btree_map(tag.0.prop_filter("AWS's own", |key| !key.starts_with("aws:")), tag.1, 0..4);
    let kind = option::of(prop_oneof![Just(MessageType::Transactional), Just(MessageType::Promotional)]);
    let settings = (kind, option::of("[A-Za-z0-9_-]{1,11}"), any::<bool>(), option::of("protect-[0-9a-f]{8}"), tags);
    (settings, destinations).prop_map(move |((kind, sender, feedback, protect, tags), destinations)| match api {
        Api::V1 => Set { destinations, ..Set::default() },
        Api::V2 => Set {
            default_message_type: kind,
            default_sender_id: sender,
            message_feedback: feedback,
            protect_configuration: protect,
            tags,
            destinations,
        },
    })
}

fn world() -> impl Strategy<Value = World> {
    let sets = |api| collection::btree_map("[A-Za-z0-9_-]{1,64}", set(api), 0..3);
    (sets(Api::V2), sets(Api::V1), option::of("[a-z]{1,9}")).prop_map(|(v2, v1, owner)| {
        let tagged = |mut set: Set| {
            set.tags.extend(owner.clone().map(|owner| (OWNER_TAG.to_owned(), owner)));
            set
        };
        let v2 = v2.into_iter().map(|(name, set)| (SetId::v2(name), tagged(set)));
        World { sets: v2.chain(v1.into_iter().map(|(name, set)| (SetId::v1(name), set))).collect() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_adopted_is_planned_as_nothing_to_do(world in world()) {
        let text = adopt(&world);
        let draft = Draft::read("adopted.toml", &text).map_err(|faults| TestCaseError::fail(faults.to_string()))?;
        let desired = draft.settle(&Values::default()).map_err(|faults| TestCaseError::fail(faults.to_string()))?;
        let found = diff(&world, &desired, true);
        prop_assert!(found.is_empty() && found.unmanaged.is_empty(), "{}\n{}", found.text(false), text);
    }
}
