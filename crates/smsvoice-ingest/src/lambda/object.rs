//! Objects in S3 that notifications name: streamed, however large.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt};
use smsvoice_lake::{Lake, LakeError, Reason, Table};

use crate::chunk::{Chunk, Chunker};
use crate::envelope::ObjectName;
use crate::inflate::Compression;

/// Bytes asked for at once. A request for the whole would be open for as long as the rows take to be written, and is
/// given up after minutes.
const PART: u64 = 64 << 20;

/// Opens the store of a bucket.
pub type Buckets = Arc<dyn Fn(&str) -> Result<Arc<dyn ObjectStore>, LakeError> + Send + Sync>;

/// A stream of an object's bytes being cut into chunks.
pub(crate) struct ObjectStream {
    decoder: Decoder,
}

type Plain = Chunker<'static, Box<dyn FnMut(Chunk) + Send>>;

enum Decoder {
    /// The first bytes are awaited: they tell the compression.
    Unknown(Option<Plain>),
    Plain(Plain),
    Gzip(Box<MultiGzDecoder<Plain>>),
    Zstd(Box<zstd::stream::write::Decoder<'static, Plain>>),
}

impl ObjectStream {
    pub(crate) fn new(on_chunk: impl FnMut(Chunk) + Send + 'static) -> Self {
        Self { decoder: Decoder::Unknown(Some(Chunker::new(Box::new(on_chunk)))) }
    }

    /// Takes the next bytes. They are decoded here and now, and come out as chunks.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Decoder::Unknown(sink) = &mut self.decoder
            && !bytes.is_empty()
            && let Some(sink) = sink.take()
        {
            self.decoder = match Compression::of(bytes) {
                None => Decoder::Plain(sink),
                Some(Compression::Gzip) => Decoder::Gzip(Box::new(MultiGzDecoder::new(sink))),
                Some(Compression::Zstd) => Decoder::Zstd(Box::new(zstd::stream::write::Decoder::new(sink)?)),
            };
        }
        // Small pieces, so that what a bomb inflates to is cut into chunks as it comes.
        for piece in bytes.chunks(1 << 16) {
            match &mut self.decoder {
                Decoder::Unknown(_) => {}
                Decoder::Plain(sink) => sink.write_all(piece)?,
                Decoder::Gzip(decoder) => decoder.write_all(piece)?,
                Decoder::Zstd(decoder) => decoder.write_all(piece)?,
            }
        }
        Ok(())
    }

    /// The stream has ended; an error says that the compression broke off.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self.decoder {
            Decoder::Unknown(sink) => sink.into_iter().for_each(Chunker::finish),
            Decoder::Plain(sink) => sink.finish(),
            Decoder::Gzip(decoder) => decoder.finish()?.finish(),
            Decoder::Zstd(mut decoder) => {
                decoder.flush()?;
                decoder.into_inner().finish();
            }
        }
        Ok(())
    }

    /// The word for quarantine, when the compression broke off.
    pub(crate) fn invalid(&self) -> Reason {
        match self.decoder {
            Decoder::Zstd(_) => Compression::Zstd.invalid(),
            _ => Compression::Gzip.invalid(),
        }
    }
}

/// Whether the object is one of the lake's own: ingesting those would go round in circles.
pub(crate) fn is_of_lake(lake: &Lake, object: &ObjectName) -> bool {
    let Some(rest) = lake.url().strip_prefix("s3://") else { return false };
    let (bucket, _) = rest.split_once('/').unwrap_or((rest, ""));
    let below = |table: Table| object.key.starts_with(&format!("{}/", lake.path(table.as_str())));
    bucket == object.bucket && Table::ALL.into_iter().any(below)
}

/// The object's bytes, as they come; all of one version of it.
pub(crate) async fn open(
    buckets: &Buckets,
    object: &ObjectName,
) -> Result<impl futures::Stream<Item = object_store::Result<Bytes>> + Unpin, String> {
    let told = |error: &dyn std::fmt::Display| format!("s3://{}/{}: {error}", object.bucket, object.key);
    let store = buckets(&object.bucket).map_err(|error| told(&error))?;
    let path = Path::parse(&object.key).map_err(|error| told(&error))?;
    let ObjectMeta { size, e_tag, .. } = store.head(&path).await.map_err(|error| told(&error))?;
    let parts = (0..size.div_ceil(PART)).map(move |part| part * PART..size.min((part + 1) * PART));
    let get = move |range: Range<u64>| {
        let options = GetOptions { range: Some(range.into()), if_match: e_tag.clone(), ..GetOptions::default() };
        let (store, path) = (store.clone(), path.clone());
        async move { store.get_opts(&path, options).await.map(GetResult::into_stream) }
    };
    Ok(futures::stream::iter(parts).then(get).try_flatten().boxed())
}
