//! A column of strings that repeat, built as a dictionary.

use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int32Array, StringArray};
use arrow::buffer::{BooleanBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::Int32Type;
use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Builder of one dictionary column. A value is hashed once: for the dictionary, and for the row's content hash.
#[derive(Default)]
pub(crate) struct Words {
    /// Of each row; [`NULL`] where there is no value.
    keys: Vec<i32>,
    nulls: usize,
    /// Hash and key of each distinct value.
    table: HashTable<(u64, i32)>,
    text: Vec<u8>,
    ends: Vec<i32>,
    /// The value before: runs of equal values are common.
    last: Option<(u64, i32)>,
}

const NULL: i32 = -1;

impl Words {
    /// A builder with room for so many rows.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { keys: Vec::with_capacity(rows), ..Self::default() }
    }

    /// Appends a value and returns its hash; null hashes to 0.
    #[inline]
    pub(crate) fn push(&mut self, value: Option<&str>) -> u64 {
        let Some(value) = value else {
            self.keys.push(NULL);
            self.nulls += 1;
            return 0;
        };
        let value = value.as_bytes();
        if let Some((hash, key)) = self.last
            && same(slice(&self.text, &self.ends, key), value)
        {
            self.keys.push(key);
            return hash;
        }
        let hash = xxh3_64(value);
        let key = self.key(hash, value);
        self.last = Some((hash, key));
        self.keys.push(key);
        hash
    }

    #[inline]
    fn key(&mut self, hash: u64, value: &[u8]) -> i32 {
        let (text, ends) = (&self.text, &self.ends);
        match self.table.find(hash, |entry| entry.0 == hash && same(slice(text, ends, entry.1), value)) {
            Some((_, key)) => *key,
            None => self.add(hash, value),
        }
    }

    #[cold]
    fn add(&mut self, hash: u64, value: &[u8]) -> i32 {
        let key = self.ends.len() as i32;
        self.text.extend_from_slice(value);
        self.ends.push(self.text.len() as i32);
        self.table.insert_unique(hash, (hash, key), |entry| entry.0);
        key
    }

    /// Bytes of distinct text: an `i32` offset bounds what one column may hold.
    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn finish(mut self) -> ArrayRef {
        let offsets: Vec<i32> = std::iter::once(0).chain(self.ends).collect();
        let values = StringArray::new(OffsetBuffer::new(ScalarBuffer::from(offsets)), self.text.into(), None);
        let keys = &mut self.keys;
        let present = (self.nulls > 0).then(|| BooleanBuffer::collect_bool(keys.len(), |row| keys[row] != NULL));
        if present.is_some() {
            for key in keys.iter_mut() {
                *key = (*key).max(0);
            }
        }
        let keys = Int32Array::new(ScalarBuffer::from(self.keys), present.map(NullBuffer::new));
        let column = DictionaryArray::<Int32Type>::try_new(keys, Arc::new(values));
        Arc::new(column.expect("every key was given out by this builder"))
    }
}

#[inline]
fn slice<'t>(text: &'t [u8], ends: &[i32], key: i32) -> &'t [u8] {
    let key = key as usize;
    let start = if key == 0 { 0 } else { ends[key - 1] as usize };
    &text[start..ends[key] as usize]
}

/// Whether two short texts are equal; eight bytes at a time, here and now: a call of `memcmp` costs more than it compares.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
    a8.iter().zip(b8).all(|(a, b)| word(a) == word(b)) && a_rest.iter().zip(b_rest).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};
    use arrow::compute::cast;
    use arrow::datatypes::DataType;

    use super::*;

    #[test]
    fn what_is_pushed_comes_back_row_by_row() {
        let long = "a value of more than sixteen bytes";
        let rows = [Some("x"), None, Some(long), Some(""), Some("x"), Some(&long[..33]), None, Some(long), Some("x")];
        let mut words = Words::with_capacity(2);
        let hashes = rows.map(|row| words.push(row));
        assert_eq!((hashes[0], hashes[2]), (hashes[4], hashes[7]), "equal values have equal hashes");
        let column = words.finish();
        assert_eq!(column.as_dictionary::<Int32Type>().values().len(), 4);
        let text = cast(&column, &DataType::Utf8).unwrap();
        assert_eq!(text.as_string::<i32>().iter().collect::<Vec<_>>(), rows);
    }

    #[test]
    fn without_nulls_there_is_no_null_buffer() {
        let mut words = Words::default();
        words.push(Some("x"));
        assert!(words.finish().nulls().is_none());
    }
}
