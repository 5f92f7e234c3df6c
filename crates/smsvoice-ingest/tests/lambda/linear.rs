//! Whatever a payload holds: no panic, each piece of it a row or in quarantine with its reason, and a cost that grows as its
//! length does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64_simd::STANDARD;
use object_store::memory::InMemory;
use serde_json::json;
use smsvoice_event::Timestamp;
use smsvoice_ingest::lambda::Handled;
use smsvoice_ingest::{Ledger, Settings};
use tokio::runtime::Builder;

use crate::payloads;
use crate::world::consumer;

/// A short payload and a long one. The long one's events are what fits into one invocation.
const SHORT: usize = 100_000;
const TIMES: usize = 16;

/// What has to become of a payload.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// Events in the lake, and nothing else.
    Rows,
    /// Quarantine, for this reason alone.
    Kept(&'static str),
    /// Both; or several reasons.
    Both,
}
use Fate::{Both, Kept, Rows};

/// A name, what becomes of it, and the payload of about so many bytes.
type Case = (&'static str, Fate, fn(usize) -> String);

fn event(more: &str) -> String {
    format!(r#"{{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795000000000{more}}}"#)
}

fn field(name: &str, value: &str) -> String {
    event(&format!(r#","{name}":{value}"#))
}

fn at_time(value: &str) -> String {
    format!(r#"{{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":{value}}}"#)
}

/// A Firehose record: what is no JSON comes to a function in base64.
fn record(data: &str) -> String {
    payloads::firehose(&[data.to_owned()]).to_string()
}

/// `count` members of an object, of names all different.
fn members(count: usize) -> String {
    (0..count).map(|n| format!(r#","{n:07}":1"#)).collect()
}

/// A value that has to be gone over to its end, however the text is searched.
fn spaces(len: usize) -> String {
    record(&field("context", &format!(r#"{{"k":"{}"}}"#, " ".repeat(len))))
}

fn many_spaces(len: usize) -> String {
    let values: Vec<String> = (0..5).map(|n| format!(r#""k{n}":"{}""#, " ".repeat(800))).collect();
    let event = field("context", &format!("{{{}}}", values.join(",")));
    record(&event.repeat(len / event.len() + 1))
}

fn arrays(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

fn objects(depth: usize) -> String {
    r#"{"a":"#.repeat(depth) + "1" + &"}".repeat(depth)
}

fn one_of_long_id(len: usize) -> String {
    let data = STANDARD.encode_to_string("{x\n".repeat(len / 8));
    json!({"records": [{"recordId": "r".repeat(len / 2), "data": data}]}).to_string()
}

fn events_of_long_account(len: usize) -> String {
    let event: serde_json::Value = serde_json::from_str(&event("")).unwrap();
    json!({"account": "1".repeat(len / 2), "region": "r", "detail-type": "Text Message Delivery Status Updated", "source": "aws.sms-voice",
        "detail": vec![event; len / 160]})
    .to_string()
}

/// The longest a value can be, and the most there can be of something.
const LONGEST: [Case; 24] = [
    ("a context value of spaces", Rows, spaces),
    ("context values of 800 spaces", Rows, many_spaces),
    ("a context key", Rows, |len| field("context", &format!(r#"{{"{}":"v"}}"#, "k".repeat(len)))),
    ("a word", Rows, |len| field("carrierName", &format!("\"{}\"", "é ".repeat(len / 3)))),
    ("a phone number", Rows, |len| field("destinationPhoneNumber", &format!("\"+{}\"", "1".repeat(len)))),
    ("open arrays", Kept("too_deep"), |len| "[".repeat(len)),
    ("nested arrays", Kept("too_deep"), |len| arrays(len / 2)),
    ("open objects", Kept("too_deep"), |len| r#"{"a":"#.repeat(len / 5)),
    ("nested objects", Kept("too_deep"), |len| objects(len / 6)),
    ("arrays in a field", Kept("too_deep"), |len| field("x", &arrays(len / 2))),
    ("objects in a field", Kept("too_deep"), |len| field("x", &objects(len / 6))),
    ("objects in a field, in a record", Kept("too_deep"), |len| record(&field("x", &objects(len / 6)))),
    ("arrays in a known field", Kept("too_deep"), |len| field("context", &arrays(len / 2))),
    ("a price of many digits", Kept("invalid_field"), |len| field("totalMessagePrice", &"1".repeat(len))),
    ("a price of many places", Kept("invalid_field"), |len| {
        field("totalMessagePrice", &format!("0.{}", "1".repeat(len)))
    }),
    ("a price of many zeros", Rows, |len| field("totalMessagePrice", &format!("0.1{}", "0".repeat(len)))),
    ("a price of a long exponent", Kept("invalid_field"), |len| {
        field("totalMessagePrice", &format!("1e{}", "1".repeat(len)))
    }),
    ("a time of many digits", Kept("implausible_time"), |len| at_time(&"1".repeat(len))),
    ("a time of many places", Rows, |len| at_time(&format!(r#""2026-11-18T11:06:40.{}Z""#, "1".repeat(len)))),
    ("an unknown number of many digits", Rows, |len| field("x", &"1".repeat(len))),
    ("many unknown fields", Kept("too_many_fields"), |len| event(&members(len / 12))),
    ("many unknown members", Rows, |len| field("rcsMetadata", &format!(r#"{{"x":1{}}}"#, members(len / 12)))),
    ("many context keys", Kept("too_many_fields"), |len| {
        field("context", &format!(r#"{{"x":1{}}}"#, members(len / 12)))
    }),
    ("one unknown key", Kept("repeated_field"), |len| event(&r#","again":1"#.repeat(len / 10))),
];

/// As many pieces as there can be, and what each might repeat.
const MOST: [Case; 21] = [
    ("one known key", Kept("repeated_field"), |len| event(&r#","mcc":1"#.repeat(len / 8))),
    ("one key of an envelope", Kept("invalid_envelope"), |len| {
        format!(r#"{{"Records":[]{}}}"#, r#","Records":[]"#.repeat(len / 13))
    }),
    ("many fields of no event", Kept("not_an_event"), |len| format!(r#"{{"x":1{}}}"#, members(len / 12))),
    ("an array of what is no event", Kept("not_an_event"), |len| format!("[1{}]", ",1".repeat(len / 2))),
    ("records of nothing", Kept("not_an_event"), |len| format!(r#"{{"Records":[{{}}{}]}}"#, ",{}".repeat(len / 3))),
    ("broken lines", Kept("invalid_json"), |len| record(&"{x\n".repeat(len / 4))),
    ("deep lines", Both, |len| record(&"[\n".repeat(len / 4))),
    ("broken events on one line", Kept("invalid_json"), |len| record(&r#"{"eventType""#.repeat(len / 16))),
    ("broken lines of a log", Kept("invalid_json"), |len| record(&"2026-11-22T00:00:00Z {\n".repeat(len / 31))),
    ("lines of a log that are one", Rows, |len| record(&(event("") + " 2026-11-22T00:00:00Z ").repeat(len / 128))),
    ("a log of nothing on one line", Both, |len| record(&"2026-11-22T00:00:00Z {} ".repeat(len / 32))),
    ("escapes", Rows, |len| field("x", &format!(r#""{}""#, "\\u00e9".repeat(len / 6)))),
    ("commas", Kept("not_an_event"), |len| record(&",".repeat(len))),
    ("numbers to be masked", Kept("invalid_json"), |len| record(&format!("{{{}", "+14255550142".repeat(len / 16)))),
    ("a record of a long id", Kept("invalid_json"), one_of_long_id),
    ("an envelope of a long account", Rows, events_of_long_account),
    ("an event deep in wrappers", Rows, |len| wrapped(&field("x", &format!("\"{}\"", "y".repeat(len))))),
    ("many events in wrappers", Rows, |len| wrapped(&format!("[{}]", vec![event(""); len / 100].join(",")))),
    ("nothing in wrappers", Kept("not_an_event"), |len| wrapped(&format!("[1{}]", ",{\"b\":\"{\"}".repeat(len / 10)))),
    ("an event serialized again and again", Rows, |len| {
        let event = field("x", &format!("\"{}\"", "y".repeat(len)));
        (0..6).fold(event, |text, _| format!(r#"{{"a":{}}}"#, json!(text)))
    }),
    ("records of other services", Kept("unknown_envelope"), |len| {
        format!(r#"{{"Records":[{{"eventSource":"x"}}{}]}}"#, r#",{"eventSource":"x","a":[{}]}"#.repeat(len / 30))
    }),
];

/// Twelve objects and arrays around a value.
fn wrapped(value: &str) -> String {
    format!("{}{value}{}", r#"{"a":["#.repeat(6), "]}".repeat(6))
}

fn invoke(payload: &str) -> Ledger {
    let mut consumer = consumer(Arc::new(InMemory::new()), Arc::new(InMemory::new()));
    consumer.settings = Settings::default(); // numbers are masked, in what is quarantined too
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let now = Timestamp::from_millis(1_795_000_000_000).unwrap();
    let Handled { ledger, .. } = runtime.block_on(consumer.invoke(payload, now, Duration::from_mins(15)));
    ledger
}

/// Linux adds up what a thread has had of a processor every few milliseconds only. A cost that is the square is seconds.
const GRAIN: Duration = Duration::from_millis(20);

/// What this thread has had of a processor: whatever else runs on the machine makes no difference to it.
fn processor_time(since: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

fn cost(payload: &str, times: usize) -> Duration {
    let since = Instant::now();
    let before = processor_time(since);
    (0..times).for_each(|_| drop(invoke(payload)));
    processor_time(since).saturating_sub(before)
}

#[test]
fn each_piece_is_a_row_or_in_quarantine_with_its_reason() {
    let mut others = String::new();
    for (name, fate, make) in LONGEST.iter().chain(&MOST) {
        let ledger = invoke(&make(SHORT * TIMES));
        assert!(ledger.adds_up() && ledger.received > 0 && ledger.to_retry == 0, "{name}: {ledger:?}");
        let rows = ledger.written + ledger.duplicates;
        let met = match fate {
            Rows => ledger.quarantined == 0,
            Kept(reason) => rows == 0 && ledger.by_reason.keys().eq([reason]),
            Both => ledger.quarantined > 0,
        };
        if !met {
            others += &format!("{name} should be {fate:?}: {ledger:?}\n");
        }
    }
    assert!(others.is_empty(), "{others}");
}

/// One payload against as many bytes in sixteen: alike where cost is linear, sixteen times as much where it is the square.
#[test]
fn cost_grows_as_the_length_does() {
    for (name, _, make) in LONGEST.iter().chain(&MOST) {
        let (short, long) = (make(SHORT), make(SHORT * TIMES));
        let (mut of_short, mut of_long) = (Duration::MAX, Duration::MAX);
        // The least of a few runs, as long as that changes the verdict.
        let linear = (0..5).any(|_| {
            of_short = of_short.min(cost(&short, TIMES));
            of_long = of_long.min(cost(&long, 1));
            of_long < of_short * 3 + GRAIN
        });
        assert!(linear, "{name}: {of_long:?} at once, {of_short:?} in {TIMES} parts");
    }
}
