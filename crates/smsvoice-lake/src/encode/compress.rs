//! One compressor a thread: setting one up costs more than it takes to compress a small page.

use std::cell::RefCell;

use bytes::Bytes;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::{ParquetError, Result};
use zstd::bulk::Compressor;

/// How much time is given to a column for the sake of its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Effort {
    /// For nearly all columns: more makes them no smaller. Message ids, which are random, even grow with it.
    #[default]
    Little,
    /// For masked numbers and times of requests, which are 11 and 14 % smaller with it (3,010,202 rows,
    /// `smsvoice generate --messages 1000000 --seed 5`). Values of the context would be 19 % smaller, but there is so much of
    /// them that a replay would take 4 % longer.
    More,
}

impl Effort {
    /// The level of zstd; readers need not know it.
    fn level(self) -> i32 {
        match self {
            Self::Little => 1,
            Self::More => 5,
        }
    }
}

/// A chunk whose first page and dictionary are smaller stays as it is: zstd would save little and cost its tables. The files
/// of a function's small batches (four of 15 KB for 500 events) are 7 % larger than with half of this.
const WORTHWHILE: usize = 1 << 11;

/// A compressor, and where it writes to.
type WithRoom = (Compressor<'static>, Vec<u8>);

thread_local! {
    /// One for each [`Effort`].
    static ZSTD: RefCell<[Option<WithRoom>; 2]> = const { RefCell::new([None, None]) };
}

/// How a chunk's pages are compressed; told by the bytes of its first.
pub(super) fn codec(first: usize, effort: Effort) -> Result<Compression> {
    Ok(if first < WORTHWHILE {
        Compression::UNCOMPRESSED
    } else {
        Compression::ZSTD(ZstdLevel::try_new(effort.level())?)
    })
}

/// The bytes of a page as they go into the file.
pub(super) fn compress(page: &[u8], codec: Compression) -> Result<Bytes> {
    let Compression::ZSTD(level) = codec else { return Ok(Bytes::copy_from_slice(page)) };
    let level = level.compression_level();
    ZSTD.with_borrow_mut(|compressors| {
        let (compressor, out) = match &mut compressors[usize::from(level > Effort::Little.level())] {
            Some(zstd) => zstd,
            none => none.insert((Compressor::new(level).map_err(failed)?, Vec::new())),
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
