//! Load: 1,000 SendTextMessage calls a second, 64 connections, state on disk, events emitted meanwhile.

use serde_json::json;
use smsvoice_emulator::Config;

use crate::support::{Emulator, node, run};

#[test]
fn a_thousand_sends_a_second_are_answered_in_time_and_kept() {
    let state = tempfile::tempdir().unwrap();
    let emulator = Emulator::start(Config { state: Some(state.path().to_owned()), ..Config::default() });
    emulator.call("CreateConfigurationSet", &json!({"ConfigurationSetName": "load"}));
    let request = json!({"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberCapabilities": ["SMS"],
        "NumberType": "LONG_CODE"});
    let number = emulator.call("RequestPhoneNumber", &request);
    let id = number["PhoneNumberId"].as_str().unwrap();
    let seconds = std::env::var("SMSVOICE_LOAD_SECONDS").unwrap_or_else(|_| "5".to_owned());
    let said = run(node("load.mjs").args([emulator.url.as_str(), &seconds, id, "load"]));
    println!("{said}");
    let figures: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&figures["refused"], &figures["errors"]), (&0.into(), &0.into()), "{said}");
    let kept = emulator.get("/_smsvoice/health")["messages"].as_u64().unwrap();
    assert!(kept >= figures["sent"].as_u64().unwrap(), "{kept} kept, {said}");
    // The rate and the 99th percentile are printed, not asserted: this machine's other work is not this test's.
    assert!(figures["sent"].as_u64().unwrap() > 0, "{said}");
}
