//! The ledger of a replay, for a person or a program.

use std::collections::BTreeMap;

use indicatif::HumanCount;
use serde::Serialize;
use smsvoice_ingest::{Ledger, LeftAside, Replayed, Skipped};

use crate::Exit;
use crate::complaint::advice;

/// How a replay went, with what it cost.
pub(super) struct Report {
    pub(super) replayed: Replayed,
    /// Files and objects that were not read.
    pub(super) left: LeftAside,
    /// Payloads in quarantine that are encrypted, and were not decrypted.
    pub(super) sealed: u64,
    pub(super) bytes_in: u64,
    pub(super) seconds: f64,
}

/// The ledger as a program reads it.
#[derive(Serialize)]
pub(super) struct Json<'a> {
    #[serde(flatten)]
    ledger: &'a Ledger,
    skipped: usize,
    passed_over: u64,
    out_of_period: u64,
    objects_named: usize,
    files: u64,
    files_already_there: u64,
    files_repaired: u64,
    bytes_in: u64,
    bytes_out: u64,
    seconds: f64,
    rows_per_second: u64,
}

impl Report {
    pub(super) fn exit(&self) -> Exit {
        if self.replayed.stopped {
            Exit::Interrupted
        } else if self.replayed.failed.is_some()
            || !self.replayed.unread.is_empty()
            || self.replayed.ledger.to_retry > 0
        {
            Exit::Failed
        } else if self.replayed.ledger.quarantined > 0 || self.left.skipped.iter().any(|file| file.may_hold_events) {
            Exit::Quarantined
        } else {
            Exit::Done
        }
    }

    fn rows_per_second(&self) -> u64 {
        (self.replayed.ledger.received as f64 / self.seconds.max(1e-9)) as u64
    }

    pub(super) fn json(&self) -> Json<'_> {
        Json {
            ledger: &self.replayed.ledger,
            skipped: self.left.skipped.len(),
            passed_over: self.left.passed_over,
            out_of_period: self.left.out_of_period,
            objects_named: self.replayed.objects.len(),
            files: self.replayed.files,
            files_already_there: self.replayed.files_already_there,
            files_repaired: self.replayed.files_repaired,
            bytes_in: self.bytes_in,
            bytes_out: self.replayed.bytes,
            seconds: self.seconds,
            rows_per_second: self.rows_per_second(),
        }
    }

    pub(super) fn text(&self) -> String {
        let Replayed { ledger, files, files_already_there, bytes, .. } = &self.replayed;
        let written = format!("in {} files", HumanCount(files - files_already_there));
        let counted = |name: &str, count: u64, note: &str| {
            if count > 0 { line(name, count, note) } else { String::new() }
        };
        [
            ledger_lines(ledger, &written),
            counted("skipped", self.left.skipped.len() as u64, "files, each named below"),
            counted("out_of_period", self.left.out_of_period, "files of another time than was asked for"),
            format!(
                "received = written + already_there + duplicates + quarantined + to_retry\n{} in, {} out, {:.1} s, {} rows/s\n",
                indicatif::BinaryBytes(self.bytes_in),
                indicatif::BinaryBytes(*bytes),
                self.seconds,
                HumanCount(self.rows_per_second())
            ),
        ]
        .concat()
    }

    /// What a person has to know beyond the numbers.
    pub(super) fn complaints(&self) -> Vec<Complaint> {
        let Replayed { unread, failed, files_repaired, objects, ledger, stopped, .. } = &self.replayed;
        let error = |text: String| Complaint { is_error: true, text };
        let note = |text: String| Complaint { is_error: false, text };
        let mut told = Vec::new();
        if *stopped {
            let kept = HumanCount(ledger.written + ledger.already_there + ledger.quarantined);
            told.push(error(format!(
                "interrupted; {kept} rows that were read are in the lake for good, and the same command goes on with the rest"
            )));
        }
        told.extend(failed.iter().map(|failure| {
            let advice = advice(failure).map_or(String::new(), |advice| format!("\n\n  tip: {advice}"));
            let chain = failure.chain();
            error(format!("a file could not be put, so reading stopped; run the same command again: {chain}{advice}"))
        }));
        told.extend(unread.iter().map(|unread| error(format!("not read to its end: {unread}"))));
        let skipped = self.left.skipped.iter();
        told.extend(skipped.map(|Skipped { path, reason, .. }| note(format!("{path} was skipped: {reason}"))));
        if *files_repaired > 0 {
            let repaired = HumanCount(*files_repaired);
            told.push(note(format!("{repaired} files of the lake were damaged, and were written again")));
        }
        if self.sealed > 0 {
            let sealed = HumanCount(self.sealed);
            told.push(note(format!("{sealed} payloads are encrypted; --identity FILE reads them")));
        }
        if ledger.received == 0 && !stopped {
            told.push(note("the input holds no events".to_owned()));
        }
        if ledger.removed_objects > 0 {
            let removed = objects_in_s3(ledger.removed_objects);
            told.push(note(format!("removed, as notifications tell, and not read: {removed}")));
        }
        if let Some(first) = objects.first() {
            let (named, first) = (objects_in_s3(objects.len() as u64), first.url());
            told.push(note(format!(
                "notifications name {named}, {first} first; --follow-notifications reads what they name"
            )));
        }
        told
    }
}

fn objects_in_s3(count: u64) -> String {
    format!("{} {} in S3", HumanCount(count), if count == 1 { "object" } else { "objects" })
}

fn line(name: &str, count: u64, note: &str) -> String {
    format!("{name:<14}{:>12}  {note}\n", HumanCount(count).to_string()).trim_end().to_owned() + "\n"
}

/// A ledger, a count a line; `written` is said beside the events that were written.
pub(crate) fn ledger_lines(ledger: &Ledger, written: &str) -> String {
    let there = if ledger.already_there > 0 { "by a replay or a function before" } else { "" };
    let differing = match ledger.differing {
        0 => String::new(),
        differing => format!("{differing} with other fields"),
    };
    let without_number = match ledger.without_number {
        0 => String::new(),
        count => line("without_number", count, "hidden before it was read; null in the lake"),
    };
    [
        line("received", ledger.received, &listed(&ledger.by_source)),
        line("written", ledger.written, written),
        line("already_there", ledger.already_there, there),
        line("duplicates", ledger.duplicates, &differing),
        without_number,
        line("quarantined", ledger.quarantined, &listed(&ledger.by_reason)),
        line("to_retry", ledger.to_retry, ""),
    ]
    .concat()
}

/// A line beside the ledger.
pub(super) struct Complaint {
    pub(super) is_error: bool,
    pub(super) text: String,
}

fn listed(counts: &BTreeMap<&'static str, u64>) -> String {
    let listed: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {}", HumanCount(*count))).collect();
    listed.join(" · ")
}
