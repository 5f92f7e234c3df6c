//! API v2's transport: AWS JSON 1.0, one path, the operation in `X-Amz-Target`.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::{
    api::{
        auth::{self, Unsigned},
        model::{self, Model, Operation, Service, Violation, check},
        operations::handler,
        refusal::{Field, Invalid, Refusal},
    },
    emulator::Emulator,
    server::{Received, request_id},
};

const TARGET: &str = "PinpointSMSVoiceV2.";
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

/// Why there is no answer.
pub(crate) enum Failure {
    Unsigned(Unsigned),
    UnknownOperation(String),
    /// Not JSON, or a JSON type the member cannot have.
    Unreadable(String),
    Refused(Refusal),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Answers a request to `/`.
pub(crate) async fn answer(emulator: &Emulator, request: &Received) -> Response {
    let id = request_id();
    let (status, body, kind) = match perform(emulator, request).await {
        Ok(body) => (StatusCode::OK, body, None),
        Err(failure) => {
            let (status, kind, mut body) = described(failure, &id);
            body["__type"] = json!(kind);
            (status, body, Some(kind))
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.extend([(header::HeaderName::from_static("x-amzn-requestid"), header_value(&id))]);
    headers
        .extend(kind.map(|kind| (header::HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(kind))));
    (status, headers, body.to_string()).into_response()
}

pub(crate) fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

async fn perform(emulator: &Emulator, request: &Received) -> Result<Value, Failure> {
    auth::verify(emulator.credentials.as_ref(), request).map_err(Failure::Unsigned)?;
    let target = request.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let unknown = || Failure::UnknownOperation(target.to_owned());
    let name = target.strip_prefix(TARGET).ok_or_else(unknown)?;
    let model = Model::of(Service::V2);
    let Some(operation) = model.operation(name) else {
        return Err(if model.others().contains(&name) { not_emulated(name).into() } else { unknown() });
    };
    let body = model::body(&request.body).map_err(Failure::Unreadable)?;
    call(emulator, operation, body).await
}

/// Runs an operation on a request body: held to the model first.
pub(crate) async fn call(emulator: &Emulator, operation: &'static Operation, body: Value) -> Result<Value, Failure> {
    let violations = check(Model::of(Service::V2), &operation.input, &body);
    if let Some(unreadable) = violations.iter().find(|violation| violation.unreadable) {
        return Err(Failure::Unreadable(format!("{}: {}", unreadable.field, unreadable.message)));
    }
    if !violations.is_empty() {
        return Err(violated(&violations).into());
    }
    let run = handler(Service::V2, operation.name).ok_or_else(|| not_emulated(operation.name))?;
    Ok(emulator.perform(Service::V2, operation, run, body).await?)
}

fn not_emulated(name: &str) -> Refusal {
    let message = format!("{name} is not emulated yet; see the table in the emulator's README");
    Refusal::Validation { reason: Invalid::UnknownOperation, fields: Vec::new(), message }
}

/// All violations in one refusal, each naming its member.
pub(crate) fn violated(violations: &[Violation]) -> Refusal {
    let each = violations.iter().map(|v| format!("Value at '{}' failed to satisfy constraint: {}", v.field, v.message));
    let list = each.collect::<Vec<_>>().join("; ");
    let (count, plural) = (violations.len(), if violations.len() == 1 { "" } else { "s" });
    let fields = violations.iter().map(|v| Field { name: v.field.clone(), message: v.message.clone() }).collect();
    let message = format!("{count} validation error{plural} detected: {list}");
    Refusal::Validation { reason: Invalid::FieldValidationFailed, fields, message }
}

fn described(failure: Failure, request_id: &str) -> (StatusCode, &'static str, Value) {
    let refused = |kind, body| (StatusCode::BAD_REQUEST, kind, body);
    match failure {
        Failure::Unsigned(unsigned) => refused(unsigned.kind(), json!({"message": unsigned.to_string()})),
        Failure::UnknownOperation(target) => {
            refused("UnknownOperationException", json!({"message": format!("no operation has the target `{target}`")}))
        }
        Failure::Unreadable(message) => refused("SerializationException", json!({"message": message})),
        Failure::Refused(Refusal::Validation { reason, fields, message }) => {
            refused("ValidationException", json!({"Message": message, "Reason": reason, "Fields": fields}))
        }
        Failure::Refused(Refusal::Conflict { reason, resource, id, message }) => refused(
            "ConflictException",
            json!({"Message": message, "Reason": reason, "ResourceType": resource, "ResourceId": id}),
        ),
        Failure::Refused(Refusal::NotFound { resource, id }) => {
            let message = format!("no {} `{id}` exists", resource.word());
            let body = json!({"Message": message, "ResourceType": resource, "ResourceId": id});
            refused("ResourceNotFoundException", body)
        }
        Failure::Refused(Refusal::Quota { reason, message }) => {
            refused("ServiceQuotaExceededException", json!({"Message": message, "Reason": reason}))
        }
        Failure::Refused(Refusal::Internal { message }) => {
            let body = json!({"Message": message, "RequestId": request_id});
            (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerException", body)
        }
    }
}
