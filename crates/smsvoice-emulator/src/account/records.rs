//! The records of one kind, by key. They know which of them changed, and so what has to be written to disk.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use serde::{Serialize, de::DeserializeOwned};

/// What the account keeps: its type says under which name it is stored.
pub(crate) trait Record: Serialize + DeserializeOwned {
    /// The first part of every key on disk; two types never have the same.
    const KIND: &'static str;
}

/// Records of one kind in key order.
#[derive(Debug)]
pub(crate) struct Records<T> {
    rows: BTreeMap<String, T>,
    changed: BTreeSet<String>,
}

/// One record to write, or (without a row) to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) kind: &'static str,
    /// The record's own; of a change that is handed to the store, the whole key on disk.
    pub(crate) key: String,
    /// JSON.
    pub(crate) row: Option<Vec<u8>>,
}

/// What storage asks of records, whatever their kind.
pub(crate) trait Stored {
    fn kind(&self) -> &'static str;
    /// Appends what changed since the last call to `changes`. If nothing is `kept` on disk, it only forgets what
    /// changed.
    fn drain(&mut self, kept: bool, changes: &mut Vec<Change>) -> Result<(), serde_json::Error>;
    /// Puts back a record that was read from disk.
    fn restore(&mut self, key: &str, row: &[u8]) -> Result<(), serde_json::Error>;
    /// Removes every record, and counts each as changed.
    fn clear(&mut self);
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), changed: BTreeSet::new() }
    }
}

impl<T> Records<T> {
    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.rows.get(key)
    }

    /// The record to change; it counts as changed from here on.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        let row = self.rows.get_mut(key)?;
        self.changed.insert(key.to_owned());
        Some(row)
    }

    pub(crate) fn put(&mut self, key: impl Into<String>, row: T) {
        let key = key.into();
        self.changed.insert(key.clone());
        self.rows.insert(key, row);
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<T> {
        let row = self.rows.remove(key)?;
        self.changed.insert(key.to_owned());
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

    /// The records whose keys are smaller than `key`.
    pub(crate) fn before(&self, key: &str) -> impl DoubleEndedIterator<Item = (&str, &T)> {
        let smaller = (Bound::Unbounded, Bound::Excluded(key));
        self.rows.range::<str, _>(smaller).map(|(key, row)| (key.as_str(), row))
    }

    /// The keys of the records that changed since they were last drained.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &str> {
        self.changed.iter().map(String::as_str)
    }
}

impl<T: Record> Stored for Records<T> {
    fn kind(&self) -> &'static str {
        T::KIND
    }

    fn drain(&mut self, kept: bool, changes: &mut Vec<Change>) -> Result<(), serde_json::Error> {
        for key in std::mem::take(&mut self.changed) {
            if kept {
                let row = self.rows.get(&key).map(serde_json::to_vec).transpose()?;
                changes.push(Change { kind: T::KIND, key, row });
            }
        }
        Ok(())
    }

    fn restore(&mut self, key: &str, row: &[u8]) -> Result<(), serde_json::Error> {
        self.rows.insert(key.to_owned(), serde_json::from_slice(row)?);
        Ok(())
    }

    fn clear(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        self.changed.extend(rows.into_keys());
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, Records, Stored};

    impl Record for u32 {
        const KIND: &'static str = "number";
    }

    #[test]
    fn what_changed_is_drained_once_and_removals_have_no_row() {
        let mut records = Records::<u32>::default();
        records.put("a", 1);
        records.put("b", 2);
        records.take("a");
        let mut changes = Vec::new();
        records.drain(true, &mut changes).unwrap();
        let seen: Vec<_> = changes.iter().map(|c| (c.kind, c.key.as_str(), c.row.clone())).collect();
        assert_eq!(seen, [("number", "a", None), ("number", "b", Some(b"2".to_vec()))]);
        changes.clear();
        records.drain(true, &mut changes).unwrap();
        assert!(changes.is_empty());
    }
}
