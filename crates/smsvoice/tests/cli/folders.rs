//! A folder of a thousand files of all sorts: each is read once, or named with its reason, or counted as passed over.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::{Folder, json, smsvoice, text};

/// How many files of each sort.
const OF_EACH: usize = 60;

/// What becomes of a file.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// Its events are written; so many.
    Events(u64),
    /// It goes to quarantine, in so many pieces, beside so many events.
    Quarantine(u64, u64),
    Skipped,
    PassedOver,
}
use Fate::{Events, PassedOver, Quarantine, Skipped};

type Sort = (&'static str, Fate, fn(usize) -> Vec<u8>);

fn event(id: &str) -> String {
    format!(r#"{{"eventType":"TEXT_SENT","messageId":"{id}","eventTimestamp":1795000000000}}"#) + "\n"
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// Bytes that repeat nothing, so that half of the file inflates to about half of the text.
fn broken_off(number: usize) -> Vec<u8> {
    let events: String =
        (0..500_u64).map(|n| event(&format!("cut-{number}-{}", n * 2_654_435_761 % 1_000_003))).collect();
    let mut whole = gzip(&events);
    whole.truncate(whole.len() / 2);
    whole
}

/// File names with `#` for the number, what becomes of them, and what they hold.
const SORTS: [Sort; 16] = [
    ("#.json", Events(1), |n| event(&format!("json-{n}")).into()),
    ("sms-#-2026-11-22-07-47-38-uuid", Events(2), |n| (event(&format!("f-{n}")) + &event(&format!("g-{n}"))).into()),
    ("processing-failed/#", Events(1), |n| {
        let data = base64_simd::STANDARD.encode_to_string(event(&format!("failed-{n}")));
        format!(r#"{{"attemptsMade":4,"arrivalTimestamp":1795000000000,"rawData":"{data}"}}"#).into()
    }),
    ("gz/#.gz", Events(1), |n| gzip(&event(&format!("gz-{n}")))),
    ("named/#.txt", Events(1), |n| gzip(&event(&format!("other-ending-{n}")))),
    ("data.parquet/#", Events(1), |n| event(&format!("in-a-folder-{n}")).into()),
    ("broken/#.json", Quarantine(1, 0), |n| format!(r#"{{"eventType":"TEXT_{n}"#).into()),
    ("half/#.json", Quarantine(1, 1), |n| (event(&format!("half-{n}")) + "{\"eventTy").into()),
    ("prose/#.md", Quarantine(1, 0), |n| format!("Meeting number {n}: nothing was said.").into()),
    ("#.parquet", Skipped, |n| format!("PAR1 {n}").into()),
    ("#.zip", Skipped, |n| format!("PK\x03\x04 {n}").into()),
    ("bz/#", Skipped, |n| format!("BZh9 {n}").into()),
    ("#.png", Skipped, |n| [b"\x89PNG\r\n\x1a\n", &n.to_be_bytes()[..]].concat()),
    (".hidden-#", PassedOver, |n| event(&format!("hidden-{n}")).into()),
    (".git/objects/#", PassedOver, |n| event(&format!("git-{n}")).into()),
    ("lake/events/channel=text/dt=2026-11-22/part-#.parquet", PassedOver, |n| format!("PAR1 {n}").into()),
];

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn of_a_thousand_files_of_all_sorts_each_is_accounted_for() {
    let folder = Folder::new();
    let (files, lake) = (folder.path("in"), folder.path("lake"));
    let inside = |name: &str| Path::new(&files).join(name);
    let (mut events, mut quarantined, mut skipped, mut passed_over) = (0, 0, BTreeSet::new(), 0);
    for (name, fate, content) in &SORTS {
        for number in 0..OF_EACH {
            let path = inside(&name.replace('#', &number.to_string()));
            write(&path, &content(number));
            match fate {
                Events(count) => events += count,
                Quarantine(pieces, whole) => (quarantined, events) = (quarantined + pieces, events + whole),
                Skipped => drop(skipped.insert(path.display().to_string())),
                PassedOver => passed_over += 1,
            }
        }
    }
    for number in 0..40 {
        std::os::unix::fs::symlink(&files, inside(&format!("loop-{number}"))).unwrap();
        std::os::unix::fs::symlink("nowhere", inside(&format!("dangling-{number}"))).unwrap();
        skipped.insert(inside(&format!("dangling-{number}")).display().to_string());
    }
    assert!(Command::new("mkfifo").arg(inside("pipe")).status().unwrap().success());
    skipped.insert(inside("pipe").display().to_string());

    let output = smsvoice(&["replay", &files, "--lake", &lake, "--json"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let ledger = json(&output);
    let counts = ["written", "quarantined", "skipped", "passed_over", "to_retry", "duplicates"];
    assert_eq!(
        counts.map(|name| ledger[name].as_u64().unwrap()),
        [events, quarantined, skipped.len() as u64, passed_over, 0, 0],
        "{ledger}"
    );
    assert_eq!(ledger["received"].as_u64().unwrap(), events + quarantined);
    let said = text(&output.stderr);
    let named: BTreeSet<String> = said
        .lines()
        .filter_map(|line| line.strip_prefix("note: ")?.split_once(" was skipped: "))
        .map(|(path, reason)| {
            assert!(reason.len() > 5, "{path}: {reason}");
            path.to_owned()
        })
        .collect();
    assert_eq!(named, skipped, "each that was skipped is named, once and by its path");
}

#[test]
fn what_came_before_a_break_is_written_and_the_break_is_kept() {
    let folder = Folder::new();
    let (file, lake) = (folder.write("cut.gz", &broken_off(0)), folder.path("lake"));
    let ledger = json(&smsvoice(&["replay", &file, "--lake", &lake, "--json"]));
    let written = ledger["written"].as_u64().unwrap();
    assert!((100..400).contains(&written), "half of 500 events: {ledger}");
    assert_eq!(ledger["by_reason"]["invalid_gzip"], 1, "{ledger}");
}
