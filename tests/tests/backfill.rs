//! `smsvoice backfill` from end to end: 2,000 objects of an archive on moto's S3, read by the real function under a service
//! that does what S3 Batch Operations does, make the lake that the generator's truth asks for.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tests::programs::{moto, program};
use tests::{python, schemas};

const OBJECTS: &str = "2000";

/// A file of events, and the truth about them.
fn generated(folder: &Path) -> (PathBuf, Value) {
    let events = folder.join("events.ndjson");
    let generated = Command::new(program("smsvoice"))
        .args(["generate", "--messages", "2000", "--days", "1", "--seed", "13"])
        .args(["--duplicates", "0.02", "--truncated", "0.001", "--out"])
        .arg(&events)
        .output()
        .unwrap();
    assert!(generated.status.success(), "{}", String::from_utf8_lossy(&generated.stderr));
    let truth = fs::read(folder.join("events.ndjson.truth.json")).unwrap();
    (events, serde_json::from_slice(&truth).unwrap())
}

#[test]
fn a_backfill_of_two_thousand_objects_equals_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let (events, truth) = generated(folder.path());
    let (_server, url) = moto();
    let (smsvoice, bootstrap) = (program("smsvoice"), program("bootstrap"));
    let arguments = [smsvoice.as_ref(), bootstrap.as_ref(), url.as_ref(), events.as_ref(), OBJECTS.as_ref()];
    let told: Value = serde_json::from_str(&python::run("s3_batch.py", &arguments, "")).unwrap();

    let count = |of: &Value, name: &str| of[name].as_u64().unwrap_or_else(|| panic!("{name}: {of}"));
    let begun = &told["begun"];
    assert_eq!(begun["exit"], 3, "done, with truncated lines in quarantine: {begun}");
    let account: Value = serde_json::from_str(begun["stdout"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&account["job"], count(&account, "objects"), count(&account, "objects_failed")),
        (&"Complete".into(), 2_000, 0)
    );
    assert_eq!(count(&account, "received"), count(&truth, "lines"));
    assert_eq!(count(&account, "quarantined"), count(&truth, "truncated_lines"));
    let events = count(&truth, "events");
    assert_eq!(count(&told, "events"), events, "each event is in the lake");
    assert_eq!(count(&told, "rows"), count(&account, "written"), "the account is that of the table");
    assert_eq!(count(&told, "quarantined"), count(&account, "quarantined"));

    // A dry run says the same manifest and the same job, and boto3 makes the same request of it.
    assert_eq!((&told["dry"]["exit"], count(&told, "lines")), (&Value::from(0), 2_000), "{}", told["dry"]);
    assert_eq!(told["ours"], told["theirs"]);
    assert!(told["dry"]["stderr"].as_str().unwrap().contains("dollars: S3 Batch Operations 0.25, "), "{}", told["dry"]);
    schemas::assert_documented(&[("backfill", account)]);
    // One that was begun before is followed to the same account.
    assert_eq!(told["again"]["stdout"], begun["stdout"]);
    assert_eq!(told["nothing"]["exit"], 0);
    assert!(
        told["nothing"]["stderr"].as_str().unwrap().contains("note: there is no object to be read"),
        "{}",
        told["nothing"]
    );
}
