//! The ledger of a replay, for a person or a program.

use std::collections::BTreeMap;
use std::io::{self, Write};

use indicatif::HumanCount;
use serde::Serialize;
use smsvoice_ingest::{Ledger, Replayed};

use crate::Exit;

/// How a replay went, with what it cost.
pub(super) struct Report {
    pub(super) replayed: Replayed,
    pub(super) bytes_in: u64,
    pub(super) seconds: f64,
}

#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    ledger: &'a Ledger,
    files: u64,
    files_already_there: u64,
    bytes_in: u64,
    bytes_out: u64,
    seconds: f64,
    rows_per_second: u64,
}

impl Report {
    pub(super) fn exit(&self) -> Exit {
        if self.replayed.failed.is_some() || !self.replayed.unread.is_empty() || self.replayed.ledger.to_retry > 0 {
            Exit::Failed
        } else if self.replayed.ledger.quarantined > 0 {
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
            files: self.replayed.files,
            files_already_there: self.replayed.files_already_there,
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
        [
            line("received", ledger.received, listed(&ledger.by_source)),
            line("written", ledger.written, written),
            line("already_there", ledger.already_there, there.to_owned()),
            line("duplicates", ledger.duplicates, differing),
            line("quarantined", ledger.quarantined, listed(&ledger.by_reason)),
            line("to_retry", ledger.to_retry, String::new()),
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
    pub(super) fn complain(&self, err: &mut impl Write) -> io::Result<()> {
        if let Some(error) = &self.replayed.failed {
            writeln!(
                err,
                "error: a file could not be put, so reading stopped; run the same command again: {}",
                error.chain()
            )?;
        }
        for unread in &self.replayed.unread {
            writeln!(err, "error: not read to its end: {unread}")?;
        }
        if self.replayed.ledger.received == 0 {
            writeln!(err, "note: the input holds no events")?;
        }
        let objects = self.replayed.objects.len();
        if objects > 0 {
            writeln!(
                err,
                "note: notifications name {objects} objects in S3, which a replay does not fetch; copy them here first"
            )?;
        }
        Ok(())
    }
}

fn listed(counts: &BTreeMap<&'static str, u64>) -> String {
    let listed: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {}", HumanCount(*count))).collect();
    listed.join(" · ")
}
