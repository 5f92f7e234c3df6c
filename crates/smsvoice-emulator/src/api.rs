//! The two APIs as clients speak them: transports, authentication, the model requests are held to, and the operations.

pub(crate) mod auth;
pub(crate) mod fault;
mod model;
mod operations;
pub(crate) mod perform;
pub(crate) mod request;
mod v1;
mod v2;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::emulator::Emulator;
use auth::Auth;
use fault::Faults;
use request::ApiRequest;

/// What both APIs answer from.
#[derive(Clone, Copy)]
pub(crate) struct Service<'a> {
    pub(crate) emulator: &'a Emulator,
    pub(crate) auth: &'a Auth,
    /// What befalls requests that are signed and name an operation.
    pub(crate) faults: &'a Faults,
}

/// Answers a request to either API: v1 is below `/v1/sms-voice/`, v2 at `/`.
pub(crate) async fn answer(service: Service<'_>, request: &ApiRequest) -> Response {
    if request.path == "/" { v2::answer(service, request).await } else { v1::answer(service, request).await }
}

/// In a response's extensions: it must not be sent, and the connection is to be closed.
#[derive(Clone, Copy)]
pub(crate) struct Lost;

/// The response that is lost on its way.
fn lost() -> Response {
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(Lost);
    response
}
