//! Credentials of a profile in shared files, used against moto's S3; and none at all, where nobody answers for them.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::programs::{moto, program};
use tests::s3;

/// `smsvoice`, with no variables but these.
fn smsvoice<'v>(arguments: &[&str], variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Output {
    Command::new(program("smsvoice")).args(arguments).env_clear().envs(variables).output().unwrap()
}

fn samples() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("samples/events").to_str().unwrap().to_owned()
}

#[test]
fn a_profile_in_shared_files_writes_and_reads_a_lake_in_s3() {
    let (_server, url) = moto();
    s3::put(&url, &[("profiled", "other".to_owned(), Vec::new())]); // makes the bucket
    let home = tempfile::tempdir().unwrap();
    let (keys, config) = (home.path().join("keys"), home.path().join("config"));
    fs::write(&keys, "[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = secret\n").unwrap();
    fs::write(&config, "[profile work]\nregion = us-east-1\n").unwrap();
    let variables = |profile: &'static str| {
        let files =
            [("AWS_SHARED_CREDENTIALS_FILE", keys.to_str().unwrap()), ("AWS_CONFIG_FILE", config.to_str().unwrap())];
        files.into_iter().chain([("AWS_PROFILE", profile), ("AWS_ENDPOINT_URL", url.as_str())])
    };
    let lake = "s3://profiled/lake";
    let written = smsvoice(&["replay", &samples(), "--lake", lake, "--json"], variables("work"));
    assert!(written.status.success(), "{written:?}");
    let ledger: Value = serde_json::from_slice(&written.stdout).unwrap();
    let asked = ["query", "--lake", lake, "--json", "SELECT count(*) AS n FROM events"];
    let read = smsvoice(&asked, variables("work"));
    let rows: Value = serde_json::from_slice(&read.stdout).unwrap_or_else(|_| panic!("{read:?}"));
    assert_eq!(rows[0]["n"], ledger["written"]);

    let begin = Instant::now();
    let unknown = smsvoice(&asked, variables("wrok"));
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(unknown.status.code() == Some(1) && said.lines().count() == 1, "{said}");
    assert!(said.contains("wrok") || said.contains("no AWS credentials were found"), "{said}");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn a_metadata_service_that_never_answers_is_given_up_within_five_seconds_in_one_sentence() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let metadata = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        // Connections are taken, kept, and never answered.
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::Relaxed);
            kept.push(stream);
        }
    });
    let home = tempfile::tempdir().unwrap();
    let home = home.path().to_str().unwrap();
    let samples = samples();
    for arguments in
        [&["replay", samples.as_str(), "--lake", "s3://bucket/lake"][..], &["metrics", "--lake", "s3://bucket/lake"]]
    {
        let variables =
            [("HOME", home), ("AWS_REGION", "us-east-1"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.as_str())];
        let begin = Instant::now();
        let output = smsvoice(arguments, variables);
        let (took, said) = (begin.elapsed(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("no AWS credentials were found") && said.lines().count() == 1, "{said}");
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    assert!(asked.load(Ordering::Relaxed) >= 2, "the metadata service was asked");
}
