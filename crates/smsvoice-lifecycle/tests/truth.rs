//! The truth, held against a recount of the lines that knows nothing of this crate: other parser, other tables.

#![allow(clippy::unwrap_used, reason = "a test may: its helpers, too")]

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use smsvoice_lifecycle::{GenerateOptions, generate};

/// One message as recounted.
#[derive(Default)]
struct Recounted {
    channel: &'static str,
    country: String,
    rank: usize,
    delivered: bool,
    undelivered: bool,
    reason: Option<(&'static str, &'static str)>,
    price: Option<(i64, i64)>,
    fee: Option<(i64, i64)>,
}

/// Lowest first, as design §4 ranks them.
const OUTCOMES: [&str; 6] = ["pending", "unknown", "failed", "blocked", "accepted", "delivered"];

fn channel_of(event_type: &str) -> &'static str {
    match event_type.split('_').next().unwrap() {
        "TEXT" => "text",
        "VOICE" => "voice",
        "MEDIA" => "media",
        "RCS" => "rcs",
        other => panic!("{other} is no channel"),
    }
}

/// What an event says: what is not final is pending, unless it is a delivery.
fn outcome_of(event_type: &str, is_final: bool) -> &'static str {
    match outcome_of_final(event_type) {
        "delivered" => "delivered",
        outcome if is_final => outcome,
        _ => "pending",
    }
}

fn outcome_of_final(event_type: &str) -> &'static str {
    let (_, what) = event_type.split_once('_').unwrap();
    match what {
        "DELIVERED" | "READ" | "COMPLETED" => "delivered",
        "SUCCESSFUL" => "accepted",
        "QUEUED" | "PENDING" | "SENT" | "INITIATED" | "RINGING" | "ANSWERED" | "FALLEN_BACK_TO_SMS" => "pending",
        "BLOCKED" | "CARRIER_BLOCKED" | "SPAM" | "PROTECT_BLOCKED" => "blocked",
        "INVALID"
        | "INVALID_MESSAGE"
        | "UNREACHABLE"
        | "CARRIER_UNREACHABLE"
        | "TTL_EXPIRED"
        | "BUSY"
        | "NO_ANSWER"
        | "FAILED"
        | "FILE_INACCESSIBLE"
        | "FILE_TYPE_UNSUPPORTED"
        | "FILE_SIZE_EXCEEDED" => "failed",
        _ => "unknown",
    }
}

fn reason_of(event_type: &str) -> &'static str {
    match event_type.split_once('_').unwrap().1 {
        "BLOCKED" => "opted_out_or_blocked",
        "CARRIER_BLOCKED" => "carrier_blocked",
        "SPAM" => "spam",
        "PROTECT_BLOCKED" => "protect_blocked",
        "INVALID" => "invalid_number",
        "INVALID_MESSAGE" => "invalid_content",
        "UNREACHABLE" => "unreachable",
        "CARRIER_UNREACHABLE" => "carrier_unreachable",
        "TTL_EXPIRED" => "expired",
        "BUSY" => "busy",
        "NO_ANSWER" => "no_answer",
        "FAILED" if event_type == "VOICE_FAILED" => "call_failed",
        "FAILED" => "rcs_failed",
        _ => "media_file",
    }
}

/// The members that the documents and captured events show, context and nested ones aside.
const DOCUMENTED: &str = "contentType eventType eventVersion eventTimestamp isFinal originationPhoneNumber \
     destinationPhoneNumber isoCountryCode isInternationalSend mcc mnc carrierName messageId messageRequestTimestamp \
     messageEncoding messageType messageStatus messageStatusDescription context totalMessageParts totalMessagePrice \
     totalCarrierFee callDurationInSeconds totalDurationInMinutes protectConfiguration protectConfigurationAssessment \
     rcsMetadata rcsBusinessId agentIsoCountryCode conversationInitiatingMessageId conversationInitiatingMessageType \
     conversationSessionFee";

/// Millionths of a dollar from the JSON number's own digits.
fn micros(number: &Value) -> i64 {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    assert!(fraction.len() <= 6, "{text} has more than six decimals");
    format!("{whole}{fraction:0<6}").parse().unwrap()
}

fn dollars(micros: i64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

fn newest(seen: &mut Option<(i64, i64)>, at: i64, amount: &Value) {
    if !amount.is_null() {
        *seen = (*seen).max(Some((at, micros(amount))));
    }
}

fn totals<'m>(messages: impl Iterator<Item = &'m Recounted>) -> Value {
    let (mut count, mut price, mut fee) = (0, 0, 0);
    let mut outcomes = BTreeMap::<_, u64>::new();
    for message in messages {
        count += 1;
        *outcomes.entry(OUTCOMES[message.rank]).or_default() += 1;
        price += message.price.map_or(0, |(_, micros)| micros);
        fee += message.fee.map_or(0, |(_, micros)| micros);
    }
    json!({"messages": count, "outcomes": outcomes, "price_usd": dollars(price), "carrier_fee_usd": dollars(fee)})
}

/// The truth as this test finds it in the lines.
fn recount(lines: &[u8]) -> Value {
    let mut events = HashMap::<(String, String, i64), Value>::new();
    let (mut all, mut truncated) = (0, 0);
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        all += 1;
        let Ok(event) = serde_json::from_slice::<Value>(line) else {
            assert!(line[0] == b'{' && line.len() > 1, "a truncated line keeps a byte");
            truncated += 1;
            continue;
        };
        let text = |key: &str| event[key].as_str().unwrap().to_owned();
        let id = (text("messageId"), text("eventType"), event["eventTimestamp"].as_i64().unwrap());
        let kept = events.entry(id).or_insert_with(|| event.clone());
        if event.as_object().unwrap().len() >= kept.as_object().unwrap().len() {
            *kept = event;
        }
    }
    let (mut unknown_types, mut unknown_fields) = (0, 0);
    let mut messages = HashMap::<&str, Recounted>::new();
    for ((message_id, event_type, at), event) in &events {
        let message = messages.entry(message_id).or_default();
        let outcome = outcome_of(event_type, event["isFinal"].as_bool().unwrap());
        message.channel = channel_of(event_type);
        message.rank = message.rank.max(OUTCOMES.iter().position(|known| *known == outcome).unwrap());
        message.delivered |= outcome == "delivered";
        if matches!(outcome, "failed" | "blocked") {
            message.undelivered = true;
            assert!(message.reason.is_none(), "{message_id} fails twice");
            message.reason = Some((outcome, reason_of(event_type)));
        }
        unknown_types += u64::from(outcome_of_final(event_type) == "unknown" && !event_type.ends_with("_UNKNOWN"));
        let is_documented = |key: &String| DOCUMENTED.split_whitespace().any(|known| known == key);
        unknown_fields += u64::from(!event.as_object().unwrap().keys().all(is_documented));
        if let Some(country) = event["isoCountryCode"].as_str() {
            assert!(message.country.is_empty() || message.country == country, "{message_id} is in one country");
            country.clone_into(&mut message.country);
        }
        newest(&mut message.price, *at, &event["totalMessagePrice"]);
        newest(&mut message.fee, *at, &event["totalCarrierFee"]);
    }
    let mut by_channel = BTreeMap::<_, BTreeMap<&str, Vec<&Recounted>>>::new();
    for message in messages.values() {
        assert_eq!(message.country.len(), 2, "every message has a country");
        by_channel.entry(message.channel).or_default().entry(&message.country).or_default().push(message);
    }
    let mut reasons = BTreeMap::<_, u64>::new();
    for message in messages.values() {
        if let Some((_, reason)) = message.reason.filter(|(outcome, _)| OUTCOMES[message.rank] == *outcome) {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    json!({
        "failure_reasons": reasons,
        "unknown_type_events": unknown_types,
        "unknown_field_events": unknown_fields,
        "lines": all,
        "events": events.len(),
        "duplicates": all - truncated - events.len(),
        "truncated_lines": truncated,
        "messages": messages.len(),
        "conflicting_messages": messages.values().filter(|message| message.delivered && message.undelivered).count(),
        "total": totals(messages.values()),
        "by_channel": by_channel.iter().map(|(channel, countries)| {
            let by_country: BTreeMap<_, _> =
                countries.iter().map(|(iso, messages)| (iso, totals(messages.iter().copied()))).collect();
            (channel, json!({"total": totals(countries.values().flatten().copied()), "by_country": by_country}))
        }).collect::<BTreeMap<_, _>>(),
    })
}

fn check(options: &GenerateOptions) -> (Value, Vec<u8>) {
    let mut lines = Vec::new();
    let truth = serde_json::to_value(generate(options, &mut lines).unwrap()).unwrap();
    let recounted = recount(&lines);
    for (key, value) in recounted.as_object().unwrap() {
        assert_eq!(&truth[key], value, "{key} of {options:?}");
    }
    (truth, lines)
}

#[test]
fn truth_equals_a_recount_of_plain_lives() {
    let (truth, _) = check(&GenerateOptions { messages: 20_000, ..Default::default() });
    assert_eq!((&truth["duplicates"], &truth["truncated_lines"]), (&json!(0), &json!(0)));
    let countries = truth["by_channel"]["text"]["by_country"].as_object().unwrap();
    assert!(countries.len() >= 20, "{} countries", countries.len());
    assert!(truth["conflicting_messages"].as_u64().unwrap() > 0);
    let (lines, messages) = (truth["lines"].as_f64().unwrap(), truth["messages"].as_f64().unwrap());
    assert!((2.5..3.1).contains(&(lines / messages)), "{lines} lines of {messages} messages");
}

#[test]
fn truth_equals_a_recount_under_every_fault() {
    let (truth, _) = check(&GenerateOptions {
        messages: 20_000,
        seed: 99,
        duplicates: 0.3,
        shuffled: true,
        late: 0.05,
        truncated: 0.1,
        unknown_types: 0.1,
        unknown_fields: 0.1,
        ..Default::default()
    });
    let share = |key: &str, of: &str| truth[key].as_f64().unwrap() / truth[of].as_f64().unwrap();
    let near = |key: &str, of: &str, rate: f64| assert!((share(key, of) / rate - 1.0).abs() < 0.1, "{key}");
    near("duplicates", "events", 0.3);
    near("truncated_lines", "lines", 0.1);
    near("late_events", "events", 0.05);
    near("unknown_field_events", "events", 0.1);
    assert!(truth["unknown_type_events"].as_u64().unwrap() > 1_500);
    let kinds = &truth["duplicates_by_kind"];
    assert!(kinds["exact"].as_u64().unwrap() * 2 > truth["duplicates"].as_u64().unwrap(), "exact copies are most");
    assert!(kinds["reordered"].as_u64().unwrap() > 0 && kinds["fewer_fields"].as_u64().unwrap() > 0);
}

#[test]
fn failures_that_are_not_final_are_followed_by_a_delivery_by_a_failure_or_by_nothing() {
    let (_, lines) = check(&GenerateOptions { messages: 5_000, ..Default::default() });
    let mut by_message = HashMap::<String, Vec<(String, bool)>>::new();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let event: Value = serde_json::from_slice(line).unwrap();
        let said = (event["eventType"].as_str().unwrap().to_owned(), event["isFinal"].as_bool().unwrap());
        by_message.entry(event["messageId"].as_str().unwrap().to_owned()).or_default().push(said);
    }
    let mut endings = BTreeMap::<_, u64>::new();
    for life in
        by_message.values().filter(|life| life.iter().any(|(kind, last)| outcome_of_final(kind) == "failed" && !last))
    {
        let outcomes = life.iter().map(|(kind, last)| outcome_of(kind, *last));
        let rank = outcomes.filter_map(|outcome| OUTCOMES.iter().position(|known| *known == outcome)).max();
        *endings.entry(OUTCOMES[rank.unwrap()]).or_default() += 1;
    }
    assert_eq!(endings.keys().copied().collect::<Vec<_>>(), ["delivered", "failed", "pending"], "{endings:?}");
}

#[test]
fn truth_equals_a_recount_at_the_bounds() {
    check(&GenerateOptions { messages: 0, truncated: 0.5, duplicates: 1.0, ..Default::default() });
    check(&GenerateOptions { messages: 1, span_ms: 0, disorder: 1.0, ..Default::default() });
    check(&GenerateOptions {
        messages: 300,
        duplicates: 1.0,
        truncated: 0.9,
        late: 1.0,
        unknown_types: 1.0,
        unknown_fields: 1.0,
        disorder: 1.0,
        ..Default::default()
    });
}

#[test]
fn faults_of_transport_change_no_life() {
    let plain = GenerateOptions { messages: 3_000, seed: 7, ..Default::default() };
    let faulty = GenerateOptions { duplicates: 0.5, truncated: 0.2, shuffled: true, disorder: 0.3, ..plain.clone() };
    let sorted_events = |lines: &[u8]| {
        let mut events: Vec<_> = lines.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        events.sort_unstable();
        events
    };
    let ((plain, plain_lines), (faulty, faulty_lines)) = (check(&plain), check(&faulty));
    assert_eq!((&plain["total"], &plain["events"]), (&faulty["total"], &faulty["events"]));
    let faulty_events = sorted_events(&faulty_lines);
    assert!(sorted_events(&plain_lines).iter().all(|event| faulty_events.binary_search(event).is_ok()));
}

#[test]
fn lines_arrive_in_order_unless_disordered() {
    let inversions = |disorder| {
        let options = GenerateOptions { messages: 2_000, disorder, ..Default::default() };
        let mut lines = Vec::new();
        generate(&options, &mut lines).unwrap();
        let requested = |line: &[u8]| serde_json::from_slice::<Value>(line).ok()?["messageRequestTimestamp"].as_i64();
        let mut times = Vec::new();
        for line in lines.split(|byte| *byte == b'\n') {
            times.extend(requested(line));
        }
        times.windows(2).filter(|pair| pair[0] > pair[1] + 600_000).count()
    };
    let (ordered, disordered) = (inversions(0.0), inversions(0.5));
    assert!(disordered > 2 * ordered, "{ordered} then {disordered}");
}
