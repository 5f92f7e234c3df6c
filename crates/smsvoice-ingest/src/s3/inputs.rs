//! Objects of S3 as inputs of a replay: asked for a few ahead of the one that is being read, in bounded memory.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use futures::StreamExt;
use futures::stream;
use smsvoice_event::Timestamp;
use smsvoice_lake::{Lake, Reason, Source};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::Instant;

use super::listed::{Listing, PATIENCE};
use super::{MISSING, ObjectError, ObjectName, Objects, Opener, Reading};
use crate::input::{Input, Place, Rejected};
use crate::walk::{Aside, MARK, Modified, other_format};

/// Objects that are asked for ahead of the one that is being read.
const AHEAD: usize = 16;

/// Pieces of an object that wait to be read, of [`PIECE`] bytes at most each.
const WAITING: usize = 8;
const PIECE: usize = 1 << 16;

/// Pages of a list, of a thousand objects each, that are asked for ahead: so far the size of all is known.
const PAGES_AHEAD: usize = 16;

/// What objects are read with.
#[derive(Clone)]
pub struct Reach {
    /// Where requests run.
    pub runtime: Handle,
    /// Opens the buckets that notifications name.
    pub buckets: Opener,
    /// The lake that is written: its own files are no input.
    pub lake: Lake,
    /// Now: the arrival of a notification whose object is not there.
    pub now: Timestamp,
    /// Where objects are named that are not read.
    pub aside: Arc<Aside>,
    /// Which are read, by the time of their last change, of those that are listed.
    pub modified: Modified,
    /// Is told the bytes of objects as they are found.
    pub found: Arc<dyn Fn(u64) + Send + Sync>,
}

/// An object that is to be read.
struct Wanted {
    objects: Arc<dyn Objects>,
    name: ObjectName,
    /// Whether a notification names it: one that is not there is kept in quarantine, as the function keeps it.
    is_notified: bool,
}

/// What a list tells: an object, or that it goes on no further.
enum Next {
    Object(Wanted),
    Unlisted(Box<Input>),
}

/// Objects as inputs, in their order.
pub struct S3Inputs(Receiver<Input>);

impl Iterator for S3Inputs {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        self.0.blocking_recv()
    }
}

impl S3Inputs {
    /// Those at and below a place.
    pub fn below(listing: Listing, reach: &Reach) -> Self {
        let (pages, wanted) = channel(PAGES_AHEAD);
        reach.runtime.spawn(list(listing, pages, reach.clone()));
        Self::open(wanted, reach)
    }

    /// Those that notifications name.
    pub fn named(names: Vec<ObjectName>, reach: &Reach) -> Self {
        let (pages, wanted) = channel(PAGES_AHEAD);
        let reach_of_list = reach.clone();
        reach.runtime.spawn(async move {
            let Reach { buckets, lake, aside, .. } = reach_of_list;
            for name in names {
                if name.is_of(&lake) {
                    aside.pass_over(1);
                    continue;
                }
                let wanted = Wanted { objects: buckets(&name.bucket), name, is_notified: true };
                if pages.send(vec![Next::Object(wanted)]).await.is_err() {
                    return;
                }
            }
        });
        Self::open(wanted, reach)
    }

    fn open(mut wanted: Receiver<Vec<Next>>, reach: &Reach) -> Self {
        let (send, inputs) = channel(1);
        let (now, aside) = (reach.now, reach.aside.clone());
        reach.runtime.spawn(async move {
            let pages = stream::poll_fn(move |context| wanted.poll_recv(context));
            let opening = pages.flat_map(stream::iter).map(|wanted| {
                let aside = aside.clone();
                // Each goes on by itself, whether or not its turn has come.
                tokio::spawn(async move {
                    match wanted {
                        Next::Object(wanted) => open(wanted, now, &aside).await,
                        Next::Unlisted(input) => Some(*input),
                    }
                })
            });
            let mut opened = opening.buffered(AHEAD);
            while let Some(input) = opened.next().await {
                // A task fails if it panics; then there is no input, and the panic is told.
                if let Ok(Some(input)) = input
                    && send.send(input).await.is_err()
                {
                    return;
                }
            }
        });
        Self(inputs)
    }
}

async fn list(mut listing: Listing, pages: Sender<Vec<Next>>, reach: Reach) {
    loop {
        let page = match listing.next_page(reach.modified, &reach.aside).await {
            Ok(Some(page)) => page,
            Ok(None) => return,
            Err(error) => {
                let place = Place::file(listing.url(), reach.now);
                let _ = pages.send(vec![Next::Unlisted(Box::new(unread(place, error.to_string())))]).await;
                return;
            }
        };
        (reach.found)(page.iter().map(|object| object.size).sum());
        let wanted = |object| {
            Next::Object(Wanted { objects: listing.objects(), name: listing.name(object), is_notified: false })
        };
        if pages.send(page.iter().map(wanted).collect()).await.is_err() {
            return; // nobody reads on
        }
    }
}

/// Asks for an object, and looks what it is.
async fn open(wanted: Wanted, now: Timestamp, aside: &Aside) -> Option<Input> {
    let Wanted { objects, name, is_notified } = wanted;
    let place = |arrival: Timestamp| Place { carrier: Source::S3, ..Place::file(name.url(), arrival) };
    let begun = begin(objects, &name).await;
    let (reading, head) = match begun {
        Ok(begun) => begun,
        Err(ObjectError::Missing) if is_notified => {
            let (payload, reason) = (name.notification().into_bytes(), Reason::MissingObject);
            return Some(Input::rejected(place(now), Rejected { payload, reason, detail: MISSING }));
        }
        Err(ObjectError::Missing) => {
            aside.skip(name.url(), "it was removed after it was listed", true);
            return None;
        }
        Err(ObjectError::Refused(why) | ObjectError::Store(why)) => return Some(unread(place(now), why)),
    };
    if let Some((reason, may_hold_events)) = other_format(&head) {
        aside.skip(name.url(), reason, may_hold_events);
        return None;
    }
    let place = place(reading.last_modified.unwrap_or(now));
    let (send, pieces) = channel(WAITING);
    tokio::spawn(pump(reading, send));
    let pieces = Pieces { piece: head, rest: pieces, has_ended: false };
    Some(Input::new(place, move || Ok(Box::new(pieces))))
}

/// The first bytes, as many as tell a format.
async fn begin(objects: Arc<dyn Objects>, object: &ObjectName) -> Result<(Reading, Bytes), ObjectError> {
    let deadline = Instant::now() + PATIENCE;
    let mut reading = Reading::open(objects, object, deadline).await?;
    let mut head = BytesMut::new();
    while head.len() < MARK
        && let Some(bytes) = reading.next(deadline).await?
    {
        head.extend_from_slice(&bytes);
    }
    Ok((reading, head.freeze()))
}

/// Said at the end of an object, so that nobody takes a task that was given up for the end.
const END: Bytes = Bytes::new();

/// Sends the rest of an object, as fast as it is read.
async fn pump(mut reading: Reading, send: Sender<Result<Bytes, String>>) {
    loop {
        let mut bytes = match reading.next(Instant::now() + PATIENCE).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                let _ = send.send(Ok(END)).await;
                return;
            }
            Err(error) => {
                let why = match error {
                    ObjectError::Missing => MISSING.to_owned(),
                    ObjectError::Refused(why) | ObjectError::Store(why) => why,
                };
                let _ = send.send(Err(why)).await;
                return;
            }
        };
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(PIECE));
            if send.send(Ok(piece)).await.is_err() {
                return; // nobody reads on
            }
        }
    }
}

/// Something that is told as unread.
fn unread(place: Place, why: String) -> Input {
    Input::new(place, move || Err(io::Error::other(why)))
}

/// The pieces of an object, as they come.
struct Pieces {
    piece: Bytes,
    rest: Receiver<Result<Bytes, String>>,
    has_ended: bool,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && !self.has_ended {
            match self.rest.blocking_recv() {
                Some(Ok(piece)) => (self.has_ended, self.piece) = (piece.is_empty(), piece),
                Some(Err(why)) => return Err(io::Error::other(why)),
                None => return Err(io::Error::other("reading it was given up")),
            }
        }
        let len = self.piece.len().min(buffer.len());
        buffer[..len].copy_from_slice(&self.piece[..len]);
        self.piece.advance(len);
        Ok(len)
    }
}
