//! Laws of plans, for any two worlds: what is planned, once done, leaves nothing to plan; and on the way no event type has
//! fewer destinations than before or after.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::{collection, option, sample};
use smsvoice_provision::coverage::Coverage;
use smsvoice_provision::desired::{Desired, OWNER_TAG};
use smsvoice_provision::diff::diff;
use smsvoice_provision::events::{NEVER_SENT, Selector};
use smsvoice_provision::plan::Plan;
use smsvoice_provision::world::{Api, Destination, MessageType, Set, SetId, Target, World};

fn target() -> impl Strategy<Value = Target> {
    let name = sample::select(vec!["one", "two"]);
    (0..3, name).prop_map(|(kind, name)| match kind {
        0 => Target::Sns { topic: name.to_owned() },
        1 => Target::Firehose { stream: name.to_owned(), role: "role".to_owned() },
        _ => Target::CloudwatchLogs { log_group: name.to_owned(), role: "role".to_owned() },
    })
}

fn events(api: Api) -> impl Strategy<Value = BTreeSet<Selector>> {
    let names: Vec<_> = Selector::all(api).into_iter().filter(|name| *name != NEVER_SENT).collect();
    let some = collection::btree_set(sample::select(names).prop_map(Selector::new), 1..4);
    let all = if api == Api::V1 { "RINGING" } else { "ALL" };
    prop_oneof![some, Just([Selector::new(all)].into())]
}

fn destinations(api: Api, most: usize) -> impl Strategy<Value = BTreeMap<String, Destination>> {
    let destination = (prop::bool::weighted(0.8), events(api), target());
    let destination = destination.prop_map(|(enabled, events, target)| Destination { enabled, events, target });
    collection::btree_map("[a-f]", destination, 0..=most)
}

fn set(api: Api, most: usize) -> BoxedStrategy<Set> {
    let destinations = destinations(api, most);
    if api == Api::V1 {
        return destinations.prop_map(|destinations| Set { destinations, ..Set::default() }).boxed();
    }
    let kind = option::of(prop_oneof![Just(MessageType::Transactional), Just(MessageType::Promotional)]);
    let tags = collection::btree_map("[a-c]", "[x-z]", 0..3);
    let settings = (kind, option::of("[A-C]"), any::<bool>(), option::of("protect-[ab]"), tags, destinations);
    let set = settings.prop_map(|(kind, sender, feedback, protect, tags, destinations)| Set {
        default_message_type: kind,
        default_sender_id: sender,
        message_feedback: feedback,
        protect_configuration: protect,
        tags,
        destinations,
    });
    set.boxed()
}

/// Worlds whose sets have at most so many destinations fewer than there may be.
fn world(room: usize) -> impl Strategy<Value = World> {
    let v2 = collection::btree_map("[p-r]", set(Api::V2, Api::V2.destinations_per_set() - room), 0..3);
    let v1 = collection::btree_map("[p-r]", set(Api::V1, Api::V1.destinations_per_set() - room), 0..2);
    (v2, v1).prop_map(|(v2, v1)| {
        let v2 = v2.into_iter().map(|(name, set)| (SetId::v2(name), set));
        let v1 = v1.into_iter().map(|(name, set)| (SetId::v1(name), set));
        World { sets: v2.chain(v1).collect() }
    })
}

/// All of `world` is wanted, and all there is of this owner goes.
fn desired(world: World) -> Desired {
    Desired { owner: "me".to_owned(), world, region: None }
}

/// As `world`, with every set of API v2 tagged as ours.
fn owned(mut world: World) -> World {
    for (_, set) in world.sets.iter_mut().filter(|(id, _)| id.api == Api::V2) {
        set.tags.insert(OWNER_TAG.to_owned(), "me".to_owned());
    }
    world
}

fn names(world: &World, id: &SetId) -> BTreeSet<String> {
    world.sets.get(id).map(|set| set.destinations.keys().cloned().collect()).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_planned_and_done_leaves_nothing_to_plan(a in world(0), b in world(0)) {
        let (a, desired) = (owned(a), desired(b.clone()));
        let diff = diff(&a, &desired, true);
        // With a place for every name there is or will be, and for a stand-in of each that is replaced, there is always a way.
        let fits = |id: &SetId| {
            let replaced = names(&a, id).intersection(&names(&b, id)).filter(|name| {
                a.sets[id].destinations[*name].target.kind() != b.sets[id].destinations[*name].target.kind()
            }).count();
            names(&a, id).union(&names(&b, id)).count() + replaced <= id.api.destinations_per_set()
        };
        let calls = match diff.calls() {
            Ok(calls) => calls,
            Err(no_room) => {
                prop_assert!(!fits(&no_room.set), "refused, with places free: {no_room}");
                return Ok(());
            }
        };
        let mut world = a.clone();
        for call in &calls {
            call.perform(&mut world).map_err(|why| TestCaseError::fail(format!("{call}: {why}")))?;
        }
        // Sets of API v1 bear no tag, so that they are never pruned.
        let mut expected = owned(b);
        expected.sets.extend(diff.unmanaged.iter().map(|id| (id.clone(), a.sets[id].clone())));
        prop_assert_eq!(&world, &expected);
        prop_assert!(smsvoice_provision::diff::diff(&world, &desired, true).is_empty());
    }

    #[test]
    fn no_event_type_loses_destinations_on_the_way(a in world(0), b in world(0)) {
        let a = owned(a);
        let Ok(calls) = diff(&a, &desired(b.clone()), true).calls() else { return Ok(()) };
        let mut world = a.clone();
        for call in &calls {
            call.perform(&mut world).map_err(|why| TestCaseError::fail(format!("{call}: {why}")))?;
            for (id, after) in &b.sets {
                let Some(now) = world.sets.get(id) else { continue };
                let before = a.sets.get(id).map(|set| Coverage::of(id.api, set)).unwrap_or_default();
                let floor = before.least(&Coverage::of(id.api, after));
                prop_assert!(Coverage::of(id.api, now).reaches(&floor), "{} {calls:?}", call);
            }
        }
    }

    #[test]
    fn a_run_that_stops_after_any_call_is_finished_by_the_next(a in world(1), b in world(1)) {
        let (a, desired) = (owned(a), desired(b));
        let first = diff(&a, &desired, true);
        let Ok(calls) = first.calls() else { return Ok(()) };
        let saved = Plan::new(&first, None, chrono::DateTime::UNIX_EPOCH);
        let mut end = a.clone();
        for call in &calls {
            call.perform(&mut end).unwrap();
        }
        let mut stopped = a;
        for (at, call) in calls.iter().enumerate() {
            let rest = diff(&stopped, &desired, true).calls();
            let rest = rest.map_err(|why| TestCaseError::fail(format!("after {at} of {calls:?}: {why}")))?;
            let mut world = stopped.clone();
            for call in rest {
                call.perform(&mut world).map_err(|why| TestCaseError::fail(format!("{call}: {why}")))?;
            }
            prop_assert_eq!(&world, &end);
            let by_plan = saved.remaining(&stopped).unwrap();
            prop_assert_eq!(&by_plan[..], &calls[calls.len() - by_plan.len()..]);
            let mut world = stopped.clone();
            for call in &by_plan {
                call.perform(&mut world).map_err(|why| TestCaseError::fail(format!("{call}, by plan: {why}")))?;
            }
            prop_assert_eq!(&world, &end);
            call.perform(&mut stopped).unwrap();
        }
    }

    #[test]
    fn an_unchanged_world_gives_an_empty_plan(world in world(0)) {
        let diff = diff(&world, &desired(world.clone()), true);
        prop_assert!(diff.is_empty() && diff.unmanaged.is_empty());
        prop_assert_eq!(diff.calls().unwrap(), []);
        prop_assert_eq!(diff.text(false), "nothing to do: everything is as the file says\n");
    }

    #[test]
    fn a_plan_is_read_back_as_it_was_written(a in world(1), b in world(1)) {
        let diff = diff(&a, &desired(b), true);
        let plan = Plan::new(&diff, Some("eu-west-1"), chrono::DateTime::UNIX_EPOCH);
        let read = Plan::read(&plan.write(&diff).unwrap()).unwrap();
        prop_assert_eq!(read.diff().sets, diff.sets);
        prop_assert!(read.require_region(Some("eu-west-1")).is_ok() && read.require_region(Some("us-east-1")).is_err());
    }
}
