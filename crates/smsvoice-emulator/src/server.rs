//! HTTP on a listener: which path leads where, and limits on how much and how slowly a client may send.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::StatusCode,
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
    api::{self, Lost, request::ApiRequest},
    app::App,
    control, inbox,
};

/// Bytes; no request that satisfies the model comes near it.
const LARGEST_BODY: usize = 1024 * 1024;
/// How long a client may take to send a request's head, and again to send its body.
const PATIENCE: Duration = Duration::from_secs(20);
/// Connections open at once, each of about 12 KiB; more are closed as they come. SDKs open 50 at most unless told
/// otherwise.
const CONNECTIONS: usize = 1024;

/// Serves until `shutdown` resolves.
pub(crate) async fn run(app: App, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
    let router = router(app);
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
            // Most likely there are no more file descriptors: in a moment some connection will have ended.
            (Err(_), _) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(router: Router, stream: TcpStream, permit: OwnedSemaphorePermit) {
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut router = router.clone();
        async move {
            let response = router.call(request.map(Body::new)).await.unwrap_or_else(|never: Infallible| match never {});
            // An error closes the connection without a word.
            if response.extensions().get::<Lost>().is_some() {
                Err(io::ErrorKind::ConnectionAborted)
            } else {
                Ok(response)
            }
            .map_err(io::Error::from)
        }
    });
    let _ = stream.set_nodelay(true);
    // An error ends this connection alone: its client broke it off, or did not speak HTTP.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    drop(permit);
}

fn router(app: App) -> Router {
    Router::new()
        .route("/", get(inbox::page).post(answer))
        .route("/v1/sms-voice/{*rest}", any(answer))
        .nest("/_smsvoice", control::router())
        .merge(inbox::router())
        .fallback(async || (StatusCode::NOT_FOUND, "nothing is here; the APIs are at / and /v1/sms-voice/\n"))
        .with_state(app)
}

/// Reads a request to one of the APIs, and has it answered.
async fn answer(State(app): State<App>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = match tokio::time::timeout(PATIENCE, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return too_large(),
        Err(_) => return (StatusCode::REQUEST_TIMEOUT, [("connection", "close")]).into_response(),
    };
    api::answer(app.service(), &ApiRequest::new(head, body)).await
}

fn too_large() -> Response {
    let body =
        "{\"__type\":\"RequestEntityTooLargeException\",\"message\":\"the body is larger than 1 MiB, or broke off\"}";
    let headers = [("connection", "close"), ("content-type", "application/x-amz-json-1.0")];
    (StatusCode::PAYLOAD_TOO_LARGE, headers, body).into_response()
}
