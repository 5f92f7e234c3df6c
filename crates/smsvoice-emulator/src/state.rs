//! State on disk: every change of a record in one table of an embedded database, many changes in one commit.

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::mpsc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use redb::{Database, ReadOnlyTable, ReadableDatabase, ReadableTable, TableDefinition};

use crate::{account::records::Change, place::Place};

/// Key: whose it is, NUL, kind, NUL, the record's own key. Value: JSON.
const ROWS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("rows");
const FILE: &str = "emulator.redb";
/// How long a change that nobody waits for may stay unwritten.
const LINGER: Duration = Duration::from_millis(50);

/// State that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The directory cannot be made.
    #[error("cannot make the directory {path}; choose a --state directory that can be written to")]
    Directory {
        /// As given.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database in it cannot be opened or read.
    #[error("cannot read the state in {path}; is another emulator running with it?")]
    Database {
        /// The directory, as given.
        path: PathBuf,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A record of it cannot be read.
    #[error("cannot read the record {key} of the state; another version wrote it: use a new --state directory")]
    Record {
        /// Kind and key.
        key: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// It is of another region or account.
    #[error(
        "the state in {path} is of {home}; start with that --region and --account-id, or with another --state directory"
    )]
    AnotherPlace {
        /// The directory, as given.
        path: PathBuf,
        /// Where the emulator that wrote it was at home.
        home: Place,
    },
}

/// Changes to write.
struct Write {
    changes: Vec<Change>,
    /// Whether somebody waits for them.
    awaited: bool,
    /// What follows, once it is known whether they are on disk.
    then: Box<dyn FnOnce(bool) + Send>,
}

/// Takes changes and has them written by a thread of its own, in the order in which it takes them. When it is dropped,
/// all that it took is on disk, and the database is closed.
pub(crate) struct Store {
    /// There until it is dropped.
    writes: Option<mpsc::Sender<Write>>,
    writer: Option<JoinHandle<()>>,
}

impl Store {
    /// Opens (or makes) the state in `directory`, hands every record to `each`, and starts the writer.
    pub(crate) fn open(
        directory: &Path,
        mut each: impl FnMut(&str, &[u8]) -> Result<(), Box<dyn Error + Send + Sync>>,
    ) -> Result<Self, StateError> {
        let fail = |source| StateError::Directory { path: directory.to_owned(), source };
        std::fs::create_dir_all(directory).map_err(fail)?;
        let database = Database::create(directory.join(FILE)).map_err(|error| unreadable(directory, error))?;
        let table = table(&database).map_err(|error| unreadable(directory, error))?;
        for row in table.iter().map_err(|error| unreadable(directory, error))? {
            let (key, row) = row.map_err(|error| unreadable(directory, error))?;
            let fail = |source| StateError::Record { key: key.value().replace('\0', "/"), source };
            each(key.value(), row.value()).map_err(fail)?;
        }
        let (sender, queue) = mpsc::channel();
        let writer = std::thread::spawn(move || write(&database, &queue));
        Ok(Self { writes: Some(sender), writer: Some(writer) })
    }

    /// Hands in changes; `then` is told whether they are on disk, on the writer's thread. Call it in the order of the
    /// changes themselves. Those that nobody waits for are on disk a moment later.
    pub(crate) fn keep(&self, changes: Vec<Change>, awaited: bool, then: impl FnOnce(bool) + Send + 'static) {
        let write = Write { changes, awaited, then: Box::new(then) };
        // There is a writer until the store is dropped.
        self.writes.as_ref().map(|writes| writes.send(write));
    }
}

#[cfg(test)]
impl Store {
    /// A store that keeps nothing; what comes with it says of all changes handed in so far whether they are on disk.
    pub(crate) fn undecided() -> (Self, impl Fn(bool)) {
        let (sender, queue) = mpsc::channel::<Write>();
        (Self { writes: Some(sender), writer: None }, move |kept| queue.try_iter().for_each(|write| (write.then)(kept)))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.writes.take();
        self.writer.take().map(JoinHandle::join);
    }
}

fn unreadable(directory: &Path, error: impl Into<redb::Error>) -> StateError {
    StateError::Database { path: directory.to_owned(), source: Box::new(error.into()) }
}

/// The table of all records, made if it is not there.
fn table(database: &Database) -> Result<ReadOnlyTable<&'static str, &'static [u8]>, redb::Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(ROWS)?;
    transaction.commit()?;
    Ok(database.begin_read()?.open_table(ROWS)?)
}

/// Writes until the `Store` is dropped. All that waits is written in one transaction, so that many requests share the
/// cost of one commit.
fn write(database: &Database, queue: &mpsc::Receiver<Write>) {
    while let Ok(first) = queue.recv() {
        let mut writes = vec![first];
        gather(queue, &mut writes);
        let kept = commit(database, &writes).is_ok();
        for write in writes {
            (write.then)(kept);
        }
    }
}

/// Takes all that waits to be written. As long as nobody waits for any of it, it gathers a little longer, so that the
/// disk is free for those who do wait.
fn gather(queue: &mpsc::Receiver<Write>, writes: &mut Vec<Write>) {
    let end = Instant::now() + LINGER;
    while writes.iter().all(|write| !write.awaited) {
        match queue.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(write) => writes.push(write),
            Err(_) => break,
        }
    }
    writes.extend(queue.try_iter());
}

fn commit(database: &Database, writes: &[Write]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(ROWS)?;
        for change in writes.iter().flat_map(|write| &write.changes) {
            match &change.row {
                Some(row) => drop(table.insert(change.key.as_str(), row.as_slice())?),
                None => drop(table.remove(change.key.as_str())?),
            }
        }
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Store;
    use crate::account::records::Change;

    #[tokio::test]
    async fn what_was_kept_is_there_when_opened_again_and_what_was_removed_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let change =
            |key: &str, row: Option<&[u8]>| Change { kind: "k", key: key.into(), row: row.map(<[u8]>::to_vec) };
        let store = Store::open(directory.path(), |_, _| Ok(())).unwrap();
        let (done, told) = tokio::sync::oneshot::channel();
        store.keep(vec![change("a", Some(b"1")), change("b", Some(b"2"))], true, |kept| done.send(kept).unwrap());
        assert!(told.await.unwrap());
        store.keep(vec![change("a", None)], false, |_| ());
        drop(store);
        let mut seen = Vec::new();
        let reopened = Store::open(directory.path(), |key, row| {
            seen.push((key.to_owned(), row.to_vec()));
            Ok(())
        });
        assert!(reopened.is_ok(), "the first store let go of the database");
        assert_eq!(seen, [("b".to_owned(), b"2".to_vec())]);
    }
}
