//! The columns of `events` under construction.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Int32Builder, Int64Builder, MapBuilder, MapFieldNames, PrimitiveBuilder, StringBuilder,
    TimestampMillisecondBuilder,
};
use arrow::datatypes::{DataType, Decimal64Type};
use smsvoice_event::{Event, FailureReason, PhoneNumber, Timestamp, Usd};
use xxhash_rust::xxh3::xxh3_64;

use crate::identity::{Content, Identity};
use crate::route::Route;
use crate::schema::{self, USD};
use crate::words::Words;

/// The columns under construction, grouped by how they are built.
pub(crate) struct Columns {
    event_id: StringBuilder,
    words: [Words; WORDS],
    is_final: BooleanBuilder,
    event_time: TimestampMillisecondBuilder,
    request_time: TimestampMillisecondBuilder,
    latency_ms: Int64Builder,
    message_id: StringBuilder,
    destination_phone_number: StringBuilder,
    is_international_send: BooleanBuilder,
    message_parts: Int32Builder,
    price_usd: PrimitiveBuilder<Decimal64Type>,
    carrier_fee_usd: PrimitiveBuilder<Decimal64Type>,
    call_duration_seconds: Int32Builder,
    billed_duration_minutes: Int32Builder,
    context: MapBuilder<StringBuilder, StringBuilder>,
    extra: StringBuilder,
    received_at: TimestampMillisecondBuilder,
    /// Of context keys that have a column of their own.
    promoted: Vec<Words>,
}

/// How many columns of repeating strings the schema has.
const WORDS: usize = 24;

/// How many of them, the last ones, tell of the route and not of the event.
const OF_THE_ROUTE: usize = 4;

impl Columns {
    /// Columns with room for so many rows, and as many of promoted context keys.
    pub(crate) fn with_capacity(rows: usize, promoted: usize) -> Self {
        let names = MapFieldNames { entry: "key_value".into(), key: "key".into(), value: "value".into() };
        let time = || TimestampMillisecondBuilder::with_capacity(rows).with_timezone("UTC");
        let usd = || PrimitiveBuilder::with_capacity(rows).with_data_type(DataType::Decimal64(USD.0, USD.1));
        let text = |bytes: usize| StringBuilder::with_capacity(rows, rows * bytes);
        let in_pairs = |bytes: usize| StringBuilder::with_capacity(3 * rows, 3 * rows * bytes);
        Self {
            event_id: text(32),
            words: std::array::from_fn(|_| Words::with_capacity(rows)),
            is_final: BooleanBuilder::with_capacity(rows),
            event_time: time(),
            request_time: time(),
            latency_ms: Int64Builder::with_capacity(rows),
            message_id: text(36),
            destination_phone_number: text(14),
            is_international_send: BooleanBuilder::with_capacity(rows),
            message_parts: Int32Builder::with_capacity(rows),
            price_usd: usd(),
            carrier_fee_usd: usd(),
            call_duration_seconds: Int32Builder::with_capacity(rows),
            billed_duration_minutes: Int32Builder::with_capacity(rows),
            context: MapBuilder::with_capacity(Some(names), in_pairs(8), in_pairs(14), rows),
            extra: StringBuilder::with_capacity(rows, 0),
            received_at: time(),
            promoted: (0..promoted).map(|_| Words::with_capacity(rows)).collect(),
        }
    }

    /// Appends a row; returns who it is, and how much longer the columns' texts became.
    pub(crate) fn push(&mut self, event: &Event<'_>, route: &Route<'_>, promoted: &[String]) -> (Identity, usize) {
        let mut content = Content::default();
        let words = self.push_words(event, route, &mut content);
        let values = self.push_values(event, route, &mut content);
        let pairs = self.push_pairs(event, promoted, &mut content);
        let id = event.id();
        self.event_id.append_value(std::str::from_utf8(&id.hex()).expect("hex digits are ASCII"));
        self.message_id.append_value(&event.message_id);
        (content.of(id), words + values + pairs + event.message_id.len() + 32)
    }

    /// The repeating strings, in the order of the schema. Of the route's own columns nothing enters the content hash.
    fn push_words(&mut self, event: &Event<'_>, route: &Route<'_>, content: &mut Content) -> usize {
        let mut added = 0;
        let e = event;
        let words: [Option<&str>; WORDS] = [
            Some(e.event_type.as_str()),
            e.event_version.as_deref(),
            Some(e.outcome().as_str()),
            e.failure_reason().map(FailureReason::as_str),
            e.origination_identity.as_ref().map(PhoneNumber::as_str),
            e.iso_country_code.as_deref(),
            e.mcc.as_deref(),
            e.mnc.as_deref(),
            e.carrier_name.as_deref(),
            e.message_type.as_deref(),
            e.message_encoding.as_deref(),
            e.message_status.as_deref(),
            e.message_status_description.as_deref(),
            e.protect_configuration_id.as_deref(),
            e.protect_status.as_deref(),
            e.protect_recommendation.as_deref(),
            e.protect_block_reason.as_deref(),
            e.rcs_agent_country.as_deref(),
            e.rcs_business_id.as_deref(),
            e.rcs_billing_type.as_deref(),
            route.configuration_set.as_deref(),
            route.account_id.as_deref(),
            route.aws_region.as_deref(),
            Some(route.source.as_str()),
        ];
        for (at, (column, word)) in self.words.iter_mut().zip(words).enumerate() {
            let before = column.text_len();
            let hash = column.push(word);
            added += column.text_len() - before;
            if at < WORDS - OF_THE_ROUTE {
                content.add(word.map(|_| hash));
            }
        }
        added
    }

    fn push_values(&mut self, event: &Event<'_>, route: &Route<'_>, content: &mut Content) -> usize {
        let c = self;
        let destination = event.destination_phone_number.as_ref().map(PhoneNumber::as_str);
        c.is_final.append_option(event.is_final);
        c.event_time.append_value(event.event_time.millis());
        c.request_time.append_option(event.request_time.map(Timestamp::millis));
        c.latency_ms.append_option(event.latency_ms());
        c.destination_phone_number.append_option(destination);
        c.is_international_send.append_option(event.is_international_send);
        c.message_parts.append_option(event.message_parts);
        c.price_usd.append_option(event.price.map(Usd::micros));
        c.carrier_fee_usd.append_option(event.carrier_fee.map(Usd::micros));
        c.call_duration_seconds.append_option(event.call_duration_seconds);
        c.billed_duration_minutes.append_option(event.billed_duration_minutes);
        c.received_at.append_option(route.received_at.map(Timestamp::millis));
        content.text(destination);
        content.add(event.is_final.map(u64::from));
        content.add(event.request_time.map(|time| time.millis() as u64));
        content.add(event.is_international_send.map(u64::from));
        content.add(event.price.map(|price| price.micros() as u64));
        content.add(event.carrier_fee.map(|fee| fee.micros() as u64));
        for count in [event.message_parts, event.call_duration_seconds, event.billed_duration_minutes] {
            content.add(count.map(|count| count as u64));
        }
        destination.map_or(0, str::len)
    }

    fn push_pairs(&mut self, event: &Event<'_>, promoted: &[String], content: &mut Content) -> usize {
        let (mut sum, mut added) = (0u64, 0);
        let mut pair = |key: &str, value: &str| {
            sum = sum.wrapping_add(xxh3_64(key.as_bytes()).rotate_left(17) ^ xxh3_64(value.as_bytes()));
        };
        let map = &mut self.context;
        for (key, value) in &event.context {
            map.keys().append_value(key);
            map.values().append_value(value);
            added += key.len() + value.len();
            pair(key, value);
        }
        map.append(!event.context.is_empty()).expect("as many keys as values");
        for (key, column) in promoted.iter().zip(&mut self.promoted) {
            let value = event.context.iter().find(|(name, _)| name == key).map(|(_, value)| &**value);
            column.push(value);
        }
        for (key, value) in &event.extra {
            pair(key, value);
        }
        let extra = event.extra_json();
        added += extra.as_deref().map_or(0, str::len);
        self.extra.append_option(extra);
        content.pairs(sum, event.context.len() + event.extra.len());
        added
    }

    /// All columns, in the order of the schema, then the promoted ones; the schema itself checks types.
    pub(crate) fn finish(mut self) -> Vec<ArrayRef> {
        let mut words = self.words.into_iter().map(Words::finish);
        let mut values = [
            Arc::new(self.event_id.finish()) as ArrayRef,
            Arc::new(self.is_final.finish()),
            Arc::new(self.event_time.finish()),
            Arc::new(self.request_time.finish()),
            Arc::new(self.latency_ms.finish()),
            Arc::new(self.message_id.finish()),
            Arc::new(self.destination_phone_number.finish()),
            Arc::new(self.is_international_send.finish()),
            Arc::new(self.message_parts.finish()),
            Arc::new(self.price_usd.finish()),
            Arc::new(self.carrier_fee_usd.finish()),
            Arc::new(self.call_duration_seconds.finish()),
            Arc::new(self.billed_duration_minutes.finish()),
            Arc::new(self.context.finish()),
            Arc::new(self.extra.finish()),
            Arc::new(self.received_at.finish()),
        ]
        .into_iter();
        // Both groups are in the schema's own order, so the schema says whose turn it is.
        let schema = schema::event_batch();
        let turn = schema.fields().iter().map(|field| match field.data_type() {
            DataType::Dictionary(..) => words.next(),
            _ => values.next(),
        });
        let columns = turn.map(|column| column.expect("a builder for every column"));
        columns.chain(self.promoted.into_iter().map(Words::finish)).collect()
    }
}
