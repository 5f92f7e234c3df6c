//! HTTP on a listener: which path leads where, and limits on how much and how slowly a client may send.

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
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower_service::Service as _;

use crate::{
    api::{self, Lost, request::ApiRequest},
    app::App,
    body::{self, Bodies},
    control, inbox,
};

/// How long a client may take to send a request's head.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes that the head of a request may have, and that are read ahead of its body. Signed requests have two to five
/// thousand.
const LARGEST_HEAD: usize = 16 * 1024;
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
        .max_buf_size(LARGEST_HEAD)
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
        .layer(from_fn_with_state(Bodies::default(), body::whole))
}

/// Has a request to one of the APIs answered.
async fn answer(State(app): State<App>, head: Parts, body: Bytes) -> Response {
    api::answer(app.service(), &ApiRequest::new(head, body)).await
}
