//! Athena's protocol.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use smsvoice_lake::Lake;
use smsvoice_metrics::Metric;
use tests::athena_server::{AthenaServer, Backend, ENDLESS};
use tests::programs::{aws_environment, program, wait_until};
use tests::replayed::generated;
use tokio::runtime::Runtime;

/// A lake of so many messages, and a server over it.
fn server(folder: &Path, messages: usize) -> (Runtime, AthenaServer, String) {
    let path = folder.join("lake");
    generated(&path, messages);
    let url = path.to_str().unwrap().to_owned();
    let runtime = Runtime::new().unwrap();
    let backend = Backend::Local(Lake::open(&url, []).unwrap());
    let server = runtime.block_on(AthenaServer::start(backend));
    (runtime, server, url)
}

/// A server over a lake that has nothing.
pub(crate) fn over_nothing() -> (Runtime, AthenaServer) {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(AthenaServer::start(Backend::Local(Lake::open("memory:///", []).unwrap())));
    (runtime, server)
}

/// `smsvoice` with Athena at this server.
pub(crate) fn athena(server: &AthenaServer, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("smsvoice"));
    command.args(arguments).args(["--engine", "athena", "--workgroup", "analysts"]);
    command.envs(aws_environment(&server.url));
    command
}

pub(crate) fn done(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn local(lake: &str, arguments: &[&str]) -> Value {
    let (code, out, said) = done(Command::new(program("smsvoice")).args(arguments).args(["--lake", lake]));
    assert_eq!(code, Some(0), "{said}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn every_metric_and_every_page_of_a_view_is_what_the_embedded_engine_gives() {
    let folder = tempfile::tempdir().unwrap();
    let (_runtime, server, lake) = server(folder.path(), 2_500);
    let mut questions: Vec<Vec<&str>> = Metric::ALL
        .iter()
        .map(|metric| vec!["metrics", "--metric", metric.as_str(), "--by", "channel,country,context.campaign"])
        .collect();
    questions.push(vec!["query", "SELECT * FROM messages ORDER BY message_id"]);
    questions.push(vec!["query", "SELECT * FROM events_once ORDER BY message_id, event_time, event_type"]);
    questions.push(vec!["quarantine"]);
    for mut question in questions {
        question.extend(["--format", "json"]);
        if question[0] == "metrics" {
            question.extend(["--as-of", "2026-11-30"]);
        }
        let (code, out, said) = done(&mut athena(&server, &question));
        assert_eq!(code, Some(0), "{question:?}: {said}");
        let theirs: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(theirs, local(&lake, &question), "{question:?}");
        // 20 MB at US$5 a TB, as the server says and the list price has it.
        assert!(said.contains("note: 20.00 MB scanned in 1 query, which costs US$0.000095 (list price of"), "{said}");
        let pages = server.called().into_iter().filter(|(operation, _)| operation == "GetQueryResults").count();
        let rows = theirs.as_array().unwrap().len() + 1; // the names of the columns are a row of the first page
        assert_eq!(pages, rows.div_ceil(1000), "{question:?}");
    }
}

#[test]
fn a_message_is_traced_with_its_context_whatever_stands_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_runtime, server, lake) = server(folder.path(), 20);
    let first = local(&lake, &["query", "--format", "json", "SELECT min(message_id) AS id FROM events"]);
    let trace = ["trace", first[0]["id"].as_str().unwrap(), "--format", "json"];
    // The server's SQL has no json_format: that the question asks for JSON is seen in what it was asked.
    drop(done(&mut athena(&server, &trace)));
    let called = server.called().into_iter().filter(|(operation, _)| operation == "StartQueryExecution");
    let asked: Vec<String> = called.map(|(_, request)| request["QueryString"].as_str().unwrap().to_owned()).collect();
    assert!(asked[0].starts_with("SELECT DISTINCT channel, dt FROM events WHERE message_id = "), "{asked:?}");
    assert!(asked[1].contains("json_format(CAST(context AS json)) AS context"), "{}", asked[1]);
}

#[test]
fn workgroup_database_catalog_and_place_of_results_are_those_that_were_named() {
    let (_runtime, server) = over_nothing();
    let arguments = ["query", "SELECT 1 AS one", "--database", "sms", "--catalog", "other"];
    let more = ["--output-location", "s3://results/here/", "--reuse-results", "60"];
    let (code, _, said) = done(athena(&server, &arguments).args(more));
    assert_eq!(code, Some(0), "{said}");
    let started = server.called().remove(0).1;
    assert_eq!(started["WorkGroup"], "analysts");
    assert_eq!(started["QueryExecutionContext"]["Database"], "sms");
    assert_eq!(started["QueryExecutionContext"]["Catalog"], "other");
    assert_eq!(started["ResultConfiguration"]["OutputLocation"], "s3://results/here/");
    let reuse = &started["ResultReuseConfiguration"]["ResultReuseByAgeConfiguration"];
    assert_eq!((&reuse["Enabled"], &reuse["MaxAgeInMinutes"]), (&true.into(), &60.into()));
}

#[test]
fn missing_place_of_results_is_told_with_the_flag_that_names_one() {
    let (_runtime, server) = over_nothing();
    server.place_no_results();
    let (code, _, said) = done(&mut athena(&server, &["query", "SELECT 1 AS one"]));
    assert_eq!(code, Some(1));
    assert!(said.contains("in the workgroup analysts: No output location provided"), "{said}");
    assert!(said.contains("; name a bucket for results with --output-location s3://bucket/prefix/"), "{said}");
}

#[test]
fn query_that_fails_is_told_in_one_sentence_with_what_to_do() {
    let (_runtime, server) = over_nothing();
    let (code, out, said) = done(&mut athena(&server, &["query", "SELECT * FROM nothing"]));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let error = said.lines().find(|line| line.starts_with("error: ")).unwrap();
    assert!(error.starts_with("error: Athena failed at the query q-0: the query is not valid: "), "{said}");
    assert!(
        said.contains("note: 0 bytes scanned in 1 query, which costs US$0.000000"),
        "a failed query is free: {said}"
    );
}

#[test]
fn throttled_calls_are_repeated() {
    let (_runtime, server) = over_nothing();
    server.throttle(3);
    let (code, out, said) = done(&mut athena(&server, &["query", "SELECT 1 AS one", "--format", "json"]));
    assert_eq!((code, out.trim()), (Some(0), r#"[{"one":1}]"#), "{said}");
    let starts = server.called().into_iter().filter(|(operation, _)| operation == "StartQueryExecution").count();
    assert_eq!(starts, 4);
}

#[test]
fn interrupt_stops_the_query_and_tells_what_it_had_cost() {
    let (_runtime, server) = over_nothing();
    let sql = format!("SELECT '{ENDLESS}' AS wait");
    let mut command = athena(&server, &["query", &sql]);
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut looks = 0;
    wait_until("the query is looked after", || {
        looks += server.called().iter().filter(|(operation, _)| operation == "GetQueryExecution").count();
        looks >= 3
    });
    let interrupted = Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted; the query was cancelled"), "{said}");
    assert!(said.contains("note: 5.00 MB scanned in 1 query, which costs US$0.000048"), "10 MB are the least: {said}");
    assert!(server.called().iter().any(|(operation, _)| operation == "StopQueryExecution"));
}
