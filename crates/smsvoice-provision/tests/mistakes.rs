//! What is wrong with a file is told with its place, all of it at once, before anything is asked of AWS.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use smsvoice_provision::{Desired, Draft, Values};

const SNS: &str = "sns = { topic = \"arn:aws:sns:eu-west-1:111122223333:events\" }";

/// A file with one set, which has these lines, and one destination with those.
fn file(set: &str, destination: &str) -> String {
    format!(
        "[[configuration_set]]\nname = \"otp\"\n{set}\n[[configuration_set.event_destination]]\nname = \"lake\"\n{destination}\n"
    )
}

fn settle(source: &str) -> Result<Desired, String> {
    let stack = [("Stream".to_owned(), "arn:aws:firehose:eu-west-1:111122223333:deliverystream/sms".to_owned())];
    let values = Values {
        variables: [("TOPIC".to_owned(), "arn:aws:sns:eu-west-1:111122223333:events".to_owned())].into(),
        stacks: [("sms".to_owned(), stack.into())].into(),
    };
    let draft = Draft::read("infra/sets.toml", source).map_err(|faults| faults.to_string())?;
    draft.settle(&values).map_err(|faults| faults.to_string())
}

fn said(source: &str) -> String {
    settle(source).unwrap_err()
}

#[test]
fn a_file_without_a_mistake_is_read() {
    let all = "events = [\"ALL\"]\nfirehose = { stream = \"${stack:sms.Stream}\", role = \"arn:aws:iam::111122223333:role/r\" }";
    let desired = settle(&file("message_feedback = \"${FEEDBACK:-true}\"", all)).unwrap();
    assert_eq!((desired.owner.as_str(), desired.region.as_deref()), ("smsvoice", Some("eu-west-1")));
    let set = desired.world.sets.values().next().unwrap();
    assert!(set.message_feedback && set.destinations["lake"].enabled, "a destination is enabled unless it says no");
}

#[test]
fn a_mistake_is_told_with_file_line_column_and_a_mark() {
    insta::assert_snapshot!(said(&file("", &format!("events = [\"TEXT_ALL\", \"TEXT_DELIVERD\"]\n{SNS}"))));
}

#[test]
fn all_mistakes_are_told_at_once() {
    let bad = "events = [\"TEXT_SENT\"]\nsns = { topic = \"${TOPICS}\" }";
    let text = said(&file("default_sender_id = \"MUCH TOO LONG\"\ndefault_message_type = \"URGENT\"", bad));
    assert_eq!(text.matches("infra/sets.toml:").count(), 4, "{text}");
}

#[test]
fn what_is_no_toml_and_what_has_other_keys_is_told_the_same_way() {
    insta::assert_snapshot!(said("[[configuration_set]]\nname = otp\n"));
    insta::assert_snapshot!(said(&file("colour = \"red\"", SNS)));
}

/// A file with one mistake, and what is said of it.
type Case = (String, &'static str);

fn all() -> String {
    format!("events = [\"ALL\"]\n{SNS}")
}

fn destination(name: &str) -> String {
    format!("[[configuration_set.event_destination]]\nname = \"{name}\"\n{}\n", all())
}

fn mistakes_of_sets() -> Vec<Case> {
    let all = all();
    let set = |set: &str| file(set, &all);
    let long = "x".repeat(257);
    vec![
        (set("").replace("\"otp\"", "\"o t p\""), "is no name of a configuration set"),
        (set("") + &set(""), "the configuration set otp comes twice"),
        (set("api = \"v3\""), "there is no API `v3`"),
        (set("api = \"v1\"\ntags = { a = \"b\" }").replace("ALL", "BUSY"), "a configuration set of API v1 has no tags"),
        (set("default_message_type = \"URGENT\""), "there is no message type `URGENT`"),
        (set("default_sender_id = \"TWELVELETTER\""), "is no sender ID"),
        (set("protect_configuration = \"a b\""), "is no protect configuration"),
        (set("message_feedback = \"maybe\""), "`maybe` is neither true nor false"),
        (set("tags = { \"aws:x\" = \"y\" }"), "only AWS writes tags like `aws:x`"),
        (set("tags = { \"smsvoice:owner\" = \"y\" }"), "say owner = "),
        (set(&format!("tags = {{ a = \"{long}\" }}")), "at most 256 characters"),
        (format!("owner = \"\"\n{}", set("")), "the owner is the value of a tag"),
        ("[[configuration_set]]\nname = \"otp\"\n".to_owned(), "no event of this configuration set goes anywhere"),
    ]
}

fn mistakes_of_destinations() -> Vec<Case> {
    let of = |lines: &str| file("", lines);
    let six: String = ('a'..='e').map(|name| destination(&name.to_string())).collect();
    let firehose = "firehose = { stream = \"${stack:sms.Stream}\", role = \"arn:aws:iam::111122223333:role/r\" }";
    let long = format!("\"{}\"", "x".repeat(65));
    vec![
        (of(&all()).replace("\"lake\"", &long), "is no name of an event destination"),
        (of(&all()) + &six, "has at most 5 event destinations, and this one 6"),
        (of(&all()) + &destination("lake"), "the event destination lake comes twice"),
        (file("api = \"v1\"", &all()), "API v1 has no event type `ALL`; it has INITIATED_CALL"),
        (of(&format!("events = []\n{SNS}")), "no event goes to this destination"),
        (of(&format!("events = [\"TEXT_SENT\"]\n{SNS}")), "AWS lists TEXT_SENT and never sends it"),
        (of(&format!("events = [\"ALL\", \"ALL\"]\n{SNS}")), "`ALL` comes twice"),
        (of(&format!("events = [\"SMS\"]\n{SNS}")), "API v2 has no event type `SMS`"),
        (of("events = [\"ALL\"]"), "this event destination leads nowhere"),
        (of(&format!("{}\n{firehose}", all())), "an event destination has a single target"),
    ]
}

fn mistakes_of_arns_and_placeholders() -> Vec<Case> {
    let two = |other: String| file("", &all()) + &other;
    let topic = |topic: &str| file("", &format!("events = [\"ALL\"]\nsns = {{ topic = \"{topic}\" }}"));
    let [region, account] = [("eu-west-1", "us-east-1"), ("1111", "4444")];
    vec![
        (
            two(destination("b").replace(region.0, region.1)),
            "of the region us-east-1, and what comes before it of eu-west-1",
        ),
        (two(destination("b").replace(account.0, account.1)), "this is of the account 444422223333"),
        (topic("arn:aws:sqs:eu-west-1:111122223333:events"), "this is an ARN of the service `sqs`"),
        (topic("${stack:sms.Topic}"), "no output Topic; its outputs: Stream"),
        (topic("${stack:other.Topic}"), "there is no stack other"),
        (topic("${TOPICS}"), "the environment has no variable TOPICS"),
        (topic("${TOPIC"), "`}` is missing"),
    ]
}

#[test]
fn every_limit_is_checked() {
    let cases = [mistakes_of_sets(), mistakes_of_destinations(), mistakes_of_arns_and_placeholders()].concat();
    let mut wrong = String::new();
    for (source, expected) in &cases {
        let text = said(source);
        if !text.contains(expected) || text.matches(" --> ").count() != 1 {
            wrong += &format!("{expected}:\n{text}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn ten_destinations_are_right_in_v1_and_a_set_may_have_none_if_it_says_so() {
    let one = |name: char| {
        format!("[[configuration_set.event_destination]]\nname = \"{name}\"\nevents = [\"BUSY\"]\n{SNS}\n")
    };
    let ten: String = ('a'..='j').map(one).collect();
    let set = "[[configuration_set]]\nname = \"otp\"\napi = \"v1\"\n";
    assert!(settle(&format!("{set}{ten}")).is_ok());
    assert!(said(&format!("{set}{ten}{}", one('k'))).contains("at most 10"));
    assert!(settle(&format!("{set}event_destination = []\n")).is_ok());
}
