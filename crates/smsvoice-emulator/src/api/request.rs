//! A request as it came, and what both transports read of it and write back.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, Method, request::Parts},
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::account::arn::uuid;

/// A request, read whole.
pub(crate) struct ApiRequest {
    pub(super) method: Method,
    /// As sent, percent-encoded.
    pub(super) path: String,
    /// As sent, percent-encoded, without `?`.
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl ApiRequest {
    pub(crate) fn new(head: Parts, body: Bytes) -> Self {
        let (path, query) = (head.uri.path().to_owned(), head.uri.query().unwrap_or_default().to_owned());
        Self { method: head.method, path, query, headers: head.headers, body }
    }

    /// The value of a header, if it has one that is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body's members: nothing at all is an empty object, as the service has it.
    pub(super) fn members(&self) -> Result<Value, String> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Object(Map::new()));
        }
        match serde_json::from_slice(&self.body) {
            Ok(value @ Value::Object(_)) => Ok(value),
            Ok(_) => Err("the body is not a JSON object".to_owned()),
            Err(error) => Err(format!("the body is not JSON: {error}")),
        }
    }
}

/// A fresh request id.
pub(super) fn request_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    uuid(u64::from(std::process::id()), count)
}

/// Percent-decoded; what is not UTF-8 afterwards is replaced.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A header's value; empty if `text` cannot be one.
pub(super) fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
