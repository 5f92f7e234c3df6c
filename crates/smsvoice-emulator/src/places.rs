//! The connections that are open at once. When all places are taken, the connection that has waited the longest for its
//! own client (for a head, for a body, to read an answer) makes room for the next one; one whose request is being answered
//! never does. Streams of events have places of their own.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// Connections open at once, each of about 12 KiB. SDKs open 50 at most unless told otherwise.
const CONNECTIONS: usize = 1024;
/// Streams open at once, besides; the oldest makes room for one more. A page that lost its stream opens another.
const STREAMS: usize = 64;

/// How long ago each of some connections began to do what it does: the smaller the number, the longer ago.
type Since = BTreeMap<u64, Arc<Notify>>;

#[derive(Default)]
struct Taken {
    /// The next moment.
    now: u64,
    /// Connections that are no streams.
    ordinary: usize,
    /// Those of them that wait for their clients.
    waiting: Since,
    streams: Since,
}

impl Taken {
    fn moment(&mut self) -> u64 {
        self.now += 1;
        self.now
    }
}

/// All places.
#[derive(Clone, Default)]
pub(crate) struct Places(Arc<Mutex<Taken>>);

/// What a connection does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Waits for its client since then.
    Waiting(u64),
    Answering,
    /// Streams since then.
    Streaming(u64),
}

/// A connection's place, until it is dropped.
pub(crate) struct Seat {
    places: Places,
    doing: Mutex<Doing>,
    left: Arc<Notify>,
}

impl Places {
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection that was just opened; none if all others are being answered.
    pub(crate) fn take(&self) -> Option<Arc<Seat>> {
        let mut taken = self.lock();
        if taken.ordinary >= CONNECTIONS {
            taken.waiting.pop_first()?.1.notify_one();
            // It goes at once, though its seat is dropped a moment later.
            taken.ordinary -= 1;
        }
        taken.ordinary += 1;
        let (moment, left) = (taken.moment(), Arc::new(Notify::new()));
        taken.waiting.insert(moment, Arc::clone(&left));
        drop(taken);
        Some(Arc::new(Seat { places: self.clone(), doing: Mutex::new(Doing::Waiting(moment)), left }))
    }
}

impl Seat {
    /// Resolves when the connection has to make room for another.
    pub(crate) async fn is_needed(&self) {
        self.left.notified().await;
    }

    /// The request is read whole, and its answer is being worked out.
    pub(crate) fn answering(&self) {
        self.become_(Doing::Answering);
    }

    /// The answer is there, or the next request has to come.
    pub(crate) fn waiting(&self) {
        if !matches!(*self.doing(), Doing::Streaming(_)) {
            self.become_(Doing::Waiting(0));
        }
    }

    /// The answer is a stream that goes on for long.
    pub(crate) fn streaming(&self) {
        self.become_(Doing::Streaming(0));
    }

    fn doing(&self) -> MutexGuard<'_, Doing> {
        self.doing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moments in `next` are those of this call.
    fn become_(&self, next: Doing) {
        let mut doing = self.doing();
        let mut taken = self.places.lock();
        if !leave(&mut taken, *doing) {
            return; // it made room for another already
        }
        let moment = taken.moment();
        *doing = match next {
            Doing::Answering => Doing::Answering,
            Doing::Waiting(_) => {
                taken.waiting.insert(moment, Arc::clone(&self.left));
                Doing::Waiting(moment)
            }
            Doing::Streaming(_) => {
                if taken.streams.len() >= STREAMS
                    && let Some((_, oldest)) = taken.streams.pop_first()
                {
                    oldest.notify_one();
                }
                taken.streams.insert(moment, Arc::clone(&self.left));
                Doing::Streaming(moment)
            }
        };
        taken.ordinary += usize::from(!matches!(next, Doing::Streaming(_)));
    }
}

/// Takes a connection off the lists; false if it is on none any more, because it made room for another.
fn leave(taken: &mut Taken, doing: Doing) -> bool {
    let was_there = match doing {
        Doing::Waiting(since) => taken.waiting.remove(&since).is_some(),
        Doing::Streaming(since) => return taken.streams.remove(&since).is_some(),
        Doing::Answering => true,
    };
    taken.ordinary -= usize::from(was_there);
    was_there
}

impl Drop for Seat {
    fn drop(&mut self) {
        let doing = *self.doing();
        leave(&mut self.places.lock(), doing);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::FutureExt;

    use super::{CONNECTIONS, Places, STREAMS, Seat};

    fn is_sent_away(seat: &Arc<Seat>) -> bool {
        seat.is_needed().now_or_never().is_some()
    }

    #[test]
    fn the_connection_that_waited_longest_for_its_client_makes_room() {
        let places = Places::default();
        let seats: Vec<_> = (0..CONNECTIONS).map(|_| places.take().unwrap()).collect();
        seats[0].answering();
        seats[1].answering();
        seats[1].waiting();
        let more = places.take().unwrap();
        assert!(!is_sent_away(&seats[0]) && !is_sent_away(&seats[1]) && is_sent_away(&seats[2]));
        drop(more);
        drop(places.take().unwrap());
        assert!(seats[3..].iter().all(|seat| !is_sent_away(seat)), "there was room");
        drop(seats);
        assert_eq!(places.lock().ordinary, 0);
    }

    #[test]
    fn while_all_are_answered_there_is_no_room() {
        let places = Places::default();
        let mut seats: Vec<_> = (0..CONNECTIONS).map(|_| places.take().unwrap()).collect();
        for seat in &seats {
            seat.answering();
        }
        assert!(places.take().is_none());
        seats.pop();
        assert!(places.take().is_some());
    }

    #[test]
    fn streams_are_counted_apart_and_the_oldest_makes_room() {
        let places = Places::default();
        let streams: Vec<_> = (0..STREAMS)
            .map(|_| {
                let seat = places.take().unwrap();
                seat.answering();
                seat.streaming();
                seat.waiting();
                seat
            })
            .collect();
        assert_eq!(places.lock().ordinary, 0, "they take no other place");
        let one_more = places.take().unwrap();
        one_more.streaming();
        assert!(is_sent_away(&streams[0]) && !is_sent_away(&streams[1]));
        drop(streams);
        drop(one_more);
        let taken = places.lock();
        assert_eq!((taken.ordinary, taken.streams.len()), (0, 0));
    }
}
