//! Decompression, always with a limit: a gzip bomb must not take the memory of its neighbours.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use thiserror::Error;

/// What a payload inside an envelope may inflate to, in bytes. A Lambda payload is at most 6 MB; events compress about
/// tenfold, so an honest one stays below.
pub const MAX_INFLATED: usize = 48 << 20;

/// A compression told by the first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    Gzip,
    Zstd,
}

/// Why a payload did not inflate.
#[derive(Debug, Error)]
pub(crate) enum InflateError {
    #[error("it inflates to more than {MAX_INFLATED} bytes")]
    TooFar,
    #[error("{0}")]
    Invalid(Compression, io::Error),
}

impl std::fmt::Display for Compression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Gzip => "not gzip to its end",
            Self::Zstd => "not zstd to its end",
        })
    }
}

impl Compression {
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    pub(crate) fn invalid(self) -> &'static str {
        match self {
            Self::Gzip => "invalid_gzip",
            Self::Zstd => "invalid_zstd",
        }
    }
}

impl InflateError {
    /// The word stored in the quarantine's `reason`.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::TooFar => "inflates_too_far",
            Self::Invalid(compression, _) => compression.invalid(),
        }
    }
}

/// The whole, if it is no larger than [`MAX_INFLATED`].
pub(crate) fn bounded(bytes: &[u8], compression: Compression) -> Result<Vec<u8>, InflateError> {
    let mut inflated = Vec::new();
    let limit = MAX_INFLATED as u64 + 1;
    let invalid = |error| InflateError::Invalid(compression, error);
    match compression {
        Compression::Gzip => MultiGzDecoder::new(bytes).take(limit).read_to_end(&mut inflated).map_err(invalid)?,
        Compression::Zstd => {
            let decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(invalid)?;
            decoder.take(limit).read_to_end(&mut inflated).map_err(invalid)?
        }
    };
    if inflated.len() > MAX_INFLATED { Err(InflateError::TooFar) } else { Ok(inflated) }
}
