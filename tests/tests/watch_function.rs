//! The function's scheduled mode: the real `bootstrap` asks a server of Athena's protocol, which runs the prepared statement
//! over a lake under attack, and finds what the command finds; a topic on moto hears of it.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use smsvoice_lake::Lake;
use smsvoice_metrics::ddl::prepared;
use tests::athena_server::{AthenaServer, Backend};
use tests::programs::{aws_environment, moto, program};
use tests::python;
use tokio::runtime::Runtime;

const PUMPING: &str = "pumping_between";

/// Generated attacks are in November 2026; the function judges the hours before now, and so they are moved to last month.
fn attacked(folder: &Path) -> String {
    let (events, lake) = (folder.join("events.ndjson"), folder.join("lake"));
    let generate = "generate --messages 6000 --days 30 --pumping 3 --seed 5 --quiet --out";
    let made = Command::new(program("smsvoice")).args(generate.split(' ')).arg(&events).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    moved(&events);
    let mut replay = Command::new(program("smsvoice"));
    replay.arg("replay").arg(&events).arg("--lake").arg(&lake).args(["--phone-numbers", "plain"]);
    let replayed = replay.output().unwrap();
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    lake.to_str().unwrap().to_owned()
}

/// Whole hours later or earlier, so that the generated month ends at the last whole hour.
fn moved(events: &Path) {
    let hour = 3_600_000;
    let now =
        std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap().as_millis() as i64;
    let end = "2026-12-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_millis();
    let by = (now / hour - end / hour) * hour;
    let text = std::fs::read_to_string(events).unwrap();
    let lines = text.lines().map(|line| {
        let mut event: Value = serde_json::from_str(line).unwrap();
        for name in ["eventTimestamp", "messageRequestTimestamp"] {
            if let Some(at) = event[name].as_i64() {
                event[name] = (at + by).into();
            }
        }
        format!("{event}\n")
    });
    std::fs::write(events, lines.collect::<String>()).unwrap();
}

/// What the function answers to these payloads, and what it printed: `{"answers": [[kind, body], …], "log": "…"}`.
fn function(lake: &str, variables: &Value, payloads: &[&str]) -> Value {
    let asked = json!({"lake": lake, "env": variables, "payloads": payloads});
    let told = python::run("watch_function.py", &[program("bootstrap").as_os_str()], &asked.to_string());
    serde_json::from_str(&told).unwrap()
}

/// A server with the deployment's prepared statement.
fn athena(runtime: &Runtime, lake: &str) -> AthenaServer {
    let server = runtime.block_on(AthenaServer::start(Backend::Local(Lake::open(lake, []).unwrap())));
    let statement = prepared().into_iter().find(|statement| statement.name == PUMPING).unwrap();
    server.prepare(PUMPING, &statement.sql);
    server
}

fn variables(athena: &str, sns: &str, more: &[(&str, &str)]) -> Value {
    let mut all: serde_json::Map<String, Value> =
        aws_environment("").into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    all.remove("AWS_ENDPOINT_URL");
    let own = [("AWS_ENDPOINT_URL_ATHENA", athena), ("AWS_ENDPOINT_URL_SNS", sns), ("SMSVOICE_WATCH_WORKGROUP", "sms")];
    all.extend(own.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).into())));
    Value::Object(all)
}

const WATCH: &str = r#"{"smsvoice":"watch"}"#;
/// As many as the generated month has after the five days that are the least past.
const HOURS: &str = "480";

#[test]
fn the_function_finds_what_the_command_finds_and_a_topic_hears_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let lake = attacked(folder.path());
    let runtime = Runtime::new().unwrap();
    let server = athena(&runtime, &lake);
    let (_moto, sns) = moto();
    let heard = python::run("heard.py", &[sns.as_ref(), "make".as_ref()], "");
    let topic = heard.trim();
    let env = variables(&server.url, &sns, &[("SMSVOICE_WATCH_TOPIC", topic), ("SMSVOICE_WATCH_HOURS", HOURS)]);
    let told = function(&lake, &env, &[WATCH]);

    let command = Command::new(program("smsvoice"))
        .args(["watch", "--lake", &lake, "--hours", HOURS, "--json", "--as-of"])
        .arg(told["answers"][0][1]["until"].as_str().unwrap_or("none"))
        .output()
        .unwrap();
    let ours: Value = serde_json::from_slice(&command.stdout).unwrap_or_else(|_| panic!("{told:#}"));
    assert!(ours["signs"].as_array().unwrap().len() >= 3, "{ours:#}");
    assert_eq!(told["answers"][0], json!(["response", ours]));

    let executed = server.called().into_iter().find(|(operation, _)| operation == "StartQueryExecution").unwrap().1;
    assert!(executed["QueryString"].as_str().unwrap().starts_with("EXECUTE pumping_between USING '"), "{executed}");
    assert_eq!(
        (&executed["WorkGroup"], &executed["QueryExecutionContext"]["Database"]),
        (&"sms".into(), &"smsvoice".into())
    );

    let lines: Vec<Value> =
        told["log"].as_str().unwrap().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let metric = lines.iter().find(|line| line["PumpingSigns"].is_u64() && line["Country"].is_null()).unwrap();
    assert_eq!(metric["PumpingSigns"], ours["signs"].as_array().unwrap().len());
    assert_eq!(metric["_aws"]["CloudWatchMetrics"][0]["Namespace"], "smsvoice");

    let heard: Value = serde_json::from_str(&python::run("heard.py", &[sns.as_ref(), "read".as_ref()], "")).unwrap();
    assert_eq!(
        heard["Subject"],
        format!("smsvoice: {} signs of traffic pumping", ours["signs"].as_array().unwrap().len())
    );
    assert!(heard["Message"].as_str().unwrap().contains(ours["signs"][0]["prefix"].as_str().unwrap()));
}

#[test]
fn a_watch_that_cannot_be_kept_is_an_error_reply_and_other_payloads_are_refused_as_ever() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    let lake = lake.to_str().unwrap();
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(AthenaServer::start(Backend::Local(Lake::open("memory:///", []).unwrap())));
    let env = variables(&server.url, "http://127.0.0.1:9", &[]);
    // There is no prepared statement; then one that does not end in the time that the invocation has.
    let told = function(lake, &env, &[WATCH, r#"{"smsvoice":"watch","hours":3}"#]);
    let answers = told["answers"].as_array().unwrap();
    assert_eq!((&answers[0][0], &answers[0][1]["errorType"]), (&"error".into(), &"Athena".into()), "{told:#}");
    assert!(
        answers[0][1]["errorMessage"].as_str().unwrap().starts_with("Athena failed at the query q-0: "),
        "{told:#}"
    );
    assert_eq!((&answers[1][0], &answers[1][1]["errorType"]), (&"error".into(), &"Unrecognized".into()), "{told:#}");

    server.prepare(PUMPING, "SELECT 'endless' AS wait, ? AS since, ? AS until");
    server.called();
    let mut short = variables(&server.url, "http://127.0.0.1:9", &[]);
    short["TEST_SECONDS"] = "5".into();
    let told = function(lake, &short, &[WATCH]);
    assert_eq!(told["answers"][0][1]["errorType"], "TooSlow", "{told:#}");
    assert!(server.called().iter().any(|(operation, _)| operation == "StopQueryExecution"), "the query is stopped");

    let mut unset = env;
    unset.as_object_mut().unwrap().remove("SMSVOICE_WATCH_WORKGROUP");
    let told = function(lake, &unset, &[WATCH]);
    assert_eq!(told["answers"][0][1]["errorType"], "NotWatching", "{told:#}");
}
