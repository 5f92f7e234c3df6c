//! The real binary against a server that speaks Lambda's Runtime API.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::payloads::{self, event};
use crate::privacy;

/// A running `bootstrap`, and the server it asks for invocations.
struct Function {
    process: Child,
    server: TcpListener,
    /// What it writes: into a file, since nobody empties a pipe while it runs.
    log: tempfile::NamedTempFile,
}

impl Function {
    fn start(lake: &Path, env: &[(&str, &str)]) -> Self {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootstrap"));
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", server.local_addr().unwrap().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "smsvoice")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_EC2_METADATA_DISABLED", "true") // a test asks nothing of the machine it runs on
            .env("SMSVOICE_LAKE", lake)
            .envs(env.iter().copied())
            .stdout(log.reopen().unwrap())
            .stderr(Stdio::from(log.as_file().try_clone().unwrap()));
        Self { process: command.spawn().unwrap(), server, log }
    }

    /// Hands out one invocation; returns where its answer went (`response` or `error`) and what it was.
    fn invoke(&self, id: usize, payload: &str) -> (String, Value) {
        let deadline = SystemTime::now() + Duration::from_mins(1);
        let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
        let mut next = self.request();
        assert!(next.path.ends_with("/runtime/invocation/next"), "{}", next.path);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nlambda-runtime-aws-request-id: id-{id}\r\n\
             lambda-runtime-deadline-ms: {deadline}\r\nlambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:111122223333:function:smsvoice\r\n\
             lambda-runtime-trace-id: Root=1-trace-{id}\r\nconnection: close\r\n\r\n",
            payload.len()
        );
        next.stream.write_all(head.as_bytes()).unwrap();
        next.stream.write_all(payload.as_bytes()).unwrap();
        let mut answer = self.request();
        answer.stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
        let kind = answer.path.rsplit('/').next().unwrap().to_owned();
        assert!(answer.path.contains(&format!("/id-{id}/")), "{}", answer.path);
        (kind, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
    }

    fn request(&self) -> Request {
        let (stream, _) = self.server.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        Request::read(stream)
    }

    /// Ends the function; returns everything it logged.
    fn stop(mut self) -> String {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::fs::read_to_string(self.log.path()).unwrap()
    }
}

struct Request {
    path: String,
    body: Vec<u8>,
    stream: TcpStream,
}

impl Request {
    fn read(stream: TcpStream) -> Self {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let path = line.split(' ').nth(1).unwrap().to_owned();
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.to_owned()),
                None => break,
            };
        }
        let mut body = Vec::new();
        if let Some(length) = headers.get("content-length") {
            body.resize(length.parse().unwrap(), 0);
            reader.read_exact(&mut body).unwrap();
        } else if headers.contains_key("transfer-encoding") {
            read_chunked(&mut reader, &mut body);
        }
        Self { path, body, stream }
    }
}

fn read_chunked(reader: &mut impl BufRead, body: &mut Vec<u8>) {
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let start = body.len();
        body.resize(start + size, 0);
        reader.read_exact(&mut body[start..]).unwrap();
        reader.read_line(&mut String::new()).unwrap();
        if size == 0 {
            return;
        }
    }
}

#[test]
fn every_route_is_answered_over_the_runtime_api() {
    let lake = tempfile::tempdir().unwrap();
    let function = Function::start(lake.path(), &[]);
    let texts = [event(0), event(1)];
    let route = |payload: Value| payload.to_string();
    let queue = "arn:aws:sqs:us-east-1:111122223333:sms";
    let cases = [
        (route(payloads::sqs(&texts, queue)), json!({"batchItemFailures": []})),
        (route(payloads::kinesis(&texts)), json!({"batchItemFailures": []})),
        (route(payloads::sns(&event(2))), json!({"received": 1})),
        (route(payloads::event_bridge(&event(3))), json!({"received": 1})),
        (route(payloads::logs(&texts)), json!({"received": 2})),
        (route(payloads::firehose(&texts)), json!({"records": [{"recordId": "record-0"}, {"recordId": "record-1"}]})),
        (event(0), json!({"received": 1})),
    ];
    for (id, (payload, expected)) in cases.iter().enumerate() {
        let (kind, reply) = function.invoke(id, payload);
        assert_eq!(kind, "response", "{reply}");
        assert!(contains(&reply, expected), "{reply} should have {expected}");
    }
    let (kind, error) = function.invoke(99, "{}");
    assert_eq!((kind.as_str(), error["errorType"].as_str()), ("error", Some("Unrecognized")));
    let log = function.stop();
    assert_eq!(log.matches("\"message\":\"invocation done\"").count(), 7, "one line an invocation:\n{log}");
    assert_eq!(log.matches("invocation refused").count(), 1);
    assert!(log.contains("Root=1-trace-3"), "the trace id is carried:\n{log}");
    let metrics: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line.get("_aws").is_some())
        .collect();
    assert_eq!(metrics.len(), 8, "one line of metrics an invocation");
    let sum = |name: &str| metrics.iter().map(|line| line[name].as_u64().unwrap()).sum::<u64>();
    let names = ["received", "written", "already_there", "quarantined", "to_retry", "cold_start"];
    assert_eq!(names.map(sum), [12, 4, 7, 1, 0, 1], "the same events came by several routes");
    for line in &metrics {
        let metric = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(metric["Namespace"], "smsvoice");
        for defined in metric["Metrics"].as_array().unwrap() {
            assert!(line[defined["Name"].as_str().unwrap()].is_number(), "{defined} has no value in {line}");
        }
    }
    assert!(metrics[7]["quarantined_not_an_event"] == 1, "{}", metrics[7]);
    assert!(metrics[0]["freshness_p50"].as_u64() <= metrics[0]["freshness_p99"].as_u64());
}

#[test]
fn metrics_tell_repeats_strangers_and_late_events_under_the_name_that_was_asked_for() {
    let lake = tempfile::tempdir().unwrap();
    let function = Function::start(lake.path(), &[("SMSVOICE_NAMESPACE", "acme/sms")]);
    let hours_late = |kind: &str, hours: u64, more: &str| {
        let at = 1_795_000_000_000 - hours * 3_600_000; // the queue had it at 1,795,000,000,000
        format!(r#"{{"eventType":"{kind}","messageId":"m-{hours}","eventTimestamp":{at}{more}}}"#)
    };
    let bodies = [
        hours_late("TEXT_DELIVERED", 0, ""),
        hours_late("TEXT_DELIVERED", 0, ""),
        hours_late("TEXT_DELIVERED", 2, ""),
        hours_late("TEXT_DELIVERED", 73, r#","newField":1"#),
        hours_late("TEXT_TYPED", 1, ""),
    ];
    let queue = "arn:aws:sqs:us-east-1:111122223333:sms";
    function.invoke(0, &payloads::sqs(&bodies, queue).to_string());
    let log = function.stop();
    let line = log.lines().find(|line| line.contains("\"_aws\"")).unwrap_or_else(|| panic!("{log}"));
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "acme/sms");
    let names = ["received", "written", "duplicates", "unknown_event_types", "unknown_fields"];
    assert_eq!(names.map(|name| line[name].as_u64().unwrap()), [5, 4, 1, 1, 1], "{line}");
    assert_eq!((&line["late_over_1h"], &line["late_over_72h"]), (&json!(2), &json!(1)), "an hour sharp is not late");
    assert_eq!((&line["freshness_p50"], &line["freshness_p99"]), (&json!(3_600_000), &json!(73 * 3_600_000)));
    for stranger in ["newField", "TEXT_TYPED"] {
        assert_eq!(log.matches(stranger).count(), 1, "{stranger} is told once:\n{log}");
    }
}

/// Whether `value` has everything `expected` has.
fn contains(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (Value::Object(value), Value::Object(expected)) => {
            expected.iter().all(|(key, expected)| value.get(key).is_some_and(|value| contains(value, expected)))
        }
        (Value::Array(value), Value::Array(expected)) => {
            value.len() == expected.len()
                && value.iter().zip(expected).all(|(value, expected)| contains(value, expected))
        }
        (value, expected) => value == expected,
    }
}

#[test]
fn no_log_line_at_any_level_holds_a_number() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    let mut payloads = Vec::new();
    for folder in ["events", "envelopes", "invalid"] {
        texts_below(&samples.join(folder), &mut payloads);
    }
    assert!(payloads.len() > 80);
    payloads.extend(privacy::inputs());
    for level in ["error", "warn", "info", "debug", "trace"] {
        let lake = tempfile::tempdir().unwrap();
        let function = Function::start(lake.path(), &[("SMSVOICE_LOG", level)]);
        for (id, payload) in payloads.iter().enumerate() {
            let (_, reply) = function.invoke(id, payload);
            assert!(reply.get("records").is_some() || !privacy::leaks(reply.to_string().as_bytes(), 0), "{reply}");
        }
        let log = function.stop();
        assert!(!privacy::leaks(log.as_bytes(), 0), "at level {level} the log holds {}", privacy::NUMBER);
        let number = numbers(&log);
        assert!(number.is_none(), "at level {level} the log holds {number:?}");
    }
}

fn texts_below(folder: &Path, payloads: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts_below(&path, payloads);
            continue;
        }
        // Lambda lets no payload through that is not JSON; one longer than this would only slow the test down.
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if text.len() < 100_000 && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() {
            payloads.push(text);
        }
    }
}

/// A telephone number in the text: a `+` and seven digits or more.
fn numbers(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(at) = rest.find('+') {
        let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        if digits >= 7 {
            return Some(&rest[at..at + 1 + digits]);
        }
        rest = &rest[at + 1..];
    }
    None
}

#[test]
fn a_misspelt_setting_stops_the_start_and_is_named() {
    let lake = tempfile::tempdir().unwrap();
    let mut function = Function::start(lake.path(), &[("SMSVOICE_PHONE_NUMBER", "mask")]);
    let status = function.process.wait().unwrap();
    let log = std::fs::read_to_string(function.log.path()).unwrap();
    assert!(!status.success());
    assert!(log.contains("SMSVOICE_PHONE_NUMBER is no setting"), "{log}");
}

#[test]
fn a_function_that_wants_other_privacy_than_its_lake_has_does_not_start() {
    let lake = tempfile::tempdir().unwrap();
    let settings = r#"{"layout":2,"phone_numbers":"mask","origination":"plain","context_columns":[]}"#;
    std::fs::write(lake.path().join("_lake.json"), settings).unwrap();
    let mut function = Function::start(lake.path(), &[("SMSVOICE_PHONE_NUMBERS", "plain")]);
    let status = function.process.wait().unwrap();
    let log = std::fs::read_to_string(function.log.path()).unwrap();
    assert!(!status.success());
    assert!(log.contains("keeps phone numbers as mask") && log.contains("smsvoice lake set"), "{log}");
}
