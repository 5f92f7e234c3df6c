//! Speaking to a running emulator without any client's library: to its API, and to its requests for tests.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// Calls an operation of API v2; none if no whole answer came, as when the emulator was killed meanwhile.
pub fn call(url: &str, operation: &str, request: &Value) -> Option<Value> {
    let head = format!(
        "authorization: AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/sms-voice/aws4_request, SignedHeaders=host, \
         Signature=00\r\nx-amz-target: PinpointSMSVoiceV2.{operation}\r\n"
    );
    let answer = exchange(url, "POST / ", &head, &request.to_string()).ok()?;
    serde_json::from_str(&answer).ok()
}

/// Makes a request below `/_smsvoice/`, and returns the body of the answer.
pub fn control(url: &str, method: &str, path: &str, body: &str) -> String {
    exchange(url, &format!("{method} /_smsvoice/{path} "), "", body).expect("the emulator answers")
}

/// Its counts of messages, events and deliveries.
pub fn health(url: &str) -> Value {
    serde_json::from_str(&control(url, "GET", "health", "")).expect("its health is JSON")
}

fn exchange(url: &str, line: &str, head: &str, body: &str) -> io::Result<String> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    let length = body.len();
    let request = format!(
        "{line}HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{head}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(body.to_owned())
}
