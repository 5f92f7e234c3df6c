//! Every event type appears, each with exactly the fields its channel has.

#![allow(clippy::unwrap_used, reason = "a test may: its helpers, too")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use smsvoice_event::KnownType;
use smsvoice_lifecycle::{GenerateOptions, generate};

/// What every event has, whatever its channel.
const COMMON: &str = "eventType eventVersion eventTimestamp isFinal originationPhoneNumber destinationPhoneNumber \
     messageId messageRequestTimestamp messageStatus";

/// By channel: the further fields that always are there, and those that can be.
fn fields_of(event_type: &str) -> (&'static str, &'static str) {
    match event_type.split('_').next().unwrap() {
        "TEXT" => (
            "messageType messageStatusDescription totalMessageParts totalMessagePrice totalCarrierFee",
            "isoCountryCode isInternationalSend mcc mnc carrierName messageEncoding context protectConfiguration \
             protectConfigurationAssessment",
        ),
        "MEDIA" => (
            "contentType messageType messageStatusDescription totalMessageParts totalMessagePrice totalCarrierFee",
            "isoCountryCode context",
        ),
        "VOICE" if event_type == "VOICE_COMPLETED" => {
            ("isoCountryCode callDurationInSeconds totalDurationInMinutes totalMessagePrice", "context")
        }
        "VOICE" => ("isoCountryCode", "context"),
        "RCS" => (
            "isoCountryCode messageEncoding messageType messageStatusDescription totalMessageParts totalMessagePrice \
             totalCarrierFee rcsBusinessId agentIsoCountryCode",
            "isInternationalSend context rcsMetadata protectConfiguration protectConfigurationAssessment \
             conversationInitiatingMessageId conversationInitiatingMessageType conversationSessionFee",
        ),
        other => panic!("{other} is no channel"),
    }
}

fn check_types(event: &Value) {
    for (key, value) in event.as_object().unwrap() {
        let fits = match key.as_str() {
            "isFinal" | "isInternationalSend" => value.is_boolean(),
            "totalMessagePrice" | "totalCarrierFee" | "conversationSessionFee" => value.is_number(),
            "eventTimestamp"
            | "messageRequestTimestamp"
            | "totalMessageParts"
            | "callDurationInSeconds"
            | "totalDurationInMinutes" => value.is_u64(),
            "context" | "protectConfiguration" | "protectConfigurationAssessment" | "rcsMetadata" => value.is_object(),
            _ => value.is_string(),
        };
        assert!(fits, "{key} is {value}");
    }
}

fn check_sense(event: &Value) {
    let number = |key: &str| event[key].as_i64().unwrap_or_default();
    let text = |key: &str| event[key].as_str().unwrap_or_default();
    assert!(
        number("eventTimestamp") > number("messageRequestTimestamp"),
        "nothing happens before the request: {event}"
    );
    assert_eq!(event["mcc"].is_null(), event["mnc"].is_null());
    assert_eq!(text("mcc").len(), if event["mcc"].is_null() { 0 } else { 3 });
    if text("eventType") == "VOICE_COMPLETED" {
        let (seconds, minutes) = (number("callDurationInSeconds"), number("totalDurationInMinutes"));
        assert!(seconds > 0 && minutes * 60 >= seconds && (minutes - 1) * 60 < seconds, "{seconds} s, {minutes} min");
    }
    if text("eventType").ends_with("PROTECT_BLOCKED") {
        assert_eq!(
            (event["totalMessagePrice"].to_string(), event["totalCarrierFee"].to_string()),
            ("0".into(), "0".into())
        );
        let status = event["protectConfiguration"]["protectStatus"].as_str();
        assert!(matches!(status, None | Some("BLOCK" | "FILTER")), "{status:?} blocks nothing");
    }
    let assessed = !event["protectConfigurationAssessment"].is_null();
    let status = event["protectConfiguration"]["protectStatus"].as_str().unwrap_or_default();
    assert!(!assessed || matches!(status, "FILTER" | "MONITOR"), "{status} assesses nothing");
}

#[test]
fn every_event_type_appears_with_the_fields_of_their_channel() {
    let mut lines = Vec::new();
    generate(&GenerateOptions { messages: 60_000, ..Default::default() }, &mut lines).unwrap();
    let mut seen = BTreeMap::<String, BTreeSet<String>>::new();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let event: Value = serde_json::from_slice(line).unwrap();
        let event_type = event["eventType"].as_str().unwrap();
        let (always, sometimes) = fields_of(event_type);
        let required = COMMON.split_whitespace().chain(always.split_whitespace());
        let allowed: BTreeSet<_> = required.clone().chain(sometimes.split_whitespace()).collect();
        for key in required {
            assert!(event.get(key).is_some(), "{event_type} lacks {key}: {event}");
        }
        for key in event.as_object().unwrap().keys() {
            assert!(allowed.contains(key.as_str()), "{event_type} has {key}: {event}");
        }
        check_types(&event);
        check_sense(&event);
        seen.entry(event_type.to_owned()).or_default().extend(event.as_object().unwrap().keys().cloned());
    }
    let never_emitted = KnownType::TextSent;
    let emitted: BTreeSet<_> =
        KnownType::ALL.iter().filter(|known| **known != never_emitted).map(|known| known.as_str()).collect();
    assert_eq!(seen.keys().map(String::as_str).collect::<BTreeSet<_>>(), emitted);
    assert!(!seen["RCS_READ"].contains("rcsMetadata") && seen["RCS_DELIVERED"].contains("conversationSessionFee"));
    assert!(seen["TEXT_DELIVERED"].contains("protectConfigurationAssessment"), "monitoring alone blocks nothing");
    assert!(!seen["TEXT_CARRIER_UNREACHABLE"].contains("mcc") && !seen["TEXT_INVALID"].contains("carrierName"));
}

#[test]
fn keys_stand_in_the_order_of_the_samples() {
    let mut lines = Vec::new();
    generate(&GenerateOptions { messages: 20_000, ..Default::default() }, &mut lines).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    let keys = |line: &str| {
        let mut at = 0;
        let mut places = Vec::new();
        for key in serde_json::from_str::<Value>(line).unwrap().as_object().unwrap().keys() {
            places.push((line.find(&format!("\"{key}\":")).unwrap(), key.clone()));
            at += 1;
        }
        places.sort();
        assert_eq!(places.len(), at);
        places.into_iter().map(|(_, key)| key).collect::<Vec<_>>().join(" ")
    };
    let longest = |start: &str| {
        let of_type = lines.lines().filter(|line| line.starts_with(start));
        of_type.map(keys).max_by_key(String::len).unwrap()
    };
    let orders = [
        longest(r#"{"eventType":"TEXT_DELIVERED""#),
        longest(r#"{"contentType":"MMS","eventType":"MEDIA_DELIVERED""#),
        longest(r#"{"eventType":"VOICE_COMPLETED""#),
        longest(r#"{"eventType":"RCS_DELIVERED""#),
    ];
    insta::assert_snapshot!(orders.join("\n"), @r"
    eventType eventVersion eventTimestamp isFinal originationPhoneNumber destinationPhoneNumber isoCountryCode isInternationalSend mcc mnc carrierName messageId messageRequestTimestamp messageEncoding messageType messageStatus messageStatusDescription context totalMessageParts totalMessagePrice totalCarrierFee protectConfiguration protectConfigurationAssessment
    contentType eventType eventVersion eventTimestamp isFinal originationPhoneNumber destinationPhoneNumber isoCountryCode messageId messageRequestTimestamp messageType messageStatus messageStatusDescription context totalMessageParts totalMessagePrice totalCarrierFee
    eventType eventVersion eventTimestamp isFinal originationPhoneNumber destinationPhoneNumber isoCountryCode messageId messageRequestTimestamp messageStatus callDurationInSeconds totalDurationInMinutes totalMessagePrice context
    eventType eventVersion eventTimestamp isFinal originationPhoneNumber destinationPhoneNumber isoCountryCode isInternationalSend messageId messageRequestTimestamp messageEncoding messageType messageStatus messageStatusDescription context totalMessageParts totalMessagePrice totalCarrierFee rcsMetadata rcsBusinessId agentIsoCountryCode conversationInitiatingMessageId conversationInitiatingMessageType conversationSessionFee
    ");
}
