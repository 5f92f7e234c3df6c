//! A request as it came, and what both transports read of it and write back.

use std::{
    borrow::Cow,
    io::Read,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, Method, request::Parts},
};
use flate2::read::MultiGzDecoder;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::{account::arn::uuid, seed::fresh_seed};

/// Bytes of a body that came compressed; as many as one that did not may have.
const LARGEST_PLAIN: u64 = 1024 * 1024;

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
        let body = self.plain_body()?;
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Object(Map::new()));
        }
        match serde_json::from_slice(&body) {
            Ok(value @ Value::Object(_)) => Ok(value),
            Ok(_) => Err("the body is not a JSON object".to_owned()),
            Err(error) => Err(format!("the body is not JSON: {error}")),
        }
    }
}

impl ApiRequest {
    /// The body as its `Content-Encoding` says, at most [`LARGEST_PLAIN`] bytes of it.
    fn plain_body(&self) -> Result<Cow<'_, [u8]>, String> {
        match self.header("content-encoding").map(str::trim).unwrap_or_default() {
            "" | "identity" => Ok(Cow::Borrowed(&self.body)),
            "gzip" => {
                let mut plain = Vec::new();
                let read = MultiGzDecoder::new(&self.body[..]).take(LARGEST_PLAIN + 1).read_to_end(&mut plain);
                match read {
                    Ok(length) if length as u64 <= LARGEST_PLAIN => Ok(Cow::Owned(plain)),
                    Ok(_) => Err(format!("the body is larger than {LARGEST_PLAIN} bytes when it is unpacked")),
                    Err(error) => Err(format!("the body is not gzip: {error}")),
                }
            }
            other => Err(format!("a body cannot be encoded as `{other}` here, but as gzip")),
        }
    }
}

/// A fresh request id.
pub(super) fn request_id() -> String {
    /// Ids of requests say nothing of what a run does, so that no seed is asked for.
    static RUN: LazyLock<u64> = LazyLock::new(fresh_seed);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    uuid(*RUN, COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Percent-decoded; what is not UTF-8 afterwards is replaced.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A header's value; empty if `text` cannot be one.
pub(super) fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
