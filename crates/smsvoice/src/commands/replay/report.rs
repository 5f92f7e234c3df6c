//! The ledger of a replay, for a person or a program.

use std::collections::BTreeMap;

use indicatif::HumanCount;
use serde::Serialize;
use smsvoice_ingest::{Ledger, LeftAside, Replayed, Skipped};

use crate::Exit;

/// How a replay went, with what it cost.
pub(super) struct Report {
    pub(super) replayed: Replayed,
    /// Files and objects that were not read.
    pub(super) left: LeftAside,
    pub(super) bytes_in: u64,
    pub(super) seconds: f64,
}

#[derive(Serialize)]
struct Json<'a> {
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
        if self.replayed.failed.is_some() || !self.replayed.unread.is_empty() || self.replayed.ledger.to_retry > 0 {
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

    pub(super) fn json(&self) -> serde_json::Result<String> {
        let json = Json {
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
        };
        Ok(serde_json::to_string_pretty(&json)? + "\n")
    }

    pub(super) fn text(&self) -> String {
        let Replayed { ledger, files, files_already_there, bytes, .. } = &self.replayed;
        let written = format!("in {} files", HumanCount(files - files_already_there));
        let there = if ledger.already_there > 0 { "by a replay or a function before" } else { "" };
        let differing =
            if ledger.differing > 0 { format!("{} with other fields", ledger.differing) } else { String::new() };
        let line = |name: &str, count: u64, note: String| {
            format!("{name:<14}{:>12}  {note}\n", HumanCount(count).to_string()).trim_end().to_owned() + "\n"
        };
        let counted = |name: &str, count: u64, note: &str| {
            if count > 0 { line(name, count, note.to_owned()) } else { String::new() }
        };
        [
            line("received", ledger.received, listed(&ledger.by_source)),
            line("written", ledger.written, written),
            line("already_there", ledger.already_there, there.to_owned()),
            line("duplicates", ledger.duplicates, differing),
            counted("without_number", ledger.without_number, "hidden before it was read; null in the lake"),
            line("quarantined", ledger.quarantined, listed(&ledger.by_reason)),
            line("to_retry", ledger.to_retry, String::new()),
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

    /// What a person has to know beyond the numbers, a line each.
    pub(super) fn complaints(&self) -> String {
        let Replayed { unread, failed, files_repaired, objects, ledger, .. } = &self.replayed;
        let mut told = Vec::new();
        told.extend(failed.iter().map(|error| {
            let error = error.chain();
            format!("error: a file could not be put, so reading stopped; run the same command again: {error}")
        }));
        told.extend(unread.iter().map(|unread| format!("error: not read to its end: {unread}")));
        let skipped = self.left.skipped.iter();
        told.extend(skipped.map(|Skipped { path, reason, .. }| format!("note: {path} was skipped: {reason}")));
        if *files_repaired > 0 {
            let repaired = HumanCount(*files_repaired);
            told.push(format!("note: {repaired} files of the lake were damaged, and were written again"));
        }
        if ledger.received == 0 {
            told.push("note: the input holds no events".to_owned());
        }
        if ledger.removed_objects > 0 {
            let removed = HumanCount(ledger.removed_objects);
            told.push(format!("note: notifications tell of {removed} objects in S3 that were removed"));
        }
        if let Some(first) = objects.first() {
            let (count, first) = (HumanCount(objects.len() as u64), first.url());
            told.push(format!(
                "note: notifications name {count} objects in S3, {first} first; --follow-notifications reads them"
            ));
        }
        told.into_iter().map(|line| line + "\n").collect()
    }
}

fn listed(counts: &BTreeMap<&'static str, u64>) -> String {
    let listed: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {}", HumanCount(*count))).collect();
    listed.join(" · ")
}
