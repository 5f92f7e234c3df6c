//! The faults that befall events, as a destination sees them: each happens when it is asked for, and not otherwise.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use futures::future::BoxFuture;
use serde_json::{Value, json};
use smsvoice_emulator::{Config, DeliveryService, OutgoingEvent};
use smsvoice_event::Channel;
use smsvoice_lifecycle::SILENCE_MS;

use crate::{
    rules::{account, rule_file, send},
    support::Emulator,
};

/// A destination that notes what it takes, in order.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Arrival>>>);

/// One event as it arrived.
#[derive(Clone)]
struct Arrival {
    /// When the emulator's clock sent it, in epoch milliseconds.
    at_ms: i64,
    payload: String,
    event: Value,
}

impl Arrival {
    fn kind(&self) -> &str {
        self.event["eventType"].as_str().unwrap()
    }

    fn ms(&self, member: &str) -> i64 {
        self.event[member].as_i64().unwrap()
    }

    /// How long it was on its way.
    fn late_ms(&self) -> i64 {
        self.at_ms - self.ms("eventTimestamp")
    }
}

impl DeliveryService for Recorder {
    fn deliver<'a>(&'a self, events: &'a [OutgoingEvent]) -> BoxFuture<'a, Vec<Result<(), String>>> {
        let arrivals = events.iter().map(|event| Arrival {
            at_ms: i64::try_from(event.at_ms).unwrap(),
            payload: event.payload.clone(),
            event: serde_json::from_str(&event.payload).unwrap(),
        });
        self.0.lock().unwrap().extend(arrivals);
        Box::pin(std::future::ready(vec![Ok(()); events.len()]))
    }
}

/// A destination for which a rule says how its text ends: before any fault does.
const PINNED: &str = "+14255550199";

/// Messages of each channel, beside that one.
const EACH: usize = 20;

/// What a destination gets of 20 texts, calls and media messages each, under these faults; by message.
fn arrivals(faults: &str) -> BTreeMap<String, Vec<Arrival>> {
    let rules = rule_file(&format!("[[rule]]\nnumber = \"{PINNED}\"\nending = \"blocked\"\n[faults]\n{faults}\n"));
    let recorder = Recorder::default();
    let config = Config {
        rules: Some(rules.path().to_owned()),
        lake: Some(Arc::new(recorder.clone())),
        seed: Some(4),
        ..Config::default()
    };
    let emulator = account(config);
    for channel in [Channel::Text, Channel::Voice, Channel::Media] {
        (0..EACH).for_each(|n| drop(send(&emulator, channel, &format!("+142555501{n:02}"), &json!({}))));
    }
    send(&emulator, Channel::Text, PINNED, &json!({}));
    emulator.post("/_smsvoice/clock/advance", r#"{"seconds": 700000}"#);
    emulator.settle();
    let mut of_message: BTreeMap<String, Vec<Arrival>> = BTreeMap::new();
    for arrival in recorder.0.lock().unwrap().iter() {
        of_message.entry(arrival.event["messageId"].as_str().unwrap().to_owned()).or_default().push(arrival.clone());
    }
    assert_eq!(of_message.len(), 3 * EACH + 1, "every message has events");
    statuses_are_of_what_happened_last(&emulator, &of_message);
    of_message
}

/// The emulator's status of each message is its newest event by time stamp, whatever arrived last.
fn statuses_are_of_what_happened_last(emulator: &Emulator, arrivals: &BTreeMap<String, Vec<Arrival>>) {
    let messages = emulator.get("/_smsvoice/messages?limit=1000");
    let messages = messages.as_array().unwrap();
    assert_eq!(messages.len(), arrivals.len());
    for message in messages {
        let arrivals = &arrivals[message["message_id"].as_str().unwrap()];
        let newest = arrivals.iter().max_by_key(|arrival| arrival.ms("eventTimestamp")).unwrap();
        assert_eq!(message["status"], newest.event["eventType"], "{message}");
    }
}

/// How often each payload arrived.
fn times(arrivals: &BTreeMap<String, Vec<Arrival>>) -> Vec<usize> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    arrivals.values().flatten().for_each(|arrival| *times.entry(&arrival.payload).or_default() += 1);
    times.into_values().collect()
}

/// The last event that arrived of each call: that it was completed, unless the answer was overtaken.
fn last_of_calls(arrivals: &BTreeMap<String, Vec<Arrival>>) -> Vec<&str> {
    let last = arrivals.values().map(|all| all[all.len() - 1].kind());
    last.filter(|kind| kind.starts_with("VOICE_")).collect()
}

#[test]
fn without_faults_each_event_arrives_once_soon_and_in_order_and_nothing_is_unknown() {
    let arrivals = arrivals("");
    assert!(times(&arrivals).iter().all(|times| *times == 1));
    assert_eq!(last_of_calls(&arrivals), ["VOICE_COMPLETED"; EACH]);
    let latest = arrivals.values().flatten().map(Arrival::late_ms).max().unwrap();
    assert!(latest < 600_000, "an event was {latest} ms on its way");
    assert!(arrivals.values().flatten().all(|arrival| !arrival.kind().ends_with("_UNKNOWN")));
}

#[test]
fn duplicates_are_the_same_event_again_within_a_minute() {
    let all = arrivals("duplicates = 1.0");
    assert!(times(&all).iter().all(|times| *times == 2), "{:?}", times(&all));
    let mut of_payload: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    all.values().flatten().for_each(|arrival| of_payload.entry(&arrival.payload).or_default().push(arrival.at_ms));
    assert!(of_payload.values().all(|at| (0..60_000).contains(&(at[1] - at[0]))), "{of_payload:?}");
    let some = times(&arrivals("duplicates = 0.25"));
    let share = some.iter().filter(|times| **times == 2).count() as f64 / some.len() as f64;
    assert!((0.15..0.35).contains(&share), "{share} of {} events came twice", some.len());
}

#[test]
fn disorder_lets_the_next_event_of_a_message_overtake() {
    let all = arrivals("disorder = 1.0");
    assert_eq!(last_of_calls(&all), ["VOICE_ANSWERED"; EACH]);
    assert!(times(&all).iter().all(|times| *times == 1));
    let some = arrivals("disorder = 0.25");
    let overtaken = last_of_calls(&some).iter().filter(|kind| **kind != "VOICE_COMPLETED").count();
    assert!((1..EACH / 2).contains(&overtaken), "{overtaken} of {EACH} calls");
}

#[test]
fn lateness_delays_events_by_up_to_a_day() {
    let day_ms = 24 * 3_600_000;
    let all = arrivals("lateness = 1.0");
    let late: Vec<i64> = all.values().flatten().map(Arrival::late_ms).collect();
    let mean_ms = late.iter().sum::<i64>() / late.len() as i64;
    assert!((day_ms * 2 / 5..day_ms * 3 / 5).contains(&mean_ms), "{mean_ms} ms on average");
    assert!(late.iter().all(|ms| *ms < day_ms + 600_000), "{:?}", late.iter().max());
    assert!(times(&all).iter().all(|times| *times == 1));
    let some = arrivals("lateness = 0.25");
    let late = some.values().flatten().filter(|arrival| arrival.late_ms() > 600_000).count();
    let events = some.values().flatten().count();
    assert!((events * 3 / 20..events * 7 / 20).contains(&late), "{late} of {events} events");
}

#[test]
fn without_receipts_texts_and_media_are_unknown_after_three_days_and_calls_are_not() {
    let all = arrivals("no_receipt = 1.0");
    for events in all.values() {
        let last = events.iter().max_by_key(|arrival| arrival.ms("eventTimestamp")).unwrap();
        if last.kind().starts_with("VOICE_") {
            assert_eq!(last.kind(), "VOICE_COMPLETED");
            continue;
        }
        if last.event["destinationPhoneNumber"] == PINNED {
            assert_eq!(last.kind(), "TEXT_BLOCKED");
            continue;
        }
        assert!(last.kind().ends_with("_UNKNOWN") && last.event["isFinal"] == true, "{}", last.payload);
        assert!(last.ms("eventTimestamp") - last.ms("messageRequestTimestamp") >= SILENCE_MS, "{}", last.payload);
    }
    let some = arrivals("no_receipt = 0.25");
    let unknown = some.values().filter(|all| all.iter().any(|arrival| arrival.kind().ends_with("_UNKNOWN"))).count();
    assert!((2 * EACH * 3 / 20..2 * EACH * 8 / 20).contains(&unknown), "{unknown} of {} texts and media", 2 * EACH);
}
