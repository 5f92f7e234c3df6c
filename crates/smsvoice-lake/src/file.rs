//! A finished file: whose rows it holds, where it goes, and its name.

use std::fmt;

use chrono::NaiveDate;
use object_store::PutPayload;
use xxhash_rust::xxh3::Xxh3;

use crate::partition::Partition;

/// Who writes the files, as their footer says.
pub(crate) const CREATED_BY: &str = concat!("smsvoice ", env!("CARGO_PKG_VERSION"));

/// One of the two tables of a lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// What happened to messages.
    Events,
    /// What could not be read, with the reason.
    Quarantine,
}

impl Table {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Events, Self::Quarantine];

    /// Its name in SQL, and that of its folder below the lake.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Quarantine => "quarantine",
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A table, and the partition of it that a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TablePartition {
    /// Of `events`.
    Events(Partition),
    /// Of `quarantine`: the UTC date of arrival.
    Quarantine(NaiveDate),
}

impl TablePartition {
    /// The table.
    pub const fn table(self) -> Table {
        match self {
            Self::Events(_) => Table::Events,
            Self::Quarantine(_) => Table::Quarantine,
        }
    }
}

impl fmt::Display for TablePartition {
    /// The folder below the lake: `events/channel=text/dt=2026-11-22`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.table())?;
        match self {
            Self::Events(partition) => partition.fmt(f),
            Self::Quarantine(date) => write!(f, "dt={}", date.format("%Y-%m-%d")),
        }
    }
}

/// A finished Parquet file, not yet in any store.
#[derive(Clone)]
pub struct LakeFile {
    /// Where it belongs.
    pub partition: TablePartition,
    /// Its rows.
    pub rows: u64,
    /// Its bytes.
    pub bytes: PutPayload,
    /// Its name within the partition: `part-….parquet`.
    pub(crate) name: String,
}

impl LakeFile {
    /// The table its rows belong to.
    pub const fn table(&self) -> Table {
        self.partition.table()
    }

    /// Where it goes, below the lake: `events/channel=text/dt=2026-11-22/part-….parquet`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.partition, self.name)
    }
}

impl fmt::Debug for LakeFile {
    /// Without the bytes: what they hold is personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} rows, {} bytes)", self.path(), self.rows, self.bytes.content_length())
    }
}

/// The name of a file: a hash of what is in it, 128 bits in hex.
#[derive(Default)]
pub(crate) struct PartName(Xxh3);

impl PartName {
    /// Takes note of something in the file; the order of the calls matters.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(&self) -> String {
        format!("part-{:032x}.parquet", self.0.digest128())
    }
}
