//! What an invocation tells CloudWatch: one line of metrics in Embedded Metric Format.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use metrique_writer::format::Format;
use metrique_writer::unit::{Byte, Millisecond, WithUnit};
use metrique_writer::{Entry, EntryWriter};
use metrique_writer_format_emf::Emf;
use smsvoice_event::Outcome;

use crate::lambda::invocation::Handled;
use crate::observed::{Observed, REFUSED};

/// What a sandbox remembers from invocation to invocation.
#[derive(Debug, Default)]
pub struct Sandbox {
    invoked: bool,
    seen: BTreeSet<String>,
}

/// Names of unknown fields and types a sandbox remembers; beyond that, nothing is a first sight any more.
const MAX_SEEN: usize = 1024;

impl Sandbox {
    /// Whether this is the first invocation; true once.
    pub fn is_cold(&mut self) -> bool {
        !std::mem::replace(&mut self.invoked, true)
    }

    /// Names of fields and event types that are seen for the first time, each to be logged once.
    pub fn first_seen(&mut self, observed: &Observed) -> Vec<String> {
        let fields = observed.unknown_fields.iter().map(|name| format!("field {name}"));
        let types = observed.unknown_types.iter().map(|name| format!("event type {name}"));
        fields.chain(types).filter(|name| self.seen.len() < MAX_SEEN && self.seen.insert(name.clone())).collect()
    }
}

/// The measurements of one invocation.
#[derive(Clone, Debug, PartialEq)]
pub struct Telemetry {
    at: SystemTime,
    /// Names and counts; a reason of the quarantine is a name of its own.
    counts: Vec<(String, u64)>,
    bytes: u64,
    duration: Duration,
    freshness_ms: Option<(u64, u64)>,
}

impl Telemetry {
    /// Of a handled invocation.
    pub fn of(handled: &mut Handled, at: SystemTime, duration: Duration, is_cold: bool) -> Self {
        let Handled { ledger, observed, files, bytes, .. } = handled;
        let p50 = observed.freshness_percentile(0.5);
        let mut counts: Vec<(String, u64)> = [
            ("received", ledger.received),
            ("written", ledger.written),
            ("already_there", ledger.already_there),
            ("duplicates", ledger.duplicates),
            ("quarantined", ledger.quarantined),
            ("to_retry", ledger.to_retry),
            ("unknown_event_types", ledger.unknown_types),
            ("unknown_fields", observed.with_unknown_fields),
            ("late_over_1h", observed.late_1h),
            ("late_over_72h", observed.late_72h),
            ("objects", *files),
            ("cold_start", u64::from(is_cold)),
        ]
        .map(|(name, count)| (name.to_owned(), count))
        .into();
        let outcomes = Outcome::ALL.iter().map(|outcome| format!("events_{outcome}")).zip(observed.outcomes);
        let refused = REFUSED.iter().map(|reason| format!("events_{reason}")).zip(observed.refused);
        counts.extend(outcomes.chain(refused));
        counts.extend(ledger.by_reason.iter().map(|(reason, count)| (format!("quarantined_{reason}"), *count)));
        Self { at, counts, bytes: *bytes, duration, freshness_ms: p50.zip(observed.freshness_percentile(0.99)) }
    }

    /// The line, with its line end.
    pub fn emf(&self, namespace: &str) -> String {
        let mut line = Vec::new();
        let mut format = Emf::no_validations(namespace.to_owned(), vec![vec![]]);
        match format.format(self, &mut line) {
            Ok(()) => String::from_utf8_lossy(&line).into_owned(),
            // The only failure is that of the output, and a Vec has none.
            Err(_) => String::new(),
        }
    }
}

impl Entry for Telemetry {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        writer.timestamp(self.at);
        for (name, count) in &self.counts {
            writer.value(name.as_str(), count);
        }
        writer.value("bytes", &WithUnit::<u64, Byte>::from(self.bytes));
        writer.value("duration", &WithUnit::<u64, Millisecond>::from(self.duration.as_millis() as u64));
        if let Some((p50, p99)) = self.freshness_ms {
            writer.value("freshness_p50", &WithUnit::<u64, Millisecond>::from(p50));
            writer.value("freshness_p99", &WithUnit::<u64, Millisecond>::from(p99));
        }
    }
}
