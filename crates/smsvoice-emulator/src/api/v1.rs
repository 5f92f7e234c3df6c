//! API v1's transport: REST-JSON, the operation in method and path, errors by status code.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    Service,
    auth::Unsigned,
    fault::{Interruption, around},
    lost,
    model::{Location, Model, Operation, Shape},
    perform::perform,
    request::{ApiRequest, decoded, header_value, request_id},
};
use crate::{
    account::message::Api,
    refusal::{Clash, Refusal},
    request_log::Called,
};

/// Answers a request below `/v1/sms-voice/`.
pub(super) async fn answer(service: Service<'_>, request: &ApiRequest) -> Response {
    if request.method == Method::OPTIONS {
        return StatusCode::OK.into_response();
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HeaderName::from_static("x-amzn-requestid"), header_value(&request_id()));
    let mut called = None;
    let (status, body) = match answered(service, request, &mut called).await {
        Ok(body) => (StatusCode::OK, body),
        Err(Failure::Lost) => return lost(),
        Err(Failure::Error(status, kind, body)) => {
            headers.insert(HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(kind));
            (status, body)
        }
    };
    let mut response = (status, headers, body.to_string()).into_response();
    called.map(|called: Called| response.extensions_mut().insert(called));
    response
}

/// Why there is no answer.
enum Failure {
    /// Status, error type, members.
    Error(StatusCode, &'static str, Value),
    /// A fault has it that there is none.
    Lost,
}

impl Failure {
    fn new(status: StatusCode, kind: &'static str, message: &str) -> Self {
        Self::Error(status, kind, json!({"Message": message}))
    }
}

impl From<Interruption> for Failure {
    fn from(interruption: Interruption) -> Self {
        match interruption {
            Interruption::Error(error) => {
                let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Self::Error(status, error.kind, error.body)
            }
            Interruption::Lost => Self::Lost,
        }
    }
}

/// `called` gets what the request is for as soon as that is known.
async fn answered(service: Service<'_>, request: &ApiRequest, called: &mut Option<Called>) -> Result<Value, Failure> {
    let Service { emulator, auth, faults } = service;
    let place = auth.verify(request).map_err(|why| unsigned(&why))?;
    let found = Model::of(Api::V1).operations().find_map(|operation| {
        let (method, template) = operation.http?;
        let path = matched(template, &request.path).filter(|_| request.method.as_str() == method)?;
        Some((operation, path))
    });
    let Some((operation, path)) = found else { return Err(no_route(request)) };
    *called = Some(Called { operation: operation.name, place: place.clone() });
    let performing = async {
        let bad = |message: String| Failure::new(StatusCode::BAD_REQUEST, "BadRequestException", &message);
        let mut members = request.members().map_err(bad)?;
        add_from_address(operation, &mut members, path, &request.query);
        let answer = perform(emulator, Api::V1, operation, &place, members).await;
        answer.map_err(|why| refused(operation, &why.into_refusal()))
    };
    around(faults.befalling(Api::V1, operation.name, &place), performing).await
}

/// The path's parameters, if it is of this template.
fn matched(template: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    if template.len() != path.len() {
        return None;
    }
    let mut parameters = Vec::new();
    for (wanted, given) in template.into_iter().zip(path) {
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !given.is_empty() => parameters.push((name, decoded(given))),
            None if wanted == given => {}
            _ => return None,
        }
    }
    Some(parameters)
}

/// Puts what travels in the path and the query beside what travels in the body.
fn add_from_address(operation: &Operation, members: &mut Value, path: Vec<(&'static str, String)>, query: &str) {
    let Shape::Struct(shapes) = &operation.input else { return };
    for member in shapes.iter().filter(|member| member.location == Location::Query) {
        let given = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == member.name);
        members[member.name] = given.map_or(Value::Null, |(_, value)| Value::String(decoded(value)));
    }
    for (name, value) in path {
        members[name] = Value::String(value);
    }
}

fn no_route(request: &ApiRequest) -> Failure {
    let elsewhere =
        Model::of(Api::V1).operations().any(|o| o.http.is_some_and(|(_, t)| matched(t, &request.path).is_some()));
    if elsewhere {
        let message = format!("{} is not allowed here", request.method);
        return Failure::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowedException", &message);
    }
    Failure::new(StatusCode::NOT_FOUND, "NotFoundException", &format!("nothing is at {}", request.path))
}

fn unsigned(unsigned: &Unsigned) -> Failure {
    Failure::new(StatusCode::FORBIDDEN, unsigned.kind(), &unsigned.to_string())
}

/// The v1 error nearest to a refusal, of those the model lists for the operation.
fn refused(operation: &Operation, refusal: &Refusal) -> Failure {
    let kind = match refusal {
        Refusal::Conflict { reason: Clash::ResourceAlreadyExists, .. } => "AlreadyExists",
        Refusal::Validation { .. } | Refusal::Conflict { .. } => "BadRequest",
        Refusal::NotFound { .. } => "NotFound",
        Refusal::Quota { .. } => "LimitExceeded",
        Refusal::Throttled => "TooManyRequests",
        Refusal::Internal { .. } => "InternalServiceError",
    };
    let kind = if operation.errors.contains(&kind) { kind } else { "BadRequest" };
    let (status, kind) = match kind {
        "AlreadyExists" => (StatusCode::CONFLICT, "AlreadyExistsException"),
        "NotFound" => (StatusCode::NOT_FOUND, "NotFoundException"),
        "TooManyRequests" => (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException"),
        "LimitExceeded" => (StatusCode::PRECONDITION_FAILED, "LimitExceededException"),
        "InternalServiceError" => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException"),
        _ => (StatusCode::BAD_REQUEST, "BadRequestException"),
    };
    Failure::new(status, kind, &refusal.message())
}

#[cfg(test)]
mod tests {
    use super::matched;

    #[test]
    fn a_template_matches_whole_segments_and_decodes_them() {
        let template = "/v1/sms-voice/configuration-sets/{ConfigurationSetName}/event-destinations";
        let path = "/v1/sms-voice/configuration-sets/a%20b/event-destinations";
        assert_eq!(matched(template, path), Some(vec![("ConfigurationSetName", "a b".to_owned())]));
        assert_eq!(matched(template, "/v1/sms-voice/configuration-sets/a"), None);
        assert_eq!(matched(template, "/v1/sms-voice/configuration-sets//event-destinations"), None);
    }
}
