//! API v1's transport: REST-JSON, the operation in method and path, errors by status code.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::{
    api::{
        auth::{self, Unsigned},
        model::{self, Model, Operation, Place, Service, Shape, check},
        operations::handler,
        refusal::Refusal,
        v2::{header_value, violated},
    },
    emulator::Emulator,
    server::{Received, decoded, request_id},
};

/// Answers a request below `/v1/sms-voice/`.
pub(crate) async fn answer(emulator: &Emulator, request: &Received) -> Response {
    if request.method == Method::OPTIONS {
        return StatusCode::OK.into_response();
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.extend([(header::HeaderName::from_static("x-amzn-requestid"), header_value(&request_id()))]);
    let (status, body) = match perform(emulator, request).await {
        Ok(body) => (StatusCode::OK, body),
        Err((status, kind, message)) => {
            headers.extend([(header::HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(kind))]);
            (status, json!({"Message": message}))
        }
    };
    (status, headers, body.to_string()).into_response()
}

/// Status, error type, words.
type Failure = (StatusCode, &'static str, String);

async fn perform(emulator: &Emulator, request: &Received) -> Result<Value, Failure> {
    auth::verify(emulator.credentials.as_ref(), request).map_err(|why| unsigned(&why))?;
    let found = Model::of(Service::V1).operations().find_map(|operation| {
        let (method, template) = operation.http?;
        (request.method.as_str() == method)
            .then(|| matched(template, &request.path))
            .flatten()
            .map(|path| (operation, path))
    });
    let Some((operation, path)) = found else { return Err(no_route(request)) };
    let bad = |message| (StatusCode::BAD_REQUEST, "BadRequestException", message);
    let mut body = model::body(&request.body).map_err(bad)?;
    add_places(operation, &mut body, path, &request.query);
    let violations = check(Model::of(Service::V1), &operation.input, &body);
    if !violations.is_empty() {
        return Err(refused(operation, violated(&violations)));
    }
    let run = handler(Service::V1, operation.name).ok_or_else(|| no_route(request))?;
    emulator.perform(Service::V1, operation, run, body).await.map_err(|refusal| refused(operation, refusal))
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
fn add_places(operation: &Operation, body: &mut Value, path: Vec<(&'static str, String)>, query: &str) {
    let Shape::Struct(members) = &operation.input else { return };
    for member in members.iter().filter(|member| member.place == Place::Query) {
        let given = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == member.name);
        body[member.name] = given.map_or(Value::Null, |(_, value)| Value::String(decoded(value)));
    }
    for (name, value) in path {
        body[name] = Value::String(value);
    }
}

fn no_route(request: &Received) -> Failure {
    let elsewhere =
        Model::of(Service::V1).operations().any(|o| o.http.is_some_and(|(_, t)| matched(t, &request.path).is_some()));
    if elsewhere {
        let message = format!("{} is not allowed here", request.method);
        return (StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowedException", message);
    }
    (StatusCode::NOT_FOUND, "NotFoundException", format!("nothing is at {}", request.path))
}

fn unsigned(unsigned: &Unsigned) -> Failure {
    (StatusCode::FORBIDDEN, unsigned.kind(), unsigned.to_string())
}

/// The v1 error nearest to a refusal, of those the model lists for the operation.
fn refused(operation: &Operation, refusal: Refusal) -> Failure {
    let (kind, message) = match refusal {
        Refusal::Conflict { reason: crate::api::refusal::Clash::ResourceAlreadyExists, message, .. } => {
            ("AlreadyExists", message)
        }
        Refusal::Validation { message, .. } | Refusal::Conflict { message, .. } => ("BadRequest", message),
        Refusal::NotFound { resource, id } => ("NotFound", format!("no {} `{id}` exists", resource.word())),
        Refusal::Quota { message, .. } => ("LimitExceeded", message),
        Refusal::Internal { message } => ("InternalServiceError", message),
    };
    let kind = if operation.errors.contains(&kind) { kind } else { "BadRequest" };
    let (status, kind) = match kind {
        "AlreadyExists" => (StatusCode::CONFLICT, "AlreadyExistsException"),
        "NotFound" => (StatusCode::NOT_FOUND, "NotFoundException"),
        "LimitExceeded" => (StatusCode::PRECONDITION_FAILED, "LimitExceededException"),
        "InternalServiceError" => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException"),
        _ => (StatusCode::BAD_REQUEST, "BadRequestException"),
    };
    (status, kind, message)
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
