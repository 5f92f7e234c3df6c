//! Parquet's hybrid of run lengths and bit packing, which levels and keys of a dictionary are written in
//! (<https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE>).

/// Bits that hold every number up to `largest`; at least one: some readers stumble over none.
pub(super) fn width(largest: usize) -> u8 {
    (usize::BITS - largest.leading_zeros()).max(1) as u8
}

/// Appends the values, each in `width` bits, at most 16.
pub(super) fn encode<T: Copy + PartialEq + Into<u64>>(values: &[T], width: u8, out: &mut Vec<u8>) {
    let (mut packed, mut at) = (0, 0);
    while let Some(first) = values.get(at) {
        let run = values[at..].iter().take_while(|value| *value == first).count();
        if run >= 8 {
            pack(&values[packed..at], width, out);
            varint((run as u64) << 1, out);
            let value: u64 = (*first).into();
            out.extend_from_slice(&value.to_le_bytes()[..usize::from(width.div_ceil(8))]);
            at += run;
            packed = at;
        } else {
            // What is packed comes in eights: where a run begins inside one is not worth a search.
            at = (at + 8).min(values.len());
        }
    }
    pack(&values[packed..], width, out);
}

/// A run of packed values, filled up to eights with zeros.
fn pack<T: Copy + Into<u64>>(values: &[T], width: u8, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    let (eights, rest) = values.as_chunks::<8>();
    varint((values.len().div_ceil(8) as u64) << 1 | 1, out);
    for eight in eights {
        pack_eight(eight.map(Into::into), width, out);
    }
    if !rest.is_empty() {
        let mut eight = [0; 8];
        eight.iter_mut().zip(rest).for_each(|(to, from)| *to = (*from).into());
        pack_eight(eight, width, out);
    }
}

/// Eight values of so many bits are as many bytes, the first value in the lowest bits.
#[inline]
fn pack_eight(values: [u64; 8], width: u8, out: &mut Vec<u8>) {
    let bits = u32::from(width);
    let half = |values: &[u64]| values.iter().rev().fold(0, |word, value| word << bits | *value);
    if width <= 8 {
        out.extend_from_slice(&half(&values).to_le_bytes()[..usize::from(width)]);
    } else {
        let word = u128::from(half(&values[4..])) << (4 * bits) | u128::from(half(&values[..4]));
        out.extend_from_slice(&word.to_le_bytes()[..usize::from(width)]);
    }
}

/// Appends a number, seven bits a byte, the lowest first.
pub(super) fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads the hybrid as its specification describes it.
    fn decode(mut bytes: &[u8], width: u8, count: usize) -> Vec<u16> {
        let mut values = Vec::new();
        while values.len() < count {
            let mut header = 0;
            for shift in (0..).step_by(7) {
                let byte = bytes[0];
                bytes = &bytes[1..];
                header |= u64::from(byte & 0x7f) << shift;
                if byte < 0x80 {
                    break;
                }
            }
            if header & 1 == 0 {
                let (value, rest) = bytes.split_at(usize::from(width.div_ceil(8)));
                let value = value.iter().rev().fold(0, |all, byte| all << 8 | u16::from(*byte));
                values.extend(std::iter::repeat_n(value, (header >> 1) as usize));
                bytes = rest;
            } else {
                let (packed, rest) = bytes.split_at((header >> 1) as usize * usize::from(width));
                let bit = |at: usize| u16::from(packed[at / 8] >> (at % 8) & 1);
                let width = usize::from(width);
                let value = |at: usize| (0..width).map(|b| bit(at * width + b) << b).sum::<u16>();
                values.extend((0..(header >> 1) as usize * 8).map(value));
                bytes = rest;
            }
        }
        assert!(bytes.is_empty(), "{} bytes too many", bytes.len());
        values.truncate(count);
        values
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(runs in prop::collection::vec((any::<u16>(), 1..40usize), 0..40), width in 1..=16u8) {
            let mask = u16::MAX >> (16 - width);
            let values: Vec<u16> = runs.iter().flat_map(|(v, n)| std::iter::repeat_n(v & mask, *n)).collect();
            let mut bytes = Vec::new();
            encode(&values, width, &mut bytes);
            prop_assert_eq!(decode(&bytes, width, values.len()), values);
        }
    }

    #[test]
    fn widths_hold_the_largest_value() {
        assert_eq!([0, 1, 2, 3, 255, 256, 65_534].map(width), [1, 1, 2, 2, 8, 9, 16]);
    }
}
