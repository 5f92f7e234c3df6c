//! Objects in S3, on moto's server: put by boto3, named by notifications, read by the function and by a replay. And S3 as it
//! is on bad days: a way to moto's server on which requests meet faults.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64_simd::STANDARD;
use serde_json::{Value, json};

use crate::programs::{aws_environment, program};
use crate::python;

/// An object: its bucket, its key and its bytes.
pub type Object<'a> = (&'a str, String, Vec<u8>);

/// Puts objects, and makes their buckets.
pub fn put(endpoint: &str, objects: &[Object<'_>]) {
    let each = |(bucket, key, bytes): &Object<'_>| json!({"bucket": bucket, "key": key, "data": STANDARD.encode_to_string(bytes)});
    let objects: Vec<Value> = objects.iter().map(each).collect();
    let told = python::run("s3_objects.py", &["put".as_ref(), endpoint.as_ref()], &json!(objects).to_string());
    assert_eq!(told.trim(), objects.len().to_string());
}

/// Puts objects one after the other into buckets that keep versions; where there are no bytes, the object is deleted. Returns
/// the ids of the versions, as S3 gave them.
pub fn put_versions(endpoint: &str, objects: &[(&str, &str, Option<&str>)]) -> Vec<String> {
    let objects: Vec<Value> = objects
        .iter()
        .map(|(bucket, key, bytes)| {
            json!({"bucket": bucket, "key": key, "data": bytes.map(|bytes| STANDARD.encode_to_string(bytes))})
        })
        .collect();
    let told = python::run("s3_objects.py", &["versions".as_ref(), endpoint.as_ref()], &json!(objects).to_string());
    serde_json::from_str(&told).expect("it is JSON")
}

/// A notification of S3 that such a thing (`ObjectCreated:Put`, say) came about. Keys are written as S3 writes them there.
pub fn notification(event: &str, bucket: &str, key: &str) -> Value {
    let key: String = key.bytes().map(escaped).collect();
    json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventTime": "2026-11-18T11:06:40.000Z",
        "eventName": event, "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": bucket}, "object": {"key": key, "size": 1}}}]})
}

fn escaped(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' | b'/' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    }
}

/// The same in a message of SQS each, as the function gets them.
pub fn queued(notifications: &[Value]) -> Value {
    let message = |(n, body): (usize, &Value)| {
        json!({"messageId": format!("sqs-{n}"), "receiptHandle": "r", "body": body.to_string(), "eventSource": "aws:sqs",
            "attributes": {"SentTimestamp": "1795000000000"}, "eventSourceARN": "arn:aws:sqs:us-east-1:111122223333:sms"})
    };
    json!({"Records": notifications.iter().enumerate().map(message).collect::<Vec<_>>()})
}

/// What the function answers to a payload: `response` or `error`, and what.
pub fn function(endpoint: &str, lake: &str, payload: &Value) -> (String, Value) {
    let bootstrap = program("bootstrap");
    let arguments: [&OsStr; 4] = ["invoke".as_ref(), endpoint.as_ref(), bootstrap.as_ref(), lake.as_ref()];
    let told = python::run("s3_objects.py", &arguments, &payload.to_string());
    let told: Value = serde_json::from_str(&told).expect("it is JSON");
    (told["kind"].as_str().unwrap_or_default().to_owned(), told["reply"].clone())
}

/// Runs the command, with S3 at `endpoint`.
pub fn smsvoice(endpoint: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("smsvoice"));
    command.args(arguments).env_clear().envs(aws_environment(endpoint)).output().expect("smsvoice starts")
}

/// The JSON that the command printed.
pub fn json_of(output: &Output) -> Value {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"))
}

/// The rows of a lake, of events and of quarantine; of the latter without the words of the detail, which tells how far the
/// reader was, and without the time, which of a notification is that of its reading.
pub fn rows(endpoint: &str, lake: &str) -> [Value; 2] {
    let columns = "source, source_id, stage, reason, payload, account_id, aws_region";
    [
        "SELECT * FROM events ORDER BY message_id, event_type, event_time".to_owned(),
        format!("SELECT {columns} FROM quarantine ORDER BY source_id, reason"),
    ]
    .map(|sql| json_of(&smsvoice(endpoint, &["query", "--lake", lake, "--format", "json", &sql])))
}

/// What a request for a path meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 503 SlowDown.
    Busy,
    /// The connection is closed without an answer.
    Closes,
    /// The head and half of the body come, then the connection is closed.
    BreaksOff,
    /// Nothing comes.
    Hangs,
    /// 404 NoSuchKey.
    Gone,
    /// 403 AccessDenied.
    Denied,
}

/// A request as it came: its first line and its headers, their names in lower case.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET /bucket/key HTTP/1.1`.
    pub line: String,
    /// Its headers.
    pub headers: BTreeMap<String, String>,
}

/// A way to the server at `endpoint`, on which a request meets the fault that `fault` says, if any, of its first line and
/// the number of requests with the same line before. Returns its URL.
pub fn faulty(endpoint: &str, fault: impl Fn(&str, usize) -> Option<Fault> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback can be listened on");
    let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
    let server = endpoint.trim_start_matches("http://").to_owned();
    let seen: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let fault = Arc::new(fault);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (server, seen, fault) = (server.clone(), seen.clone(), fault.clone());
            thread::spawn(move || {
                let Some((request, head)) = head(&stream) else { return };
                let before = {
                    let mut seen = seen.lock().expect("no thread panics");
                    let count = seen.entry(request.line.clone()).or_default();
                    *count += 1;
                    *count - 1
                };
                let fault = fault(request.line.trim_end(), before);
                let _ = answer(stream, &server, &request, &head, fault);
            });
        }
    });
    url
}

/// The head of a request, read and as it came.
pub fn head(stream: &TcpStream) -> Option<(Request, String)> {
    let mut reader = BufReader::with_capacity(1, stream);
    let (mut request, mut whole) = (Request::default(), String::new());
    reader.read_line(&mut request.line).ok().filter(|read| *read > 0)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => drop(request.headers.insert(name.to_ascii_lowercase(), value.to_owned())),
            None => break,
        }
        whole.push_str(&line);
    }
    Some((request, whole))
}

fn answer(
    mut client: TcpStream,
    server: &str,
    request: &Request,
    head: &str,
    fault: Option<Fault>,
) -> std::io::Result<()> {
    match fault {
        Some(Fault::Busy) => client.write_all(&refusal("503 Slow Down", "SlowDown")),
        Some(Fault::Gone) => client.write_all(&refusal("404 Not Found", "NoSuchKey")),
        Some(Fault::Denied) => client.write_all(&refusal("403 Forbidden", "AccessDenied")),
        Some(Fault::Closes) => Ok(()),
        Some(Fault::Hangs) => {
            thread::sleep(Duration::from_mins(1));
            Ok(())
        }
        Some(Fault::BreaksOff) | None => {
            let answer = forwarded(&mut client, server, request, head)?;
            let body = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
            let is_cut = fault == Some(Fault::BreaksOff);
            let end = if is_cut { body + (answer.len() - body) / 2 } else { answer.len() };
            client.write_all(&answer[..end])
        }
    }
}

/// What the server answers to the request.
fn forwarded(client: &mut TcpStream, server: &str, request: &Request, head: &str) -> std::io::Result<Vec<u8>> {
    let length = request.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    client.read_exact(&mut body)?;
    let mut upstream = TcpStream::connect(server)?;
    let head: String =
        head.lines().filter(|line| !is_header(line, "connection")).map(|line| format!("{line}\r\n")).collect();
    upstream.write_all(format!("{}{head}connection: close\r\n\r\n", request.line).as_bytes())?;
    upstream.write_all(&body)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    Ok(answer)
}

fn is_header(line: &str, name: &str) -> bool {
    line.split(':').next().is_some_and(|told| told.eq_ignore_ascii_case(name))
}

fn refusal(status: &str, code: &str) -> Vec<u8> {
    let body = format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>told so</Message></Error>");
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").into_bytes()
}
