//! Events are found wherever they are wrapped, each once, and are the same rows whatever they came in.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::sync::Arc;

use object_store::memory::InMemory;
use object_store::path::Path;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use smsvoice_event::{Event, Timestamp};
use smsvoice_ingest::{Origin, Output, Reader, Settings};
use smsvoice_lake::{EventBatch, Lake, LakeWriter, Quarantined, Source, WriterLimits};
use tests::answers;
use tests::envelopes::{self, Envelope, quoted};

/// When the text itself arrived.
const FILE: i64 = 1_795_500_000_000;

/// What an event may lie in.
#[derive(Clone, Debug)]
enum Wrapped {
    Event,
    /// An array of some.
    Array(Vec<Wrapped>),
    /// An object with members of its own between those that hold some.
    Object(Vec<(&'static str, Wrapped)>, &'static [(&'static str, &'static str)]),
    /// JSON within a string.
    Text(Box<Wrapped>),
    /// An envelope, by its place in the list.
    Envelope(usize, Vec<Wrapped>),
}

/// Members that objects around events have, too; those of the second and the third look like an event's.
const OWN: [&[(&str, &str)]; 5] = [
    &[],
    &[("messageId", r#""b2a1""#), ("attempt", "3"), ("tags", r#"["a",{"b":null}]"#)],
    &[("eventType", r#""sms.receipt""#), ("eventTimestamp", "1795428000000")],
    &[("version", r#""1.0""#), ("note", r#""a { that is not closed""#)],
    &[("message", "null"), ("records_total", "1"), ("nested", r#"{"empty":{},"list":[]}"#)],
];

const NAMES: [&str; 10] =
    ["payload", "body", "data", "event", "message", "value", "Item", "content", "with \"quotes\"", "détail"];

impl Wrapped {
    /// The JSON text, in which the events are numbered from `next` on.
    fn text(&self, next: &mut usize) -> String {
        match self {
            Self::Event => {
                *next += 1;
                json!({"eventType": "TEXT_DELIVERED", "messageId": format!("message-{next}"),
                    "eventTimestamp": 1_795_305_600_000_i64, "context": {"note": "\"quoted\" \\ {not} 東京"}})
                .to_string()
            }
            Self::Array(items) => format!("[{}]", texts(items, next).join(", ")),
            Self::Object(members, own) => {
                let mut all: Vec<_> = own.iter().map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
                let members = members.iter().map(|(name, value)| format!("{} : {}", quoted(name), value.text(next)));
                let members: Vec<_> = members.collect();
                all.splice(all.len() / 2..all.len() / 2, members);
                format!("{{{}}}", all.join(","))
            }
            Self::Text(inner) => quoted(&inner.text(next)),
            Self::Envelope(at, inner) => {
                let text = (envelopes::ALL[*at].around)(&texts(inner, next));
                // Some envelopes hold one value, and are written one below the other: here they have to be one value.
                if text.lines().count() > 1 { format!("[{}]", text.replace('\n', ",")) } else { text }
            }
        }
    }
}

fn texts(all: &[Wrapped], next: &mut usize) -> Vec<String> {
    all.iter().map(|wrapped| wrapped.text(next)).collect()
}

/// Objects, arrays and strings up to six deep, around events and around envelopes that hold some.
fn wrapped() -> impl Strategy<Value = Wrapped> {
    let in_wrappers = |leaf: BoxedStrategy<Wrapped>, depth| {
        leaf.prop_recursive(depth, 16, 3, |inner| {
            let several = prop::collection::vec(inner.clone(), 1..3);
            let members = prop::sample::subsequence(NAMES.to_vec(), 1..3).prop_flat_map({
                let inner = inner.clone();
                move |names| {
                    let values = prop::collection::vec(inner.clone(), names.len());
                    values.prop_map(move |values| names.iter().copied().zip(values).collect::<Vec<_>>())
                }
            });
            prop_oneof![
                several.prop_map(Wrapped::Array),
                (members, select(OWN.to_vec())).prop_map(|(members, own)| Wrapped::Object(members, own)),
                inner.prop_map(|inner| Wrapped::Text(Box::new(inner))),
            ]
        })
    };
    let events = in_wrappers(Just(Wrapped::Event).boxed(), 3);
    let envelope = (0..envelopes::ALL.len(), prop::collection::vec(events.clone(), 1..4))
        .prop_map(|(at, inner)| Wrapped::Envelope(at, inner));
    let alone = in_wrappers(Just(Wrapped::Event).boxed(), 6);
    prop_oneof![2 => in_wrappers(envelope.boxed(), 3), 1 => alone]
}

/// The ids of the events that were read, and the pieces that were not.
#[derive(Default)]
struct Read {
    ids: Vec<String>,
    rejected: Vec<String>,
}

impl Output for Read {
    fn take(&mut self, _: EventBatch) {}

    fn reject(&mut self, piece: Quarantined) {
        self.rejected.push(format!("{}: {}", piece.detail, String::from_utf8_lossy(&piece.payload)));
    }

    fn observe(&mut self, event: &Event<'_>, _: Timestamp) {
        self.ids.push(event.message_id.to_string());
    }
}

fn read(text: &str) -> Read {
    let settings = Settings::plain();
    let mut reader = Reader::new(&settings, 100, Read::default());
    reader.bytes(text.as_bytes(), &origin());
    reader.finish().0
}

fn origin() -> Origin<'static> {
    Origin::new(Source::File, Timestamp::from_millis(FILE).unwrap(), "a test")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_event_is_found_once_whatever_it_is_wrapped_in(wrapped in wrapped()) {
        let mut events = 0;
        let text = wrapped.text(&mut events);
        let Read { mut ids, rejected } = read(&text);
        prop_assert_eq!(&rejected, &Vec::<String>::new(), "{}", text);
        ids.sort_by_key(|id| (id.len(), id.clone()));
        let all: Vec<_> = (1..=events).map(|number| format!("message-{number}")).collect();
        prop_assert_eq!(ids, all, "{}", text);
    }
}

/// An event with each field that AWS documents, no two of one value.
fn whole() -> String {
    json!({"eventType": "TEXT_PROTECT_BLOCKED", "eventVersion": "1.0", "eventTimestamp": 1_795_305_600_470_i64,
        "isFinal": true, "originationPhoneNumber": "+12065550152", "destinationPhoneNumber": "+12065550156",
        "isoCountryCode": "US", "isInternationalSend": false, "mcc": "310", "mnc": "05", "carrierName": "Bell Cellular",
        "messageId": "862a8790-60c0-4430-9b2b-658bdexample", "messageRequestTimestamp": 1_795_305_600_170_i64,
        "messageEncoding": "GSM", "messageType": "PROMOTIONAL", "messageStatus": "PROTECT_BLOCKED",
        "messageStatusDescription": "Message blocked", "context": {"campaign": "autumn", "city": "東京"},
        "totalMessageParts": 3, "totalMessagePrice": 0.00581, "totalCarrierFee": 0.00302, "callDurationInSeconds": 61,
        "totalDurationInMinutes": 2, "protectConfiguration": {"protectConfigurationId": "protect-1",
        "protectStatus": "FILTER"}, "protectConfigurationAssessment": {"protectRecommendation": "BLOCK",
        "protectInsights": {"blockReason": "AIT_SUSPECTED"}}, "rcsMetadata": {"billingEventType": "RICH"},
        "rcsBusinessId": "agent-7", "agentIsoCountryCode": "CA", "contentType": "MMS"})
    .to_string()
}

/// The rows that `text` gives in a lake.
fn rows(runtime: &tokio::runtime::Runtime, text: &str) -> Vec<Value> {
    let settings = Settings::plain();
    let mut reader = Reader::new(&settings, 100, LakeWriter::new(WriterLimits::default()));
    reader.bytes(text.as_bytes(), &origin());
    let (writer, _) = reader.finish();
    runtime.block_on(async {
        let lake = Lake::in_store(Arc::new(InMemory::new()), Path::default(), "memory:///");
        for file in writer.finish().unwrap().0 {
            lake.put(&file).await.unwrap();
        }
        answers::local(&lake, "SELECT * FROM events").await
    })
}

#[test]
fn every_field_has_its_column() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    insta::assert_json_snapshot!(rows(&runtime, &whole()));
}

#[test]
fn an_event_is_the_same_row_in_each_envelope_but_for_its_route() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let event = whole();
    let [bare] = &rows(&runtime, &event)[..] else { panic!("one row") };
    for Envelope { name, around, source, account_and_region, arrival } in envelopes::ALL {
        let (account, region) = account_and_region.unwrap_or_default();
        let mut expected = bare.clone();
        let told = |value: &str| if value.is_empty() { Value::Null } else { Value::from(value) };
        expected["source"] = json!(source);
        expected["account_id"] = told(account);
        expected["aws_region"] = told(region);
        let arrival = Timestamp::from_millis(arrival.unwrap_or(FILE)).unwrap();
        expected["received_at"] = json!(arrival.to_string());
        assert_eq!(rows(&runtime, &around(std::slice::from_ref(&event))), [expected], "{name}");
    }
}
