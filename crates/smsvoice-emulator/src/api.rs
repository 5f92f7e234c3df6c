//! The two APIs as clients speak them: transports, authentication, the model requests are held to, and the operations.

pub(crate) mod auth;
mod model;
mod operations;
pub(crate) mod perform;
pub(crate) mod request;
mod v1;
mod v2;

use axum::response::Response;

use crate::emulator::Emulator;
use auth::Credentials;
use request::ApiRequest;

/// Answers a request to either API: v1 is below `/v1/sms-voice/`, v2 at `/`. Requests must be signed with
/// `credentials`, if there are any.
pub(crate) async fn answer(emulator: &Emulator, credentials: Option<&Credentials>, request: &ApiRequest) -> Response {
    if request.path == "/" {
        v2::answer(emulator, credentials, request).await
    } else {
        v1::answer(emulator, credentials, request).await
    }
}
