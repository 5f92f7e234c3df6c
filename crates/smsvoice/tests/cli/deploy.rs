//! What is printed before anything is deployed: definitions for other engines, and costs.

use crate::{smsvoice, text};

#[test]
fn costs_of_every_route_are_a_table() {
    let output = smsvoice(&["cost", "--messages-per-day", "1000000"]);
    assert!(output.status.success());
    insta::assert_snapshot!(text(&output.stdout));
    insta::assert_snapshot!(text(&output.stderr));
}

#[test]
fn a_region_without_prices_is_told_with_those_that_have_some() {
    let output = smsvoice(&["cost", "--messages-per-day", "10", "--region", "mars-north-1"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stderr));
}

#[test]
fn definitions_are_printed_for_every_engine() {
    let mut begins = String::new();
    for (engine, lake) in
        [("athena", "s3://bucket/sms"), ("trino", "local:///sms"), ("duckdb", "./lake"), ("spark", "/lake")]
    {
        let output = smsvoice(&["views", "--engine", engine, "--lake", lake, "--first-day", "2026-03-01"]);
        assert!(output.status.success(), "{output:?}");
        let printed = text(&output.stdout);
        let first = printed.lines().filter(|line| line.starts_with("CREATE") || line.contains("PREPARE"));
        begins += &format!("-- {engine}\n{}\n", first.collect::<Vec<_>>().join("\n"));
    }
    insta::assert_snapshot!(begins);
}

#[test]
fn definitions_for_a_lake_that_the_engine_cannot_find_are_refused() {
    let mut told = String::new();
    for arguments in [
        &["views", "--engine", "athena", "--lake", "./lake"][..],
        &["views", "--engine", "trino", "--lake", "./lake"],
        &["views", "--engine", "athena"],
        &["views", "--engine", "oracle", "--lake", "s3://b"],
        &["views", "--engine", "athena", "--lake", "s3://b", "--first-day", "2026-03-01", "--last-day", "2026-02-01"],
    ] {
        let output = smsvoice(arguments);
        assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
        told += &text(&output.stderr);
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_backfill_says_what_it_needs() {
    let mut told = String::new();
    for arguments in [
        &["backfill", "--lake", "s3://bucket"][..],
        &["backfill", "--from", "s3://archive", "--lake", "s3://bucket"],
        &["backfill", "--from", "s3://archive", "--function", "f", "--lake", "s3://bucket", "--every", "0"],
    ] {
        let output = smsvoice(arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        told += &text(&output.stderr);
    }
    insta::assert_snapshot!(told);
}
