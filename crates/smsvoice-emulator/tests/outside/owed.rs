//! What is owed to destinations: it outlives a restart, is given up in the end, and is tried again when asked.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures::future::BoxFuture;
use serde_json::json;
use smsvoice_emulator::{
    Clock, Components, DeliveryService, DeliveryServices, EpochMs, OutgoingEvent, Place, RetryPolicy, Rules, Terms,
};

use crate::support::{Emulator, wait_until};

/// A topic that takes events only while it is open.
#[derive(Clone, Default)]
struct Topic {
    open: Arc<AtomicBool>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Topic {
    fn taken(&self) -> Vec<String> {
        let mut taken = self.taken.lock().unwrap().clone();
        taken.sort();
        taken
    }
}

impl DeliveryService for Topic {
    fn deliver<'a>(&'a self, events: &'a [OutgoingEvent]) -> BoxFuture<'a, Vec<Result<(), String>>> {
        let take = |event: &OutgoingEvent| {
            if !self.open.load(Ordering::Relaxed) {
                return Err("the topic is closed".to_owned());
            }
            self.taken.lock().unwrap().push(event.payload.clone());
            Ok(())
        };
        Box::pin(std::future::ready(events.iter().map(take).collect()))
    }
}

fn start(topic: &Topic, attempts: u32, state: Option<PathBuf>) -> Emulator {
    let real = || EpochMs(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64);
    let pause = Duration::from_millis(10);
    Emulator::start_components(Components {
        any_time: false,
        place: Place { region: "us-east-1".to_owned(), account_id: "111122223333".to_owned() },
        terms: Terms::default(),
        credentials: None,
        allowed_hosts: Vec::new(),
        log: None,
        seed: 3,
        rules: Rules::default(),
        clock: Clock::new(Arc::new(real), 1.0),
        services: DeliveryServices { sns: Some(Arc::new(topic.clone())), ..DeliveryServices::default() },
        retries: RetryPolicy { attempts, first_pause: pause, longest_pause: pause },
        state,
        simulator_number: false,
    })
}

fn set_up(emulator: &Emulator) {
    emulator.call("CreateConfigurationSet", &json!({"ConfigurationSetName": "set"}));
    let destination = json!({"ConfigurationSetName": "set", "EventDestinationName": "topic",
        "MatchingEventTypes": ["ALL"], "SnsDestination": {"TopicArn": "arn:aws:sns:us-east-1:111122223333:events"}});
    emulator.call("CreateEventDestination", &destination);
    emulator.call(
        "RequestPhoneNumber",
        &json!({"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberType": "LONG_CODE",
            "NumberCapabilities": ["SMS", "VOICE"]}),
    );
}

/// Sends a text and makes a call: several events each.
fn send(emulator: &Emulator) {
    let numbers = emulator.call("DescribePhoneNumbers", &json!({}));
    let message = json!({"DestinationPhoneNumber": "+14255550100", "MessageBody": "hello",
        "OriginationIdentity": numbers["PhoneNumbers"][0]["PhoneNumberId"], "ConfigurationSetName": "set"});
    for operation in ["SendTextMessage", "SendVoiceMessage"] {
        let answer = emulator.call(operation, &message);
        assert!(answer["MessageId"].is_string(), "{answer}");
    }
}

fn emitted(emulator: &Emulator) -> Vec<String> {
    let mut events: Vec<_> = emulator.request("GET", "/_smsvoice/events", "").lines().map(str::to_owned).collect();
    events.sort();
    events
}

fn stopped_with_events_owed_and_to_come(topic: &Topic, state: &Path) {
    let emulator = start(topic, u32::MAX, Some(state.to_owned()));
    set_up(&emulator);
    (0..5).for_each(|_| send(&emulator));
    emulator.post("/_smsvoice/clock/advance", r#"{"seconds": 700000}"#);
    wait_until("all is emitted", || emulator.get("/_smsvoice/health")["events"]["to_come"] == 0);
    (0..5).for_each(|_| send(&emulator));
    let health = emulator.get("/_smsvoice/health");
    assert!(health["deliveries"]["owed"].as_u64().unwrap() > 10 && health["events"]["to_come"] != 0, "{health}");
}

#[test]
fn what_was_owed_and_to_come_when_it_stopped_is_delivered_once_after_a_restart() {
    let (state, topic) = (tempfile::tempdir().unwrap(), Topic::default());
    stopped_with_events_owed_and_to_come(&topic, state.path());
    assert_eq!(topic.taken().len(), 0);
    topic.open.store(true, Ordering::Relaxed);
    let emulator = start(&topic, u32::MAX, Some(state.path().to_owned()));
    emulator.post("/_smsvoice/clock/advance", r#"{"seconds": 700000}"#);
    emulator.settle();
    let emitted = emitted(&emulator);
    assert!(emitted.len() > 50, "{} events of 20 messages", emitted.len());
    assert_eq!(topic.taken(), emitted);
}

#[test]
fn what_was_given_up_is_delivered_when_it_is_asked_for_again() {
    let topic = Topic::default();
    let emulator = start(&topic, 3, None);
    set_up(&emulator);
    send(&emulator);
    emulator.post("/_smsvoice/clock/advance", r#"{"seconds": 700000}"#);
    emulator.settle();
    let emitted = emitted(&emulator);
    let deliveries = &emulator.get("/_smsvoice/health")["deliveries"];
    assert_eq!(deliveries["undeliverable"], emitted.len());
    assert_eq!(deliveries["since_start"]["failed_attempts"], emitted.len() * 3);
    let first = &emulator.get("/_smsvoice/messages")[0]["events"][0]["deliveries"][0];
    assert_eq!(
        *first,
        json!({"destination": "topic", "state": "gave_up", "attempts": 3, "error": "the topic is closed"})
    );
    topic.open.store(true, Ordering::Relaxed);
    assert_eq!(emulator.post("/_smsvoice/redeliver", ""), json!({"deliveries": emitted.len()}));
    emulator.settle();
    assert_eq!(topic.taken(), emitted);
    assert_eq!(emulator.get("/_smsvoice/health")["deliveries"]["undeliverable"], 0);
}
