//! A column of strings that repeat, built as a dictionary.

use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int32Builder, StringArray};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::Int32Type;
use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Builder of one dictionary column. A value is hashed once: for the dictionary, and for the row's content hash.
#[derive(Default)]
pub(crate) struct Words {
    keys: Int32Builder,
    /// Hash and key of each distinct value.
    table: HashTable<(u64, i32)>,
    text: Vec<u8>,
    ends: Vec<i32>,
    /// The value before: runs of equal values are common.
    last: Option<(u64, i32)>,
}

impl Words {
    /// Appends a value and returns its hash; null hashes to 0.
    #[inline]
    pub(crate) fn push(&mut self, value: Option<&str>) -> u64 {
        let Some(value) = value else {
            self.keys.append_null();
            return 0;
        };
        let hash = xxh3_64(value.as_bytes());
        let key = self.key(hash, value);
        self.last = Some((hash, key));
        self.keys.append_value(key);
        hash
    }

    #[inline]
    fn key(&mut self, hash: u64, value: &str) -> i32 {
        if let Some((last, key)) = self.last
            && last == hash
            && self.value(key) == value.as_bytes()
        {
            return key;
        }
        let (text, ends) = (&self.text, &self.ends);
        let same = |entry: &(u64, i32)| entry.0 == hash && slice(text, ends, entry.1) == value.as_bytes();
        if let Some((_, key)) = self.table.find(hash, same) {
            return *key;
        }
        let key = self.ends.len() as i32;
        self.text.extend_from_slice(value.as_bytes());
        self.ends.push(self.text.len() as i32);
        self.table.insert_unique(hash, (hash, key), |entry| entry.0);
        key
    }

    fn value(&self, key: i32) -> &[u8] {
        slice(&self.text, &self.ends, key)
    }

    /// Bytes of distinct text: an `i32` offset bounds what one column may hold.
    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn finish(mut self) -> ArrayRef {
        let offsets: Vec<i32> = std::iter::once(0).chain(self.ends).collect();
        let values = StringArray::new(OffsetBuffer::new(ScalarBuffer::from(offsets)), self.text.into(), None);
        let keys = self.keys.finish();
        let column = DictionaryArray::<Int32Type>::try_new(keys, Arc::new(values));
        Arc::new(column.expect("every key was given out by this builder"))
    }
}

fn slice<'a>(text: &'a [u8], ends: &[i32], key: i32) -> &'a [u8] {
    let key = key as usize;
    let start = if key == 0 { 0 } else { ends[key - 1] as usize };
    &text[start..ends[key] as usize]
}
