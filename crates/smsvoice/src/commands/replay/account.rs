//! The account of a replay, for a person or a program.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use smsvoice_ingest::{Account, Replayed};

use crate::Exit;

/// How a replay went, with what it cost.
pub(super) struct Report {
    pub(super) replayed: Replayed,
    /// Files that were in the lake already.
    pub(super) present: u64,
    pub(super) bytes_in: u64,
    pub(super) seconds: f64,
}

#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    account: &'a Account,
    files: u64,
    files_already_there: u64,
    bytes_in: u64,
    bytes_out: u64,
    seconds: f64,
    rows_per_second: u64,
}

impl Report {
    pub(super) fn exit(&self) -> Exit {
        if self.replayed.failed.is_some() || !self.replayed.unread.is_empty() || self.replayed.account.to_retry > 0 {
            Exit::Failed
        } else if self.replayed.account.quarantined > 0 {
            Exit::Quarantined
        } else {
            Exit::Done
        }
    }

    fn rows_per_second(&self) -> u64 {
        (self.replayed.account.received as f64 / self.seconds.max(1e-9)) as u64
    }

    pub(super) fn json(&self) -> serde_json::Result<String> {
        let json = Json {
            account: &self.replayed.account,
            files: self.replayed.files,
            files_already_there: self.present,
            bytes_in: self.bytes_in,
            bytes_out: self.replayed.bytes,
            seconds: self.seconds,
            rows_per_second: self.rows_per_second(),
        };
        Ok(serde_json::to_string_pretty(&json)? + "\n")
    }

    pub(super) fn text(&self) -> String {
        let Replayed { account, files, bytes, .. } = &self.replayed;
        let there = if self.present > 0 { format!(", {} of them there already", self.present) } else { String::new() };
        let differing =
            if account.differing > 0 { format!("{} with other fields", account.differing) } else { String::new() };
        let line = |name: &str, count: u64, note: String| {
            format!("{name:<12}{:>12}  {note}\n", grouped(count)).trim_end().to_owned() + "\n"
        };
        [
            line("received", account.received, listed(&account.by_source)),
            line("written", account.written, format!("in {} files{there}", grouped(*files))),
            line("duplicates", account.duplicates, differing),
            line("quarantined", account.quarantined, listed(&account.by_reason)),
            line("to_retry", account.to_retry, String::new()),
            format!(
                "received = written + duplicates + quarantined + to_retry\n{} in, {} out, {:.1} s, {} rows/s\n",
                indicatif::BinaryBytes(self.bytes_in),
                indicatif::BinaryBytes(*bytes),
                self.seconds,
                grouped(self.rows_per_second())
            ),
        ]
        .concat()
    }

    /// What a person has to know beyond the numbers.
    pub(super) fn complain(&self, err: &mut impl Write) -> io::Result<()> {
        if let Some(error) = &self.replayed.failed {
            writeln!(err, "error: a file could not be put, so reading stopped; run the same command again: {error}")?;
        }
        for unread in &self.replayed.unread {
            writeln!(err, "error: not read to its end: {unread}")?;
        }
        if self.replayed.account.received == 0 {
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
    let listed: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {}", grouped(*count))).collect();
    listed.join(" · ")
}

/// 1234567 as 1,234,567.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
