//! The distinct values of one column chunk, each with a key.

use hashbrown::{HashMap, HashTable};
use xxhash_rust::xxh3::xxh3_64;

/// More words than this are no words: a key has 16 bits, and one is left for a key that is not known yet.
const MOST_WORDS: usize = u16::MAX as usize;

/// Bytes of words that a reader is made to hold.
const MOST_BYTES: usize = 1 << 20;

/// Distinct strings, by key.
#[derive(Default)]
pub(super) struct WordDictionary {
    /// As they are written: each length, then the text.
    plain: Vec<u8>,
    /// Where each begins.
    starts: Vec<u32>,
    keys: HashTable<(u64, u16)>,
}

impl WordDictionary {
    /// The key of a word; none where there is no room for it.
    pub(super) fn key(&mut self, word: &[u8]) -> Option<u16> {
        let hash = xxh3_64(word);
        let known = self.keys.find(hash, |(other, key)| *other == hash && self.word(*key) == word);
        if let Some((_, key)) = known {
            return Some(*key);
        }
        if self.starts.len() == MOST_WORDS || self.plain.len() + 4 + word.len() > MOST_BYTES {
            return None;
        }
        let key = self.starts.len() as u16;
        self.starts.push(self.plain.len() as u32);
        self.plain.extend_from_slice(&(word.len() as u32).to_le_bytes());
        self.plain.extend_from_slice(word);
        self.keys.insert_unique(hash, (hash, key), |entry| entry.0);
        Some(key)
    }

    /// The word of a key that was given out.
    pub(super) fn word(&self, key: u16) -> &[u8] {
        let start = self.starts[usize::from(key)] as usize + 4;
        let end = self.starts.get(usize::from(key) + 1).map_or(self.plain.len(), |next| *next as usize);
        &self.plain[start..end]
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// All of them, as they are written.
    pub(super) fn plain(&self) -> &[u8] {
        &self.plain
    }
}

/// Distinct numbers, by key.
#[derive(Default)]
pub(super) struct NumberDictionary {
    values: Vec<i64>,
    keys: HashMap<i64, u16>,
    /// The one before: runs of equal numbers are common.
    last: Option<(i64, u16)>,
}

/// More numbers than this are not worth a dictionary: a key saves little.
const MOST_NUMBERS: usize = 1 << 12;

impl NumberDictionary {
    /// The key of a number; none where there is no room for it.
    pub(super) fn key(&mut self, number: i64) -> Option<u16> {
        if let Some((last, key)) = self.last
            && last == number
        {
            return Some(key);
        }
        let known = self.keys.get(&number).copied();
        if known.is_none() && self.values.len() == MOST_NUMBERS {
            return None;
        }
        let key = known.unwrap_or_else(|| {
            let key = self.values.len() as u16;
            self.values.push(number);
            self.keys.insert(number, key);
            key
        });
        self.last = Some((number, key));
        Some(key)
    }

    /// All of them, by key.
    pub(super) fn values(&self) -> &[i64] {
        &self.values
    }

    /// The same, when no more will come.
    pub(super) fn into_values(self) -> Vec<i64> {
        self.values
    }
}
