//! The report stays one page that a mail can carry: a year of two hundred countries in two megabytes.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tests::programs::program;

const COUNTRIES: u64 = 200;
const MOST: usize = 2_000_000;

fn smsvoice(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program("smsvoice")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The generator knows some thirty countries: each message gets one of two hundred codes, and one of three carriers there.
fn spread_over_countries(events: &Path) {
    let text = std::fs::read_to_string(events).unwrap();
    let lines = text.lines().map(|line| {
        let mut event: Value = serde_json::from_str(line).unwrap();
        let mut hasher = DefaultHasher::new();
        event["messageId"].as_str().unwrap().hash(&mut hasher);
        let (country, carrier) = (hasher.finish() % COUNTRIES, hasher.finish() / COUNTRIES % 3);
        let letter = |at: u64| char::from(b'A' + at as u8);
        let code: String = [letter(country / 26), letter(country % 26)].into_iter().collect();
        if !event["carrierName"].is_null() {
            event["carrierName"] = format!("Mobile Carrier {carrier} of {code}").into();
        }
        event["isoCountryCode"] = code.into();
        format!("{event}\n")
    });
    std::fs::write(events, lines.collect::<String>()).unwrap();
}

#[test]
fn a_year_of_two_hundred_countries_is_a_page_of_at_most_two_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (events, lake) = (path("events.ndjson"), path("lake"));
    let generate = "generate --messages 15000 --days 365 --pumping 20 --late 0.01 --seed 3 --quiet --out";
    smsvoice(&generate.split(' ').chain([events.as_str()]).collect::<Vec<_>>());
    spread_over_countries(events.as_ref());
    smsvoice(&["replay", &events, "--lake", &lake, "--phone-numbers", "plain", "--quiet"]);
    let by = "--by carrier,context.campaign,origination_identity";
    let arguments = format!("report --as-of 2027-11-05 {by} --out - --lake");
    let page = smsvoice(&arguments.split(' ').chain([lake.as_str()]).collect::<Vec<_>>());
    let page = String::from_utf8(page).unwrap();

    let (_, data) = page.split_once(r#"id="report">"#).unwrap();
    let report: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    let sections = report["sections"].as_array().unwrap();
    let countries = sections.iter().find_map(|section| section["figures"]["countries"]["rows"].as_array()).unwrap();
    assert!(countries.len() as u64 >= COUNTRIES, "{} countries", countries.len());
    println!("{} bytes", page.len());
    assert!(page.len() <= MOST, "{} bytes", page.len());
}
