//! Inputs into parcels, one after the other: what is read of them is told apart by their content alone.

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;

use super::Ends;
use crate::chunk::{CHUNK_BYTES, Chunk, Chunker, Spares};
use crate::inflate::Damage;
use crate::input::{Input, InputContent, Place, Rejected, Stream, Until, read_into};

/// Something to be read by one thread: chunks of about [`CHUNK_BYTES`] in all, of one large input or many small ones.
pub(super) type Parcel = Vec<Piece>;

pub(super) struct Piece {
    pub(super) place: Place,
    pub(super) content: Content,
}

pub(super) enum Content {
    Chunk(Chunk),
    /// The compression broke off here, after so many bytes of the input.
    Damaged(Damage, u64),
    /// The input broke off here.
    Unread(String),
    /// The input is not there.
    Rejected(Rejected),
}

impl Content {
    pub(super) fn len(&self) -> usize {
        if let Self::Chunk(chunk) = self { chunk.bytes.len() } else { 0 }
    }
}

/// Reads the inputs into parcels. Where one ends depends on the inputs alone.
pub(super) fn feed(
    inputs: impl IntoIterator<Item = Input>,
    send: &SyncSender<Parcel>,
    spares: &Spares,
    progress: &(dyn Fn(u64) + Sync),
    ends: &Ends,
) {
    let mut parcel = Parcel::new();
    let mut bytes = 0;
    for input in inputs {
        if ends.here() {
            return;
        }
        let place = input.place.clone();
        let mut pieces = |content: Content| {
            bytes += content.len();
            parcel.push(Piece { place: place.clone(), content });
            if bytes >= CHUNK_BYTES / 2 {
                bytes = 0;
                // Fails when the reading end is gone: then nothing more is wanted.
                let _ = send.send(mem::take(&mut parcel));
            }
        };
        let mut chunker = Chunker::new(|chunk| pieces(Content::Chunk(chunk))).with_spares(spares);
        let stream = match input.content {
            InputContent::Stream(stream) => stream,
            InputContent::Rejected(rejected) => {
                drop(chunker);
                pieces(Content::Rejected(rejected));
                continue;
            }
        };
        let until = ends.clone();
        let stream: Stream = Box::new(move || Ok(Box::new(Until { stream: stream()?, ended: move || until.here() })));
        let taken = AtomicU64::new(0);
        let read = read_into(stream, &mut chunker, |bytes| {
            taken.fetch_add(bytes, Ordering::Relaxed);
            progress(bytes);
        });
        chunker.finish();
        if ends.here() {
            return;
        }
        match read {
            Ok(Ok(())) => {}
            Ok(Err(damage)) => pieces(Content::Damaged(damage, taken.into_inner())),
            Err(error) => pieces(Content::Unread(format!("{}: {error}", place.name))),
        }
    }
    let _ = send.send(parcel);
}
