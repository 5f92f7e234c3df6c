//! The rows as Arrow's own arrays, each column taken from the event anew: the truth that files are compared with.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int32Array, Int64Array, MapBuilder, MapFieldNames, RecordBatch,
    StringArray, StringBuilder, TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use smsvoice_event::{Event, EventTime, FailureReason, PhoneNumber, Timestamp, Usd};

use super::rows::{PROMOTED, Row, written};
use crate::route::Route;
use crate::schema;

/// The rows that are written, with the columns of the schema and then those of promoted context keys.
pub(super) fn batch(rows: &[Row]) -> RecordBatch {
    let events: Vec<Event<'_>> = written(rows).map(Row::event).collect();
    let routes: Vec<Route<'_>> = written(rows).map(Row::route).collect();
    let columns = columns(&events, &routes);
    let mut fields: Vec<Arc<Field>> = schema::events().fields().iter().cloned().collect();
    fields.extend(PROMOTED.map(|key| Arc::new(Field::new(format!("context_{key}"), DataType::Utf8, true))));
    assert_eq!(fields.len(), columns.len(), "a column is missing here");
    let of = |field: &Arc<Field>| columns.iter().find(|(name, _)| name == field.name()).unwrap().1.clone();
    let arrays = fields.iter().map(of).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn columns(events: &[Event<'_>], routes: &[Route<'_>]) -> Vec<(&'static str, ArrayRef)> {
    let text =
        |of: fn(&Event<'_>) -> Option<String>| -> ArrayRef { Arc::new(events.iter().map(of).collect::<StringArray>()) };
    let route =
        |of: fn(&Route<'_>) -> Option<String>| -> ArrayRef { Arc::new(routes.iter().map(of).collect::<StringArray>()) };
    let boolean =
        |of: fn(&Event<'_>) -> Option<bool>| -> ArrayRef { Arc::new(events.iter().map(of).collect::<BooleanArray>()) };
    let int =
        |of: fn(&Event<'_>) -> Option<i32>| -> ArrayRef { Arc::new(events.iter().map(of).collect::<Int32Array>()) };
    let usd = |of: fn(&Event<'_>) -> Option<Usd>| -> ArrayRef {
        let micros = events.iter().map(|event| of(event).map(|usd| i128::from(usd.micros())));
        Arc::new(micros.collect::<Decimal128Array>().with_precision_and_scale(18, 6).unwrap())
    };
    let latency = |event: &Event<'_>| Some(event.event_time.millis() - event.request_time?.millis());
    vec![
        ("event_type", text(|e| Some(e.event_type.as_str().to_owned()))),
        ("event_version", text(|e| owned(e.event_version.as_deref()))),
        ("outcome", text(|e| Some(e.outcome().as_str().to_owned()))),
        ("failure_reason", text(|e| owned(e.failure_reason().map(FailureReason::as_str)))),
        ("is_final", boolean(|e| e.is_final)),
        ("event_time", times(events.iter().map(|e| Some(e.event_time.millis())))),
        ("request_time", times(events.iter().map(|e| e.request_time.map(EventTime::millis)))),
        ("latency_ms", Arc::new(events.iter().map(latency).collect::<Int64Array>())),
        ("message_id", text(|e| Some(e.message_id.clone().into_owned()))),
        ("origination_identity", text(|e| owned(e.origination_identity.as_ref().map(PhoneNumber::as_str)))),
        ("destination_phone_number", text(|e| owned(e.destination_phone_number.as_ref().map(PhoneNumber::as_str)))),
        ("iso_country_code", text(|e| owned(e.iso_country_code.as_deref()))),
        ("mcc", text(|e| owned(e.mcc.as_deref()))),
        ("mnc", text(|e| owned(e.mnc.as_deref()))),
        ("carrier_name", text(|e| owned(e.carrier_name.as_deref()))),
        ("is_international_send", boolean(|e| e.is_international_send)),
        ("message_type", text(|e| owned(e.message_type.as_deref()))),
        ("message_encoding", text(|e| owned(e.message_encoding.as_deref()))),
        ("message_status", text(|e| owned(e.message_status.as_deref()))),
        ("message_status_description", text(|e| owned(e.message_status_description.as_deref()))),
        ("message_parts", int(|e| e.message_parts)),
        ("price_usd", usd(|e| e.price)),
        ("carrier_fee_usd", usd(|e| e.carrier_fee)),
        ("call_duration_seconds", int(|e| e.call_duration_seconds)),
        ("billed_duration_minutes", int(|e| e.billed_duration_minutes)),
        ("protect_configuration_id", text(|e| owned(e.protect_configuration_id.as_deref()))),
        ("protect_status", text(|e| owned(e.protect_status.as_deref()))),
        ("protect_recommendation", text(|e| owned(e.protect_recommendation.as_deref()))),
        ("protect_block_reason", text(|e| owned(e.protect_block_reason.as_deref()))),
        ("rcs_agent_country", text(|e| owned(e.rcs_agent_country.as_deref()))),
        ("rcs_business_id", text(|e| owned(e.rcs_business_id.as_deref()))),
        ("rcs_billing_type", text(|e| owned(e.rcs_billing_type.as_deref()))),
        ("context", maps(events)),
        ("extra", text(|e| owned(e.extra_json().as_deref()))),
        ("configuration_set", route(|r| owned(r.configuration_set.as_deref()))),
        ("account_id", route(|r| owned(r.account_id.as_deref()))),
        ("aws_region", route(|r| owned(r.aws_region.as_deref()))),
        ("source", route(|r| Some(r.source.as_str().to_owned()))),
        ("received_at", times(routes.iter().map(|r| r.received_at.map(Timestamp::millis)))),
        ("destination_prefix_hash", text(|e| owned(e.destination_prefix_hash.as_deref()))),
        (
            "context_a",
            text(|e| e.context.iter().find(|(key, _)| key == "a").map(|(_, value)| value.clone().into_owned())),
        ),
    ]
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn times(millis: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(millis.collect::<TimestampMillisecondArray>().with_timezone("UTC"))
}

fn maps(events: &[Event<'_>]) -> ArrayRef {
    let names = MapFieldNames { entry: "key_value".into(), key: "key".into(), value: "value".into() };
    let mut maps = MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new());
    for event in events {
        for (key, value) in &event.context {
            maps.keys().append_value(key);
            maps.values().append_value(value);
        }
        maps.append(!event.context.is_empty()).unwrap();
    }
    Arc::new(maps.finish())
}
