//! Random events with few values to choose from, so that ties, repeats and contradictions are common; and lakes of them.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use proptest::collection::SizeRange;
use proptest::prelude::*;
use proptest::sample::select;
use smsvoice_event::{Event, EventTime, EventType, KnownType, PhoneNumber, Timestamp, Usd};
use smsvoice_lake::{EventBatchBuilder, Lake, LakeFile, LakeWriter, Route, Source, WriterLimits};

/// 2026-11-22T00:00:00Z: days around it make several partitions.
const MIDNIGHT: i64 = 1_795_305_600_000;

/// An event and how it came.
pub type Arrival = (Event<'static>, Route<'static>);

/// Events of `messages` messages, no two of one id: what is sent twice is the same both times.
pub fn arrivals(messages: usize, events: impl Into<SizeRange>) -> impl Strategy<Value = Vec<Arrival>> {
    prop::collection::vec((event(messages), route()), events).prop_map(|mut arrivals| {
        let mut seen = HashSet::new();
        arrivals.retain(|(event, _)| seen.insert(event.id()));
        arrivals
    })
}

/// Copies of events: of each a few, which differ in what they tell and in how they came.
pub fn copies(events: impl Into<SizeRange>) -> impl Strategy<Value = Vec<Arrival>> {
    let change = prop_oneof![
        2 => event(1).prop_map(Some),
        3 => Just(None), // no other fields: the route alone differs
    ];
    let one_field = text(&["Bell", "Rogers"]);
    let copy = (change, prop::option::of(one_field), route());
    let event_and_copies = (event(3), prop::collection::vec(copy, 1..4));
    prop::collection::vec(event_and_copies, events).prop_map(|all| {
        let copies = all.into_iter().flat_map(|(event, copies)| {
            copies.into_iter().map(move |(other, carrier, route)| {
                let mut copy = copy_of(&event, other.unwrap_or_else(|| event.clone()));
                if let Some(carrier) = carrier {
                    copy.carrier_name = carrier;
                }
                (copy, route)
            })
        });
        copies.collect()
    })
}

/// What `other` tells, as a copy of `event`.
fn copy_of(event: &Event<'static>, other: Event<'static>) -> Event<'static> {
    Event {
        message_id: event.message_id.clone(),
        event_type: event.event_type.clone(),
        event_time: event.event_time,
        ..other
    }
}

fn event(messages: usize) -> impl Strategy<Value = Event<'static>> {
    let what = (0..messages, event_type(), times(), prop::option::of(any::<bool>()));
    let place =
        (text(&["CA", "JP", "US"]), text(&["302", "310"]), text(&["05", "5", "610"]), text(&["Bell", "KDDI", "Ωμέγα"]));
    let numbers = (usd(), usd(), small(), small(), small());
    let kind = (text(&["PROMOTIONAL", "TRANSACTIONAL"]), text(&["GSM", "UNICODE"]), text(&["ALLOW", "BLOCK"]));
    let hands = (
        text(&["+12065550100", "NOTIFY", "555555"]),
        text(&["+12065550199", "+447700900123"]),
        text(&["v1:0a", "v1:f0"]),
    );
    (what, place, numbers, kind, hands, context()).prop_map(|(what, place, numbers, kind, hands, context)| Event {
        event_time: what.2.0,
        request_time: what.2.1,
        is_final: what.3,
        iso_country_code: place.0,
        mcc: place.1,
        mnc: place.2,
        carrier_name: place.3,
        price: numbers.0,
        carrier_fee: numbers.1,
        message_parts: numbers.2,
        call_duration_seconds: numbers.3,
        billed_duration_minutes: numbers.4,
        message_type: kind.0,
        message_encoding: kind.1,
        protect_status: kind.2,
        origination_identity: hands.0.map(PhoneNumber::from),
        destination_phone_number: hands.1.map(PhoneNumber::from),
        destination_prefix_hash: hands.2,
        context,
        ..bare(format!("message-{}", what.0), what.1)
    })
}

fn bare(message_id: String, event_type: EventType<'static>) -> Event<'static> {
    let json = r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795305600000}"#;
    Event { message_id: Cow::Owned(message_id), event_type, ..Event::parse(json).expect("it has what is required") }
}

fn event_type() -> impl Strategy<Value = EventType<'static>> {
    let unknown = select(vec!["TEXT_TYPED", "NOTIFY_SENT"]).prop_map(|name| EventType::from_wire(name.into()));
    prop_oneof![30 => select(KnownType::ALL.to_vec()).prop_map(EventType::Known), 1 => unknown]
}

/// Of the event, and of the request: a few milliseconds or some days apart, the request sometimes later.
fn times() -> impl Strategy<Value = (EventTime, Option<EventTime>)> {
    let offset = || prop_oneof![3 => -3..3i64, 1 => (-4..4i64).prop_map(|days| days * 86_400_000)];
    let at = |offset: i64| EventTime::from_millis(MIDNIGHT + offset).expect("2026 is in range");
    (offset(), prop::option::weighted(0.8, offset())).prop_map(move |(event, request)| (at(event), request.map(at)))
}

fn text(values: &'static [&'static str]) -> impl Strategy<Value = Option<Cow<'static, str>>> {
    prop::option::of(select(values).prop_map(Cow::Borrowed))
}

fn small() -> impl Strategy<Value = Option<i32>> {
    prop::option::of(0..4)
}

/// Fractions of a cent whose means fall between two millionths, and the largest amount the lake holds.
fn usd() -> impl Strategy<Value = Option<Usd>> {
    let micros = prop_oneof![Just(0), Just(5_810), 0..10i64, Just(999_999_999_999_999_999)];
    prop::option::of(micros.prop_map(Usd::from_micros))
}

fn context() -> impl Strategy<Value = Vec<(Cow<'static, str>, Cow<'static, str>)>> {
    let pair = (select(vec!["campaign", "it's"]), select(vec!["", "a", "東京,大阪"]));
    prop::collection::btree_map(pair.0, pair.1, 0..=2)
        .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
}

fn route() -> impl Strategy<Value = Route<'static>> {
    let source = select(vec![Source::Firehose, Source::Sns, Source::EventBridge]);
    let known = (text(&["otp", "marketing"]), text(&["111122223333"]), text(&["eu-west-2", "us-east-1"]));
    let arrival = prop::option::of((0..2i64).prop_map(|after| Timestamp::from_millis(MIDNIGHT + after)));
    (source, known, arrival).prop_map(|(source, (configuration_set, account_id, aws_region), arrival)| Route {
        configuration_set,
        account_id,
        aws_region,
        received_at: arrival.flatten(),
        ..Route::of(source)
    })
}

/// A lake in `store` to which each of `deliveries` was written by a writer of its own.
pub async fn lake(store: Arc<dyn ObjectStore>, deliveries: &[Vec<Arrival>]) -> Lake {
    let lake = Lake::in_store(store, Path::default(), "memory:///");
    for arrivals in deliveries {
        for file in files_of(arrivals) {
            lake.put(&file).await.expect("the store takes files");
        }
    }
    lake
}

/// The same, but each delivery has files of its own, even if one of the same events is there already.
pub async fn lake_of_copies(store: Arc<dyn ObjectStore>, deliveries: &[Vec<Arrival>]) -> Lake {
    let lake = Lake::in_store(store, Path::default(), "memory:///");
    for (number, arrivals) in deliveries.iter().enumerate() {
        for file in files_of(arrivals) {
            let path = lake.path(&format!("{}/part-{number}.parquet", file.partition));
            lake.store().put(&path, file.bytes).await.expect("the store takes objects");
        }
    }
    lake
}

fn files_of(arrivals: &[Arrival]) -> Vec<LakeFile> {
    let mut batch = EventBatchBuilder::default();
    for (event, route) in arrivals {
        batch.push(event, route);
    }
    let mut writer = LakeWriter::new(WriterLimits::default());
    writer.push(batch.finish());
    writer.finish().expect("the batch is of the lake's own schema").0
}
