//! A Kinesis record in which the Kinesis Producer Library packed several: a mark, a protobuf message, and its MD5.
//!
//! The format is documented in the library's repository, `aggregation-format.md`. Of the message only the data of each
//! record is wanted; three kinds of fields do not need a protobuf library.

use md5::{Digest, Md5};

/// What an aggregate begins with.
const MARK: [u8; 4] = [0xf3, 0x89, 0x9a, 0xc2];

/// Bytes of an MD5 sum.
const SUM: usize = 16;

/// `AggregatedRecord.records`, and `Record.data` in each of them.
const RECORDS: u64 = 3;
const DATA: u64 = 3;

/// Why an aggregate cannot be taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AggregateError {
    /// Its MD5 is another one: the bytes were changed, or broken off.
    Sum,
    /// Its message is not as the library writes it.
    Message,
}

impl AggregateError {
    pub(crate) fn detail(self) -> &'static str {
        match self {
            Self::Sum => "an aggregate of the Kinesis Producer Library whose checksum is wrong",
            Self::Message => "an aggregate of the Kinesis Producer Library that is not built as documented",
        }
    }
}

/// The records that were packed; nothing if the bytes are no aggregate.
pub(crate) fn unpacked(bytes: &[u8]) -> Option<Result<Vec<&[u8]>, AggregateError>> {
    let packed = bytes.strip_prefix(&MARK)?;
    let Some((message, sum)) = packed.split_last_chunk::<SUM>() else { return Some(Err(AggregateError::Sum)) };
    if Md5::digest(message).as_slice() != sum {
        return Some(Err(AggregateError::Sum));
    }
    Some(records(message).ok_or(AggregateError::Message))
}

fn records(message: &[u8]) -> Option<Vec<&[u8]>> {
    let mut records = Vec::new();
    let mut fields = Fields(message);
    while let Some((number, value)) = fields.next()? {
        if number == RECORDS {
            records.push(data(value?)?);
        }
    }
    Some(records)
}

fn data(record: &[u8]) -> Option<&[u8]> {
    let mut data = None;
    let mut fields = Fields(record);
    while let Some((number, value)) = fields.next()? {
        if number == DATA {
            data = value;
        }
    }
    data
}

/// The fields of a protobuf message.
struct Fields<'m>(&'m [u8]);

impl<'m> Fields<'m> {
    /// Number of the next field, and its bytes if it has a length; the outer option is none if the message is broken.
    #[allow(clippy::type_complexity)] // broken, ended, or a field with or without bytes
    fn next(&mut self) -> Option<Option<(u64, Option<&'m [u8]>)>> {
        if self.0.is_empty() {
            return Some(None);
        }
        let key = self.varint()?;
        let value = match key & 7 {
            0 => {
                self.varint()?;
                None
            }
            1 => {
                self.bytes(8)?;
                None
            }
            2 => {
                let len = self.varint()?;
                Some(self.bytes(usize::try_from(len).ok()?)?)
            }
            5 => {
                self.bytes(4)?;
                None
            }
            _ => return None,
        };
        Some(Some((key >> 3, value)))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn bytes(&mut self, len: usize) -> Option<&'m [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut len = bytes.len();
        let mut field = vec![number << 3 | 2];
        while len >= 0x80 {
            field.push(len as u8 | 0x80);
            len >>= 7;
        }
        field.push(len as u8);
        field.extend_from_slice(bytes);
        field
    }

    fn packed(records: &[Vec<u8>]) -> Vec<u8> {
        let mut message = field(1, b"partition key");
        for data in records {
            // The index of its partition key, then the data.
            message.extend(field(3, &[&[1 << 3, 0][..], &field(3, data)].concat()));
        }
        [&MARK[..], &message, Md5::digest(&message).as_slice()].concat()
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(records in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..9)) {
            let packed = packed(&records);
            let unpacked = unpacked(&packed).unwrap().unwrap();
            prop_assert_eq!(unpacked, records);
        }

        #[test]
        fn a_changed_byte_is_noticed(at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let mut packed = packed(&[b"one".to_vec(), b"two".to_vec()]);
            let at = MARK.len() + at.index(packed.len() - MARK.len());
            packed[at] ^= 1 << bit;
            prop_assert_eq!(unpacked(&packed), Some(Err(AggregateError::Sum)));
        }

        #[test]
        fn no_message_is_too_strange(message in proptest::collection::vec(any::<u8>(), 0..200)) {
            let packed = [&MARK[..], &message, Md5::digest(&message).as_slice()].concat();
            let _ = unpacked(&packed).unwrap();
        }
    }

    #[test]
    fn other_bytes_are_no_aggregate() {
        assert_eq!(unpacked(b"{}"), None);
        assert_eq!(unpacked(&MARK), Some(Err(AggregateError::Sum)));
    }
}
