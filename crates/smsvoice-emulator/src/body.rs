//! The body of each request: read whole before anything looks at it, within limits on its bytes, on the time that its
//! client takes, and on the memory of all bodies together.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::places::Seat;

/// Bytes; no request that satisfies the model comes near it.
const LARGEST: usize = 1024 * 1024;
/// Bytes that a body may have whatever the others have. Few requests are larger.
const SMALL: usize = 32 * 1024;
/// How many larger bodies are held at once; one more is refused, and its client may try again.
const LARGE_AT_ONCE: usize = 16;
/// How long a client may take to send a body.
const PATIENCE: Duration = Duration::from_secs(20);

/// The bodies of all requests.
#[derive(Clone)]
pub(crate) struct Bodies {
    large: Arc<Semaphore>,
}

impl Default for Bodies {
    fn default() -> Self {
        Self { large: Arc::new(Semaphore::new(LARGE_AT_ONCE)) }
    }
}

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
enum Unread {
    TooLarge,
    /// Too many large bodies at once.
    Busy,
    /// The client went away, or did not keep to HTTP.
    BrokenOff,
    TooSlow,
}

/// Hands the request on with its whole body, or refuses it.
pub(crate) async fn whole(State(bodies): State<Bodies>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let read = tokio::time::timeout(PATIENCE, bodies.read(body)).await;
    match read.unwrap_or(Err(Unread::TooSlow)) {
        Ok((body, _held_until_answered)) => {
            if let Some(seat) = head.extensions.get::<Arc<Seat>>() {
                seat.answering();
            }
            next.run(Request::from_parts(head, Body::from(body))).await
        }
        Err(why) => why.into_response(),
    }
}

impl Bodies {
    /// The bytes of a body, and what a large one holds. Copied out of the connection's buffer: a body that comes byte by
    /// byte would keep a buffer for each of them.
    async fn read(&self, body: Body) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Unread> {
        if body.size_hint().lower() > LARGEST as u64 {
            return Err(Unread::TooLarge);
        }
        let (mut bytes, mut large) = (Vec::new(), None);
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Unread::BrokenOff)?;
            let length = bytes.len() + chunk.len();
            if length > LARGEST {
                return Err(Unread::TooLarge);
            }
            if length > SMALL && large.is_none() {
                large = Some(Arc::clone(&self.large).try_acquire_owned().map_err(|_| Unread::Busy)?);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((bytes, large))
    }
}

impl IntoResponse for Unread {
    fn into_response(self) -> Response {
        let (status, kind, message) = match self {
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", "the body is larger than 1 MiB")
            }
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "ServiceUnavailableException",
                "too many large requests at once; try again",
            ),
            Self::BrokenOff => (StatusCode::BAD_REQUEST, "SerializationException", "the body broke off"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "RequestTimeoutException", "the body took over 20 seconds"),
        };
        let body = serde_json::json!({"__type": kind, "message": message}).to_string();
        (status, [("connection", "close"), ("content-type", "application/x-amz-json-1.0")], body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use futures::stream;

    use super::{Bodies, LARGE_AT_ONCE, LARGEST, SMALL, Unread};

    /// A body whose length nobody knows, in chunks of one KiB.
    fn chunked(length: usize) -> Body {
        let chunks = (0..length).step_by(1024).map(move |at| vec![b' '; (length - at).min(1024)]);
        Body::from_stream(stream::iter(chunks.map(Ok::<_, std::io::Error>)))
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_largest_size() {
        let bodies = Bodies::default();
        assert_eq!(bodies.read(chunked(LARGEST)).await.unwrap().0.len(), LARGEST);
        assert_eq!(bodies.read(chunked(LARGEST + 1)).await.unwrap_err(), Unread::TooLarge);
        assert_eq!(bodies.read(Body::from(vec![0; LARGEST + 1])).await.unwrap_err(), Unread::TooLarge);
    }

    #[tokio::test]
    async fn large_bodies_are_few_at_once_and_small_ones_as_many_as_there_are() {
        let bodies = Bodies::default();
        let mut held = Vec::new();
        for _ in 0..LARGE_AT_ONCE {
            held.push(bodies.read(chunked(SMALL + 1)).await.unwrap());
        }
        assert_eq!(bodies.read(chunked(SMALL + 1)).await.unwrap_err(), Unread::Busy);
        assert_eq!(bodies.read(chunked(SMALL)).await.unwrap().0.len(), SMALL);
        held.pop();
        assert!(bodies.read(chunked(SMALL + 1)).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_not_taken_for_whole() {
        let chunks = [Ok(vec![b'{']), Err(std::io::Error::other("the client went away"))];
        let broken = Bodies::default().read(Body::from_stream(stream::iter(chunks))).await;
        assert_eq!(broken.unwrap_err(), Unread::BrokenOff);
    }
}
