//! Events as columns: the batch that readers fill and the writer takes.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use hashbrown::HashMap;
use smsvoice_event::Event;

use crate::columns::Columns;
use crate::identity::Identity;
use crate::partition::Partition;
use crate::route::Route;
use crate::schema;

/// Rows of `events`, by partition.
#[derive(Debug)]
pub struct EventBatch {
    pub(crate) parts: Vec<PartitionBatch>,
}

/// The rows of one partition.
#[derive(Debug)]
pub(crate) struct PartitionBatch {
    pub(crate) partition: Partition,
    pub(crate) rows: RecordBatch,
    pub(crate) identities: Vec<Identity>,
}

impl EventBatch {
    /// Rows in the batch.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.identities.len()).sum()
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
/// let event = Event::parse(r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":0}"#)?;
/// builder.push(&event, &Route::of(Source::File));
/// assert_eq!(builder.finish().len(), 1);
/// # Ok::<(), smsvoice_event::ParseError>(())
/// ```
#[derive(Default)]
pub struct EventBatchBuilder {
    /// Context keys that have a column of their own.
    promoted: Vec<String>,
    parts: Vec<Part>,
    index: HashMap<Partition, usize>,
    /// Of the part that the last row went to: the next one mostly goes there too.
    last: usize,
    len: usize,
    text_bytes: usize,
    /// Rows there is to be room for.
    room: usize,
}

/// A partition's rows under construction: each partition has columns of its own, so that nothing has to be picked apart
/// when they are encoded.
struct Part {
    partition: Partition,
    columns: Columns,
    identities: Vec<Identity>,
}

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

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the batch should be finished now: Arrow's string columns end at 2 GiB, and a batch is held in memory.
    pub fn is_full(&self) -> bool {
        self.text_bytes >= 64 << 20 || self.len >= 1 << 18
    }

    /// Appends an event.
    pub fn push(&mut self, event: &Event<'_>, route: &Route<'_>) {
        let at = self.part(Partition::of(event));
        let part = &mut self.parts[at];
        let (identity, added) = part.columns.push(event, route, &self.promoted);
        part.identities.push(identity);
        self.len += 1;
        self.text_bytes += added;
    }

    fn part(&mut self, partition: Partition) -> usize {
        if self.parts.get(self.last).is_some_and(|part| part.partition == partition) {
            return self.last;
        }
        let (parts, promoted) = (&mut self.parts, self.promoted.len());
        self.last = *self.index.entry(partition).or_insert_with(|| {
            // One partition has most of the events, today's texts as a rule; how many others there are nobody knows.
            let rows = if parts.is_empty() { self.room } else { 0 };
            let columns = Columns::with_capacity(rows, promoted);
            parts.push(Part { partition, columns, identities: Vec::with_capacity(rows) });
            parts.len() - 1
        });
        self.last
    }

    /// The batch.
    pub fn finish(self) -> EventBatch {
        let mut schema = schema::event_batch();
        if !self.promoted.is_empty() {
            schema = schema::with_context_columns(&schema, self.promoted.iter().map(String::as_str));
        }
        EventBatch { parts: self.parts.into_iter().map(|part| part.finish(&schema)).collect() }
    }
}

impl Part {
    fn finish(self, schema: &SchemaRef) -> PartitionBatch {
        let rows = RecordBatch::try_new(schema.clone(), self.columns.finish());
        let rows = rows.expect("the columns are built in the order and types of the schema");
        PartitionBatch { partition: self.partition, rows, identities: self.identities }
    }
}
