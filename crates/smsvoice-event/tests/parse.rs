//! What a reader of AWS's events has to survive, one behaviour a test.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use proptest::prelude::*;
use smsvoice_event::{Channel, Event, FailureReason, OtherUnit, Outcome, ParseError};

/// A minimal event with more fields.
fn with(fields: &str) -> String {
    format!(r#"{{"eventType":"TEXT_DELIVERED","messageId":"m-1","eventTimestamp":1686975103470{fields}}}"#)
}

#[test]
fn every_documented_field_has_its_place() {
    let text = r#"{"contentType":"MMS","eventType":"TEXT_PROTECT_BLOCKED","eventVersion":"1.0","eventTimestamp":1686975103470,
        "isFinal":true,"originationPhoneNumber":"+12065550152","destinationPhoneNumber":"+14255550156","isoCountryCode":"US",
        "isInternationalSend":false,"mcc":"310","mnc":"05","carrierName":"Bell Cellular Inc. / Aliant Telecom",
        "messageId":"862a8790-60c0-4430-9b2b-658bdexample","messageRequestTimestamp":1686975103170,"messageEncoding":"GSM",
        "messageType":"PROMOTIONAL","messageStatus":"PROTECT_BLOCKED","messageStatusDescription":"Message blocked",
        "context":{"account":"bar"},"totalMessageParts":1,"totalMessagePrice":0,"totalCarrierFee":0.0,"callDurationInSeconds":60,
        "totalDurationInMinutes":1,"protectConfiguration":{"protectConfigurationId":"protect-1","protectStatus":"FILTER","new":[1]},
        "protectConfigurationAssessment":{"protectRecommendation":"BLOCK","protectInsights":{"blockReason":"AIT_SUSPECTED"}},
        "rcsMetadata":{"billingEventType":"RICH"},"rcsBusinessId":"agent","agentIsoCountryCode":"CA"}"#;
    insta::assert_debug_snapshot!(Event::parse(text).unwrap());
}

#[test]
fn required_fields_are_named_when_missing() {
    for (field, text) in [
        ("eventType", r#"{"messageId":"m","eventTimestamp":1686975103470}"#),
        ("eventType", r#"{"eventType":"","messageId":"m","eventTimestamp":1686975103470}"#),
        ("messageId", r#"{"eventType":"TEXT_SENT","messageId":null,"eventTimestamp":1686975103470}"#),
        ("eventTimestamp", r#"{"eventType":"TEXT_SENT","messageId":"m"}"#),
    ] {
        assert_eq!(Event::parse(text), Err(ParseError::MissingField { field }), "{text}");
    }
}

#[test]
fn an_object_without_any_of_them_is_no_event() {
    for text in
        ["{}", " { } ", r#"{"isFinal":true}"#, r#"{"messageStatus":"sent","anything":{"eventType":"TEXT_SENT"}}"#]
    {
        assert_eq!(Event::parse(text), Err(ParseError::NotAnEvent), "{text}");
    }
    let first = Event::parse_prefix("{ } {}", |_| ()).unwrap();
    assert_eq!((first.event, first.len), (Err(ParseError::NotAnEvent), 3), "and it ends where it ends");
}

#[test]
fn what_follows_an_event_is_an_error_at_its_place() {
    let event = with("");
    assert!(Event::parse(&format!("{event} \r\n\t")).is_ok());
    let offset = event.len() + 2;
    let expected = "the end of the event";
    assert_eq!(Event::parse(&format!("{event}  {event}")), Err(ParseError::Syntax { offset, expected }));
}

#[test]
fn numbers_and_strings_may_stand_for_each_other() {
    let text = with(
        r#","mcc":310,"mnc":5,"totalMessagePrice":"0.00581","totalMessageParts":"2","isFinal":"True","callDurationInSeconds":60.0"#,
    );
    let event = Event::parse(&text).unwrap();
    assert_eq!((event.mcc.as_deref(), event.mnc.as_deref()), (Some("310"), Some("5")));
    assert_eq!(event.price.unwrap().micros(), 5_810);
    assert_eq!((event.message_parts, event.is_final, event.call_duration_seconds), (Some(2), Some(true), Some(60)));
}

#[test]
fn a_time_may_be_text() {
    for time in [r#""1686975103470""#, "1686975103470.0", "1.686975103470e12", r#""2023-06-17T04:11:43.470Z""#] {
        let text = format!(r#"{{"eventType":"X","messageId":"m","eventTimestamp":{time}}}"#);
        assert_eq!(Event::parse(&text).unwrap().event_time.to_string(), "2023-06-17T04:11:43.470Z", "{time}");
    }
}

#[test]
fn null_is_as_good_as_absent() {
    let null = with(
        r#","context":null,"protectConfiguration":null,"protectConfigurationAssessment":null,"rcsMetadata":null,"isFinal":null,
        "totalMessagePrice":null,"totalMessageParts":null,"carrierName":null,"messageRequestTimestamp":null"#,
    );
    assert_eq!(Event::parse(&null), Event::parse(&with("")));
}

#[test]
fn latency_is_counted_from_the_request_and_negative_where_aws_stamped_the_event_earlier() {
    for (requested, latency_ms) in [("1686975103170", Some(300)), ("1686975103480", Some(-10)), ("null", None)] {
        let text = with(&format!(r#","messageRequestTimestamp":{requested}"#));
        assert_eq!(Event::parse(&text).unwrap().latency_ms(), latency_ms);
    }
}

#[test]
fn what_has_no_place_is_one_object_and_nothing_is_none() {
    let text = with(r#","new":[1, {"a":null}],"other":"x""#);
    assert_eq!(Event::parse(&text).unwrap().extra_json().as_deref(), Some(r#"{"new":[1, {"a":null}],"other":"x"}"#));
    assert_eq!(Event::parse(&with("")).unwrap().extra_json(), None);
}

#[test]
fn values_that_cannot_be_kept_name_their_field() {
    for (field, fields) in [
        ("totalMessagePrice", r#","totalMessagePrice":0.0000001"#),
        ("totalMessagePrice", r#","totalMessagePrice":1234567890123"#),
        ("totalMessagePrice", r#","totalMessagePrice":"free""#),
        ("totalCarrierFee", r#","totalCarrierFee":[1]"#),
        ("totalMessageParts", r#","totalMessageParts":-1"#),
        ("totalMessageParts", r#","totalMessageParts":1.5"#),
        ("callDurationInSeconds", r#","callDurationInSeconds":2147483648"#),
        ("isFinal", r#","isFinal":"maybe""#),
        ("mcc", r#","mcc":{"a":1}"#),
        ("context", r#","context":"text""#),
        ("messageRequestTimestamp", r#","messageRequestTimestamp":1686975103470.5"#),
        ("messageRequestTimestamp", r#","messageRequestTimestamp":"yesterday""#),
        ("rcsMetadata", r#","rcsMetadata":[]"#),
        ("protectConfiguration", r#","protectConfiguration":{"protectStatus":{}}"#),
    ] {
        let text = with(fields);
        match Event::parse(&text) {
            Err(ParseError::InvalidField { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{fields}: {other:?}"),
        }
    }
}

#[test]
fn times_of_other_centuries_ask_for_their_unit() {
    let cases = [
        ("1686975103", Some(OtherUnit::Seconds)),
        ("1686975103.470", Some(OtherUnit::Seconds)),
        (r#""1686975103""#, Some(OtherUnit::Seconds)),
        ("1686975103470000", Some(OtherUnit::Microseconds)),
        ("1686975103470000000", Some(OtherUnit::Nanoseconds)),
        ("0", None),
        ("-1", None),
        ("1262303999999", None),
        ("4102444800000", None),
        (r#""2009-12-31T23:59:59.999Z""#, None),
        (r#""1969-12-31T23:59:59Z""#, None),
        ("99999999999999999999999999", None),
    ];
    for (time, unit) in cases {
        let event = format!(r#"{{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":{time}}}"#);
        let expected = ParseError::ImplausibleTime { field: "eventTimestamp", unit };
        assert_eq!(Event::parse(&event), Err(expected), "{time}");
        let request = with(&format!(r#","messageRequestTimestamp":{time}"#));
        let expected = ParseError::ImplausibleTime { field: "messageRequestTimestamp", unit };
        assert_eq!(Event::parse(&request), Err(expected), "{time}");
    }
    for time in ["1262304000000", "4102444799999", r#""2010-01-01T00:00:00Z""#] {
        assert!(Event::parse(&with(&format!(r#","messageRequestTimestamp":{time}"#))).is_ok(), "{time}");
    }
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    for (fields, error) in [
        (r#","mcc":1,"mcc":1"#, ParseError::RepeatedField { field: "mcc" }),
        (r#","new":1,"new":2"#, ParseError::RepeatedUnknownField),
        (r#","context":{"a":"1","a":"2"}"#, ParseError::RepeatedKey { object: "context" }),
        (
            r#","rcsMetadata":{"billingEventType":"A","billingEventType":"B"}"#,
            ParseError::RepeatedKey { object: "rcsMetadata" },
        ),
    ] {
        assert_eq!(Event::parse(&with(fields)), Err(error), "{fields}");
    }
}

#[test]
fn truncation_outranks_a_bad_field() {
    let text = with(r#","mcc":[],"mnc":"0"#);
    assert!(matches!(Event::parse(text.trim_end_matches('}')), Err(ParseError::Syntax { .. })));
}

#[test]
fn unknown_fields_keep_name_order_and_text() {
    let text = with(r#", "b" : {"x": 1.50} ,"a\n":null,"rcsMetadata":{"billingEventType":"RICH","tier" : 2}"#);
    let event = Event::parse(&text).unwrap();
    insta::assert_snapshot!(event.extra_json().unwrap(), @r#"{"b":{"x": 1.50},"a\n":null,"rcsMetadata":{"tier":2}}"#);
    assert_eq!(event.rcs_billing_type.as_deref(), Some("RICH"));
}

#[test]
fn unknown_members_keep_their_depth() {
    let text = with(
        r#","protectConfigurationAssessment":{"new": 1,"protectInsights":{"blockReason":"AIT_SUSPECTED","newer":[2]}}"#,
    );
    let event = Event::parse(&text).unwrap();
    insta::assert_snapshot!(event.extra_json().unwrap(), @r#"{"protectConfigurationAssessment":{"new":1,"protectInsights":{"newer":[2]}}}"#);
    assert_eq!(event.protect_block_reason.as_deref(), Some("AIT_SUSPECTED"));
}

#[test]
fn documented_fields_without_a_place_are_not_unknown() {
    let text = with(
        r#","contentType":"MMS","conversationInitiatingMessageId":"m-0","conversationInitiatingMessageType":"OUTBOUND","conversationSessionFee":0.012,"surprise":1,"rcsMetadata":{"tier":2}"#,
    );
    let event = Event::parse(&text).unwrap();
    assert_eq!(event.unknown_fields().collect::<Vec<_>>(), ["surprise", "rcsMetadata"]);
    assert_eq!(event.extra.len(), 6, "all of them are kept");
}

#[test]
fn a_failure_that_is_not_final_is_pending_and_keeps_its_reason() {
    let text = r#"{"eventType":"TEXT_UNREACHABLE","messageId":"m","eventTimestamp":1686975103470,"isFinal":false}"#;
    let event = Event::parse(text).unwrap();
    assert_eq!((event.outcome(), event.failure_reason()), (Outcome::Pending, Some(FailureReason::Unreachable)));
}

#[test]
fn context_values_come_out_as_they_went_in() {
    let text =
        with(r#","context":{"city":"東京,大阪","quote":"say \"hi\"","n":1.50,"yes":true,"none":null,"tail":"C:\\"}"#);
    let event = Event::parse(&text).unwrap();
    let pairs: Vec<(&str, &str)> = event.context.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(
        pairs,
        [("city", "東京,大阪"), ("quote", "say \"hi\""), ("n", "1.50"), ("yes", "true"), ("tail", "C:\\")]
    );
}

#[test]
fn the_first_of_several_events_says_where_it_ends() {
    let text = format!("{}{}", with(""), with(r#","mcc":"1""#));
    let end = Event::parse_prefix(&text, |_| ()).unwrap().len;
    assert_eq!(Event::parse(&text[end..]).unwrap().mcc.as_deref(), Some("1"));
    assert!(matches!(Event::parse(&text), Err(ParseError::Syntax { offset, .. }) if offset == end));
}

#[test]
fn debug_shows_no_telephone_number() {
    let text = with(r#","destinationPhoneNumber":"+14255550156","originationPhoneNumber":"+12065550152""#);
    let shown = format!("{:?}", Event::parse(&text).unwrap());
    assert!(!shown.contains("4255550156") && !shown.contains("2065550152"), "{shown}");
}

#[test]
fn an_event_type_of_tomorrow_is_data() {
    let event =
        Event::parse(r#"{"eventType":"VOICE_TRANSFERRED","messageId":"m","eventTimestamp":1686975103470}"#).unwrap();
    assert_eq!((event.channel(), event.outcome()), (Channel::Voice, Outcome::Unknown));
}

#[test]
fn a_million_unknown_fields_are_refused_in_linear_time() {
    let fields: String = (0..1_000_000).map(|n| format!(r#","f{n}":{n}"#)).collect();
    assert!(matches!(Event::parse(&with(&fields)), Err(ParseError::TooManyFields { .. })));
}

#[test]
fn a_context_of_a_million_pairs_is_refused_in_linear_time() {
    let pairs: Vec<String> = (0..1_000_000).map(|n| format!(r#""k{n}":"""#)).collect();
    let text = with(&format!(r#","context":{{{}}}"#, pairs.join(",")));
    assert_eq!(Event::parse(&text), Err(ParseError::TooManyPairs { limit: 128 }));
}

#[test]
fn blanks_in_context_cost_no_more_than_their_bytes() {
    let blanks = " ".repeat(800);
    let pairs: Vec<String> = (0..5).map(|n| format!(r#""k{n}":"{blanks}""#)).collect();
    let text = with(&format!(r#","context":{{{}}}"#, pairs.join(",")));
    assert_eq!(Event::parse(&text).unwrap().context.len(), 5);
}

/// Values, good and bad, near to what the fields have: the shortest ways to write them, and all others.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[0-9]{1,20}",
        "[0-9]{1,14}[.][0-9]{0,8}",
        "-?[0-9][.]?[0-9]{0,3}([eE][+-]?[0-9]{0,2})?",
        "(true|false|null|tru|falsely|[tfn])",
        r#""[ -~é東]{0,40}""#,
        r#""(\\\\n|\\\\u00e9|[a-z]){0,20}""#,
        r#"\{("[ab]": ?"[xyé]{0,20}",?){0,2}\}"#,
        "[\\[\\]{},0-9]{0,4}",
    ]
}

/// The fields of a text in the order in which AWS writes them, each with an ordinary value.
const FIELDS: [(&str, &str); 16] = [
    ("eventType", r#""TEXT_DELIVERED""#),
    ("eventVersion", r#""1.0""#),
    ("eventTimestamp", "1712944268877"),
    ("isFinal", "true"),
    ("originationPhoneNumber", r#""+13655550100""#),
    ("destinationPhoneNumber", r#""+16135550123""#),
    ("mcc", r#""302""#),
    ("messageId", r#""221bc70c-7ee6-4987-b1ba-9684ba25be20""#),
    ("messageRequestTimestamp", "1712944267685"),
    ("messageStatusDescription", r#""Message has been accepted by phone""#),
    ("context", r#"{"campaign":"welcome","tenant":"acme"}"#),
    ("totalMessageParts", "1"),
    ("totalMessagePrice", "0.00581"),
    ("totalCarrierFee", "0.006"),
    ("callDurationInSeconds", "12"),
    ("protectConfiguration", r#"{"protectStatus":"ALLOW"}"#),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Fields in AWS's order have a way of their own through the parser: it must lead to the same event, or error.
    #[test]
    fn the_order_of_fields_and_blanks_between_them_change_nothing(at in 0..FIELDS.len(), value in value(), blank in "[ \t\n]") {
        let mut fields = FIELDS.map(|(name, value)| (name, value.to_owned()));
        fields[at].1 = value;
        let text = |colon: &str| {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!(r#""{name}"{colon}{value}"#)).collect();
            fields
        };
        let ordered = format!("{{{}}}", text(":").join(","));
        let spread = format!("{{{}}}", text(&format!("{blank}:{blank}")).join(&format!("{blank},{blank}")));
        let mut reversed = text(":");
        reversed.reverse();
        let reversed = format!("{{{}}}", reversed.join(","));
        let reason = |text| Event::parse(text).map_err(|error| error.reason());
        let ordered_event = Event::parse(&ordered).map_err(|error| error.reason());
        prop_assert_eq!(&ordered_event, &reason(&spread));
        prop_assert_eq!(&ordered_event, &reason(&reversed));
        // What serde_json refuses is no JSON; what it takes may still be no event.
        if serde_json::from_str::<&serde_json::value::RawValue>(&ordered).is_err() {
            prop_assert_eq!(ordered_event, Err("invalid_json"));
        }
    }
}
