//! Rows of `events` as columns in memory, on their way from reading to Parquet.

mod texts;
mod words;

use smsvoice_event::{Event, EventTime, FailureReason, PhoneNumber, Timestamp, Usd};
use xxhash_rust::xxh3::xxh3_64;

pub(crate) use self::texts::Texts;
pub(crate) use self::words::{NULL, Words};
use crate::identity::{Content, Identity};
use crate::route::Route;

/// Rows of `events`, by column. Of each sort of column they stand in the order of the schema.
pub(crate) struct Columns {
    /// Who each row is: its event id, and what tells it from its duplicates.
    pub(crate) identities: Vec<Identity>,
    /// The repeating strings; after those of the schema, one for each promoted context key.
    pub(crate) words: Vec<Words>,
    pub(crate) numbers: [Numbers; NUMBERS],
    pub(crate) texts: [Texts; TEXTS],
    pub(crate) context: Pairs,
}

/// How many columns of repeating strings the schema has.
pub(crate) const WORDS: usize = 24;

/// How many of them, the last ones, tell of the route and not of the event.
const OF_THE_ROUTE: usize = 4;

/// How many columns of numbers, times and booleans the schema has.
const NUMBERS: usize = 11;

/// How many columns of strings that hardly repeat the schema has, beside the event id.
const TEXTS: usize = 3;

/// A column of numbers. None of them comes near [`NO_NUMBER`]: times have four-digit years, money has 18 digits.
#[derive(Default)]
pub(crate) struct Numbers {
    pub(crate) values: Vec<i64>,
    pub(crate) nulls: usize,
}

/// Where there is no number.
pub(crate) const NO_NUMBER: i64 = i64::MIN;

impl Numbers {
    fn push(&mut self, number: Option<i64>) {
        self.nulls += usize::from(number.is_none());
        self.values.push(number.unwrap_or(NO_NUMBER));
    }
}

/// A column of pairs.
pub(crate) struct Pairs {
    /// Where the pairs of each row end.
    pub(crate) ends: Vec<u32>,
    pub(crate) keys: Words,
    pub(crate) values: Texts,
}

impl Columns {
    /// Columns with room for so many rows, and as many of promoted context keys.
    pub(crate) fn with_capacity(rows: usize, promoted: usize) -> Self {
        let pairs = 3 * rows;
        Self {
            identities: Vec::with_capacity(rows),
            words: (0..WORDS + promoted).map(|_| Words::with_capacity(rows)).collect(),
            numbers: std::array::from_fn(|_| Numbers { values: Vec::with_capacity(rows), nulls: 0 }),
            texts: [(rows, 36), (rows, 14), (rows, 0)].map(|(rows, bytes)| Texts::with_capacity(rows, bytes)),
            context: Pairs {
                ends: Vec::with_capacity(rows),
                keys: Words::with_capacity(pairs),
                values: Texts::with_capacity(pairs, 14),
            },
        }
    }

    /// Appends a row; returns how much longer the columns' texts became.
    pub(crate) fn push(&mut self, event: &Event<'_>, route: &Route<'_>, promoted: &[String]) -> usize {
        let mut content = Content::default();
        let words = self.push_words(event, route, &mut content);
        self.push_numbers(event, route, &mut content);
        let texts = self.push_texts(event, &mut content);
        let pairs = self.push_pairs(event, promoted, &mut content);
        self.identities.push(content.of(event.id()));
        words + texts + pairs
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

    fn push_numbers(&mut self, event: &Event<'_>, route: &Route<'_>, content: &mut Content) {
        let e = event;
        // With each, whether it tells events with one id apart: the time is in the id, the latency follows from the times,
        // and the route is not part of the event.
        let numbers: [(Option<i64>, bool); NUMBERS] = [
            (e.is_final.map(i64::from), true),
            (Some(e.event_time.millis()), false),
            (e.request_time.map(EventTime::millis), true),
            (e.latency_ms(), false),
            (e.is_international_send.map(i64::from), true),
            (e.message_parts.map(i64::from), true),
            (e.price.map(Usd::micros), true),
            (e.carrier_fee.map(Usd::micros), true),
            (e.call_duration_seconds.map(i64::from), true),
            (e.billed_duration_minutes.map(i64::from), true),
            (route.received_at.map(Timestamp::millis), false),
        ];
        for (column, (number, tells)) in self.numbers.iter_mut().zip(numbers) {
            column.push(number);
            if tells {
                content.add(number.map(|number| number as u64));
            }
        }
    }

    fn push_texts(&mut self, event: &Event<'_>, content: &mut Content) -> usize {
        let destination = event.destination_phone_number.as_ref().map(PhoneNumber::as_str);
        let extra = event.extra_json();
        content.text(destination);
        let texts = [Some(&*event.message_id), destination, extra.as_deref()];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.push(text);
        }
        texts.into_iter().flatten().map(str::len).sum()
    }

    fn push_pairs(&mut self, event: &Event<'_>, promoted: &[String], content: &mut Content) -> usize {
        let (mut sum, mut added) = (0u64, 0);
        let mut pair = |key: u64, value: &str| {
            sum = sum.wrapping_add(key.rotate_left(17) ^ xxh3_64(value.as_bytes()));
        };
        let map = &mut self.context;
        for (key, value) in &event.context {
            added += key.len() + value.len();
            pair(map.keys.push(Some(key)), value);
            map.values.push(Some(value));
        }
        map.ends.push(map.keys.keys().len() as u32);
        for (key, column) in promoted.iter().zip(&mut self.words[WORDS..]) {
            let value = event.context.iter().find(|(name, _)| name == key).map(|(_, value)| &**value);
            column.push(value);
        }
        for (key, value) in &event.extra {
            pair(xxh3_64(key.as_bytes()), value);
        }
        content.pairs(sum, event.context.len() + event.extra.len());
        added
    }
}
