//! Each single change gives exactly its text, and its calls in their order.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use smsvoice_provision::desired::Desired;
use smsvoice_provision::diff::diff;
use smsvoice_provision::events::Selector;
use smsvoice_provision::world::{Destination, MessageType, Set, SetId, Target, World};

fn sns() -> Target {
    Target::Sns { topic: "arn:aws:sns:eu-west-1:111122223333:events".to_owned() }
}

fn firehose(stream: &str) -> Target {
    let stream = format!("arn:aws:firehose:eu-west-1:111122223333:deliverystream/{stream}");
    Target::Firehose { stream, role: "arn:aws:iam::111122223333:role/sms".to_owned() }
}

fn destination(events: &[&str], target: Target) -> Destination {
    Destination { enabled: true, events: events.iter().map(|name| Selector::new(*name)).collect(), target }
}

fn set() -> Set {
    Set {
        default_message_type: Some(MessageType::Transactional),
        default_sender_id: Some("ACME".to_owned()),
        message_feedback: true,
        protect_configuration: Some("protect-1".to_owned()),
        tags: [("team".to_owned(), "identity".to_owned())].into(),
        destinations: [
            ("lake".to_owned(), destination(&["ALL"], firehose("sms"))),
            ("alarm".to_owned(), destination(&["TEXT_BLOCKED", "TEXT_SPAM"], sns())),
        ]
        .into(),
    }
}

fn world(sets: &[(&SetId, Set)]) -> World {
    World { sets: sets.iter().map(|(id, set)| ((*id).clone(), set.clone())).collect() }
}

/// The plan and its calls as text.
fn planned(before: &World, after: World, prune: bool) -> String {
    let diff = diff(before, &Desired { owner: "me".to_owned(), world: after, region: None }, prune);
    let calls: Vec<_> = diff.calls().unwrap().iter().map(|call| format!("  {call}\n")).collect();
    format!("{}calls:\n{}", diff.text(false), calls.concat())
}

/// The plan for one set that changes so.
fn change(change: impl FnOnce(&mut Set)) -> String {
    let (id, mut after) = (SetId::v2("otp"), set());
    change(&mut after);
    planned(&world(&[(&id, set())]), world(&[(&id, after)]), false)
}

#[test]
fn nothing_changes() {
    insta::assert_snapshot!(change(|_| {}));
}

#[test]
fn a_set_is_made() {
    insta::assert_snapshot!(planned(&World::default(), world(&[(&SetId::v2("otp"), set())]), false));
}

#[test]
fn a_disabled_destination_is_made_and_then_disabled_in_v2_and_made_disabled_in_v1() {
    let destination = Destination { enabled: false, ..destination(&["RINGING"], sns()) };
    let set = Set { destinations: [("calls".to_owned(), destination)].into(), ..Set::default() };
    let after = world(&[(&SetId::v1("voice"), set.clone()), (&SetId::v2("voice"), set)]);
    insta::assert_snapshot!(planned(&World::default(), after, false));
}

#[test]
fn each_setting_changes() {
    insta::assert_snapshot!(
        [
            change(|set| set.default_message_type = Some(MessageType::Promotional)),
            change(|set| set.default_message_type = None),
            change(|set| set.default_sender_id = Some("OTHER".to_owned())),
            change(|set| set.default_sender_id = None),
            change(|set| set.message_feedback = false),
            change(|set| set.protect_configuration = Some("protect-2".to_owned())),
            change(|set| set.protect_configuration = None),
        ]
        .join("\n")
    );
}

#[test]
fn tags_change() {
    insta::assert_snapshot!(change(|set| {
        set.tags = [("team".to_owned(), "growth".to_owned()), ("stage".to_owned(), "live".to_owned())].into();
    }));
    insta::assert_snapshot!(change(|set| set.tags.clear()));
}

#[test]
fn a_destination_changes_in_place() {
    insta::assert_snapshot!(
        [
            change(|set| set.destinations.get_mut("lake").unwrap().enabled = false),
            change(|set| {
                let events = ["TEXT_BLOCKED", "TEXT_CARRIER_BLOCKED"];
                set.destinations.insert("alarm".to_owned(), destination(&events, sns()));
            }),
            change(|set| set.destinations.get_mut("lake").unwrap().target = firehose("other")),
        ]
        .join("\n")
    );
}

#[test]
fn another_kind_of_target_is_a_replacement_with_a_stand_in() {
    insta::assert_snapshot!(change(|set| set.destinations.get_mut("lake").unwrap().target = sns()));
}

#[test]
fn a_new_destination_comes_before_the_old_one_goes() {
    insta::assert_snapshot!(change(|set| {
        let lake = set.destinations.remove("lake").unwrap();
        set.destinations.insert("new-lake".to_owned(), lake);
    }));
}

#[test]
fn what_is_new_comes_first_even_where_nothing_would_be_lost() {
    let text = change(|set| {
        set.destinations.remove("alarm");
        set.destinations.insert("calls".to_owned(), destination(&["VOICE_ALL"], sns()));
    });
    let calls = text.split_once("calls:\n").unwrap().1;
    assert_eq!(calls, "  create event destination otp/calls\n  delete event destination otp/alarm\n");
}

#[test]
fn two_destinations_swap_their_events_without_a_gap() {
    let set = |one: &str, other: &str| Set {
        destinations: [
            ("one".to_owned(), destination(&[one], sns())),
            ("other".to_owned(), destination(&[other], firehose("sms"))),
        ]
        .into(),
        ..Set::default()
    };
    let id = SetId::v2("otp");
    let (before, after) = (set("TEXT_ALL", "VOICE_ALL"), set("VOICE_ALL", "TEXT_ALL"));
    insta::assert_snapshot!(planned(&world(&[(&id, before)]), world(&[(&id, after)]), false));
}

#[test]
fn a_full_set_has_no_room_for_a_replacement() {
    let full = |target: Target| Set {
        destinations: ["a", "b", "c", "d", "e"]
            .map(|name| (name.to_owned(), destination(&["ALL"], target.clone())))
            .into(),
        ..Set::default()
    };
    let (id, mut after) = (SetId::v2("otp"), full(sns()));
    after.destinations.insert("c".to_owned(), destination(&["ALL"], firehose("sms")));
    let desired = Desired { owner: "me".to_owned(), world: world(&[(&id, after)]), region: None };
    insta::assert_snapshot!(diff(&world(&[(&id, full(sns()))]), &desired, false).calls().unwrap_err());
}

#[test]
fn only_sets_of_this_owner_are_pruned() {
    let tagged = |owner: &str| Set { tags: [("smsvoice:owner".to_owned(), owner.to_owned())].into(), ..set() };
    let (ours, theirs, nobodys, old) = (SetId::v2("a"), SetId::v2("b"), SetId::v2("c"), SetId::v1("d"));
    let before = world(&[(&ours, tagged("me")), (&theirs, tagged("them")), (&nobodys, set()), (&old, Set::default())]);
    insta::assert_snapshot!(planned(&before, World::default(), false));
    insta::assert_snapshot!(planned(&before, World::default(), true));
}

#[test]
fn a_plan_is_coloured_where_colours_are_seen() {
    let (id, mut after) = (SetId::v2("otp"), set());
    after.message_feedback = false;
    let desired = Desired { owner: "me".to_owned(), world: world(&[(&id, after)]), region: None };
    insta::assert_snapshot!(diff(&world(&[(&id, set())]), &desired, false).text(true).replace('\x1b', "ESC"));
}

#[test]
fn a_plan_is_one_object_for_programs() {
    let (id, other, mut after) = (SetId::v2("otp"), SetId::v1("calls"), set());
    after.destinations.get_mut("lake").unwrap().target = sns();
    after.tags.clear();
    let desired = Desired { owner: "me".to_owned(), world: world(&[(&id, after)]), region: None };
    let diff = diff(&world(&[(&id, set()), (&other, Set::default())]), &desired, false);
    insta::assert_snapshot!(serde_json::to_string_pretty(&diff.json()).unwrap());
}
