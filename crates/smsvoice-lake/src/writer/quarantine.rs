//! What could not be read, kept with the reason, to be read again after a fix.

use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;

use chrono::NaiveDate;
use smsvoice_event::Timestamp;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::encode::quarantine_file;
use crate::error::LakeError;
use crate::file::{LakeFile, PartName, Table, TablePartition};
use crate::reason::{Reason, Stage};
use crate::route::Source;

/// The bytes of a piece, as they are kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    bytes: Vec<u8>,
    /// A hash of what is encrypted in them: encrypted again, the same becomes other bytes.
    sealed: Option<u128>,
}

impl Payload {
    /// Encrypted bytes, and what they are when they are decrypted.
    pub fn sealed(bytes: Vec<u8>, original: &[u8]) -> Self {
        Self { bytes, sealed: Some(xxh3_128(original)) }
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, sealed: None }
    }
}

impl From<&[u8]> for Payload {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AsRef<[u8]> for Payload {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// One piece of input that is no event.
#[derive(Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// When it arrived.
    pub received_at: Timestamp,
    /// The outermost envelope.
    pub source: Source,
    /// The AWS account, where the route tells it.
    pub account_id: Option<String>,
    /// The AWS region, where the route tells it.
    pub aws_region: Option<String>,
    /// Where exactly: file and line, record id, message id.
    pub source_id: String,
    /// Why.
    pub reason: Reason,
    /// Why, for a person; never holds a value of the payload.
    pub detail: String,
    /// The bytes as received, without what the privacy of the lake hides.
    pub payload: Payload,
}

impl Quarantined {
    /// How far reading came.
    pub(crate) const fn stage(&self) -> Stage {
        self.reason.stage()
    }

    /// The memory it takes, in bytes, about.
    fn held(&self) -> usize {
        size_of::<Self>() + self.payload.len() + self.detail.len() + self.source_id.len()
    }
}

impl std::fmt::Debug for Quarantined {
    /// Without the payload: it may hold numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} ({}), {} bytes", self.source_id, self.reason, self.detail, self.payload.len())
    }
}

/// Bytes held in memory, after which files are closed. Six megabytes of `[1,1,1,…` are millions of rows.
const MAX_HELD: usize = 8 << 20;

/// Collects what is quarantined into files by date of arrival.
#[derive(Default)]
pub(super) struct QuarantineWriter {
    open: BTreeMap<NaiveDate, Vec<Quarantined>>,
    held: usize,
    rows: u64,
    full: Vec<LakeFile>,
    failed: Option<LakeError>,
    /// How many files of each name there are so far.
    names: HashMap<String, u64>,
}

impl QuarantineWriter {
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn push(&mut self, row: Quarantined) {
        self.rows += 1;
        self.held += row.held();
        self.open.entry(row.received_at.date()).or_default().push(row);
        if self.held >= MAX_HELD {
            self.close();
        }
    }

    fn close(&mut self) {
        self.held = 0;
        for (date, rows) in std::mem::take(&mut self.open) {
            match quarantine_file(&rows) {
                Ok(bytes) => {
                    let file = LakeFile {
                        partition: TablePartition::Quarantine(date),
                        rows: rows.len() as u64,
                        bytes: bytes.into(),
                        name: self.name(&rows),
                    };
                    self.full.push(file);
                }
                Err(error) => self.failed = Some(LakeError::encoding(Table::Quarantine, error)),
            }
        }
    }

    /// A hash of the rows. The time of arrival is not part of it, so that a batch delivered twice makes one file. Of the
    /// same pieces again and again, all at one place, several files can be made: each then has its number in its name.
    fn name(&mut self, rows: &[Quarantined]) -> String {
        let mut hashes: Vec<u128> = rows.iter().map(identity).collect();
        hashes.sort_unstable();
        let mut name = PartName::default();
        for hash in hashes {
            name.add(&hash.to_be_bytes());
        }
        let before = self.names.entry(name.finish()).or_default();
        if *before > 0 {
            name.add(&before.to_be_bytes());
        }
        *before += 1;
        name.finish()
    }

    /// The files that became full.
    pub(super) fn full_files(&mut self) -> Result<Vec<LakeFile>, LakeError> {
        self.failed.take().map_or_else(|| Ok(std::mem::take(&mut self.full)), Err)
    }

    /// All that is held, as files.
    pub(super) fn finish(&mut self) -> Result<Vec<LakeFile>, LakeError> {
        self.close();
        self.full_files()
    }
}

/// The place belongs to a row's identity: two files that break off leave the same payload, none. A payload that is
/// encrypted counts as what is in it.
fn identity(row: &Quarantined) -> u128 {
    let mut hash = Xxh3::new();
    let sealed = row.payload.sealed.map(u128::to_le_bytes);
    let payload = sealed.as_ref().map_or(&*row.payload, |hash| hash);
    for part in [row.source_id.as_bytes(), row.reason.as_str().as_bytes(), payload] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.digest128()
}
