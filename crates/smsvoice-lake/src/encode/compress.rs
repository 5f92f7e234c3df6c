//! One compressor a thread: setting one up costs more than it takes to compress a small page.

use std::cell::RefCell;

use bytes::Bytes;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::{ParquetError, Result};
use zstd::bulk::Compressor;

/// Fast, and what Athena, Spark and DuckDB read.
const LEVEL: i32 = 1;

/// A chunk whose first page and dictionary are smaller stays as it is: zstd would save little and cost its tables. The files
/// of a function's small batches (four of 15 KB for 500 events) are 7 % larger than with half of this.
const WORTHWHILE: usize = 1 << 11;

thread_local! {
    static ZSTD: RefCell<Option<(Compressor<'static>, Vec<u8>)>> = const { RefCell::new(None) };
}

/// How a chunk's pages are compressed; told by the bytes of its first.
pub(super) fn codec(first: usize) -> Result<Compression> {
    Ok(if first < WORTHWHILE { Compression::UNCOMPRESSED } else { Compression::ZSTD(ZstdLevel::try_new(LEVEL)?) })
}

/// The bytes of a page as they go into the file.
pub(super) fn compress(page: &[u8], codec: Compression) -> Result<Bytes> {
    if codec == Compression::UNCOMPRESSED {
        return Ok(Bytes::copy_from_slice(page));
    }
    ZSTD.with_borrow_mut(|zstd| {
        let (compressor, out) = match zstd {
            Some(zstd) => zstd,
            none => none.insert((Compressor::new(LEVEL).map_err(failed)?, Vec::new())),
        };
        out.clear();
        out.reserve(zstd::zstd_safe::compress_bound(page.len()));
        compressor.compress_to_buffer(page, out).map_err(failed)?;
        Ok(Bytes::copy_from_slice(out))
    })
}

fn failed(error: std::io::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}
