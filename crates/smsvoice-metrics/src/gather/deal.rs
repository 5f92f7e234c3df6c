//! Events dealt out into files, all those of a message into the same one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{AsArray, RecordBatch, UInt32Array};
use arrow::compute::{BatchCoalescer, cast};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::runtime::SpawnedTask;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SessionContext;
use futures::TryStreamExt;
use futures::future::try_join_all;
use xxhash_rust::xxh3::xxh3_64;

use super::kept_rows::KeptRows;

/// Rows that wait in all parts together until there are enough of one for a write.
const WAITING_ROWS: usize = 1 << 18;

/// Bytes that the row groups of all parts together may take before they go to disk.
const ROW_GROUPS: usize = 256 << 20;

/// One part: rows that wait, and their file.
struct Part {
    waiting: BatchCoalescer,
    file: KeptRows,
}

impl Part {
    fn create(path: &Path, columns: &SchemaRef, parts: usize) -> Result<Self> {
        let waiting = BatchCoalescer::new(columns.clone(), (WAITING_ROWS / parts).clamp(64, 8192));
        Ok(Self { waiting, file: KeptRows::with_row_groups(path, columns.clone(), ROW_GROUPS / parts)? })
    }

    fn push(&mut self, rows: RecordBatch, chosen: &UInt32Array) -> Result<()> {
        self.waiting.push_batch_with_indices(rows, chosen)?;
        self.write_waiting()
    }

    fn write_waiting(&mut self) -> Result<()> {
        while let Some(rows) = self.waiting.next_completed_batch() {
            self.file.write(&rows)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.waiting.finish_buffered_batch()?;
        self.write_waiting()?;
        self.file.finish()
    }
}

/// The files, in `folder`. Each may be read when this has ended.
pub(super) async fn deal(
    context: &SessionContext,
    columns: &[String],
    rows: Option<&str>,
    parts: usize,
    folder: &Path,
) -> Result<Arc<[PathBuf]>> {
    let names: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    let sql = format!("SELECT {} FROM events WHERE {}", names.join(", "), rows.unwrap_or("TRUE"));
    let events = context.sql(&sql).await?;
    let columns = Arc::new(events.schema().as_arrow().clone());
    let paths: Arc<[PathBuf]> = (0..parts).map(|part| folder.join(format!("part-{part}.parquet"))).collect();
    let open = paths.iter().map(|path| Part::create(path, &columns, parts).map(Mutex::new));
    let open: Arc<[Mutex<Part>]> = open.collect::<Result<Vec<_>>>()?.into();
    let streams = events.execute_stream_partitioned().await?;
    let work = streams.into_iter().map(|stream| {
        let dealt = SpawnedTask::spawn(deal_stream(stream, open.clone()));
        async { dealt.join().await.map_err(|error| DataFusionError::External(error.into()))? }
    });
    try_join_all(work).await?;
    for part in open.iter() {
        part.lock().unwrap_or_else(PoisonError::into_inner).finish()?;
    }
    Ok(paths)
}

async fn deal_stream(mut events: SendableRecordBatchStream, parts: Arc<[Mutex<Part>]>) -> Result<()> {
    let mut chosen: Vec<Vec<u32>> = vec![Vec::new(); parts.len()];
    while let Some(rows) = events.try_next().await? {
        let ids = rows.column_by_name("message_id").map(|ids| cast(ids, &DataType::Utf8View));
        let ids = ids.ok_or_else(|| DataFusionError::Internal("events have no message_id".into()))??;
        for (row, id) in ids.as_string_view().iter().enumerate() {
            chosen[part_of(id.unwrap_or_default(), parts.len())].push(row as u32);
        }
        for (part, chosen) in parts.iter().zip(&mut chosen).filter(|(_, chosen)| !chosen.is_empty()) {
            let chosen = UInt32Array::from(std::mem::take(chosen));
            part.lock().unwrap_or_else(PoisonError::into_inner).push(rows.clone(), &chosen)?;
        }
    }
    Ok(())
}

/// The part of a message: by the upper half of its hash, of which each part has an equal share.
fn part_of(id: &str, parts: usize) -> usize {
    (((xxh3_64(id.as_bytes()) >> 32) * parts as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_of_about_equal_size() {
        let mut sizes = [0_u32; 7];
        for id in 0..70_000 {
            sizes[part_of(&format!("message-{id}"), 7)] += 1;
        }
        assert!(sizes.iter().all(|size| (9_500..10_500).contains(size)), "{sizes:?}");
    }
}
