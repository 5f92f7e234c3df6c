//! Events as columns: the batch that readers fill and the writer takes.

use hashbrown::HashMap;
use parquet::schema::types::TypePtr;
use smsvoice_event::{Channel, Event};

use crate::columns::Columns;
use crate::partition::Partition;
use crate::route::Route;
use crate::schema;

/// Rows of `events`, by partition: each has columns of its own, so that nothing has to be picked apart when they are
/// encoded.
pub struct EventBatch {
    pub(crate) parts: Vec<(Partition, Columns)>,
    /// The schema of the files the rows go to.
    pub(crate) schema: TypePtr,
}

impl std::fmt::Debug for EventBatch {
    /// How many rows: what they hold is personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EventBatch of {} rows in {} partitions", self.len(), self.parts.len())
    }
}

impl EventBatch {
    /// Rows in the batch.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|(_, columns)| columns.identities.len()).sum()
    }

    /// Partitions of its rows.
    pub fn partitions(&self) -> usize {
        self.parts.len()
    }

    /// Whether the batch has no row.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

/// Builds an [`EventBatch`] row by row.
///
/// ```
/// use smsvoice_event::Event;
/// use smsvoice_lake::{EventBatchBuilder, Route, Source};
/// let mut builder = EventBatchBuilder::default();
/// let event = Event::parse(r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795305600000}"#)?;
/// builder.push(&event, &Route::of(Source::File));
/// assert_eq!(builder.finish().len(), 1);
/// # Ok::<(), smsvoice_event::ParseError>(())
/// ```
#[derive(Default)]
pub struct EventBatchBuilder {
    /// Context keys that have a column of their own.
    promoted: Vec<String>,
    parts: Vec<(Partition, Columns)>,
    index: HashMap<Partition, usize>,
    /// Where the last row went: the next one mostly goes there, too.
    last: Option<Last>,
    len: usize,
    text_bytes: usize,
    /// Rows there is to be room for.
    room: usize,
}

/// The partition of a row, as it is told without a calendar.
#[derive(Clone, Copy)]
struct Last {
    channel: Channel,
    day: i64,
    at: usize,
}

const DAY_MS: i64 = 86_400_000;

/// Rows there is room for in the next few partitions.
const FEW: usize = 16;
const FEW_PARTS: usize = 8;

impl EventBatchBuilder {
    /// A builder of rows that have, after the columns of the schema, one column `context_<key>` for each of these
    /// context keys.
    pub fn new(context_columns: &[String]) -> Self {
        Self::with_capacity(context_columns, 0)
    }

    /// The same, with room for so many rows: what is known to come need not be moved as it grows.
    pub fn with_capacity(context_columns: &[String], rows: usize) -> Self {
        Self { promoted: context_columns.to_vec(), room: rows, ..Self::default() }
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Partitions of its rows so far.
    pub fn partitions(&self) -> usize {
        self.parts.len()
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the batch should be finished now: offsets into its texts have 32 bits, and it is held in memory.
    pub fn is_full(&self) -> bool {
        self.text_bytes >= 64 << 20 || self.len >= 1 << 18
    }

    /// Appends an event; returns its partition.
    pub fn push(&mut self, event: &Event<'_>, route: &Route<'_>) -> Partition {
        let at = self.part(event);
        let (partition, columns) = &mut self.parts[at];
        self.text_bytes += columns.push(event, route, &self.promoted);
        self.len += 1;
        *partition
    }

    fn part(&mut self, event: &Event<'_>) -> usize {
        let (channel, day) = (event.channel(), event.event_time.millis().div_euclid(DAY_MS));
        if let Some(last) = self.last.filter(|last| last.channel == channel && last.day == day) {
            return last.at;
        }
        let partition = Partition::of(event);
        let (parts, promoted) = (&mut self.parts, self.promoted.len());
        let at = *self.index.entry(partition).or_insert_with(|| {
            // One partition has most of the events, today's texts as a rule; how many others there are nobody knows.
            let rows = match parts.len() {
                0 => self.room,
                1..=FEW_PARTS => self.room.min(FEW),
                _ => 0,
            };
            parts.push((partition, Columns::with_capacity(rows, promoted)));
            parts.len() - 1
        });
        self.last = Some(Last { channel, day, at });
        at
    }

    /// The batch.
    pub fn finish(self) -> EventBatch {
        EventBatch { parts: self.parts, schema: schema::parquet(&self.promoted) }
    }
}
