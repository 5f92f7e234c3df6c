//! `smsvoice trace` from outside: by number where the lake keeps one apart, with everything that is known, and past what
//! damage hides.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use arrow::array::RecordBatch;
use serde_json::Value;
use smsvoice_lake::Lake;
use smsvoice_lake::schema::EVENT_COLUMNS;
use smsvoice_metrics::{LocalEngine, QueryEngine};
use tests::programs::program;

const EVENTS: &str = r#"{"eventType":"TEXT_SENT","messageId":"first","eventTimestamp":1795305600000,"messageRequestTimestamp":1795305599000,"destinationPhoneNumber":"+16135550142","isoCountryCode":"CA","newField":{"a":1}}
{"eventType":"TEXT_DELIVERED","isFinal":true,"messageId":"first","eventTimestamp":1795305602000,"messageRequestTimestamp":1795305599000,"destinationPhoneNumber":"+16135550142","isoCountryCode":"CA","context":{"campaign":"welcome"}}
{"eventType":"TEXT_DELIVERED","isFinal":true,"messageId":"second","eventTimestamp":1795305702000,"destinationPhoneNumber":"+16135550199"}
{"eventType":"TEXT_INVALID","isFinal":true,"messageId":"third","eventTimestamp":1795305802000,"destinationPhoneNumber":"+16135550199"}
"#;

/// What the command said: its code, and both streams.
fn smsvoice(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(program("smsvoice"));
    let keys = [("KEY", "a fictional key of thirty bytes"), ("OTHER", "another fictional key of bytes!")];
    let output = command.args(arguments).envs(keys).env_remove("SMSVOICE_PHONE_KEY").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A lake that keeps numbers as these arguments say.
fn lake(folder: &Path, phone_numbers: &[&str]) -> String {
    lake_of(EVENTS, folder, phone_numbers)
}

fn lake_of(lines: &str, folder: &Path, phone_numbers: &[&str]) -> String {
    let (events, lake) = (folder.join("events.ndjson"), folder.join("lake"));
    std::fs::write(&events, lines).unwrap();
    let (events, lake) = (events.to_str().unwrap(), lake.to_str().unwrap().to_owned());
    let (code, _, said) = smsvoice(&[&["replay", events, "--lake", &lake, "--phone-numbers"], phone_numbers].concat());
    assert_eq!(code, Some(0), "{said}");
    lake
}

#[test]
fn a_number_in_any_spelling_leads_to_its_messages_where_numbers_are_kept_or_hashed() {
    for (phone_numbers, key) in
        [(&["plain"][..], &[][..]), (&["hmac", "--phone-key", "env:KEY"], &["--phone-key", "env:KEY"])]
    {
        let folder = tempfile::tempdir().unwrap();
        let lake = lake(folder.path(), phone_numbers);
        let trace = |number: &str| smsvoice(&[&["trace", "--lake", &lake, "--phone", number], key].concat());
        for spelling in ["+16135550142", "+1 (613) 555-0142", "0016135550142"] {
            let (code, out, said) = trace(spelling);
            assert_eq!(code, Some(0), "{phone_numbers:?} {spelling}: {said}");
            assert!(out.contains("TEXT_SENT") && out.contains("TEXT_DELIVERED"), "{out}");
            assert!(out.contains("3.0 s after the request") && said.is_empty(), "{out}{said}");
        }
        // Several messages are listed, the newest first, to be traced by their ids.
        let (code, out, said) = trace("+16135550199");
        let (second, third) = (out.find("second").unwrap(), out.find("third").unwrap());
        assert!(code == Some(0) && third < second && said.contains("with one of these ids"), "{out}{said}");
        let (code, _, said) = trace("+16135550100");
        assert!(code == Some(1) && said.contains("no message in the lake went to that number"), "{said}");
    }
}

#[test]
fn a_number_that_the_lake_does_not_keep_apart_is_refused_in_a_sentence() {
    for phone_numbers in ["mask", "drop"] {
        let folder = tempfile::tempdir().unwrap();
        let lake = lake(folder.path(), &[phone_numbers]);
        let (code, out, said) = smsvoice(&["trace", "--lake", &lake, "--phone", "+16135550142"]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{said}");
        let sentence = format!(
            "the lake does not keep numbers apart (it stores them as {phone_numbers}); look by the message's id"
        );
        assert!(said.contains(&sentence) && !said.contains("5550142"), "{said}");
    }
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path(), &["hmac", "--phone-key", "env:KEY"]);
    let trace = |key: &[&str]| smsvoice(&[&["trace", "--lake", &lake, "--phone", "+16135550142"], key].concat());
    let (code, _, said) = trace(&[]);
    assert!(code == Some(1) && said.contains("the lake stores phone numbers as hmac; name the key with"), "{said}");
    let (code, _, said) = trace(&["--phone-key", "env:OTHER"]);
    assert!(code == Some(1) && said.contains("no message in the lake went to that number"), "{said}");
}

#[test]
fn raw_shows_everything_that_is_known_of_each_event() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path(), &["plain"]);
    let (code, out, said) = smsvoice(&["trace", "--lake", &lake, "first", "--raw", "--format", "json"]);
    assert_eq!(code, Some(0), "{said}");
    let events: Vec<Value> = serde_json::from_str(&out).unwrap();
    let told: BTreeSet<&str> = events[0].as_object().unwrap().keys().map(String::as_str).collect();
    let columns: BTreeSet<&str> = EVENT_COLUMNS.iter().map(|column| column.name).chain(["channel", "dt"]).collect();
    assert_eq!((events.len(), told), (2, columns));
    assert_eq!(events[0]["extra"], r#"{"newField":{"a":1}}"#);
    assert_eq!(events[1]["context"]["campaign"], "welcome");

    let shown = |more: &[&str]| smsvoice(&[&["trace", "--lake", &lake, "first"], more].concat()).1;
    let (plain, raw) = (shown(&[]), shown(&["--raw"]));
    for field in ["newField", "destination_phone_number", "+16135550142"] {
        assert!(raw.contains(field) && !plain.contains(field), "{field}\n{raw}");
    }
}

/// The only file of events.
fn file(folder: &Path) -> PathBuf {
    let only = |folder: PathBuf| folder.read_dir().unwrap().next().unwrap().unwrap().path();
    only(only(only(folder.join("lake/events"))))
}

async fn found(engine: &LocalEngine) -> Result<usize, String> {
    let sql = "SELECT event_type FROM events WHERE message_id = 'first'";
    let rows = engine.query(sql).await.map_err(|error| error.to_string())?;
    let rows: Vec<RecordBatch> = rows.collect().await.map_err(|error| error.to_string())?;
    Ok(rows.iter().map(RecordBatch::num_rows).sum())
}

/// So many bytes are damaged at a time.
const DAMAGED: usize = 512;

#[test]
fn seeking_finds_what_is_there_and_what_damage_hides_from_it_the_full_look_names() {
    let folder = tempfile::tempdir().unwrap();
    // So many that the file is larger than what is fetched of its end: a smaller one is read and checked whole.
    let others = (1..=4_000_u128).map(|at| {
        let id = at.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        format!(
            r#"{{"eventType":"TEXT_SENT","messageId":"{id:032x}","eventTimestamp":{}}}"#,
            1_795_305_600_000_u128 + at
        )
    });
    let lines = EVENTS.to_owned() + &others.collect::<Vec<_>>().join("\n");
    let url = lake_of(&lines, folder.path(), &["plain"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (path, lake) = (file(folder.path()), Lake::open(&url, []).unwrap());
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let bytes = std::fs::read(&path).unwrap();
    let sought = || runtime.block_on(async { found(&LocalEngine::seeking(&lake).await.unwrap()).await });
    let looked = || runtime.block_on(async { found(&LocalEngine::new(&lake).await.unwrap()).await });
    assert_eq!((sought(), looked()), (Ok(2), Ok(2)));

    let mut hidden = 0;
    for start in (0..bytes.len()).step_by(DAMAGED) {
        let mut damaged = bytes.clone();
        let end = (start + DAMAGED).min(bytes.len());
        damaged[start..end].fill(0);
        if damaged == bytes {
            continue;
        }
        std::fs::write(&path, &damaged).unwrap();
        match sought() {
            // A bloom filter, or a statistic, that says the id is not there.
            Ok(0) => {
                hidden += 1;
                assert!(looked().unwrap_err().contains(&name), "what is hidden at byte {start} is missed in silence");
                if hidden == 1 {
                    let (code, _, said) = smsvoice(&["trace", "--lake", &url, "first"]);
                    assert!(code == Some(1) && said.contains(&name), "{said}");
                }
            }
            // Nothing that is read is damaged, but the name under which the file's own checksum stands, say.
            Ok(rows) => assert_eq!((rows, looked()), (2, Ok(2)), "of a file that is damaged at byte {start}"),
            Err(error) => assert!(error.contains(&name), "{error}"),
        }
    }
    assert!(hidden > 0, "no damage hid anything: the test tests nothing");
}
