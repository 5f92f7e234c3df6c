//! The command asks this Trino, and an Athena that runs its SQL on this Trino, and gives what the embedded engine gives.

use std::process::Command;

use serde_json::Value;
use smsvoice_metrics::Metric;
use tests::answers;
use tests::athena_server::{AthenaServer, Backend};
use tests::programs::{aws_environment, program};
use tests::replayed::generated;
use tests::trino_client::Trino;
use tokio::runtime::Runtime;

use crate::server::{LAKE, Served};

pub(crate) const CATALOG: &str = "awsdatacatalog";

pub(crate) fn smsvoice(
    arguments: &[&str],
    more: &[&str],
    environment: &[(&str, &str)],
) -> (Option<i32>, String, String) {
    let mut command = Command::new(program("smsvoice"));
    let output = command.args(arguments).args(more).envs(environment.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn rows((code, out, said): (Option<i32>, String, String)) -> Vec<Value> {
    assert_eq!(code, Some(0), "{said}");
    answers::sorted(serde_json::from_str(&out).unwrap())
}

/// Every metric broken down and over a period, every view, and the life of a message.
fn questions(id: &str) -> Vec<Vec<String>> {
    let words = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut all = Vec::new();
    for metric in Metric::ALL {
        let by = "channel,country,day,context.campaign";
        all.push(words(&format!("metrics --metric {metric} --by {by} --as-of 2026-11-30")));
        all.push(words(&format!(
            "metrics --metric {metric} --since 2026-11-02 --until 2026-11-03T12:00:00Z --as-of 2026-11-30"
        )));
    }
    for view in ["messages", "events_once"] {
        all.push(vec!["query".to_owned(), format!("SELECT * FROM {view}")]);
    }
    all.push(words("quarantine"));
    all.push(words("quarantine --reason invalid_json"));
    all.push(words(&format!("trace {id}")));
    all
}

#[test]
fn command_gives_the_same_rows_by_athena_trino_and_the_embedded_engine() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LAKE.0);
    generated(&path, 2_500);
    let served = Served::start(folder.path());
    let trino = ["--engine", "trino", "--server", &served.url, "--catalog", CATALOG, "--user", "test"];
    definitions_are_made_and_made_again(&trino);

    let backend = Trino { url: served.url.clone(), catalog: CATALOG.to_owned(), schema: "smsvoice".to_owned() };
    let runtime = Runtime::new().unwrap();
    let protocol = runtime.block_on(AthenaServer::start(Backend::Trino(backend)));
    let aws = aws_environment(&protocol.url);
    let athena = ["--engine", "athena"];
    let (code, _, said) = smsvoice(&["views", "--lake", "s3://example-lake/sms", "--apply"], &athena, &aws);
    assert_eq!(code, Some(0), "{said}");

    let local = ["--lake", path.to_str().unwrap()];
    let first =
        rows(smsvoice(&["query", "--format", "json", "SELECT min(message_id) AS id FROM messages"], &local, &[]));
    for question in questions(first[0]["id"].as_str().unwrap()) {
        let mut question: Vec<&str> = question.iter().map(String::as_str).collect();
        question.extend(["--format", "json"]);
        let ours = rows(smsvoice(&question, &local, &[]));
        assert!(!ours.is_empty(), "{question:?}");
        assert_eq!(rows(smsvoice(&question, &trino, &[])), ours, "Trino: {question:?}");
        assert_eq!(rows(smsvoice(&question, &athena, &aws)), ours, "Athena: {question:?}");
    }
    prepared_statement_is_found_by_both(&trino, &athena, &aws);
}

fn definitions_are_made_and_made_again(trino: &[&str]) {
    let views = ["views", "--lake", LAKE.1, "--apply"];
    let (code, first, said) = smsvoice(&views, trino, &[]);
    assert_eq!(code, Some(0), "{said}");
    for line in ["database smsvoice: created", "table quarantine: created", "view messages: created"] {
        assert!(first.contains(line), "{first}");
    }
    let (code, again, said) = smsvoice(&views, trino, &[]);
    assert_eq!(code, Some(0), "{said}");
    for line in ["database smsvoice: is there", "table events: is there", "view rates: written anew"] {
        assert!(again.contains(line), "{again}");
    }
    let (code, wider, _) = smsvoice(&[&views[..], &["--context-columns", "nobody"]].concat(), trino, &[]);
    assert_eq!(code, Some(3));
    assert!(wider.contains("table events: is there and lacks context_nobody; run DROP TABLE events"), "{wider}");
}

fn prepared_statement_is_found_by_both(trino: &[&str], athena: &[&str], aws: &[(&str, &str)]) {
    let execute = ["query", "--format", "json", "EXECUTE rates_between USING DATE '2026-11-01', DATE '2026-12-01'"];
    let by_trino = rows(smsvoice(&execute, trino, &[]));
    assert!(by_trino.len() > 3);
    assert_eq!(rows(smsvoice(&execute, athena, aws)), by_trino);
}
