//! API v2's transport: AWS JSON 1.0, one path, the operation in `X-Amz-Target`.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    Service,
    auth::Unsigned,
    fault::{Interruption, WireError, around},
    lost,
    model::Model,
    perform::{NotPerformed, not_emulated, perform},
    request::{ApiRequest, header_value, request_id},
};
use crate::{account::message::Api, refusal::Refusal, request_log::Called};

const TARGET: &str = "PinpointSMSVoiceV2.";
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

/// Why there is no answer.
enum Failure {
    Unsigned(Unsigned),
    UnknownOperation(String),
    /// Not JSON, or a JSON type the member cannot have.
    Unreadable(String),
    Refused(Refusal),
    /// By a fault.
    Interrupted(Interruption),
}

impl From<Interruption> for Failure {
    fn from(interruption: Interruption) -> Self {
        Self::Interrupted(interruption)
    }
}

/// Answers a request to `/`.
pub(super) async fn answer(service: Service<'_>, request: &ApiRequest) -> Response {
    let id = request_id();
    let mut called = None;
    let (status, body, kind) = match answered(service, request, &mut called).await {
        Ok(body) => (StatusCode::OK, body, None),
        Err(failure) => {
            let Some((status, kind, mut body)) = described(failure, &id) else { return lost() };
            body["__type"] = json!(kind);
            (status, body, Some(kind))
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(HeaderName::from_static("x-amzn-requestid"), header_value(&id));
    headers.extend(kind.map(|kind| (HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(kind))));
    let mut response = (status, headers, body.to_string()).into_response();
    called.map(|called: Called| response.extensions_mut().insert(called));
    response
}

/// `called` gets what the request is for as soon as that is known.
async fn answered(service: Service<'_>, request: &ApiRequest, called: &mut Option<Called>) -> Result<Value, Failure> {
    let Service { emulator, auth, faults } = service;
    let place = auth.verify(request).map_err(Failure::Unsigned)?;
    let target = request.header("x-amz-target").unwrap_or_default();
    let model = Model::of(Api::V2);
    let name = target.strip_prefix(TARGET).and_then(|name| model.known(name));
    let name = name.ok_or_else(|| Failure::UnknownOperation(target.to_owned()))?;
    *called = Some(Called { operation: name, place: place.clone() });
    let performing = async {
        let operation = model.operation(name).ok_or_else(|| Failure::Refused(not_emulated(name)))?;
        let members = request.members().map_err(Failure::Unreadable)?;
        perform(emulator, Api::V2, operation, &place, members).await.map_err(not_performed)
    };
    around(faults.befalling(Api::V2, name, &place), performing).await
}

fn not_performed(why: NotPerformed) -> Failure {
    match why.unreadable() {
        Some(message) => Failure::Unreadable(message),
        None => Failure::Refused(why.into_refusal()),
    }
}

/// Status, error type and body; none if the answer is lost.
fn described(failure: Failure, request_id: &str) -> Option<(StatusCode, &'static str, Value)> {
    let refused = |kind, body| (StatusCode::BAD_REQUEST, kind, body);
    Some(match failure {
        Failure::Unsigned(unsigned) => refused(unsigned.kind(), json!({"message": unsigned.to_string()})),
        Failure::UnknownOperation(target) => {
            refused("UnknownOperationException", json!({"message": format!("no operation has the target `{target}`")}))
        }
        Failure::Unreadable(message) => refused("SerializationException", json!({"message": message})),
        Failure::Refused(refusal) => refusal_described(&refusal, request_id),
        Failure::Interrupted(Interruption::Error(WireError { status, kind, mut body })) => {
            if kind == "InternalServerException" {
                body["RequestId"] = json!(request_id);
            }
            (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), kind, body)
        }
        Failure::Interrupted(Interruption::Lost) => return None,
    })
}

fn refusal_described(refusal: &Refusal, request_id: &str) -> (StatusCode, &'static str, Value) {
    let refused = |kind, body| (StatusCode::BAD_REQUEST, kind, body);
    let message = refusal.message();
    match refusal {
        Refusal::Validation { reason, fields, .. } => {
            refused("ValidationException", json!({"Message": message, "Reason": reason, "Fields": fields}))
        }
        Refusal::Conflict { reason, resource, id, .. } => refused(
            "ConflictException",
            json!({"Message": message, "Reason": reason, "ResourceType": resource, "ResourceId": id}),
        ),
        Refusal::NotFound { resource, id } => {
            let body = json!({"Message": message, "ResourceType": resource, "ResourceId": id});
            refused("ResourceNotFoundException", body)
        }
        Refusal::Quota { reason, .. } => {
            refused("ServiceQuotaExceededException", json!({"Message": message, "Reason": reason}))
        }
        Refusal::Throttled => refused("ThrottlingException", json!({"Message": message})),
        Refusal::Internal { .. } => {
            let body = json!({"Message": message, "RequestId": request_id});
            (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerException", body)
        }
    }
}
