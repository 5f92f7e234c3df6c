//! Rows with unusual values: empty and long strings, columns without a value, events before their request, maps of any size.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use smsvoice_event::{Event, Timestamp};

use crate::columns::Columns;
use crate::encode::{FileEncoder, Sizes};
use crate::route::{Route, Source};
use crate::schema::{self, EVENT_COLUMNS};

/// The context keys that have a column of their own.
pub(super) const PROMOTED: [&str; 1] = ["a"];

/// A row before it is an event.
#[derive(Clone, Debug)]
pub(super) struct Row {
    event: String,
    route: [Option<String>; 3],
    source: Source,
    received_at: Option<i64>,
    /// Whether the row is written; else it stands for a duplicate, which the batch holds and the file does not.
    is_written: bool,
    /// Whether the pages end after this row's batch, as they do when memory is short.
    ends_pages: bool,
}

impl Row {
    pub(super) fn event(&self) -> Event<'_> {
        Event::parse(&self.event).unwrap_or_else(|error| panic!("{error}: {}", self.event))
    }

    pub(super) fn route(&self) -> Route<'_> {
        let [configuration_set, account_id, aws_region] =
            [0, 1, 2].map(|at| self.route[at].as_deref().map(Cow::Borrowed));
        let received_at = self.received_at.and_then(Timestamp::from_millis);
        Route { source: self.source, configuration_set, account_id, aws_region, received_at }
    }

    /// A row with this event, which came by file.
    pub(super) fn of(event: String) -> Self {
        let route = [const { None }; 3];
        Self { event, route, source: Source::File, received_at: None, is_written: true, ends_pages: false }
    }
}

/// The rows that are in the file.
pub(super) fn written(rows: &[Row]) -> impl Iterator<Item = &Row> {
    rows.iter().filter(|row| row.is_written)
}

/// The file that this crate makes of the rows, in batches of so many. `may_end_pages` is whether pages end early where a
/// row says so.
pub(super) fn our_file(rows: &[Row], batch_rows: usize, sizes: Sizes, may_end_pages: bool) -> Vec<u8> {
    let promoted = PROMOTED.map(str::to_owned);
    let mut encoder = FileEncoder::with_sizes(EVENT_COLUMNS, schema::parquet(&promoted), sizes);
    for rows in rows.chunks(batch_rows) {
        let mut columns = Columns::with_capacity(rows.len(), PROMOTED.len());
        for row in rows {
            columns.push(&row.event(), &row.route(), &promoted);
        }
        let selected: Vec<u32> = (0..).zip(rows).filter(|(_, row)| row.is_written).map(|(at, _)| at).collect();
        encoder.write(&columns, &selected).unwrap();
        if may_end_pages && rows.iter().any(|row| row.ends_pages) {
            encoder.end_pages_early().unwrap();
        }
    }
    encoder.finish().unwrap().0
}

/// Wire names of the fields that are strings.
const TEXTS: [&str; 13] = [
    "eventVersion",
    "originationPhoneNumber",
    "destinationPhoneNumber",
    "isoCountryCode",
    "mcc",
    "mnc",
    "carrierName",
    "messageEncoding",
    "messageType",
    "messageStatus",
    "messageStatusDescription",
    "rcsBusinessId",
    "agentIsoCountryCode",
];

const BOOLEANS: [&str; 2] = ["isFinal", "isInternationalSend"];
const COUNTS: [&str; 3] = ["totalMessageParts", "callDurationInSeconds", "totalDurationInMinutes"];
const AMOUNTS: [&str; 2] = ["totalMessagePrice", "totalCarrierFee"];
const EVENT_TYPES: [&str; 5] = ["TEXT_DELIVERED", "TEXT_SPAM", "VOICE_BUSY", "RCS_READ", "of a version to come"];
const SOURCES: [Source; 4] = [Source::File, Source::Sns, Source::Firehose, Source::EventBridge];

/// Some rows. In each list of them, some fields are null in all rows.
pub(super) fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    vec(prop::bool::weighted(0.75), 32).prop_flat_map(move |present| vec(row(present), 1..most))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        6 => "[ab]",
        3 => "[ -~é東]{0,17}",
        1 => "[a-z]{62,67}", // as long as a bound may be, and a little longer
        1 => "[a-z東]{100,300}",
    ]
}

/// In milliseconds; many are equal, and any can be before the request.
fn time() -> impl Strategy<Value = i64> {
    let any_plausible = 1_262_304_000_000i64..4_102_444_800_000; // 2010-01-01 to 2099-12-31
    prop_oneof![Just(1_795_000_000_000), 1_795_000_000_000i64..1_795_000_009_999, any_plausible]
}

fn row(present: Vec<bool>) -> impl Strategy<Value = Row> {
    let route = (vec(option::of(text()), 3), 0..SOURCES.len(), option::of(time()));
    let written = (prop::bool::weighted(0.9), prop::bool::weighted(0.05));
    (event(present), route, written).prop_map(|(event, (route, source, received_at), (is_written, ends_pages))| {
        let mut route = route.into_iter();
        let route = std::array::from_fn(|_| route.next().flatten());
        Row { event, route, source: SOURCES[source], received_at, is_written, ends_pages }
    })
}

/// An event as JSON, with the fields that are present and drawn.
fn event(present: Vec<bool>) -> impl Strategy<Value = String> {
    let count = prop_oneof![0i32..3, 0..=i32::MAX];
    let amount = prop_oneof![0i64..3, 0i64..1_000_000_000_000_000_000];
    let scalars = (
        vec(option::weighted(0.7, text()), TEXTS.len()),
        vec(option::of(any::<bool>()), BOOLEANS.len()),
        vec(option::of(count), COUNTS.len()),
        vec(option::of(amount), AMOUNTS.len()),
        option::of(time()),
    );
    let nested = (vec(option::weighted(0.7, text()), 6), vec(("[ab]|[a-z]{1,80}", text()), 0..5));
    let required = (0..EVENT_TYPES.len(), "[a-d]|[a-z0-9-]{36}", time());
    (scalars, nested, required).prop_map(move |(scalars, nested, (kind, message, time))| {
        let fields = optional_fields(scalars, nested).into_iter().zip(&present);
        let mut event: Map<String, Value> = fields.filter(|(_, present)| **present).map(|(field, _)| field).collect();
        event.insert("eventType".to_owned(), EVENT_TYPES[kind].into());
        event.insert("messageId".to_owned(), message.into());
        event.insert("eventTimestamp".to_owned(), time.into());
        Value::Object(event).to_string()
    })
}

type Scalars = (Vec<Option<String>>, Vec<Option<bool>>, Vec<Option<i32>>, Vec<Option<i64>>, Option<i64>);

/// Always the same fields in the same order; null where nothing was drawn.
fn optional_fields(scalars: Scalars, nested: (Vec<Option<String>>, Vec<(String, String)>)) -> Vec<(String, Value)> {
    let (texts, booleans, counts, amounts, request_time) = scalars;
    let (nested, context) = nested;
    let amount = |micros: i64| json!(format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000));
    let amounts = amounts.into_iter().map(|micros| micros.map_or(Value::Null, amount));
    let protect = json!({"protectConfigurationId": nested[0], "protectStatus": nested[1]});
    let assessment = json!({"protectRecommendation": nested[2], "protectInsights": {"blockReason": nested[3]}});
    let context: BTreeMap<String, String> = context.into_iter().collect(); // no key twice
    let others = [
        ("messageRequestTimestamp", json!(request_time)),
        ("protectConfiguration", protect),
        ("protectConfigurationAssessment", assessment),
        ("rcsMetadata", json!({"billingEventType": nested[4]})),
        ("a field of a version to come", json!(nested[5])),
        ("context", json!(context)),
    ];
    let texts = TEXTS.into_iter().zip(texts.into_iter().map(Value::from));
    let booleans = BOOLEANS.into_iter().zip(booleans.into_iter().map(Value::from));
    let counts = COUNTS.into_iter().zip(counts.into_iter().map(Value::from));
    let fields = texts.chain(booleans).chain(counts).chain(AMOUNTS.into_iter().zip(amounts)).chain(others);
    fields.map(|(name, value)| (name.to_owned(), value)).collect()
}
