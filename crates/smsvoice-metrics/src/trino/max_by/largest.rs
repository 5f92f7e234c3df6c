//! The largest entry of each group, as bytes in one buffer: groups come by the million, and an allocation for each is slow.

use arrow::array::{BinaryViewArray, BinaryViewBuilder};
use datafusion::logical_expr::EmitTo;

/// A key and the value beside it, both in Arrow's row format. In it no row is the beginning of another one, so that the
/// bytes of key and value one after the other compare as the pair does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) key: &'a [u8],
    pub(super) value: &'a [u8],
}

impl<'a> Entry<'a> {
    /// What [`Entry::write_to`] wrote.
    pub(super) fn from_bytes(bytes: &'a [u8]) -> Self {
        let (pair, key_length) = bytes.split_last_chunk().expect("an entry ends with the length of its key");
        let (key, value) = pair.split_at(u32::from_le_bytes(*key_length) as usize);
        Self { key, value }
    }

    /// Key, value, and the length of the key in four bytes.
    pub(super) fn write_to(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.key);
        bytes.extend_from_slice(self.value);
        bytes.extend_from_slice(&(self.key.len() as u32).to_le_bytes());
    }

    fn length(self) -> usize {
        self.key.len() + self.value.len() + size_of::<u32>()
    }

    fn is_larger_than(self, bytes: &[u8]) -> bool {
        match bytes.strip_prefix(self.key) {
            Some(value) => self.value > value,
            None => self.key > bytes,
        }
    }
}

/// Where a group's entry lies in the buffer, and how many bytes it may grow to there. No length: no entry.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: usize,
    length: u32,
    room: u32,
}

#[derive(Debug, Default)]
pub(super) struct LargestEntries {
    spans: Vec<Span>,
    bytes: Vec<u8>,
    unused: usize,
}

impl LargestEntries {
    /// Makes room for `groups` groups; new ones have no entry.
    pub(super) fn resize(&mut self, groups: usize) {
        self.spans.resize(groups, Span::default());
    }

    /// Keeps `entry` if it is larger than what the group has.
    pub(super) fn offer(&mut self, group: usize, entry: Entry<'_>) {
        let span = self.spans[group];
        if span.length > 0 && !entry.is_larger_than(self.bytes_of(span)) {
            return;
        }
        let length = entry.length();
        let room = if length > span.room as usize {
            self.unused += span.room as usize;
            self.spans[group] = Span { start: self.bytes.len(), length: length as u32, room: length as u32 };
            entry.write_to(&mut self.bytes);
            return self.compact_if_worth_it();
        } else {
            span.room
        };
        self.spans[group] = Span { length: length as u32, room, ..span };
        let place = &mut self.bytes[span.start..span.start + length];
        let (key, rest) = place.split_at_mut(entry.key.len());
        let (value, key_length) = rest.split_at_mut(entry.value.len());
        key.copy_from_slice(entry.key);
        value.copy_from_slice(entry.value);
        key_length.copy_from_slice(&(entry.key.len() as u32).to_le_bytes());
    }

    /// Takes the entries of the groups to emit; the following groups move up.
    pub(super) fn take(&mut self, emit_to: EmitTo) -> Self {
        let EmitTo::First(groups) = emit_to else { return std::mem::take(self) };
        let mut taken = Self::default();
        for span in self.spans.drain(..groups) {
            let start = taken.bytes.len();
            taken.bytes.extend_from_slice(&self.bytes[span.start..span.start + span.length as usize]);
            taken.spans.push(Span { start, room: span.length, ..span });
            self.unused += span.room as usize;
        }
        self.compact_if_worth_it();
        taken
    }

    /// The entry of each group.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<Entry<'_>>> {
        self.spans.iter().map(|span| (span.length > 0).then(|| Entry::from_bytes(self.bytes_of(*span))))
    }

    /// The entries as [`Entry::write_to`] writes them, null for a group without.
    pub(super) fn to_array(&self) -> BinaryViewArray {
        let mut array = BinaryViewBuilder::with_capacity(self.spans.len());
        for span in &self.spans {
            array.append_option((span.length > 0).then(|| self.bytes_of(*span)));
        }
        array.finish()
    }

    /// Bytes of memory held.
    pub(super) fn size(&self) -> usize {
        self.bytes.capacity() + self.spans.capacity() * size_of::<Span>()
    }

    fn bytes_of(&self, span: Span) -> &[u8] {
        &self.bytes[span.start..span.start + span.length as usize]
    }

    /// Half of the buffer may lie idle before it is written anew: so the work for each byte stays constant.
    fn compact_if_worth_it(&mut self) {
        if self.unused <= self.bytes.len() / 2 {
            return;
        }
        let mut bytes = Vec::with_capacity(self.bytes.len() - self.unused);
        for span in &mut self.spans {
            let start = bytes.len();
            bytes.extend_from_slice(&self.bytes[span.start..span.start + span.length as usize]);
            *span = Span { start, room: span.length, length: span.length };
        }
        self.bytes = bytes;
        self.unused = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Keys of one length, so that none is the beginning of another one, as in the row format.
    fn offers() -> impl Strategy<Value = Vec<(usize, [u8; 2], Vec<u8>)>> {
        let value = prop::collection::vec(1..=u8::MAX, 0..40).prop_map(|mut value| {
            value.push(0);
            value
        });
        prop::collection::vec((0..8usize, any::<[u8; 2]>(), value), 0..200)
    }

    proptest! {
        #[test]
        fn largest_pair_of_each_group_stays(offers in offers(), emitted in 0..8usize) {
            let mut entries = LargestEntries::default();
            entries.resize(8);
            for (group, key, value) in &offers {
                entries.offer(*group, Entry { key, value });
            }
            let expected = |group: usize| {
                offers.iter().filter(|offer| offer.0 == group).map(|(_, key, value)| (*key, value.clone())).max()
            };
            let first = entries.take(EmitTo::First(emitted));
            let found: Vec<_> = first.iter().chain(entries.iter())
                .map(|entry| entry.map(|e| (<[u8; 2]>::try_from(e.key).unwrap(), e.value.to_vec()))).collect();
            prop_assert_eq!(found, (0..8).map(expected).collect::<Vec<_>>());
        }
    }
}
