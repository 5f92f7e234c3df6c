//! Events as columns: the batch that readers fill and the writer takes.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Int32Builder, Int64Builder, MapBuilder, MapFieldNames, PrimitiveBuilder, RecordBatch,
    StringBuilder, TimestampMillisecondBuilder,
};
use arrow::datatypes::{DataType, Decimal64Type};
use hashbrown::HashMap;
use smsvoice_event::{Event, EventId, FailureReason, PhoneNumber, Timestamp, Usd};
use xxhash_rust::xxh3::xxh3_64;

use crate::partition::Partition;
use crate::route::Route;
use crate::schema::{self, USD};
use crate::words::Words;

/// What a row needs to be told from its duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) id: EventId,
    /// Hash of all fields of the event, whatever their order; the route is not part of it.
    pub(crate) content: u64,
    /// How many fields are set: of two rows with one id, the richer is kept.
    pub(crate) fields: u32,
    /// Index into the batch's partitions.
    pub(crate) partition: u32,
}

/// Rows of `events`, not yet sorted into partitions.
#[derive(Debug)]
pub struct EventBatch {
    pub(crate) rows: RecordBatch,
    pub(crate) identities: Vec<Identity>,
    pub(crate) partitions: Vec<Partition>,
}

impl EventBatch {
    /// Rows in the batch.
    pub fn len(&self) -> usize {
        self.identities.len()
    }

    /// Whether the batch has no row.
    pub fn is_empty(&self) -> bool {
        self.identities.is_empty()
    }
}

/// Builds an [`EventBatch`] row by row.
///
/// ```
/// use smsvoice_event::Event;
/// use smsvoice_lake::{EventBatchBuilder, Route, Source};
/// let mut builder = EventBatchBuilder::default();
/// let event = Event::parse(r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":0}"#)?;
/// builder.push(&event, &Route::of(Source::File));
/// assert_eq!(builder.finish().len(), 1);
/// # Ok::<(), smsvoice_event::ParseError>(())
/// ```
pub struct EventBatchBuilder {
    columns: Columns,
    /// Context keys that have a column of their own.
    promoted: Vec<(String, Words)>,
    identities: Vec<Identity>,
    partitions: Vec<Partition>,
    partition_index: HashMap<Partition, u32>,
    text_bytes: usize,
}

/// The columns under construction, grouped by how they are built.
struct Columns {
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
}

/// How many columns of repeating strings the schema has.
const WORDS: usize = 24;

/// How many of them, the last ones, tell of the route and not of the event.
const OF_THE_ROUTE: usize = 4;

impl Columns {
    fn with_capacity(rows: usize) -> Self {
        let names = MapFieldNames { entry: "key_value".into(), key: "key".into(), value: "value".into() };
        let time = || TimestampMillisecondBuilder::with_capacity(rows).with_timezone("UTC");
        let usd = || PrimitiveBuilder::with_capacity(rows).with_data_type(DataType::Decimal64(USD.0, USD.1));
        let text = |bytes: usize| StringBuilder::with_capacity(rows, rows * bytes);
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
            context: MapBuilder::with_capacity(Some(names), text(16), text(24), rows),
            extra: StringBuilder::with_capacity(rows, 0),
            received_at: time(),
        }
    }
}

impl Default for EventBatchBuilder {
    fn default() -> Self {
        Self::new(&[])
    }
}

/// Folds the fields of a row into its content hash and counts those that are set.
#[derive(Default)]
struct Content {
    hash: u64,
    fields: u32,
}

impl Content {
    #[inline]
    fn add(&mut self, field: Option<u64>) {
        self.hash = (self.hash.rotate_left(5) ^ field.unwrap_or(0x9e37)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.fields += u32::from(field.is_some());
    }

    #[inline]
    fn text(&mut self, text: Option<&str>) {
        self.add(text.map(|text| xxh3_64(text.as_bytes())));
    }
}

impl EventBatchBuilder {
    /// A builder of rows that have, after the columns of the schema, one column `context_<key>` for each of these
    /// context keys.
    pub fn new(context_columns: &[String]) -> Self {
        Self::with_capacity(context_columns, 0)
    }

    /// The same, with room for so many rows: what is known to come need not be moved as it grows.
    pub fn with_capacity(context_columns: &[String], rows: usize) -> Self {
        Self {
            columns: Columns::with_capacity(rows),
            promoted: context_columns.iter().map(|key| (key.clone(), Words::with_capacity(rows))).collect(),
            identities: Vec::with_capacity(rows),
            partitions: Vec::new(),
            partition_index: HashMap::new(),
            text_bytes: 0,
        }
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.identities.len()
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.identities.is_empty()
    }

    /// Whether the batch should be finished now: Arrow's string columns end at 2 GiB, and a batch is held in memory.
    pub fn is_full(&self) -> bool {
        self.text_bytes >= 64 << 20 || self.len() >= 1 << 18
    }

    /// Appends an event.
    pub fn push(&mut self, event: &Event<'_>, route: &Route<'_>) {
        let mut content = Content::default();
        self.push_words(event, route, &mut content);
        self.push_values(event, route, &mut content);
        self.push_pairs(event, &mut content);
        let partition = self.partition(Partition::of(event));
        let Content { hash, fields } = content;
        let id = self.push_id(event);
        self.identities.push(Identity { id, content: hash, fields, partition });
    }

    fn push_id(&mut self, event: &Event<'_>) -> EventId {
        let id = event.id();
        self.columns.event_id.append_value(std::str::from_utf8(&id.hex()).expect("hex digits are ASCII"));
        self.columns.message_id.append_value(&event.message_id);
        self.text_bytes += event.message_id.len() + 32;
        id
    }

    /// The repeating strings, in the order of the schema. Of the route's own columns nothing enters the content hash.
    fn push_words(&mut self, event: &Event<'_>, route: &Route<'_>, content: &mut Content) {
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
        for (at, (column, word)) in self.columns.words.iter_mut().zip(words).enumerate() {
            let before = column.text_len();
            let hash = column.push(word);
            self.text_bytes += column.text_len() - before;
            if at < WORDS - OF_THE_ROUTE {
                content.add(word.map(|_| hash));
            }
        }
    }

    fn push_values(&mut self, event: &Event<'_>, route: &Route<'_>, content: &mut Content) {
        let c = &mut self.columns;
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
        self.text_bytes += destination.map_or(0, str::len);
    }

    fn push_pairs(&mut self, event: &Event<'_>, content: &mut Content) {
        let mut sum = 0u64;
        let mut pair = |key: &str, value: &str| {
            sum = sum.wrapping_add(xxh3_64(key.as_bytes()).rotate_left(17) ^ xxh3_64(value.as_bytes()));
        };
        let map = &mut self.columns.context;
        for (key, value) in &event.context {
            map.keys().append_value(key);
            map.values().append_value(value);
            self.text_bytes += key.len() + value.len();
            pair(key, value);
        }
        map.append(!event.context.is_empty()).expect("as many keys as values");
        for (key, column) in &mut self.promoted {
            let value = event.context.iter().find(|(name, _)| name == key).map(|(_, value)| &**value);
            column.push(value);
        }
        for (key, value) in &event.extra {
            pair(key, value);
        }
        let extra = event.extra_json();
        self.text_bytes += extra.as_deref().map_or(0, str::len);
        self.columns.extra.append_option(extra);
        content.add(Some(sum));
        content.fields += (event.context.len() + event.extra.len()) as u32;
    }

    fn partition(&mut self, partition: Partition) -> u32 {
        let partitions = &mut self.partitions;
        *self.partition_index.entry(partition).or_insert_with(|| {
            partitions.push(partition);
            partitions.len() as u32 - 1
        })
    }

    /// The batch.
    ///
    /// # Panics
    /// If the columns were not built in the order and types of the schema, which no input can bring about.
    pub fn finish(self) -> EventBatch {
        let mut columns = self.columns.finish();
        let mut schema = schema::event_batch();
        if !self.promoted.is_empty() {
            schema = schema::with_context_columns(&schema, self.promoted.iter().map(|(key, _)| key.as_str()));
            columns.extend(self.promoted.into_iter().map(|(_, column)| column.finish()));
        }
        let rows = RecordBatch::try_new(schema, columns);
        let rows = rows.expect("the columns are built in the order and types of the schema");
        EventBatch { rows, identities: self.identities, partitions: self.partitions }
    }
}

impl Columns {
    /// All columns, in the order of the schema; the schema itself checks types.
    fn finish(mut self) -> Vec<ArrayRef> {
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
        turn.map(|column| column.expect("a builder for every column")).collect()
    }
}
