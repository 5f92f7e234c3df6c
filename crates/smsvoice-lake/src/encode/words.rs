//! A column chunk of strings that repeat: written as keys into a dictionary.

use std::ops::Range;

use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::schema::types::ColumnDescPtr;

use crate::columns::{NULL, Words};
use crate::encode::bounds::Bounds;
use crate::encode::dictionary::WordDictionary;
use crate::encode::open_page::PAGE_BYTES;
use crate::encode::pages::{DictionaryPage, Pages, RowGroupBuffer};

/// Words under construction.
pub(super) struct WordChunk {
    pub(super) pages: Pages,
    dictionary: WordDictionary,
    /// Whether words came for which the dictionary had no room: from then on they are written as they are.
    full: bool,
    /// From the keys of the batch that is being taken to those of the dictionary.
    known: Vec<u16>,
    /// Whether a smallest and a largest word are told.
    ranged: bool,
    /// The level of a word that is there.
    level: u8,
}

const UNKNOWN: u16 = u16::MAX;

/// Longer words are not told as smallest or largest.
const LONGEST_BOUND: usize = 64;

impl WordChunk {
    pub(super) fn new(ranged: bool, level: u8) -> Self {
        let (pages, dictionary) = (Pages::default(), WordDictionary::default());
        Self { pages, dictionary, full: false, known: Vec::new(), ranged, level }
    }

    /// Says which batch is taken next: the keys of each are its own.
    pub(super) fn begin_batch(&mut self, words: &Words) {
        self.known.clear();
        self.known.resize(words.distinct(), UNKNOWN);
    }

    /// Takes these rows of the batch.
    pub(super) fn append(&mut self, words: &Words, rows: Range<usize>) -> Result<()> {
        let keys = &words.keys()[rows];
        let page = &mut self.pages.open;
        if words.nulls() == words.keys().len() {
            page.push_nulls(keys.len());
            return Ok(());
        }
        if words.nulls() == 0 {
            page.push_present(keys.len());
        } else {
            page.definition.extend(keys.iter().map(|key| u8::from(*key != NULL)));
            page.nulls += keys.iter().filter(|key| **key == NULL).count();
        }
        self.push(words, keys);
        if self.pages.open.plain.len() >= PAGE_BYTES { self.end_page() } else { Ok(()) }
    }

    /// Takes the words of these keys; levels are another matter.
    pub(super) fn push(&mut self, words: &Words, keys: &[u32]) {
        self.pages.open.keys.reserve(keys.len());
        for (at, key) in keys.iter().enumerate() {
            let Some(known) = self.known.get(*key as usize) else { continue };
            if *known != UNKNOWN {
                self.pages.open.keys.push(*known);
                continue;
            }
            let word = words.word(*key);
            let new = if self.full { None } else { self.dictionary.key(word) };
            match new {
                Some(new) => {
                    self.known[*key as usize] = new;
                    self.pages.open.keys.push(new);
                }
                None => return self.push_plain(words, &keys[at..]),
            }
        }
    }

    /// Takes words as they are, and turns those of the page into what they mean: a page has the one or the other.
    fn push_plain(&mut self, words: &Words, keys: &[u32]) {
        self.full = true;
        let page = &mut self.pages.open;
        let dictionary = &self.dictionary;
        let before = page.keys.iter().map(|key| dictionary.word(*key));
        let now = keys.iter().filter(|key| **key != NULL).map(|key| words.word(*key));
        for word in before.chain(now) {
            page.plain.extend_from_slice(&(word.len() as u32).to_le_bytes());
            page.plain.extend_from_slice(word);
        }
        page.keys.clear();
        if self.pages.is_first() {
            self.dictionary = WordDictionary::default();
        }
        // Words that are known would go on as keys.
        self.known.fill(UNKNOWN);
    }

    /// Ends the page that is being filled.
    pub(super) fn end_page(&mut self) -> Result<()> {
        let bounds = if self.ranged { self.bounds() } else { Bounds::Unknown };
        self.pages.end_page(self.level, self.dictionary.len(), self.dictionary.plain().len(), bounds)
    }

    fn bounds(&self) -> Bounds {
        let mut used = vec![false; self.dictionary.len()];
        self.pages.open.keys.iter().for_each(|key| used[usize::from(*key)] = true);
        let words = || (0..).zip(&used).filter(|(_, used)| **used).map(|(key, _)| self.dictionary.word(key));
        match (words().min(), words().max()) {
            (Some(min), Some(max)) if min.len().max(max.len()) <= LONGEST_BOUND => {
                Bounds::Words(min.to_vec(), max.to_vec())
            }
            _ => Bounds::Unknown,
        }
    }

    pub(super) fn close(&mut self, column: &ColumnDescPtr, buffer: &mut RowGroupBuffer) -> Result<ColumnCloseResult> {
        let dictionary = std::mem::take(&mut self.dictionary);
        let page = DictionaryPage { bytes: dictionary.plain(), words: dictionary.len() };
        self.full = false;
        self.known.fill(UNKNOWN);
        self.pages.close(column, page, None, buffer)
    }
}
