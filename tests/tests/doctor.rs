//! `smsvoice doctor` on the emulator and moto: each planted fault is named with its cure, nothing else is, and sound
//! surroundings raise no alarm. What is planted and what must be said stands in `tests/python/doctor_faults.py`.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::path::Path;
use std::process::Command;

use tests::programs::{aws_environment, emulate, moto, program};
use tests::python;

/// A lake with the events of a few messages, of one day.
fn lake(folder: &Path) -> String {
    let lake = folder.join("lake");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("samples/events");
    let replay =
        Command::new(program("smsvoice")).arg("replay").arg(samples).arg("--lake").arg(&lake).output().unwrap();
    assert!(lake.join("events").exists(), "{}", String::from_utf8_lossy(&replay.stderr));
    lake.to_str().unwrap().to_owned()
}

/// Plants the fault of this name and has the doctor find it.
fn plant(fault: &str) {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path());
    let (_moto, moto) = moto();
    let (_emulator, emulator) = emulate(&["--number", "--account-id", "123456789012"]);
    let program = program("smsvoice");
    let arguments = [fault.as_ref(), program.as_ref(), emulator.as_ref(), moto.as_ref(), lake.as_ref()];
    python::run("doctor_faults.py", &arguments, "");
}

macro_rules! faults {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            plant(stringify!($name));
        })*

        /// A fault of the table that no test plants would go unnoticed.
        #[test]
        fn every_fault_of_the_table_is_planted() {
            let table = include_str!("../python/doctor_faults.py");
            let rows = table.lines().filter_map(|line| line.strip_prefix("    \"")?.split_once("\": (").map(|(name, _)| name));
            assert_eq!(rows.collect::<Vec<_>>(), [$(stringify!($name)),*]);
        }
    };
}

faults! {
    sound
    no_set
    no_destination
    empty_set
    disabled
    one_channel
    no_role
    role_trusts_another_service
    role_trusts_another_account
    role_trusts_every_account
    role_may_not_put
    role_may_not_log
    role_may_everything
    no_stream
    stream_without_function
    stream_not_processing
    stream_without_errors
    no_log_group
    filters_lead_elsewhere
    no_filter
    no_topic
    topic_closed
    topic_for_another_account
    topic_with_aws_key
    key_closed
    key_disabled
    nobody_subscribes
    no_queue
    queue_closed
    no_redrive
    redrive_to_nowhere
    failed_messages
    impatient_queue
    queue_switched_off
    queue_unread
    no_batch_failures
    no_function
    function_stopped
    function_without_lake
    function_into_another_lake
    function_closed
    function_throttled
    function_fails
    may_not_look
    sound_catalogue
    no_table
    missing_column
    days_out_of_range
    projection_off
    nothing_arrives
}

#[test]
fn a_test_message_is_followed_hop_by_hop_to_its_row_in_the_lake() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    let lake = lake.to_str().unwrap();
    let (_emulator, url) = emulate(&["--number", "--seed", "0", "--lake", lake, "--speed", "60"]);
    let (_moto, moto) = moto();
    let send = |more: &[&str]| {
        let mut doctor = Command::new(program("smsvoice"));
        doctor.args(["doctor", "--send-test", "--lake", lake, "--format", "json"]).args(more);
        let output =
            doctor.envs(aws_environment(&moto)).env("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2", &url).output().unwrap();
        let report = String::from_utf8(output.stdout.clone()).unwrap();
        let report: serde_json::Value = serde_json::from_str(&report).unwrap_or_else(|_| panic!("{output:?}"));
        let hops = report["findings"].as_array().unwrap().iter().filter(|finding| finding["check"] == "send_test");
        hops.cloned().collect::<Vec<_>>()
    };
    let hops = send(&["--wait", "60"]);
    let places: Vec<_> = hops.iter().map(|hop| hop["where"].as_str().unwrap()).collect();
    assert!(hops.iter().all(|hop| hop["mark"] == "good"), "{hops:?}");
    assert!(
        places.contains(&"1 sent") && places.contains(&"2 TEXT_DELIVERED") && places.contains(&"4 in the lake"),
        "{places:?}"
    );
    // A number that the service refuses, and a wait that is too short.
    let refused = send(&["--from", "+12065550199"]);
    assert!(refused[0]["mark"] == "failure" && refused[0]["says"].as_str().unwrap().contains("refused"), "{refused:?}");
    let too_short = send(&["--wait", "0"]);
    assert!(
        too_short[1]["mark"] == "failure" && too_short[1]["says"].as_str().unwrap().contains("after 0 s"),
        "{too_short:?}"
    );
}
