//! Decompression, always with a limit: a gzip bomb must not take the memory of its neighbours.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use smsvoice_lake::Reason;
use thiserror::Error;

/// What a payload inside an envelope may inflate to, in bytes. A batch of CloudWatch Logs is 1 MiB at most before it is
/// compressed, a record of Firehose 1,000 KiB after: events compress about tenfold, so an honest one stays below.
pub const MAX_INFLATED: usize = 16 << 20;

/// What the compressed pieces of one payload, or of one chunk of a file, may inflate to together, in bytes. A payload has
/// 6 MB, a chunk up to 16 MiB: an honest one stays far below. One of two hundred bombs, each just not too large, would
/// inflate for minutes otherwise, and one of bombs in bombs for years.
pub(crate) const MAX_INFLATED_TOGETHER: usize = 1 << 30;

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
    #[error("the compressed pieces around it inflate to more than {MAX_INFLATED_TOGETHER} bytes together")]
    TooFarTogether,
    #[error("{0}")]
    Invalid(Damage),
}

impl std::fmt::Display for Compression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        })
    }
}

/// A compressed stream that is damaged or breaks off.
#[derive(Debug, Error)]
#[error("the {compression} stream is damaged or breaks off")]
pub(crate) struct Damage {
    pub(crate) compression: Compression,
    #[source]
    pub(crate) error: io::Error,
}

impl Compression {
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Why a piece is in quarantine whose compression is damaged.
    pub(crate) fn invalid(self) -> Reason {
        match self {
            Self::Gzip => Reason::InvalidGzip,
            Self::Zstd => Reason::InvalidZstd,
        }
    }
}

impl InflateError {
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::TooFar | Self::TooFarTogether => Reason::InflatesTooFar,
            Self::Invalid(damage) => damage.compression.invalid(),
        }
    }
}

/// The whole, if it is no larger than [`MAX_INFLATED`].
pub(crate) fn bounded(bytes: &[u8], compression: Compression) -> Result<Vec<u8>, InflateError> {
    bounded_by(bytes, compression, MAX_INFLATED)
}

/// The whole, if it is no larger than `most` bytes.
pub(crate) fn bounded_by(bytes: &[u8], compression: Compression, most: usize) -> Result<Vec<u8>, InflateError> {
    let invalid = |error| InflateError::Invalid(Damage { compression, error });
    let stated = stated_len(bytes, compression);
    // A bomb says so, mostly; or it breaks off and its end says anything. It is gone through once without being kept.
    if stated.is_some_and(|len| len > most as u64) {
        let limit = most as u64 + 1;
        let len = io::copy(&mut stream(bytes, compression).map_err(invalid)?.take(limit), &mut io::sink());
        if len.map_err(invalid)? == limit {
            return Err(InflateError::TooFar);
        }
    }
    // One byte more than stated: the end is then seen without growing.
    let capacity = stated.map_or(0, |len| (len as usize).min(bytes.len().saturating_mul(MOST_TIMES)).min(most));
    let inflated = stream(bytes, compression).and_then(|stream| read(stream, capacity + 1, most));
    inflated.map_err(invalid)?.ok_or(InflateError::TooFar)
}

fn stream<'b>(bytes: &'b [u8], compression: Compression) -> io::Result<Box<dyn Read + 'b>> {
    Ok(match compression {
        Compression::Gzip => Box::new(MultiGzDecoder::new(bytes)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(bytes)?),
    })
}

/// Deflate makes at most 1,032 bytes of one: what states more is not believed.
const MOST_TIMES: usize = 1032;

/// The length that the compressed bytes themselves state: gzip at its end (of its last member, modulo 2^32, RFC 1952),
/// zstd at its beginning, if at all.
fn stated_len(bytes: &[u8], compression: Compression) -> Option<u64> {
    match compression {
        Compression::Gzip => bytes.last_chunk().map(|end| u32::from_le_bytes(*end).into()),
        Compression::Zstd => zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten(),
    }
}

/// All of the stream, or nothing if it is longer than `most` bytes. Memory grows to the limit at most: `Vec` alone
/// would double beyond it.
fn read(mut stream: impl Read, capacity: usize, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut inflated = Vec::with_capacity(capacity);
    loop {
        let left = most + 1 - inflated.len();
        if left == 0 {
            return Ok(None);
        }
        if inflated.len() == inflated.capacity() {
            inflated.reserve_exact(left.min(inflated.len().max(1 << 16)));
        }
        let room = left.min(inflated.capacity() - inflated.len()) as u64;
        if stream.by_ref().take(room).read_to_end(&mut inflated)? == 0 {
            return Ok(Some(inflated));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression as Level;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_fits_comes_out_whole_however_many_members_it_has() {
        let (first, second) = (vec![7; 300_000], b"second".to_vec());
        let members = [gzip(&first), gzip(&second)].concat();
        assert_eq!(bounded(&members, Compression::Gzip).unwrap(), [first.clone(), second].concat());
        let frame = zstd::encode_all(&first[..], 1).unwrap();
        assert_eq!(bounded(&frame, Compression::Zstd).unwrap(), first);
        assert_eq!(bounded(&gzip(&vec![1; MAX_INFLATED]), Compression::Gzip).unwrap().len(), MAX_INFLATED);
        assert_eq!(bounded(&gzip(b""), Compression::Gzip).unwrap(), b"");
    }

    #[test]
    fn a_bomb_is_refused_whatever_length_it_states() {
        let honest = gzip(&vec![0; MAX_INFLATED + 1]);
        assert!(matches!(bounded(&honest, Compression::Gzip), Err(InflateError::TooFar)));
        let lying = [honest, gzip(b"small")].concat();
        assert!(matches!(bounded(&lying, Compression::Gzip), Err(InflateError::TooFar)));
        let frame = zstd::encode_all(&vec![0; MAX_INFLATED + 1][..], 1).unwrap();
        assert!(matches!(bounded(&frame, Compression::Zstd), Err(InflateError::TooFar)));
    }

    #[test]
    fn what_breaks_off_is_said_to() {
        let whole = gzip(&vec![5; 100_000]);
        for len in 18..whole.len() {
            let broken = bounded(&whole[..len], Compression::Gzip);
            assert_eq!(broken.unwrap_err().reason(), Reason::InvalidGzip, "{len} of {} bytes", whole.len());
        }
    }
}
