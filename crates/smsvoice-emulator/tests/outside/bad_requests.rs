//! What no client should send: it gets the error AWS would give, or a closed connection, and the server stays up.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use smsvoice_emulator::Config;

use crate::support::{Emulator, exchange};

const SIGNED: &str = "authorization: AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/sms-voice/aws4_request, SignedHeaders=host, Signature=00\r\n";

fn post(target: &str, body: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{SIGNED}x-amz-target: {target}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn each_bad_request_gets_its_error() {
    let emulator = Emulator::start(Config::default());
    let send = "PinpointSMSVoiceV2.SendTextMessage";
    let unsigned = "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let cases = [
        ("malformed JSON", post(send, "{\"a\":"), "400", "SerializationException"),
        ("no object", post(send, "[]"), "400", "SerializationException"),
        ("a number for a string", post(send, "{\"DestinationPhoneNumber\":1}"), "400", "SerializationException"),
        ("deep nesting", post(send, &"[".repeat(100_000)), "400", "SerializationException"),
        ("an unknown operation", post("PinpointSMSVoiceV2.Fly", "{}"), "400", "UnknownOperationException"),
        ("another service", post("DynamoDB_20120810.GetItem", "{}"), "400", "UnknownOperationException"),
        ("no body", post(send, ""), "400", "ValidationException"),
        ("no signature", unsigned.to_owned(), "400", "MissingAuthenticationTokenException"),
        ("the wrong method", "DELETE / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".to_owned(), "405", ""),
        ("no such path", "GET /nowhere HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".to_owned(), "404", ""),
        ("no HTTP", "hello\r\n\r\n".to_owned(), "400", ""),
        (
            "the wrong method of v1",
            format!(
                "PATCH /v1/sms-voice/configuration-sets HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{SIGNED}\r\n"
            ),
            "405",
            "",
        ),
        (
            "malformed JSON of v1",
            format!(
                "POST /v1/sms-voice/configuration-sets HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{SIGNED}content-length: 1\r\n\r\n{{"
            ),
            "400",
            "BadRequestException",
        ),
    ];
    for (what, request, status, kind) in cases {
        let answer = exchange(emulator.address(), &request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(kind), "{what}: {answer}");
    }
}

#[test]
fn a_slow_client_is_closed_and_keeps_nobody_waiting() {
    let emulator = Emulator::start(Config::default());
    let mut head = TcpStream::connect(emulator.address()).unwrap();
    head.write_all(b"POST / HT").unwrap();
    let mut body = TcpStream::connect(emulator.address()).unwrap();
    body.write_all(format!("POST / HTTP/1.1\r\nhost: localhost\r\n{SIGNED}content-length: 100\r\n\r\n{{").as_bytes())
        .unwrap();
    let mut control = TcpStream::connect(emulator.address()).unwrap();
    let advance = b"POST /_smsvoice/clock/advance HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{";
    control.write_all(advance).unwrap();
    assert_eq!(emulator.get("/_smsvoice/health")["status"], "ok");
    for (what, mut stream) in [("head", head), ("body", body), ("body to /_smsvoice/", control)] {
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        let mut answer = Vec::new();
        let end = stream.read_to_end(&mut answer);
        assert!(end.is_ok(), "the connection with the slow {what} is closed: {end:?}");
    }
}
