//! One event of a message, as a timeline and a verdict need it.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimeUnit};

/// What happened, when, and by which way it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Milliseconds since 1970, UTC.
    pub(super) at_ms: i64,
    pub(super) kind: String,
    pub(super) outcome: String,
    pub(super) failure_reason: Option<String>,
    pub(super) is_final: bool,
    pub(super) description: Option<String>,
    /// Milliseconds since the request.
    pub(super) latency_ms: Option<i64>,
    pub(super) channel: String,
    pub(super) country: Option<String>,
    pub(super) carrier: Option<String>,
    pub(super) configuration_set: Option<String>,
    /// The route: `sns`, `firehose`.
    pub(super) source: String,
    pub(super) price: Option<String>,
    pub(super) fee: Option<String>,
}

impl Event {
    /// The events in these rows, in their order.
    pub(super) fn all(rows: &[RecordBatch]) -> anyhow::Result<Vec<Self>> {
        let mut all = Vec::new();
        for batch in rows {
            let columns = Columns::of(batch)?;
            all.extend((0..batch.num_rows()).map(|row| columns.event(row)));
        }
        Ok(all)
    }
}

/// The columns of a batch, as few types as there are.
struct Columns {
    texts: Vec<ArrayRef>,
    at: ArrayRef,
    latency: ArrayRef,
    is_final: ArrayRef,
}

/// The columns of text, in the order in which [`Columns::event`] takes them.
const TEXTS: [&str; 11] = [
    "event_type",
    "outcome",
    "failure_reason",
    "message_status_description",
    "channel",
    "iso_country_code",
    "carrier_name",
    "configuration_set",
    "source",
    "price_usd",
    "carrier_fee_usd",
];

impl Columns {
    fn of(batch: &RecordBatch) -> anyhow::Result<Self> {
        let column = |name: &str, to: &DataType| -> anyhow::Result<ArrayRef> {
            let column = batch.column_by_name(name);
            Ok(cast(column.ok_or_else(|| anyhow::anyhow!("the engine gives no column {name}"))?, to)?)
        };
        let at = column("event_time", &DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())))?;
        Ok(Self {
            texts: TEXTS.iter().map(|name| column(name, &DataType::Utf8)).collect::<Result<_, _>>()?,
            at: cast(&at, &DataType::Int64)?,
            latency: column("latency_ms", &DataType::Int64)?,
            is_final: column("is_final", &DataType::Boolean)?,
        })
    }

    fn event(&self, row: usize) -> Event {
        let text = |at: usize| {
            let column: &ArrayRef = &self.texts[at];
            column.is_valid(row).then(|| column.as_string::<i32>().value(row).to_owned())
        };
        let number = |column: &ArrayRef| column.is_valid(row).then(|| column.as_primitive::<Int64Type>().value(row));
        Event {
            at_ms: number(&self.at).unwrap_or_default(),
            kind: text(0).unwrap_or_default(),
            outcome: text(1).unwrap_or_default(),
            failure_reason: text(2),
            is_final: self.is_final.is_valid(row) && self.is_final.as_boolean().value(row),
            description: text(3),
            latency_ms: number(&self.latency),
            channel: text(4).unwrap_or_default(),
            country: text(5),
            carrier: text(6),
            configuration_set: text(7),
            source: text(8).unwrap_or_default(),
            price: text(9),
            fee: text(10),
        }
    }
}
