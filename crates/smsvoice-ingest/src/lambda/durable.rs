//! Files made durable, within the time an invocation has left.

use std::time::Duration;

use futures::future::{Either, ready};
use futures::{FutureExt, StreamExt};
use smsvoice_lake::{Lake, LakeError, LakeFile, Put, StoreFailure, TablePartition};
use tokio::time::{Instant, sleep, timeout_at};

use crate::ledger::Durable;

/// Puts under way at once: an invocation has a file per channel and day, rarely more than this.
const CONCURRENT_PUTS: usize = 8;

/// The pause before the second attempt; doubled before each further one, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A store that says nothing for this long is asked again: S3 answers a put of this size in well under a second.
const ATTEMPT: Duration = Duration::from_secs(10);

/// What became of files.
#[derive(Debug, Default)]
pub(crate) struct Puts {
    /// Rows of files that are in the lake now.
    pub(crate) durable: Durable,
    /// How many files that is, and their bytes.
    pub(crate) files: u64,
    /// See `files`.
    pub(crate) bytes: u64,
    /// Where files belong that are not in the lake, as far as anyone can tell.
    pub(crate) failed: Vec<TablePartition>,
    /// Why, for the first of them.
    pub(crate) error: Option<String>,
    /// Some rows could not even be encoded: whose they were is unknown, so nothing counts as durable.
    pub(crate) unencoded: bool,
}

impl Puts {
    /// Takes note of rows that did not become files.
    pub(crate) fn encoding_failed(&mut self, error: &LakeError) {
        self.unencoded = true;
        self.error.get_or_insert_with(|| error.chain());
    }

    /// Puts files, each again and again until it is in the lake or the deadline passes. The first are on their way while
    /// the next are made.
    pub(crate) async fn put(
        &mut self,
        lake: &Lake,
        files: impl Iterator<Item = Result<LakeFile, LakeError>>,
        deadline: Instant,
    ) {
        let mut lost = Vec::new();
        let puts = files.filter_map(|file| file.map_err(|error| lost.push(error)).ok()).map(|file| {
            begun(async move {
                let put = put_until(lake, &file, deadline).await;
                (file.partition, file.rows, file.bytes.content_length() as u64, put)
            })
        });
        let mut puts = futures::stream::iter(puts).buffer_unordered(CONCURRENT_PUTS);
        while let Some((partition, rows, bytes, put)) = puts.next().await {
            match put {
                Ok(put) => {
                    self.durable.add(partition.table(), rows, put);
                    self.files += 1;
                    self.bytes += bytes;
                }
                Err(error) => {
                    self.error.get_or_insert_with(|| error.chain());
                    self.failed.push(partition);
                }
            }
        }
        drop(puts);
        for error in &lost {
            self.encoding_failed(error);
        }
    }
}

/// Sets something going, without waiting for it.
fn begun<T>(put: impl Future<Output = T>) -> impl Future<Output = T> {
    let mut put = Box::pin(put);
    match (&mut put).now_or_never() {
        Some(done) => Either::Left(ready(done)),
        None => Either::Right(put),
    }
}

/// Puts a file, again and again until it is in the lake or the deadline passes. Where asking again is in vain (credentials,
/// permissions, a full disk), it is asked once.
pub async fn put_until(lake: &Lake, file: &LakeFile, deadline: Instant) -> Result<Put, LakeError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let attempt = timeout_at(deadline.min(Instant::now() + ATTEMPT), lake.put(file)).await;
        let error = match attempt {
            Ok(Ok(put)) => return Ok(put),
            // Asking again within the same invocation is in vain.
            Ok(Err(error)) if error.store_failure() != Some(StoreFailure::Other) => return Err(error),
            Ok(Err(error)) => error,
            Err(_) => lake.no_answer(file),
        };
        if Instant::now() + pause >= deadline {
            return Err(error);
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
