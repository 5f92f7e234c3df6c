//! Laws of one life, and of the samples in AWS's documents.

#![allow(clippy::unwrap_used, reason = "a test may: its helpers, too")]

use proptest::prelude::*;
use smsvoice_event::{Channel, Encoding, EventType, KnownType, Outcome, Usd};
use smsvoice_lifecycle::{
    COUNTRIES, Country, Ending, GenerateOptions, Life, LifeError, Message, Odds, Protect, ProtectStatus, SILENCE_MS,
    generate, seeded,
};

const SENT_MS: i64 = 1_712_944_267_685;

fn message(channel: Channel, iso: &str) -> Message<'static> {
    let country = Country::by_iso(iso).unwrap();
    Message::new(channel, country, "221bc70c-7ee6-4987-b1ba-9684ba25be20", SENT_MS, "+13655550100", "+16135550123")
}

fn json(message: &Message<'_>, life: &Life, at: usize) -> serde_json::Value {
    let mut out = Vec::new();
    life.events[at].write_json(message, &mut out);
    serde_json::from_slice(&out).unwrap()
}

fn outcome(life: &Life) -> Outcome {
    life.events.iter().map(|event| event.event_type.outcome(Some(event.is_final))).max().unwrap()
}

fn channels() -> impl Strategy<Value = Channel> {
    prop::sample::select(vec![Channel::Text, Channel::Voice, Channel::Media, Channel::Rcs])
}

proptest! {
    /// Whatever the message, the ending, the seed: a life begins after the request, ends with its ending's event, and
    /// says each thing once.
    #[test]
    fn lives_keep_their_laws(
        channel in channels(),
        ending in prop::option::of(prop::sample::select(Ending::ALL)),
        country in prop::sample::select(COUNTRIES.iter().collect::<Vec<_>>()),
        seed in any::<u64>(),
        ttl_seconds in 5u32..=259_200,
        parts in 1u32..=4,
    ) {
        let message = Message { country, ttl_seconds, parts, ..message(channel, "US") };
        let life = match Life::of(&message, ending, &Odds::default(), &mut seeded(seed, 0)) {
            Ok(life) => life,
            Err(LifeError::UnfitEnding { ending, channel }) => {
                prop_assert!(!ending.fits(channel));
                return Ok(());
            }
            Err(LifeError::NotServed { .. }) => {
                prop_assert!(message.tariff().is_none());
                return Ok(());
            }
        };
        prop_assert_eq!(&life, &Life::of(&message, ending, &Odds::default(), &mut seeded(seed, 0)).unwrap());
        let last = life.events.last().unwrap();
        prop_assert_eq!(&last.event_type, &EventType::Known(life.ending.last_event(channel).unwrap()));
        let mut ids: Vec<_> = life.events.iter().map(|event| (&event.event_type, event.event_time_ms)).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), life.events.len());
        for event in &life.events {
            prop_assert!(event.event_time_ms > SENT_MS && event.at_ms > event.event_time_ms);
            prop_assert_eq!(event.event_type.channel(), channel);
        }
    }

    /// lines = events + duplicates + truncated, whatever the options.
    #[test]
    fn counts_of_lines_add_up(
        messages in 0u64..300,
        seed in any::<u64>(),
        rates in prop::array::uniform5(0.0f64..=1.0),
        truncated in 0.0f64..=0.9,
        shuffled in any::<bool>(),
    ) {
        let [duplicates, disorder, late, unknown_types, unknown_fields] = rates;
        let options = GenerateOptions {
            messages, seed, duplicates, disorder, late, truncated, unknown_types, unknown_fields, shuffled,
            ..GenerateOptions::default()
        };
        let mut lines = Vec::new();
        let truth = generate(&options, &mut lines).unwrap();
        let written: Vec<_> = lines.split_inclusive(|byte| *byte == b'\n').collect();
        let whole = written.iter().filter(|line| serde_json::from_slice::<serde_json::Value>(line).is_ok()).count();
        prop_assert_eq!(truth.lines, truth.events + truth.duplicates + truth.truncated_lines);
        prop_assert_eq!(truth.lines, written.len() as u64);
        prop_assert_eq!(truth.truncated_lines, (written.len() - whole) as u64);
        prop_assert_eq!(truth.messages, messages);
    }
}

#[test]
fn canadian_pair_is_the_one_that_was_captured() {
    let message = message(Channel::Text, "CA");
    let life = Life::of(&message, Some(Ending::Delivered), &Odds::default(), &mut seeded(3, 0)).unwrap();
    let last = life.events.len() - 1;
    let (first, second) = (json(&message, &life, last - 1), json(&message, &life, last));
    assert_eq!((&first["eventType"], &first["isFinal"]), (&"TEXT_SUCCESSFUL".into(), &false.into()));
    assert_eq!((&second["eventType"], &second["isFinal"]), (&"TEXT_DELIVERED".into(), &true.into()));
    assert_eq!([&first["totalCarrierFee"], &second["totalCarrierFee"]].map(ToString::to_string), ["0.00767", "0.006"]);
    assert_eq!([&first["totalMessagePrice"], &second["totalMessagePrice"]].map(ToString::to_string), ["0.00581"; 2]);
}

#[test]
fn short_code_gets_a_lone_final_success_without_network() {
    let message = Message { origination: "555555".into(), ..message(Channel::Text, "CA") };
    let life = Life::of(&message, None, &Odds::always_arriving(), &mut seeded(3, 0)).unwrap();
    let last = json(&message, &life, life.events.len() - 1);
    assert_eq!((&last["eventType"], &last["isFinal"]), (&"TEXT_SUCCESSFUL".into(), &true.into()));
    assert!(last.get("mcc").is_none() && last.get("carrierName").is_none());
}

#[test]
fn expiry_and_silence_come_when_they_must() {
    let hurried = Message { ttl_seconds: 60, ..message(Channel::Text, "JP") };
    for seed in 0..200 {
        let life = Life::of(&hurried, Some(Ending::TtlExpired), &Odds::default(), &mut seeded(seed, 0)).unwrap();
        let expiry = life.events.last().unwrap().event_time_ms - SENT_MS;
        assert!((75_000..105_000).contains(&expiry), "{expiry} ms after the request");
        let life = Life::of(&hurried, Some(Ending::Delivered), &Odds::default(), &mut seeded(seed, 0)).unwrap();
        assert!(life.events.iter().all(|event| event.event_time_ms < SENT_MS + 60_003), "delivered before it expires");
        let life =
            Life::of(&hurried, Some(Ending::UnknownAfterSilence), &Odds::default(), &mut seeded(seed, 0)).unwrap();
        assert!(life.events.last().unwrap().event_time_ms >= SENT_MS + SILENCE_MS);
    }
}

#[test]
fn endings_have_their_outcomes() {
    let cases = [
        (Channel::Text, Ending::Accepted, Outcome::Accepted),
        (Channel::Text, Ending::NoReceipt, Outcome::Pending),
        (Channel::Text, Ending::UnknownAfterSilence, Outcome::Unknown),
        (Channel::Text, Ending::DeliveredAfterFailure, Outcome::Delivered),
        (Channel::Text, Ending::DeliveredAfterRetry, Outcome::Delivered),
        (Channel::Media, Ending::ExpiredAfterRetry, Outcome::Failed),
        (Channel::Text, Ending::StillTrying, Outcome::Pending),
        (Channel::Text, Ending::Spam, Outcome::Blocked),
        (Channel::Media, Ending::FileSizeExceeded, Outcome::Failed),
        (Channel::Voice, Ending::Delivered, Outcome::Delivered),
        (Channel::Voice, Ending::NoAnswer, Outcome::Failed),
        (Channel::Voice, Ending::NoReceipt, Outcome::Pending),
        (Channel::Rcs, Ending::Read, Outcome::Delivered),
        (Channel::Rcs, Ending::FellBackToSms, Outcome::Pending),
    ];
    for (channel, ending, expected) in cases {
        let life = Life::of(&message(channel, "US"), Some(ending), &Odds::default(), &mut seeded(1, 0)).unwrap();
        assert_eq!(outcome(&life), expected, "{channel} {ending}");
    }
}

#[test]
fn reading_can_be_stamped_before_delivery_and_costs_nothing() {
    let message = message(Channel::Rcs, "US");
    let lives =
        (0..200).map(|seed| Life::of(&message, Some(Ending::Read), &Odds::default(), &mut seeded(seed, 0)).unwrap());
    let stamped_before = |life: &Life| {
        let [.., delivered, read] = life.events.as_slice() else { panic!("a read message was delivered") };
        assert_eq!(delivered.event_type, EventType::Known(KnownType::RcsDelivered));
        assert_eq!((read.price, delivered.price), (Some(Usd::from_micros(0)), Some(Usd::from_micros(7_000))));
        read.event_time_ms < delivered.event_time_ms
    };
    let before = lives.filter(stamped_before).count();
    assert!((20..90).contains(&before), "{before} of 200");
}

#[test]
fn call_is_billed_by_begun_minutes() {
    let message = Message { call_seconds: Some(61), ..message(Channel::Voice, "US") };
    let life = Life::of(&message, Some(Ending::Delivered), &Odds::default(), &mut seeded(1, 0)).unwrap();
    let completed = life.events.last().unwrap();
    assert_eq!((completed.billed_minutes(), completed.price), (Some(2), Some(Usd::from_micros(26_000))));
    assert!(life.events.iter().take(3).all(|event| event.price.is_none() && event.description.is_none()));
}

#[test]
fn blocked_by_protect_names_a_rule_that_blocks() {
    let configuration_id = "protect-d777777777777771bbd5d59f4d903479".into();
    let allowing = Protect { configuration_id, status: ProtectStatus::Allow, suspected: false };
    let filtering = Protect { status: ProtectStatus::Filter, suspected: true, ..allowing.clone() };
    for (protect, status, assessed) in [(allowing, "BLOCK", false), (filtering, "FILTER", true)] {
        let message = Message { protect: Some(protect), ..message(Channel::Text, "US") };
        let life = Life::of(&message, Some(Ending::ProtectBlocked), &Odds::default(), &mut seeded(1, 0)).unwrap();
        let event = json(&message, &life, 0);
        assert_eq!((life.events.len(), &event["totalMessagePrice"]), (1, &0.into()));
        assert_eq!(event["protectConfiguration"]["protectStatus"], status);
        assert_eq!(event.get("protectConfigurationAssessment").is_some(), assessed);
    }
}

#[test]
fn unfit_wishes_are_refused_in_words() {
    let refuse = |message: &Message<'_>, ending| {
        Life::of(message, Some(ending), &Odds::default(), &mut seeded(1, 0)).unwrap_err().to_string()
    };
    insta::assert_snapshot!([
        refuse(&message(Channel::Text, "US"), Ending::Busy),
        refuse(&message(Channel::Media, "FR"), Ending::Delivered),
        refuse(&message(Channel::Other, "US"), Ending::Delivered),
    ].join("\n"), @r"
    a message of channel text cannot end as busy; choose an ending of that channel
    no media message can be sent to FR: the tariff table has no price for it
    a message of channel other cannot end as delivered; choose an ending of that channel
    ");
}

#[test]
fn hostile_text_stays_json() {
    let message = Message {
        origination: "A\"B\\C\n".into(),
        encoding: Encoding::Unicode,
        context: vec![("k\u{1}".into(), "\"},{\"x\":\"".into()), ("ключ".into(), "значение".into())],
        ..message(Channel::Text, "US")
    };
    let life = Life::of(&message, None, &Odds::default(), &mut seeded(1, 0)).unwrap();
    let event = json(&message, &life, 0);
    assert_eq!(event["originationPhoneNumber"], "A\"B\\C\n");
    assert_eq!(event["context"]["k\u{1}"], "\"},{\"x\":\"");
    assert_eq!(event["context"]["ключ"], "значение");
}
