//! Files made durable, within the time an invocation has left.

use std::time::Duration;

use futures::future::{Either, ready};
use futures::{FutureExt, StreamExt};
use object_store::Error as StoreError;
use smsvoice_lake::{Lake, LakeError, LakeFile, QuarantineWriter, Quarantined};
use tokio::time::{Instant, sleep, timeout_at};

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
    /// Paths of files that are in the lake now.
    pub(crate) durable: Vec<FileMade>,
    /// Those that are not, as far as anyone can tell.
    pub(crate) failed: Vec<FileMade>,
    /// Why, for the first of them.
    pub(crate) error: Option<String>,
    /// Some rows could not even be encoded: whose they were is unknown, so nothing counts as durable.
    pub(crate) unencoded: bool,
}

/// A file, once its bytes are no longer needed.
#[derive(Clone, Debug)]
pub(crate) struct FileMade {
    pub(crate) path: String,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

impl Puts {
    /// Takes note of rows that did not become files.
    pub(crate) fn encoding_failed(&mut self, error: &LakeError) {
        self.unencoded = true;
        self.error.get_or_insert_with(|| error.to_string());
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
                let (rows, bytes) = (file.rows as u64, file.bytes.content_length() as u64);
                let put = put_until(lake, &file, deadline).await;
                (FileMade { path: file.path, rows, bytes }, put)
            })
        });
        let mut puts = futures::stream::iter(puts).buffer_unordered(CONCURRENT_PUTS);
        while let Some((file, put)) = puts.next().await {
            match put {
                Ok(()) => self.durable.push(file),
                Err(error) => {
                    self.error.get_or_insert(error);
                    self.failed.push(file);
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

/// The files of quarantined rows.
pub(crate) fn quarantine_files(rows: Vec<Quarantined>) -> Result<Vec<LakeFile>, LakeError> {
    let mut writer = QuarantineWriter::default();
    let mut files = Vec::new();
    for row in rows {
        files.extend(writer.push(row)?);
    }
    files.extend(writer.flush()?);
    Ok(files)
}

async fn put_until(lake: &Lake, file: &LakeFile, deadline: Instant) -> Result<(), String> {
    let mut pause = FIRST_PAUSE;
    loop {
        let attempt = timeout_at(deadline.min(Instant::now() + ATTEMPT), lake.put(file)).await;
        let error = match attempt {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) if is_final(&error) => return Err(error.to_string()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("{} ({}): no answer", lake.url(), file.path),
        };
        if Instant::now() + pause >= deadline {
            return Err(error);
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Whether asking again within the same invocation is in vain.
fn is_final(error: &LakeError) -> bool {
    let LakeError::Store { source, .. } = error else { return true };
    matches!(
        source,
        StoreError::PermissionDenied { .. } | StoreError::Unauthenticated { .. } | StoreError::InvalidPath { .. }
    )
}
