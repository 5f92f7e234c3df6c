//! The checksum of a whole file, kept in its footer. Pages have checksums by the format; footers, page headers and indexes have
//! none, and a bit that flips there can hide rows in silence.

use parquet::file::metadata::KeyValue;

/// The key in the footer's metadata. Other readers pass over it.
const KEY: &str = "smsvoice.crc32";

/// What the value is while the checksum is computed: a checksum cannot cover itself.
const UNKNOWN: [u8; 8] = *b"00000000";

/// The key as it lies in the footer, with what Thrift's compact protocol puts before a value of eight bytes.
const MARK: &[u8] = b"smsvoice.crc32\x18\x08";

/// The entry of the footer's metadata, before the file is finished.
pub(crate) fn entry() -> KeyValue {
    KeyValue::new(KEY.to_owned(), String::from_utf8_lossy(&UNKNOWN).into_owned())
}

/// Fills the checksum of a finished file in.
pub(crate) fn fill_in(file: &mut [u8]) {
    if let Some(at) = place(file) {
        let checksum = format!("{:08x}", crc32fast::hash(file));
        file[at..at + UNKNOWN.len()].copy_from_slice(checksum.as_bytes());
    }
}

/// Whether a file is as it was written; unknown of one without a checksum, which an older version wrote.
pub(crate) fn is_right(file: &[u8]) -> Option<bool> {
    let at = place(file)?;
    let (before, rest) = file.split_at(at);
    let (value, after) = rest.split_at(UNKNOWN.len());
    let mut hash = crc32fast::Hasher::new();
    for part in [before, &UNKNOWN, after] {
        hash.update(part);
    }
    Some(format!("{:08x}", hash.finalize()).as_bytes() == value)
}

/// Where the value lies: the footer is the last thing in a file.
fn place(file: &[u8]) -> Option<usize> {
    let at = memchr::memmem::rfind(file, MARK)? + MARK.len();
    (at + UNKNOWN.len() <= file.len()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_changed_byte_is_noticed() {
        let mut file = [b"PAR1 pages ", MARK, &UNKNOWN, b" footer PAR1"].concat();
        assert_eq!(is_right(&file), Some(false), "not filled in");
        fill_in(&mut file);
        assert_eq!(is_right(&file), Some(true));
        for at in (0..file.len()).filter(|at| !(11..11 + MARK.len()).contains(at)) {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert_eq!(is_right(&changed), Some(false), "at {at}");
        }
        assert_eq!(is_right(b"PAR1 of another time PAR1"), None);
    }
}
