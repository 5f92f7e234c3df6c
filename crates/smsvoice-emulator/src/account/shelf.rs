//! One kind of record, by key, that knows which of its records changed: what a change is written from.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, de::DeserializeOwned};

/// Records of one kind in key order.
#[derive(Debug)]
pub(crate) struct Shelf<T> {
    kind: &'static str,
    rows: BTreeMap<String, T>,
    touched: BTreeSet<String>,
}

/// One record to write, or (without a row) to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) kind: &'static str,
    pub(crate) key: String,
    /// JSON.
    pub(crate) row: Option<Vec<u8>>,
}

impl<T: Serialize + DeserializeOwned> Shelf<T> {
    pub(crate) fn new(kind: &'static str) -> Self {
        Self { kind, rows: BTreeMap::new(), touched: BTreeSet::new() }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.rows.get(key)
    }

    /// The record to change; it counts as changed from here on.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        let row = self.rows.get_mut(key)?;
        self.touched.insert(key.to_owned());
        Some(row)
    }

    pub(crate) fn put(&mut self, key: impl Into<String>, row: T) {
        let key = key.into();
        self.touched.insert(key.clone());
        self.rows.insert(key, row);
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<T> {
        let row = self.rows.remove(key)?;
        self.touched.insert(key.to_owned());
        Some(row)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.rows.contains_key(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = (&str, &T)> {
        self.rows.iter().map(|(key, row)| (key.as_str(), row))
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values()
    }

    /// Keys and records after `from`, newest key first when reversed by the caller.
    pub(crate) fn before(&self, key: &str) -> impl DoubleEndedIterator<Item = (&str, &T)> {
        self.rows
            .range::<str, _>((std::ops::Bound::Unbounded, std::ops::Bound::Excluded(key)))
            .map(|(k, row)| (k.as_str(), row))
    }

    /// What changed since the last call, appended to `changes`; nothing is written out when `kept` is false.
    pub(crate) fn drain(&mut self, kept: bool, changes: &mut Vec<Change>) -> Result<(), serde_json::Error> {
        for key in std::mem::take(&mut self.touched) {
            if kept {
                let row = self.rows.get(&key).map(serde_json::to_vec).transpose()?;
                changes.push(Change { kind: self.kind, key, row });
            }
        }
        Ok(())
    }

    /// Puts back a record read from disk.
    pub(crate) fn restore(&mut self, key: String, row: &[u8]) -> Result<(), serde_json::Error> {
        self.rows.insert(key, serde_json::from_slice(row)?);
        Ok(())
    }

    /// Removes every record, as changes.
    pub(crate) fn clear(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        self.touched.extend(rows.into_keys());
    }
}

#[cfg(test)]
mod tests {
    use super::Shelf;

    #[test]
    fn what_changed_is_drained_once_and_removals_have_no_row() {
        let mut shelf = Shelf::new("numbers");
        shelf.put("a", 1);
        shelf.put("b", 2);
        shelf.take("a");
        let mut changes = Vec::new();
        shelf.drain(true, &mut changes).unwrap();
        let seen: Vec<_> = changes.iter().map(|c| (c.key.as_str(), c.row.clone())).collect();
        assert_eq!(seen, [("a", None), ("b", Some(b"2".to_vec()))]);
        changes.clear();
        shelf.drain(true, &mut changes).unwrap();
        assert!(changes.is_empty());
    }
}
