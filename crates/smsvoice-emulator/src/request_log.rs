//! One line a request, for who wants to see what comes in. Numbers and texts of messages are in none of them.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use crate::place::Place;

/// Takes the lines.
pub type RequestLog = Arc<dyn Fn(&str) + Send + Sync>;

/// What a request to an API was for; in the extensions of its response.
#[derive(Clone)]
pub(crate) struct Called {
    pub(crate) operation: &'static str,
    pub(crate) place: Place,
}

/// The system's clock and where lines go.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) real: crate::clock::RealTime,
    pub(crate) write: Option<RequestLog>,
}

/// Hands the request on, and writes a line once its answer is there.
pub(crate) async fn line(State(log): State<Log>, request: Request, next: Next) -> Response {
    let Some(write) = log.write else { return next.run(request).await };
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let started = Instant::now();
    let response = next.run(request).await;
    let took_ms = started.elapsed().as_secs_f64() * 1000.0;
    let at = chrono::DateTime::from_timestamp_millis((log.real)().0 as i64).unwrap_or_default();
    let (at, status) = (at.format("%Y-%m-%dT%H:%M:%S%.3fZ"), response.status().as_u16());
    let error = response.headers().get("x-amzn-errortype").and_then(|kind| kind.to_str().ok());
    let error = error.map_or(String::new(), |kind| format!(" {kind}"));
    let called = response.extensions().get::<Called>();
    let called = called.map_or(String::new(), |called| format!(" {} {}", called.operation, called.place));
    write(&format!("{at} {method} {path}{called} {status}{error} {took_ms:.1} ms"));
    response
}
