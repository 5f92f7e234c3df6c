//! Trino's protocol, by answers that a test gives: what a server that works does not show.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tests::programs::{program, wait_until};
use tokio::runtime::Runtime;

use crate::athena::done;

/// A line of a request, and its headers.
type Asked = (String, Vec<(String, String)>);

/// Answers in the order they are given, the last one again and again; and what was asked.
#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<Vec<(u16, String)>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

async fn next(State(script): State<Script>, request: Request) -> Response {
    let header = |(name, value): (_, &axum::http::HeaderValue)| {
        (format!("{name}"), value.to_str().unwrap_or_default().to_owned())
    };
    let headers = request.headers().iter().map(header).collect();
    script.asked.lock().unwrap().push((format!("{} {}", request.method(), request.uri().path()), headers));
    let mut answers = script.answers.lock().unwrap();
    let (status, body) = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

/// A server with these answers, in which `URL` stands for its own address.
fn server(runtime: &Runtime, answers: &[(u16, Value)]) -> (Script, String) {
    let script = Script::default();
    let router = Router::new().fallback(next).with_state(script.clone());
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers = answers.iter().map(|(status, body)| (*status, body.to_string().replace("URL", &url)));
    *script.answers.lock().unwrap() = answers.collect();
    runtime.spawn(async move { axum::serve(listener, router).await });
    (script, url)
}

fn trino(url: &str) -> Command {
    let mut command = Command::new(program("smsvoice"));
    command.args(["query", "SELECT 1", "--engine", "trino", "--server", url, "--format", "json"]);
    command.args(["--user", "ana", "--catalog", "lakes", "--schema", "sms"]);
    command
}

fn page(more: &Value) -> Value {
    let mut page =
        json!({"id": "20261126_1", "infoUri": "URL/ui", "stats": {"state": "RUNNING", "processedBytes": 2048}});
    page.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    page
}

/// A column of every type that has a form of its own.
fn rows() -> Value {
    let columns = [
        ("n", "bigint"),
        ("usd", "decimal(18,6)"),
        ("at", "timestamp(3)"),
        ("zoned", "timestamp(3) with time zone"),
        ("day", "date"),
        ("bytes", "varbinary"),
        ("context", "map(varchar, varchar)"),
        ("tags", "array(integer)"),
        ("rate", "double"),
        ("nothing", "unknown"),
    ];
    let columns: Vec<Value> = columns.iter().map(|(name, kind)| json!({"name": name, "type": kind})).collect();
    json!({"columns": columns, "data": [
        [1, "0.005810", "2026-11-02 08:00:00.007", "2026-11-02 08:00:00.007 +01:00", "2026-11-02", "eyJhIg==",
            {"a": "b, c=d"}, [1, null], 0.25, null],
        [null, null, null, null, null, null, null, null, "NaN", null],
    ]})
}

#[test]
fn pages_are_followed_past_servers_that_are_busy_and_every_type_is_read() {
    let runtime = Runtime::new().unwrap();
    let with_next = |mut value: Value| {
        value.as_object_mut().unwrap().insert("nextUri".into(), json!("URL/v1/statement/2"));
        page(&value)
    };
    let (script, url) = server(
        &runtime,
        &[
            (503, json!({})),
            (200, with_next(json!({}))),
            (429, json!({})),
            (502, json!({})),
            (200, with_next(rows())),
            (504, json!({})),
            (200, page(&rows())),
        ],
    );
    let (code, out, said) = done(&mut trino(&url));
    assert_eq!(code, Some(0), "{said}");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told.as_array().unwrap().len(), 4, "two pages of two rows: {told}");
    assert_eq!(
        told[0],
        json!({"n": 1, "usd": "0.005810", "at": "2026-11-02T08:00:00.007Z", "zoned": "2026-11-02T07:00:00.007Z",
        "day": "2026-11-02", "bytes": "{\"a\"", "context": {"a": "b, c=d"}, "tags": [1, null], "rate": 0.25, "nothing": null})
    );
    assert!(told[1].as_object().unwrap().values().all(Value::is_null), "{told}");
    assert!(said.contains("note: 2.00 KB scanned in 1 query"), "{said}");
    let asked = script.asked.lock().unwrap();
    assert_eq!(asked[0].0, "POST /v1/statement");
    for (name, value) in [("x-trino-user", "ana"), ("x-trino-catalog", "lakes"), ("x-trino-schema", "sms")] {
        assert!(asked.iter().all(|(_, headers)| headers.contains(&(name.to_owned(), value.to_owned()))), "{name}");
    }
}

#[test]
fn failure_says_where_in_the_query_and_what_to_do() {
    let runtime = Runtime::new().unwrap();
    let error = json!({"error": {"message": "Table 'lakes.sms.events' does not exist", "errorName": "TABLE_NOT_FOUND",
        "errorType": "USER_ERROR", "errorLocation": {"lineNumber": 1, "columnNumber": 15}}});
    let (_script, url) = server(&runtime, &[(200, page(&error))]);
    let (code, _, said) = done(&mut trino(&url));
    assert_eq!(code, Some(1));
    let expected = "error: Trino did not answer: line 1:15: Table 'lakes.sms.events' does not exist (TABLE_NOT_FOUND); \
        `smsvoice views --engine trino --apply` creates the tables and views; --schema names where\n";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn password_goes_to_the_named_server_alone() {
    let runtime = Runtime::new().unwrap();
    let away = page(&json!({"nextUri": "http://127.0.0.1:9/v1/statement/2"}));
    let (script, url) = server(&runtime, &[(200, away)]);
    let (code, _, said) = done(trino(&url).env("SMSVOICE_TRINO_PASSWORD", "s3cret"));
    assert_eq!(code, Some(1));
    assert!(said.contains("which is another server than") && !said.contains("s3cret"), "{said}");
    let authorization = |(name, _): &(String, String)| name == "authorization";
    assert!(script.asked.lock().unwrap()[0].1.iter().any(authorization));

    let (code, _, said) = done(trino("http://trino.example.com").env("SMSVOICE_TRINO_TOKEN", "s3cret"));
    assert_eq!(code, Some(1));
    assert!(said.contains("in the clear; give an https:// URL"), "{said}");
}

#[test]
fn refusal_names_the_variables_that_prove_who_asks() {
    let runtime = Runtime::new().unwrap();
    let (_script, url) = server(&runtime, &[(401, json!("Unauthorized"))]);
    let (code, _, said) = done(&mut trino(&url));
    assert_eq!(code, Some(1));
    assert!(said.contains("Trino answers 401 Unauthorized") && said.contains("SMSVOICE_TRINO_TOKEN"), "{said}");
}

#[test]
fn what_is_no_trino_is_called_so() {
    let runtime = Runtime::new().unwrap();
    let (_script, url) = server(&runtime, &[(200, json!({"hello": "world"}))]);
    let (code, _, said) = done(&mut trino(&url));
    assert_eq!(code, Some(1));
    assert!(said.contains("none of Trino's") && said.contains("is --server the address of a Trino?"), "{said}");
}

#[test]
fn interrupt_deletes_the_query() {
    let runtime = Runtime::new().unwrap();
    let (script, url) = server(&runtime, &[(200, page(&json!({"nextUri": "URL/v1/statement/executing/1"})))]);
    let running = trino(&url).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the query is looked after", || script.asked.lock().unwrap().len() > 3);
    assert!(Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap().success());
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(130) && said.contains("interrupted; the query was cancelled"), "{said}");
    let asked = script.asked.lock().unwrap();
    assert!(asked.iter().any(|(line, _)| line == "DELETE /v1/statement/executing/1"), "{:?}", asked.last());
}
