//! State on disk: every change of a record in one table of an embedded database, many changes in one commit.

use std::{
    path::Path,
    sync::mpsc,
    time::{Duration, Instant},
};

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use tokio::sync::oneshot;

use crate::account::shelf::Change;

/// Key: kind, NUL, the record's own key. Value: JSON.
const ROWS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("rows");
const FILE: &str = "emulator.redb";
/// How long a change that nobody waits for may stay unwritten.
const LINGER: Duration = Duration::from_millis(50);

/// State that cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The directory cannot be made.
    #[error("{path}: {source}; choose a --state directory that can be written to")]
    Directory {
        /// As given.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The database itself.
    #[error("the state cannot be read or written: {0}")]
    Database(#[from] redb::Error),
    /// A record written by another version.
    #[error(
        "record {key} of the state cannot be read: {source}; it was written by another version: use a new --state directory"
    )]
    Record {
        /// Kind and key.
        key: String,
        /// Why.
        source: serde_json::Error,
    },
}

/// Changes to commit, and whom to tell.
struct Batch {
    changes: Vec<Change>,
    done: Option<oneshot::Sender<bool>>,
}

/// The writer's door. Batches are committed in the order in which they are handed in.
pub(crate) struct Store {
    batches: mpsc::Sender<Batch>,
}

impl Store {
    /// Opens (or makes) the state in `directory`, hands every record to `each`, and starts the writer.
    pub(crate) fn open(
        directory: &Path,
        mut each: impl FnMut(&str, &str, &[u8]) -> Result<(), serde_json::Error>,
    ) -> Result<Self, StateError> {
        let fail = |source| StateError::Directory { path: directory.display().to_string(), source };
        std::fs::create_dir_all(directory).map_err(fail)?;
        let database = Database::create(directory.join(FILE)).map_err(redb::Error::from)?;
        read(&database, &mut each)?;
        let (batches, queue) = mpsc::channel();
        std::thread::spawn(move || write(&database, &queue));
        Ok(Self { batches })
    }

    /// Hands in changes; the answer comes once they are on disk. Call it in the order of the changes themselves.
    pub(crate) fn keep(&self, changes: Vec<Change>) -> oneshot::Receiver<bool> {
        let (done, told) = oneshot::channel();
        // A writer that is gone drops `done`, which tells the waiter that nothing was kept.
        let _ = self.batches.send(Batch { changes, done: Some(done) });
        told
    }

    /// The same, for changes nobody waits for.
    pub(crate) fn keep_later(&self, changes: Vec<Change>) {
        let _ = self.batches.send(Batch { changes, done: None });
    }
}

fn read(
    database: &Database,
    each: &mut impl FnMut(&str, &str, &[u8]) -> Result<(), serde_json::Error>,
) -> Result<(), StateError> {
    let transaction = database.begin_write().map_err(redb::Error::from)?;
    transaction.open_table(ROWS).map_err(redb::Error::from)?;
    transaction.commit().map_err(redb::Error::from)?;
    let table = database.begin_read().map_err(redb::Error::from)?.open_table(ROWS).map_err(redb::Error::from)?;
    for row in table.iter().map_err(redb::Error::from)? {
        let (key, value) = row.map_err(redb::Error::from)?;
        let (kind, name) = key.value().split_once('\0').unwrap_or_default();
        each(kind, name, value.value())
            .map_err(|source| StateError::Record { key: key.value().replace('\0', "/"), source })?;
    }
    Ok(())
}

/// Commits until the last `Store` is gone: all that waits goes into one transaction, so the disk is asked once for many.
fn write(database: &Database, queue: &mpsc::Receiver<Batch>) {
    while let Ok(first) = queue.recv() {
        let mut batches = vec![first];
        gather(queue, &mut batches);
        let kept = commit(database, &batches).is_ok();
        for batch in batches {
            if let Some(done) = batch.done {
                let _ = done.send(kept);
            }
        }
    }
}

/// Takes all that waits. What nobody waits for is let lie for a moment, so as not to keep the disk from those who do.
fn gather(queue: &mpsc::Receiver<Batch>, batches: &mut Vec<Batch>) {
    let end = Instant::now() + LINGER;
    while batches.iter().all(|batch| batch.done.is_none()) {
        match queue.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(batch) => batches.push(batch),
            Err(_) => break,
        }
    }
    batches.extend(queue.try_iter());
}

fn commit(database: &Database, batches: &[Batch]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(ROWS)?;
        for change in batches.iter().flat_map(|batch| &batch.changes) {
            let key = format!("{}\0{}", change.kind, change.key);
            match &change.row {
                Some(row) => drop(table.insert(key.as_str(), row.as_slice())?),
                None => drop(table.remove(key.as_str())?),
            }
        }
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Store;
    use crate::account::shelf::Change;

    #[tokio::test]
    async fn what_was_kept_is_there_when_opened_again_and_what_was_removed_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let change =
            |key: &str, row: Option<&[u8]>| Change { kind: "k", key: key.into(), row: row.map(<[u8]>::to_vec) };
        let store = Store::open(directory.path(), |_, _, _| Ok(())).unwrap();
        assert!(store.keep(vec![change("a", Some(b"1")), change("b", Some(b"2"))]).await.unwrap());
        assert!(store.keep(vec![change("a", None)]).await.unwrap());
        drop(store);
        let mut seen = Vec::new();
        let reopened = (0..100).find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            seen.clear();
            Store::open(directory.path(), |kind, key, row| {
                seen.push((kind.to_owned(), key.to_owned(), row.to_vec()));
                Ok(())
            })
            .ok()
        });
        assert!(reopened.is_some(), "the writer lets go of the file");
        assert_eq!(seen, [("k".to_owned(), "b".to_owned(), b"2".to_vec())]);
    }
}
