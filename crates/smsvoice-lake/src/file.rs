//! A finished file and its name.

use std::fmt::Write;

use object_store::PutPayload;
use xxhash_rust::xxh3::Xxh3;

/// Who writes the files, as their footer says.
pub(crate) const CREATED_BY: &str = concat!("smsvoice ", env!("CARGO_PKG_VERSION"));

/// A finished Parquet file, not yet in any store.
#[derive(Clone)]
pub struct LakeFile {
    /// Where it goes, below the lake: `events/channel=text/dt=2026-11-22/part-….parquet`.
    pub path: String,
    /// Its rows.
    pub rows: usize,
    /// Its bytes.
    pub bytes: PutPayload,
}

/// The name of the file that holds the things with these hashes, given sorted: 128 bits, in hex.
pub(crate) fn part_name(sorted: impl Iterator<Item = u128>) -> String {
    let mut hash = Xxh3::new();
    sorted.for_each(|id| hash.update(&id.to_be_bytes()));
    let mut name = String::from("part-");
    let _ = write!(name, "{:032x}.parquet", hash.digest128());
    name
}
