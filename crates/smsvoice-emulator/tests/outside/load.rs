//! Load: 1,000 SendTextMessage calls a second, 64 connections, state on disk, events emitted meanwhile.

use smsvoice_emulator::Config;

use crate::support::{Emulator, node, run};

#[test]
fn a_thousand_sends_a_second_are_answered_in_time_and_kept() {
    let state = tempfile::tempdir().unwrap();
    let emulator = Emulator::start(Config { state: Some(state.path().to_owned()), ..Config::default() });
    let call = |operation: &str, body: &str| -> serde_json::Value {
        let head = format!(
            "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-amz-target: PinpointSMSVoiceV2.{operation}\r\n"
        );
        let signed = "authorization: AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/sms-voice/aws4_request, SignedHeaders=host, Signature=00\r\n";
        let answer = crate::support::exchange(
            emulator.address(),
            &format!("{head}{signed}content-length: {}\r\n\r\n{body}", body.len()),
        );
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    };
    call("CreateConfigurationSet", r#"{"ConfigurationSetName":"load"}"#);
    let request = r#"{"IsoCountryCode":"US","MessageType":"TRANSACTIONAL","NumberCapabilities":["SMS"],"NumberType":"LONG_CODE"}"#;
    let number = call("RequestPhoneNumber", request);
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
