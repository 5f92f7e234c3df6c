//! HTTP on a listener: which path leads where, what every request passes first, and how long a head may take.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, request::Parts},
    middleware::from_fn_with_state,
    response::Response,
    routing::{any, get},
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service as _;

use crate::{
    access::{self, Access, LocalAddress},
    api::{self, Lost, request::ApiRequest},
    app::App,
    body::{self, Bodies},
    control, inbox,
    places::{Places, Seat},
    request_log::{self, Log},
};

/// How long a client may take to send a request's head.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes that the head of a request may have, and that are read ahead of its body. Signed requests have two to five
/// thousand.
const LARGEST_HEAD: usize = 16 * 1024;
/// Requests that are open at once on one connection of HTTP/2.
const REQUESTS_AT_ONCE: u32 = 32;
/// How HTTP/2 with prior knowledge begins.
const PREFACE: &[u8; 3] = b"PRI";

/// Serves until `shutdown` resolves.
pub(crate) async fn run(
    app: App,
    access: Access,
    log: Log,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) {
    let router = router(app, access, log);
    let places = Places::default();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => return,
            accepted = listener.accept() => accepted,
        };
        match (accepted, places.take()) {
            (Ok((stream, _)), Some(seat)) => drop(tokio::spawn(connection(router.clone(), stream, seat))),
            (Ok((stream, _)), None) => drop(stream),
            // Most likely there are no more file descriptors: in a moment some connection will have ended.
            (Err(_), _) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(router: Router, stream: TcpStream, seat: Arc<Seat>) {
    let _ = stream.set_nodelay(true);
    let Ok(local) = stream.local_addr().map(LocalAddress) else { return };
    let its_seat = Arc::clone(&seat);
    let service = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        let (mut router, seat) = (router.clone(), Arc::clone(&its_seat));
        request.extensions_mut().insert(local);
        request.extensions_mut().insert(Arc::clone(&seat));
        async move {
            let response = router.call(request.map(Body::new)).await.unwrap_or_else(|never: Infallible| match never {});
            seat.waiting();
            // An error closes the connection without a word.
            if response.extensions().get::<Lost>().is_some() {
                Err(io::ErrorKind::ConnectionAborted)
            } else {
                Ok(response)
            }
            .map_err(io::Error::from)
        }
    });
    let speaks_http2 = tokio::select! {
        speaks = begins_as_http2(&stream) => speaks,
        () = seat.is_needed() => return,
    };
    let io = TokioIo::new(stream);
    // An error ends this connection alone: its client broke it off, or did not speak HTTP.
    if speaks_http2 {
        tokio::select! {
            _ = http2().serve_connection(io, service) => {}
            () = seat.is_needed() => {}
        }
    } else {
        let mut http1 = hyper::server::conn::http1::Builder::new();
        http1.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(LARGEST_HEAD);
        tokio::select! {
            _ = http1.serve_connection(io, service) => {}
            () = seat.is_needed() => {}
        }
    }
}

/// HTTP/2 within the same bounds as HTTP/1; connections that do nothing are pinged.
fn http2() -> hyper::server::conn::http2::Builder<TokioExecutor> {
    let mut http2 = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    http2.timer(TokioTimer::new()).keep_alive_interval(PATIENCE).keep_alive_timeout(PATIENCE);
    http2.max_header_list_size(LARGEST_HEAD as u32).max_concurrent_streams(REQUESTS_AT_ONCE);
    http2.initial_stream_window_size(64 * 1024).initial_connection_window_size(256 * 1024);
    http2
}

/// Whether the client begins with HTTP/2's preface, `PRI`, which is no method of HTTP/1.
async fn begins_as_http2(stream: &TcpStream) -> bool {
    let preface = async {
        let mut first = [0; PREFACE.len()];
        loop {
            let count = stream.peek(&mut first).await.unwrap_or(0);
            if count == 0 || count == PREFACE.len() || !PREFACE.starts_with(&first[..count]) {
                return first[..count] == *PREFACE;
            }
            // A `P` so far, as of POST.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, preface).await.unwrap_or(false)
}

fn router(app: App, access: Access, log: Log) -> Router {
    Router::new()
        .route("/", get(inbox::messages).post(answer))
        .route("/v1/sms-voice/{*rest}", any(answer))
        .nest("/_smsvoice", control::router())
        .merge(inbox::router())
        .fallback(async || (StatusCode::NOT_FOUND, "nothing is here; the APIs are at / and /v1/sms-voice/\n"))
        .with_state(app)
        .layer(from_fn_with_state(Bodies::default(), body::whole))
        .layer(from_fn_with_state(Arc::new(access), access::guard))
        .layer(from_fn_with_state(log, request_log::line))
}

/// Has a request to one of the APIs answered.
async fn answer(State(app): State<App>, head: Parts, body: Bytes) -> Response {
    api::answer(app.service(), &ApiRequest::new(head, body)).await
}
