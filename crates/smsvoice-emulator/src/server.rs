//! HTTP on a listener: what belongs to which API, and limits on how much and how slowly a client may send.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower_service::Service as _;

use crate::{
    api::{v1, v2},
    control,
    emulator::Emulator,
    inbox,
};

/// No modelled request comes near it.
const LARGEST_BODY: usize = 1024 * 1024;
/// To send a request's head, and then its body.
const PATIENCE: Duration = Duration::from_secs(20);
/// Connections open at once, each of about 12 KiB; more are closed as they come. SDKs open 50 at most unless told otherwise.
const CONNECTIONS: usize = 1024;

/// A request, read whole.
pub(crate) struct Received {
    pub(crate) method: Method,
    /// As sent, percent-encoded.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Serves until `shutdown` resolves.
pub(crate) async fn run(emulator: Arc<Emulator>, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
    let router = router(emulator);
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => return,
            accepted = listener.accept() => accepted,
        };
        match (accepted, Arc::clone(&free).try_acquire_owned()) {
            (Ok((stream, _)), Ok(permit)) => drop(tokio::spawn(connection(router.clone(), stream, permit))),
            (Ok((stream, _)), Err(_)) => drop(stream),
            // Out of file descriptors, most likely: others will be closed in a moment.
            (Err(_), _) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(router: Router, stream: TcpStream, permit: OwnedSemaphorePermit) {
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut router = router.clone();
        async move { Ok::<_, Infallible>(router.call(request.map(Body::new)).await.unwrap_or_else(|never| match never {})) }
    });
    let _ = stream.set_nodelay(true);
    // What a client does to its own connection concerns nobody else.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    drop(permit);
}

fn router(emulator: Arc<Emulator>) -> Router {
    Router::new()
        .route("/", get(inbox::page).post(api))
        .route("/v1/sms-voice/{*rest}", any(api))
        .nest("/_smsvoice", control::router())
        .merge(inbox::router())
        .fallback(async || (StatusCode::NOT_FOUND, "nothing is here; the APIs are at / and /v1/sms-voice/\n"))
        .with_state(emulator)
}

async fn api(State(emulator): State<Arc<Emulator>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = match tokio::time::timeout(PATIENCE, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return too_large(),
        Err(_) => return (StatusCode::REQUEST_TIMEOUT, [("connection", "close")]).into_response(),
    };
    let received = Received {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    };
    if received.path == "/" { v2::answer(&emulator, &received).await } else { v1::answer(&emulator, &received).await }
}

fn too_large() -> Response {
    let body =
        "{\"__type\":\"RequestEntityTooLargeException\",\"message\":\"the body is larger than 1 MiB, or broke off\"}";
    let headers = [("connection", "close"), ("content-type", "application/x-amz-json-1.0")];
    (StatusCode::PAYLOAD_TOO_LARGE, headers, body).into_response()
}

/// A fresh request id.
pub(crate) fn request_id() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    crate::account::arn::uuid(u64::from(std::process::id()), count)
}

/// Percent-decoded; what is not UTF-8 afterwards is replaced.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.get(..2).filter(|_| *first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => (bytes.push(byte), rest = &tail[2..]).1,
            None => (bytes.push(*first), rest = tail).1,
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn percent_signs_are_decoded_where_they_mean_something() {
        assert_eq!(decoded("a%20b%2Bc%zz%4"), "a b+c%zz%4");
        assert_eq!(decoded("%C3%A9"), "é");
    }
}
