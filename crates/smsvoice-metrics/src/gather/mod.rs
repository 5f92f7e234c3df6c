//! What becomes of messages, of more of them than fit into memory: computed once, and kept in temporary files.
//!
//! A query that groups events by message has to remember every message until the last event was read. But all it says of a
//! message comes from that message's own events. So the events are dealt out into parts by the hash of their message's id, and
//! the query runs over one part after another: the rows together are those of the query over all.

mod columns;
mod deal;
mod kept_rows;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::datatypes::Schema;
use datafusion::common::runtime::SpawnedTask;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::context::{SessionConfig, SessionContext};
use datafusion::prelude::ParquetReadOptions;
use futures::TryStreamExt;
use futures::future::try_join_all;

use crate::trino;
use kept_rows::KeptRows;
use tempfile::TempDir;

/// A query over `events` that is to be kept as a table. What its rows say of a message may come from that message's events
/// alone; rows that say something of many messages have to be added up afterwards, for there are several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    /// The name of the table.
    pub table: &'static str,
    /// The query.
    pub sql: String,
}

/// Files that are open at a time: macOS allows a process 256.
const MOST_PARTS: usize = 200;

/// How much is done at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// About how many events are grouped at a time, by all threads together. The groups of a million take 700 MB.
    pub(crate) events: usize,
    /// How many parts are worked on at a time.
    pub(crate) threads: usize,
}

impl Limits {
    /// For this machine: a thread for each core, and below a gigabyte in all.
    pub(crate) fn usual() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self { events: 1_200_000, threads: cores.min(8) }
    }

    /// How many parts so many events are dealt out into, and how many threads work on them. Of a very large lake fewer threads
    /// work on larger parts: each part is an open file, and a process may have few of them.
    fn parts_and_threads(self, events: usize) -> (usize, usize) {
        let threads = (MOST_PARTS * self.events / events.max(1)).clamp(1, self.threads);
        let parts = events.div_ceil((self.events / threads).max(1));
        (parts.clamp(1, MOST_PARTS), threads)
    }
}

/// Tables that are kept, beside those of a lake, as long as this lives.
pub struct Kept {
    context: SessionContext,
    tables: Vec<&'static str>,
    _folder: TempDir,
}

impl Kept {
    pub(crate) async fn gathered(
        context: &SessionContext,
        queries: &[Gathered],
        rows: Option<&str>,
        limits: Limits,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("smsvoice-").tempdir()?;
        gather(context, queries, rows, limits, folder.path()).await?;
        for query in queries {
            let columns = context.sql(&query.sql).await?.schema().as_arrow().clone();
            let options = ParquetReadOptions::default().schema(&columns); // no row, no file: then only this tells the columns
            let path = format!("{}/", folder_of(folder.path(), query.table).display());
            context.register_parquet(query.table, &path, options).await?;
        }
        let tables = queries.iter().map(|query| query.table).collect();
        Ok(Self { context: context.clone(), tables, _folder: folder })
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        for table in &self.tables {
            let _ = self.context.deregister_table(*table); // one that is not there is gone already
        }
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("tables", &self.tables).finish_non_exhaustive()
    }
}

/// Runs the queries over those events of `context` for which `rows` holds, and puts their rows into a folder for each below
/// `folder`, which is `folder_of` its table.
async fn gather(
    context: &SessionContext,
    queries: &[Gathered],
    rows: Option<&str>,
    limits: Limits,
    folder: &Path,
) -> Result<()> {
    for query in queries {
        std::fs::create_dir(folder_of(folder, query.table))?;
    }
    let (parts, threads) = limits.parts_and_threads(count_events(context, rows).await?);
    if parts == 1 {
        return answer(context, queries, folder, "all").await;
    }
    let columns = columns::read_by(context, queries).await?;
    let dealt = deal::deal(context, &columns, rows, parts, folder).await?;
    let all = Arc::new(context.table_provider("events").await?.schema().as_ref().clone());
    let next = Arc::new(AtomicUsize::new(0));
    let work = (0..threads).map(|_| {
        let (queries, folder) = (queries.to_vec(), folder.to_owned());
        let (next, all, dealt) = (next.clone(), all.clone(), dealt.clone());
        let thread = SpawnedTask::spawn(async move {
            while let Some(part) = dealt.get(next.fetch_add(1, Ordering::Relaxed)) {
                answer(&over(part, &all).await?, &queries, &folder, &name_of(part)).await?;
                std::fs::remove_file(part)?;
            }
            Ok(())
        });
        async { thread.join().await.map_err(|error| DataFusionError::External(error.into()))? }
    });
    try_join_all(work).await.map(drop)
}

/// Where the rows of a table are.
fn folder_of(folder: &Path, table: &str) -> PathBuf {
    folder.join(table)
}

async fn count_events(context: &SessionContext, rows: Option<&str>) -> Result<usize> {
    let sql = format!("SELECT message_id FROM events WHERE {}", rows.unwrap_or("TRUE"));
    context.sql(&sql).await?.count().await
}

fn name_of(part: &Path) -> String {
    part.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A table `events` of one part, for one thread. Columns that no query reads are not in the file, and would be null.
async fn over(part: &Path, columns: &Schema) -> Result<SessionContext> {
    let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
    trino::register(&context)?;
    let options = ParquetReadOptions::default().schema(columns);
    context.register_parquet("events", part.to_string_lossy(), options).await?;
    Ok(context)
}

async fn answer(context: &SessionContext, queries: &[Gathered], folder: &Path, name: &str) -> Result<()> {
    for query in queries {
        let rows = context.sql(&query.sql).await?;
        let columns = Arc::new(rows.schema().as_arrow().clone());
        let file = folder_of(folder, query.table).join(format!("{name}.parquet"));
        let mut kept = KeptRows::create(&file, columns)?;
        let mut stream = rows.execute_stream().await?;
        while let Some(batch) = stream.try_next().await? {
            kept.write(&batch)?;
        }
        kept.finish()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
    use arrow::util::pretty::pretty_format_batches;

    use super::*;

    /// Two batches with the events of some messages in each, and of one message in both.
    fn context() -> SessionContext {
        let context = SessionContext::new();
        trino::register(&context).unwrap();
        let batch = |range: std::ops::Range<i64>| {
            let ids: ArrayRef =
                Arc::new(range.clone().map(|row| Some(format!("m-{}", row % 400))).collect::<StringViewArray>());
            let days: ArrayRef = Arc::new(
                range.clone().map(|row| Some(format!("2026-11-0{}", 1 + row % 9))).collect::<StringViewArray>(),
            );
            let times: ArrayRef = Arc::new(range.clone().map(Some).collect::<Int64Array>());
            let unread: ArrayRef = Arc::new(range.map(Some).collect::<Int64Array>());
            RecordBatch::try_from_iter([("message_id", ids), ("dt", days), ("event_time", times), ("unread", unread)])
                .unwrap()
        };
        let batches = vec![vec![batch(0..500)], vec![batch(500..1_201)]];
        let table = datafusion::datasource::MemTable::try_new(batches[0][0].schema(), batches).unwrap();
        context.register_table("events", Arc::new(table)).unwrap();
        context
    }

    fn queries() -> Vec<Gathered> {
        let by_message = "SELECT message_id, events, newest_day FROM (SELECT message_id, count(*) AS events, max(unread) AS unread, \
            max_by(dt, ROW(event_time, dt)) AS newest_day FROM events WHERE dt <> '2026-11-03' GROUP BY message_id) AS m";
        let of_all = "SELECT count(*) AS messages, sum(event_time) AS times FROM events WHERE dt <> '2026-11-03'";
        vec![Gathered { table: "by_message", sql: by_message.into() }, Gathered { table: "added", sql: of_all.into() }]
    }

    async fn gathered(limits: Limits, sql: &str) -> String {
        let (context, folder) = (context(), tempfile::tempdir().unwrap());
        gather(&context, &queries(), Some("dt <> '2026-11-03'"), limits, folder.path()).await.unwrap();
        for query in queries() {
            let path = format!("{}/", folder_of(folder.path(), query.table).display());
            context.register_parquet(query.table, &path, ParquetReadOptions::default()).await.unwrap();
        }
        let rows = context.sql(sql).await.unwrap().collect().await.unwrap();
        pretty_format_batches(&rows).unwrap().to_string()
    }

    #[tokio::test]
    async fn parts_together_say_what_the_whole_says() {
        for sql in [
            "SELECT * FROM by_message ORDER BY message_id",
            "SELECT sum(messages) AS messages, sum(times) AS times FROM added",
        ] {
            let whole = gathered(Limits { events: 1_000_000, threads: 2 }, sql).await;
            assert!(whole.lines().count() > 4, "{whole}");
            for limits in [Limits { events: 100, threads: 1 }, Limits { events: 90, threads: 3 }] {
                assert_eq!(gathered(limits, sql).await, whole, "{limits:?}");
            }
        }
    }

    #[test]
    fn there_are_as_many_parts_as_keep_the_threads_below_the_limit_and_files_can_be_open() {
        let limits = Limits { events: 1_000, threads: 4 };
        let events = [0, 250, 251, 30_000, 100_000, 1_000_000];
        let expected = [(1, 4), (1, 4), (2, 4), (120, 4), (200, 2), (200, 1)];
        assert_eq!(events.map(|events| limits.parts_and_threads(events)), expected);
    }

    #[tokio::test]
    async fn columns_that_do_not_reach_the_answer_are_not_read() {
        let columns = columns::read_by(&context(), &queries()).await.unwrap();
        assert_eq!(columns, ["dt", "event_time", "message_id"]);
    }
}
