//! The report and the watch give by this Trino, and by an Athena that runs its SQL on it, what the embedded engine gives; and
//! that is the truth.

use std::path::Path;

use chrono::DateTime;
use serde_json::{Value, json};
use tests::athena_server::{AthenaServer, Backend};
use tests::programs::aws_environment;
use tests::trino_client::Trino;
use tokio::runtime::Runtime;

use crate::engines::{CATALOG, smsvoice};
use crate::server::{LAKE, Served};

/// A lake of twenty days (projection ends tomorrow: later ones are not seen) with attacks of traffic pumping, and the truth about it.
fn attacked(lake: &Path) -> Value {
    let events = lake.with_extension("ndjson");
    let events = events.to_str().unwrap();
    let faults = "--duplicates 0.02 --unknown-types 0.01 --unknown-fields 0.01 --late 0.01 --truncated 0.001";
    let generate = format!("generate --messages 12000 --days 20 --pumping 4 --seed 5 {faults} --json --out");
    let (code, truth, said) = smsvoice(&generate.split(' ').collect::<Vec<_>>(), &[events], &[]);
    assert_eq!(code, Some(0), "{said}");
    let replay = ["replay", events, "--phone-numbers", "plain", "--lake", lake.to_str().unwrap()];
    let (code, _, said) = smsvoice(&replay, &[], &[]);
    assert_eq!(code, Some(3), "what is broken off is in quarantine: {said}");
    serde_json::from_str(&truth).unwrap()
}

/// What a command prints, without what names the engine or the moment.
fn told(arguments: &[&str], more: &[&str], environment: &[(&str, &str)], code: i32) -> Value {
    let (given, out, said) = smsvoice(arguments, more, environment);
    assert_eq!(given, Some(code), "{arguments:?} {more:?}: {said}");
    let mut told: Value = serde_json::from_str(&out).unwrap();
    for name in ["lake", "made_at"] {
        told.as_object_mut().unwrap().remove(name);
    }
    told
}

#[test]
fn report_and_watch_are_the_same_by_athena_trino_and_the_embedded_engine_and_are_true() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LAKE.0);
    let truth = attacked(&path);
    let served = Served::start(folder.path());
    let trino = ["--engine", "trino", "--server", &served.url, "--catalog", CATALOG, "--user", "test"];
    let (code, _, said) = smsvoice(&["views", "--lake", LAKE.1, "--apply"], &trino, &[]);
    assert_eq!(code, Some(0), "{said}");
    let backend = Trino { url: served.url.clone(), catalog: CATALOG.to_owned(), schema: "smsvoice".to_owned() };
    let runtime = Runtime::new().unwrap();
    let protocol = runtime.block_on(AthenaServer::start(Backend::Trino(backend)));
    let aws = aws_environment(&protocol.url);
    let (local, athena) = (["--lake", path.to_str().unwrap()], ["--engine", "athena"]);

    let period = ["--since", "2026-11-10", "--until", "2026-11-20", "--by", "context.campaign"];
    let report = ["report", "--format", "json", "--as-of", "2026-12-15", "--out", "-"];
    let watch = ["watch", "--json", "--hours", "700", "--as-of", "2026-12-01"];
    let mut by_trino = Vec::new();
    for (question, code) in [(report.to_vec(), 0), ([&report[..], &period].concat(), 0), (watch.to_vec(), 3)] {
        let ours = told(&question, &local, &[], code);
        by_trino.push(told(&question, &trino, &[], code));
        assert_alike(&format!("Trino: {question:?}"), &by_trino[by_trino.len() - 1], &ours);
        assert_alike(&format!("Athena: {question:?}"), &told(&question, &athena, &aws, code), &ours);
    }
    report_is_true(&by_trino[0], &truth);
    watch_is_true(&by_trino[2], &truth);
}

/// Equal, but for the last digits of what was divided or summed as doubles: engines add in orders of their own.
fn assert_alike(place: &str, theirs: &Value, ours: &Value) {
    match (theirs, ours) {
        (Value::Array(theirs), Value::Array(ours)) => {
            assert_eq!(theirs.len(), ours.len(), "{place}");
            for (at, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                assert_alike(&format!("{place}[{at}]"), theirs, ours);
            }
        }
        (Value::Object(theirs), Value::Object(ours)) => {
            assert_eq!(theirs.keys().collect::<Vec<_>>(), ours.keys().collect::<Vec<_>>(), "{place}");
            for (name, theirs) in theirs {
                assert_alike(&format!("{place}.{name}"), theirs, &ours[name]);
            }
        }
        (Value::Number(one), Value::Number(other)) if one.is_f64() || other.is_f64() => {
            let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
            assert!((one - other).abs() <= 1e-9 * one.abs().max(other.abs()), "{place}: {one} is not {other}");
        }
        _ => assert_eq!(theirs, ours, "{place}"),
    }
}

fn report_is_true(report: &Value, truth: &Value) {
    let sections = report["sections"].as_array().unwrap();
    let rows = |figure: &str| {
        let found = sections.iter().find_map(|section| section["figures"][figure]["rows"].as_array());
        found.unwrap_or_else(|| panic!("there is no figure {figure}"))
    };
    let (rates, cost, total) = (&rows("rates")[0], &rows("cost")[0], &truth["total"]);
    assert_eq!(rates["messages"], truth["messages"]);
    for outcome in ["delivered", "accepted", "blocked", "failed", "unknown", "pending"] {
        let wanted = total["outcomes"].get(outcome).cloned().unwrap_or(json!(0));
        assert_eq!(rates[outcome], wanted, "{outcome}");
    }
    assert_eq!((&cost["price_usd"], &cost["carrier_fee_usd"]), (&total["price_usd"], &total["carrier_fee_usd"]));
    for reason in rows("failures") {
        assert_eq!(reason["messages"], truth["failure_reasons"][reason["failure_reason"].as_str().unwrap()]);
    }
    let events: u64 = rows("routes").iter().map(|route| route["events"].as_u64().unwrap()).sum();
    assert_eq!(Some(events), truth["events"].as_u64());
}

/// Each attack has a sign of its country and hours, and each sign an attack.
fn watch_is_true(watched: &Value, truth: &Value) {
    let (signs, attacks) = (watched["signs"].as_array().unwrap(), truth["pumping"].as_array().unwrap());
    let is_of = |sign: &Value, attack: &Value| {
        let at = DateTime::parse_from_rfc3339(sign["hour"].as_str().unwrap()).unwrap().timestamp_millis();
        let (start, hours) = (attack["start_ms"].as_i64().unwrap(), attack["hours"].as_i64().unwrap());
        sign["country"] == attack["country"] && (start..start + hours * 3_600_000).contains(&at)
    };
    assert!(
        attacks.len() == 4 && attacks.iter().all(|attack| signs.iter().any(|sign| is_of(sign, attack))),
        "{signs:?}"
    );
    assert!(signs.iter().all(|sign| attacks.iter().any(|attack| is_of(sign, attack))), "{signs:?}");
}
