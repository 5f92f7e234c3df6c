//! The report: its numbers are those of `metrics` and the truth; nothing in a lake breaks its page; and the page is looked
//! at in a browser.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use smsvoice_lake::Lake;
use smsvoice_metrics::report::{ReportRequest, report};
use smsvoice_metrics::{LocalEngine, Period};
use tests::programs::program;
use tests::replayed::generated;
use tests::tools;

/// Long after all events of the generator.
const AS_OF: &str = "2026-11-20";

fn smsvoice(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program("smsvoice")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

/// A lake of these lines.
fn lake_of(folder: &Path, lines: &[String]) -> String {
    let events = path(folder, "events.ndjson");
    fs::write(&events, lines.join("\n")).unwrap();
    let lake = path(folder, "lake");
    smsvoice(&["replay", &events, "--lake", &lake]);
    lake
}

/// The page, as of [`AS_OF`].
fn page(lake: &str, more: &[&str]) -> String {
    let arguments = [&["report", "--lake", lake, "--as-of", AS_OF, "--out", "-"], more].concat();
    String::from_utf8(smsvoice(&arguments)).unwrap()
}

/// The data that a page has with it.
fn data(page: &str) -> Value {
    let (_, data) = page.split_once(r#"id="report">"#).unwrap();
    serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap()
}

fn rows<'a>(report: &'a Value, figure: &str) -> &'a Vec<Value> {
    let sections = report["sections"].as_array().unwrap();
    let found = sections.iter().find_map(|section| section["figures"][figure]["rows"].as_array());
    found.unwrap_or_else(|| panic!("there is no figure {figure}"))
}

fn metrics(lake: &str, more: &[&str]) -> Vec<Value> {
    let arguments = [&["metrics", "--lake", lake, "--as-of", AS_OF, "--format", "json"], more].concat();
    serde_json::from_slice(&smsvoice(&arguments)).unwrap()
}

/// Whether each row of one is among the rows of the other, in the columns that both have.
fn assert_all_among(some: &[Value], all: &[Value]) {
    assert_eq!(some.len(), all.len());
    for one in some {
        let is_in = |other: &Value| {
            one.as_object().unwrap().iter().all(|(name, value)| other.get(name).is_none_or(|o| o == value))
        };
        assert!(all.iter().any(is_in), "{one} is none of {all:#?}");
    }
}

#[test]
fn a_report_that_is_gathered_part_by_part_is_the_one_that_is_gathered_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = path(folder.path(), "lake");
    generated(Path::new(&url), 2_000);
    let lake = Lake::open(&url, []).unwrap();
    let request = ReportRequest {
        period: Period { since: "2026-11-02T00:00:00Z".parse().ok(), until: None },
        only: Vec::new(),
        by: vec!["context.campaign".parse().unwrap()],
        as_of: "2026-11-20T00:00:00Z".parse().unwrap(),
        plain_numbers: false,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let gathered = |events| {
        let report = async {
            let engine = LocalEngine::new(&lake).await.unwrap().gathering(events);
            report(&engine, &url, &request).await.unwrap().json()
        };
        runtime.block_on(report)
    };
    let whole = gathered(1_000_000);
    assert!(whole.contains("unknown_fields") && whole.contains("context.campaign"), "{whole}");
    for events in [2_000, 500] {
        assert_eq!(gathered(events), whole, "{events} events at a time");
    }
}

#[test]
fn questions_of_a_report_are_shown_as_sql_with_every_slot_filled() {
    let folder = tempfile::tempdir().unwrap();
    let lake = path(folder.path(), "lake");
    generated(Path::new(&lake), 200);
    let sql = String::from_utf8(smsvoice(&["report", "--lake", &lake, "--as-of", AS_OF, "--show-sql"])).unwrap();
    let statements: Vec<&str> = sql.split(";\n").filter(|sql| !sql.is_empty()).collect();
    assert!(statements[0].starts_with("CREATE TABLE report_messages AS\n"), "{sql}");
    assert!(statements[1].starts_with("CREATE TABLE report_quality AS\n"), "{sql}");
    assert!(statements.len() > 25 && !sql.contains("/*{"), "{sql}");
    for (at, statement) in statements.iter().enumerate() {
        assert!(!statements[..at].contains(statement), "asked twice: {statement}");
    }
    let of_quarantine = statements.iter().find(|sql| sql.contains("FROM quarantine")).unwrap();
    smsvoice(&["query", "--lake", &lake, "--", of_quarantine]);
}

#[test]
fn numbers_of_the_page_are_those_of_metrics_and_of_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    let truth = generated(&lake, 900);
    let lake = lake.to_str().unwrap();
    let report = data(&page(lake, &[]));

    let (all, total) = (&rows(&report, "rates")[0], &truth["total"]);
    assert_eq!(all["messages"], truth["messages"]);
    for outcome in ["delivered", "accepted", "blocked", "failed", "unknown", "pending"] {
        assert_eq!(all[outcome].as_u64(), Some(total["outcomes"][outcome].as_u64().unwrap_or(0)), "{outcome}");
    }
    let cost = &rows(&report, "cost")[0];
    assert_eq!((&cost["price_usd"], &cost["carrier_fee_usd"]), (&total["price_usd"], &total["carrier_fee_usd"]));
    for reason in rows(&report, "failures") {
        assert_eq!(reason["messages"], truth["failure_reasons"][reason["failure_reason"].as_str().unwrap()]);
    }
    let copies: i64 = rows(&report, "routes").iter().map(|route| route["events"].as_i64().unwrap()).sum();
    assert_eq!(Some(copies), truth["events"].as_i64());

    assert_all_among(rows(&report, "rates"), &metrics(lake, &[]));
    assert_all_among(rows(&report, "by-carrier"), &metrics(lake, &["--by", "carrier"]));
    assert_all_among(rows(&report, "countries"), &metrics(lake, &["--by", "country"]));
    assert_all_among(rows(&report, "latency-by-carrier"), &metrics(lake, &["--metric", "latency", "--by", "carrier"]));
    assert_all_among(rows(&report, "voice"), &metrics(lake, &["--metric", "voice"]));
    assert_all_among(rows(&report, "cost-by-country"), &metrics(lake, &["--metric", "cost", "--by", "country"]));
}

#[test]
fn a_period_is_compared_with_the_one_before_and_contributions_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    generated(&lake, 600);
    let lake = lake.to_str().unwrap();
    let period = ["--since", "2026-11-02", "--until", "2026-11-03"];
    let report = data(&page(lake, &period));
    assert_eq!(report["before"]["since"], "2026-11-01T00:00:00Z");
    let rate = |more: &[&str]| metrics(lake, more)[0]["delivery_rate"].as_f64().unwrap();
    let change = rate(&period) - rate(&["--since", "2026-11-01", "--until", "2026-11-02"]);
    let message_types = rows(&report, "change-by-message-type");
    let sum: f64 = message_types.iter().map(|row| row["contribution"].as_f64().unwrap()).sum();
    assert!((sum - change).abs() < 1e-12, "{sum} {change}");
    assert_all_among(rows(&report, "rates"), &metrics(lake, &period));
    let only = data(&page(lake, &[&period[..], &["--where", "country=US", "--where", "channel=text"]].concat()));
    let us = metrics(lake, &[&period[..], &["--by", "channel,country"]].concat());
    let us = us.iter().find(|row| row["country"] == "US" && row["channel"] == "text").unwrap();
    assert_all_among(rows(&only, "rates"), std::slice::from_ref(us));
}

#[test]
fn report_of_the_samples_is_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let lake = path(folder.path(), "lake");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("samples/events");
    smsvoice(&["replay", samples.to_str().unwrap(), "--lake", &lake]);
    let report =
        page(&lake, &["--since", "2023-01-01", "--until", "2026-11-20", "--by", "context.campaign", "--format", "md"]);
    let (figures, _) = report.split_once("## Data quality").unwrap(); // it tells when the samples' files were written
    insta::assert_snapshot!(figures.replace(&lake.replace('_', "\\_"), "LAKE"));
}

#[test]
fn a_lake_of_one_message_of_calls_alone_or_of_hostile_texts_makes_a_page() {
    let event = |event_type: &str, more: &str| {
        format!(r#"{{"eventType":"{event_type}","messageId":"m","eventTimestamp":1793577600000{more}}}"#)
    };
    let hostile = r#","isoCountryCode":"</script><script>alert(1)</script>","carrierName":"<img src=x onerror=alert(1)>",
        "originationPhoneNumber":"+14255550156","messageType":"\u202e|`*\"'","context":{"campaign":"<svg/onload=alert(1)>"}"#;
    let hostile = hostile.replace('\n', " ");
    for (event_type, more) in
        [("TEXT_QUEUED", ""), ("VOICE_BUSY", ""), ("RCS_READ", ""), ("TEXT_CARRIER_BLOCKED", hostile.as_str())]
    {
        let folder = tempfile::tempdir().unwrap();
        let lake = lake_of(folder.path(), &[event(event_type, more)]);
        let page = page(&lake, &["--by", "context.campaign"]);
        let report = data(&page);
        assert_eq!(rows(&report, "rates")[0]["messages"], 1, "{event_type}");
        let (shown, _) = page.split_once(r#"<script type="application/json""#).unwrap();
        for never in ["NaN", "inf ", "<img", "<svg/", "alert(1)</script>", "+14255550156"] {
            assert!(!shown.contains(never), "{event_type}: {never}");
        }
        assert_eq!(page.matches("</script>").count(), 2, "no text ends the data early");
    }
}

#[test]
fn a_period_without_messages_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let line = r#"{"eventType":"TEXT_DELIVERED","messageId":"m","eventTimestamp":1793577600000}"#.to_owned();
    let lake = lake_of(folder.path(), &[line]);
    let page = page(&lake, &["--since", "2026-01-01", "--until", "2026-01-02"]);
    let (shown, _) = page.split_once(r#"<script type="application/json""#).unwrap();
    assert!(shown.contains("No message was requested in this period") && !shown.contains("NaN"));
}

/// Pictures go to a folder that git ignores, to be looked at.
#[test]
fn page_is_whole_in_a_browser_at_all_widths_light_and_dark() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    generated(&lake, 150);
    let report = path(folder.path(), "report.html");
    smsvoice(&["report", "--lake", lake.to_str().unwrap(), "--as-of", AS_OF, "--out", &report]);
    let home = node_home();
    let pictures = home.join("pictures");
    fs::create_dir_all(&pictures).unwrap();
    let mut look = tools::node();
    look.arg(home.join("page.mjs")).arg(&report).arg(&pictures).env("CHROMIUM", tools::CHROMIUM.path());
    let output = look.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The packages of `node/page`, installed once into the target folder.
fn node_home() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("node/page");
    let locked = fs::read(here.join("package-lock.json")).unwrap();
    let known = fs::read(home.join("package-lock.json")).is_ok_and(|known| known == locked);
    fs::create_dir_all(&home).unwrap();
    for name in ["package.json", "package-lock.json", "page.mjs"] {
        fs::copy(here.join(name), home.join(name)).unwrap();
    }
    if !known || !home.join("node_modules").exists() {
        let mut npm = tools::NPM.command();
        let npm = npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&home).output().unwrap();
        assert!(npm.status.success(), "{}", String::from_utf8_lossy(&npm.stderr));
    }
    home
}
