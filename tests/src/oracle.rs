//! The views `messages` and `events_once` once more, in plain Rust: written from their definitions, not from their SQL.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::answers::sorted;
use crate::random_events::Arrival;
use serde_json::{Value, json};
use smsvoice_event::{Channel, Event, EventTime, Outcome};

/// The rows of the view, for these events; in the order of their message ids.
pub fn messages(arrivals: &[Arrival]) -> Vec<Value> {
    let mut lives: BTreeMap<&str, Vec<&Arrival>> = BTreeMap::new();
    for arrival in arrivals {
        lives.entry(&arrival.0.message_id).or_default().push(arrival);
    }
    lives.into_iter().map(|(id, life)| message(id, &life)).collect()
}

fn message(id: &str, life: &[&Arrival]) -> Value {
    let events: Vec<&Event<'_>> = life.iter().map(|(event, _)| event).collect();
    let outcomes: Vec<Outcome> = events.iter().map(|event| event.outcome()).collect();
    let outcome = *outcomes.iter().max().expect("a message has an event");
    let has = |wanted: &[Outcome]| outcomes.iter().any(|outcome| wanted.contains(outcome));
    let requested = events.iter().filter_map(|event| event.request_time).min();
    let accepted = first(&events, |event| {
        event.outcome() == Outcome::Accepted || event.event_type.as_str().ends_with("_SUCCESSFUL")
    });
    let delivered = first(&events, |event| event.outcome() == Outcome::Delivered);
    let since_request = |at: Option<EventTime>| Some(at?.millis() - requested?.millis());
    let channel = newest(&events, |event| (event.channel() != Channel::Other).then(|| event.channel().as_str()));
    // A failure that is not final keeps its reason on its own row; the message is pending, and has none.
    let is_undelivered = matches!(outcome, Outcome::Blocked | Outcome::Failed);
    let reason = newest(&events, |event| {
        event
            .failure_reason()
            .filter(|_| is_undelivered && event.outcome() == outcome)
            .map(smsvoice_event::FailureReason::as_str)
    });
    let mut row = json!({
        "message_id": id,
        "channel": channel.unwrap_or("other"),
        "outcome": outcome.as_str(),
        "failure_reason": reason,
        "conflicting": has(&[Outcome::Delivered]) && has(&[Outcome::Blocked, Outcome::Failed]),
        "is_final": events.iter().filter_map(|event| event.is_final).max(),
        "requested_at": time(requested),
        "first_event_at": time(first(&events, |_| true)),
        "last_event_at": time(events.iter().map(|event| event.event_time).max()),
        "accepted_at": time(accepted),
        "delivered_at": time(delivered),
        "accept_latency_ms": since_request(accepted),
        "delivery_latency_ms": since_request(delivered),
        "event_count": events.len(),
    });
    row.as_object_mut()
        .expect("it is one")
        .extend(described(&events).into_iter().chain(routed(life)).map(|(k, v)| (k.into(), v)));
    by_their_dimensions(&mut row);
    row
}

/// What metrics can be broken down by has a column of that name.
fn by_their_dimensions(row: &mut Value) {
    row["network"] = match (row["mcc"].as_str(), row["mnc"].as_str()) {
        (Some(mcc), Some(mnc)) => json!(format!("{mcc}-{mnc}")),
        _ => Value::Null,
    };
    let named = [
        ("country", "iso_country_code"),
        ("carrier", "carrier_name"),
        ("account", "account_id"),
        ("region", "aws_region"),
    ];
    for (dimension, column) in named {
        row[dimension] = row[column].clone();
    }
}

fn described(events: &[&Event<'_>]) -> Vec<(&'static str, Value)> {
    let text = |value: fn(&Event<'_>) -> Option<String>| json!(newest(events, value));
    let int = |value: fn(&Event<'_>) -> Option<i32>| json!(newest(events, value));
    let usd = |value: fn(&Event<'_>) -> Option<i64>| {
        json!(newest(events, value).map(|micros| format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)))
    };
    vec![
        ("origination_identity", text(|e| e.origination_identity.as_ref().map(|n| n.as_str().into()))),
        ("destination_phone_number", text(|e| e.destination_phone_number.as_ref().map(|n| n.as_str().into()))),
        ("destination_prefix_hash", text(|e| e.destination_prefix_hash.as_deref().map(Into::into))),
        ("iso_country_code", text(|e| e.iso_country_code.as_deref().map(Into::into))),
        ("mcc", text(|e| e.mcc.as_deref().map(Into::into))),
        ("mnc", text(|e| e.mnc.as_deref().map(Into::into))),
        ("carrier_name", text(|e| e.carrier_name.as_deref().map(Into::into))),
        ("message_type", text(|e| e.message_type.as_deref().map(Into::into))),
        ("message_encoding", text(|e| e.message_encoding.as_deref().map(Into::into))),
        ("protect_status", text(|e| e.protect_status.as_deref().map(Into::into))),
        ("message_parts", int(|e| e.message_parts)),
        ("call_duration_seconds", int(|e| e.call_duration_seconds)),
        ("billed_duration_minutes", int(|e| e.billed_duration_minutes)),
        ("price_usd", usd(|e| e.price.map(smsvoice_event::Usd::micros))),
        ("carrier_fee_usd", usd(|e| e.carrier_fee.map(smsvoice_event::Usd::micros))),
        ("context", context(events)),
    ]
}

fn context(events: &[&Event<'_>]) -> Value {
    let pairs = |event: &Event<'_>| {
        let (keys, values): (Vec<_>, Vec<_>) =
            event.context.iter().map(|(k, v)| (k.to_string(), v.to_string())).unzip();
        (!keys.is_empty()).then_some((keys, values))
    };
    newest(events, pairs)
        .map_or(Value::Null, |(keys, values)| keys.into_iter().zip(values).map(|(k, v)| (k, json!(v))).collect())
}

fn routed(life: &[&Arrival]) -> Vec<(&'static str, Value)> {
    let of_route = |value: fn(&Arrival) -> Option<String>| {
        let dated = life.iter().filter_map(|arrival| Some((arrival.0.event_time, value(arrival)?)));
        json!(dated.max().map(|(_, value)| value))
    };
    vec![
        ("configuration_set", of_route(|(_, route)| route.configuration_set.as_deref().map(Into::into))),
        ("account_id", of_route(|(_, route)| route.account_id.as_deref().map(Into::into))),
        ("aws_region", of_route(|(_, route)| route.aws_region.as_deref().map(Into::into))),
    ]
}

/// Of the newest event that has a value; of several as new, the larger.
fn newest<T: Ord>(events: &[&Event<'_>], value: impl Fn(&Event<'_>) -> Option<T>) -> Option<T> {
    events.iter().filter_map(|event| Some((event.event_time, value(event)?))).max().map(|(_, value)| value)
}

fn first(events: &[&Event<'_>], which: impl Fn(&Event<'_>) -> bool) -> Option<EventTime> {
    events.iter().filter(|event| which(event)).map(|event| event.event_time).min()
}

fn time(at: Option<EventTime>) -> Option<String> {
    let at = chrono::DateTime::from_timestamp_millis(at?.millis()).expect("a timestamp is in range");
    Some(at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

/// The rows of the view `events_once`, for these rows of `events`; in the order of their text.
pub fn events_once(rows: Vec<Value>) -> Vec<Value> {
    let mut events: BTreeMap<String, Value> = BTreeMap::new();
    for row in rows {
        let id = ["message_id", "event_type", "event_time"].map(|column| row[column].to_string()).join(" ");
        match events.entry(id) {
            Entry::Vacant(first) => drop(first.insert(row)),
            Entry::Occupied(mut other) if worth(&row) > worth(other.get()) => drop(other.insert(row)),
            Entry::Occupied(_) => {}
        }
    }
    sorted(events.into_values().collect())
}

/// Of two copies of an event the one that is worth more counts: by its fields, by what its route tells, by the earlier
/// arrival, and then by what the columns hold, so that one is chosen in any case.
fn worth(row: &Value) -> (usize, usize, Reverse<(String, String)>, Vec<Comparable>) {
    let set = |columns: &str| columns.split_whitespace().filter(|name| !row[*name].is_null()).count();
    let pairs = row["context"].as_object().map_or(0, serde_json::Map::len);
    let or_last = |column: &str| row[column].as_str().unwrap_or("~").to_owned();
    let all = FIELDS.split_whitespace().chain(OF_THE_ROUTE.split_whitespace()).chain(["context"]);
    (
        set(FIELDS) + pairs,
        set(OF_THE_ROUTE),
        Reverse((or_last("received_at"), or_last("source"))),
        all.map(|name| comparable(&row[name])).collect(),
    )
}

/// The fields of an event, besides the context, in which its copies can differ.
const FIELDS: &str = "event_version is_final request_time origination_identity destination_phone_number iso_country_code \
    mcc mnc carrier_name is_international_send message_type message_encoding message_status message_status_description \
    message_parts price_usd carrier_fee_usd call_duration_seconds billed_duration_minutes protect_configuration_id \
    protect_status protect_recommendation protect_block_reason rcs_agent_country rcs_business_id rcs_billing_type extra \
    destination_prefix_hash";

const OF_THE_ROUTE: &str = "configuration_set account_id aws_region";

/// Whether there is a value, its size, and its texts.
type Comparable = (bool, i128, Vec<String>);

/// A value that compares as its column does: numbers by size, and nothing is less than anything.
fn comparable(value: &Value) -> Comparable {
    match value {
        Value::Null => (false, 0, Vec::new()),
        Value::Bool(truth) => (true, i128::from(*truth), Vec::new()),
        Value::Number(number) => (true, number.as_i64().expect("a count").into(), Vec::new()),
        Value::String(text) => match text.split_once('.').map(|(whole, places)| (whole.parse(), places)) {
            Some((Ok::<i128, _>(dollars), places)) if places.len() == 6 => {
                let micros: i128 = places.parse().expect("six digits");
                (true, dollars * 1_000_000 + micros, Vec::new())
            }
            _ => (true, 0, vec![text.clone()]),
        },
        Value::Object(pairs) => {
            let values = pairs.values().map(|value| value.as_str().expect("values are texts").to_owned());
            (true, 0, pairs.keys().cloned().chain(["\0".to_owned()]).chain(values).collect())
        }
        Value::Array(_) => unreachable!("no column holds an array"),
    }
}
