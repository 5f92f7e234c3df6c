//! The objects of an archive, and the manifest that names them to S3 Batch Operations: a line of CSV each, bucket and
//! URL-encoded key.

use std::io::Write;

use anyhow::Context;
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use smsvoice_lake::{Lake, Table};

/// What a key may hold as it is: S3 decodes the rest.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// Bytes of a manifest up to which it is put at once.
const AT_ONCE: usize = 8 << 20;
/// What a compressed archive of events inflates to, about.
const INFLATES: u64 = 12;

/// Which objects of an archive are to be read.
pub(super) struct Listing<'a> {
    pub(super) archive: &'a Lake,
    pub(super) bucket: &'a str,
    /// The lake, if it lies in the same bucket: its own files are no archive.
    pub(super) lake: Option<&'a Lake>,
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) until: Option<DateTime<Utc>>,
}

/// What was listed.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) objects: u64,
    /// Their bytes, as they lie there.
    pub(super) bytes: u64,
    /// Their bytes, as far as names tell that they are compressed, inflated.
    pub(super) unpacked: u64,
    /// Objects that are empty, of another time, or the lake's own.
    pub(super) passed_over: u64,
    /// As S3 told it, once it was put.
    pub(super) e_tag: String,
}

impl Listing<'_> {
    /// Writes the manifest to a person.
    pub(super) async fn print(&self, out: &mut impl Write) -> anyhow::Result<Manifest> {
        let mut manifest = Manifest::default();
        let mut objects = self.archive.store().list(Some(self.archive.prefix()));
        while let Some(object) = objects.try_next().await.with_context(|| self.archive.url().to_owned())? {
            if let Some(line) = self.line(&object, &mut manifest) {
                out.write_all(line.as_bytes())?;
            }
        }
        "the ETag that S3 tells for the manifest".clone_into(&mut manifest.e_tag);
        Ok(manifest)
    }

    /// Puts the manifest into the lake's bucket, as it grows: an archive has millions of objects.
    pub(super) async fn put(&self, lake: &Lake, place: &Path) -> anyhow::Result<Manifest> {
        let mut manifest = Manifest::default();
        let mut begun = String::new();
        let mut parts: Option<WriteMultipart> = None;
        let mut objects = self.archive.store().list(Some(self.archive.prefix()));
        while let Some(object) = objects.try_next().await.with_context(|| self.archive.url().to_owned())? {
            begun.extend(self.line(&object, &mut manifest));
            if begun.len() >= AT_ONCE {
                if parts.is_none() {
                    parts = Some(WriteMultipart::new(lake.store().put_multipart(place).await?));
                }
                if let Some(parts) = &mut parts {
                    parts.wait_for_capacity(2).await?;
                    parts.write(begun.as_bytes());
                }
                begun.clear();
            }
        }
        if manifest.objects == 0 {
            return Ok(manifest);
        }
        let put = match parts {
            Some(mut parts) => {
                parts.write(begun.as_bytes());
                parts.finish().await
            }
            None => lake.store().put(place, PutPayload::from(begun)).await,
        };
        let put =
            put.with_context(|| format!("the manifest cannot be put to {place} in the bucket of {}", lake.url()))?;
        let e_tag = put.e_tag.context("the store tells no ETag of the manifest")?;
        e_tag.trim_matches('"').clone_into(&mut manifest.e_tag);
        Ok(manifest)
    }

    /// The line of an object, counted; none if it is not to be read.
    fn line(&self, object: &ObjectMeta, manifest: &mut Manifest) -> Option<String> {
        let ObjectMeta { location, size, last_modified, .. } = object;
        let is_in_time = self.since.is_none_or(|since| *last_modified >= since)
            && self.until.is_none_or(|until| *last_modified < until);
        if *size == 0 || !is_in_time || self.lake.is_some_and(|lake| is_of_lake(lake, location)) {
            manifest.passed_over += 1;
            return None;
        }
        manifest.objects += 1;
        manifest.bytes += size;
        let is_compressed = [".gz", ".zst", ".zstd"].iter().any(|ending| location.as_ref().ends_with(ending));
        manifest.unpacked += if is_compressed { size * INFLATES } else { *size };
        Some(format!("{},{}\n", self.bucket, utf8_percent_encode(location.as_ref(), KEPT)))
    }
}

/// Whether an object is a file of the lake, an answer of Athena, or of an earlier backfill.
fn is_of_lake(lake: &Lake, location: &Path) -> bool {
    let below = |folder: &str| location.prefix_matches(&lake.path(folder));
    Table::ALL.into_iter().any(|table| below(table.as_str()))
        || below("athena")
        || below("backfill")
        || *location == lake.path("_lake.json")
}
