//! A column of strings that repeat, built as a dictionary.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Rows of one column, each a key of its distinct values. A value is hashed once: to find its key, and for the row's
/// content hash.
#[derive(Default)]
pub(crate) struct Words {
    /// Of each row; [`NULL`] where there is no value.
    keys: Vec<u32>,
    nulls: usize,
    /// Hash and key of each distinct value.
    table: HashTable<(u64, u32)>,
    text: Vec<u8>,
    ends: Vec<u32>,
    /// Values that came lately: most columns have a few that take turns, and those need no hashing. (When each value was
    /// hashed first instead, building a batch took 38 % longer: 750 ns an event against 544.) Not for the first rows: of a
    /// thousand partitions, each gets a row or two of a batch.
    recent: Option<Box<[Recent; 1 << RECENT_BITS]>>,
}

/// The key of a row without a value.
pub(crate) const NULL: u32 = u32::MAX;

const RECENT_BITS: u32 = 3;

/// A value that came lately.
#[derive(Clone, Copy)]
struct Recent {
    print: Print,
    key: u32,
    hash: u64,
}

impl Default for Recent {
    fn default() -> Self {
        Self { print: Print { first: 0, last: 0, len: u32::MAX }, key: NULL, hash: 0 }
    }
}

/// The first and the last eight bytes of a word, and its length: two words that differ mostly differ in these. Of a word of
/// up to [`Print::WHOLE`] bytes they are all of it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Print {
    first: u64,
    last: u64,
    len: u32,
}

impl Print {
    const WHOLE: u32 = 16;

    #[inline]
    fn of(word: &[u8]) -> Self {
        let len = word.len() as u32;
        if let (Some(first), Some(last)) = (word.first_chunk(), word.last_chunk()) {
            return Self { first: u64::from_le_bytes(*first), last: u64::from_le_bytes(*last), len };
        }
        if let (Some(first), Some(last)) = (word.first_chunk(), word.last_chunk()) {
            return Self { first: u32::from_le_bytes(*first).into(), last: u32::from_le_bytes(*last).into(), len };
        }
        let last = word.last().copied().unwrap_or_default();
        let first = word.first_chunk().map_or(0, |two| u16::from_le_bytes(*two).into());
        Self { first, last: last.into(), len }
    }

    /// Its place among the recent ones, which need not be its own. Multiplying by 2^64 divided by the golden ratio and taking
    /// the highest bits spreads words that are alike (Knuth's multiplicative hashing).
    #[inline]
    fn slot(self) -> usize {
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = self.first ^ self.last.rotate_left(9) ^ u64::from(self.len);
        (mixed.wrapping_mul(GOLDEN) >> (64 - RECENT_BITS)) as usize
    }
}

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
        let print = Print::of(value);
        if let Some(recent) = &self.recent
            && let recent = &recent[print.slot()]
            && recent.print == print
            && (print.len <= Print::WHOLE || same(slice(&self.text, &self.ends, recent.key), value))
        {
            self.keys.push(recent.key);
            return recent.hash;
        }
        self.push_other(value, print)
    }

    /// Appends a value that was not pushed lately.
    #[inline(never)]
    fn push_other(&mut self, value: &[u8], print: Print) -> u64 {
        let hash = xxh3_64(value);
        let (text, ends) = (&self.text, &self.ends);
        let key = match self.table.find(hash, |entry| entry.0 == hash && same(slice(text, ends, entry.1), value)) {
            Some((_, key)) => *key,
            None => self.add(hash, value),
        };
        if self.recent.is_none() && self.keys.len() >= 1 << RECENT_BITS {
            self.recent = Some(Box::default());
        }
        if let Some(recent) = &mut self.recent {
            recent[print.slot()] = Recent { print, key, hash };
        }
        self.keys.push(key);
        hash
    }

    #[cold]
    fn add(&mut self, hash: u64, value: &[u8]) -> u32 {
        let key = self.ends.len() as u32;
        self.text.extend_from_slice(value);
        self.ends.push(self.text.len() as u32);
        self.table.insert_unique(hash, (hash, key), |entry| entry.0);
        key
    }

    /// Bytes of distinct text.
    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    /// The key of each row, or [`NULL`].
    pub(crate) fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// Rows without a value.
    pub(crate) fn nulls(&self) -> usize {
        self.nulls
    }

    /// How many distinct values there are; their keys count from 0.
    pub(crate) fn distinct(&self) -> usize {
        self.ends.len()
    }

    /// The value of a key.
    pub(crate) fn word(&self, key: u32) -> &[u8] {
        slice(&self.text, &self.ends, key)
    }
}

#[inline]
fn slice<'t>(text: &'t [u8], ends: &[u32], key: u32) -> &'t [u8] {
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
#[allow(clippy::unwrap_used)] // a test that cannot go on fails
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_comes_back_row_by_row() {
        let long = "a value of more than sixteen bytes";
        let rows = [Some("x"), None, Some(long), Some(""), Some("x"), Some(&long[..33]), None, Some(long), Some("x")];
        let mut words = Words::with_capacity(2);
        let hashes = rows.map(|row| words.push(row));
        assert_eq!((hashes[0], hashes[2]), (hashes[4], hashes[7]), "equal values have equal hashes");
        assert_ne!(hashes[2], hashes[5]);
        assert_eq!((words.distinct(), words.nulls()), (4, 2));
        let back: Vec<_> = words.keys().iter().map(|key| (*key != NULL).then(|| words.word(*key))).collect();
        assert_eq!(back, rows.map(|row| row.map(str::as_bytes)));
    }

    /// Words that are alike, of every length around those that are told apart in different ways.
    #[test]
    fn every_word_has_a_key_and_a_hash_of_its_own() {
        let alike = (0..40).flat_map(|len| {
            let word = vec![b'0'; len];
            let changed = (0..len).map(move |at| {
                let mut word = vec![b'0'; len];
                word[at] = b'1';
                word
            });
            std::iter::once(word).chain(changed).map(|word| String::from_utf8(word).unwrap())
        });
        let alike: Vec<String> = alike.collect();
        let mut words = Words::default();
        let hashes: std::collections::HashSet<u64> = alike.iter().map(|word| words.push(Some(word))).collect();
        assert_eq!((words.distinct(), hashes.len()), (alike.len(), alike.len()));
        for word in &alike {
            words.push(Some(word));
        }
        assert_eq!(words.keys()[..alike.len()], words.keys()[alike.len()..]);
    }
}
