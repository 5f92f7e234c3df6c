//! The rule file: what each matcher of a rule matches and what it does not, and how each ending of each channel is told.

use std::{collections::BTreeMap, io::Write};

use serde_json::{Value, json};
use smsvoice_emulator::Config;
use smsvoice_event::Channel;
use smsvoice_lifecycle::{Ending, SILENCE_MS};
use tempfile::NamedTempFile;

use crate::support::Emulator;

/// Everything arrives, but for what the rules pin.
const ARRIVING: &str = "[odds]\ntext = { arrives = 1, otherwise = [] }\nvoice = { arrives = 1, otherwise = [] }\n\
    media = { arrives = 1, otherwise = [] }\n";

/// A rule file with this text after odds by which everything arrives.
pub(crate) fn rule_file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(format!("{ARRIVING}{text}").as_bytes()).unwrap();
    file
}

/// An account with a number for all channels and countries.
pub(crate) fn account(config: Config) -> Emulator {
    let emulator = Emulator::start(config);
    let request = json!({"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberType": "LONG_CODE",
        "NumberCapabilities": ["SMS", "VOICE", "MMS"], "InternationalSendingEnabled": true});
    let number = emulator.call("RequestPhoneNumber", &request);
    assert!(number["PhoneNumberId"].is_string(), "{number}");
    emulator
}

/// Sends one message and returns its id.
pub(crate) fn send(emulator: &Emulator, channel: Channel, to: &str, context: &Value) -> String {
    let operation = match channel {
        Channel::Voice => "SendVoiceMessage",
        Channel::Media => "SendMediaMessage",
        _ => "SendTextMessage",
    };
    let numbers = emulator.call("DescribePhoneNumbers", &json!({}));
    let message = json!({"DestinationPhoneNumber": to, "MessageBody": "hello", "Context": context,
        "OriginationIdentity": numbers["PhoneNumbers"][0]["PhoneNumberId"]});
    let answer = emulator.call(operation, &message);
    answer["MessageId"].as_str().unwrap_or_else(|| panic!("{channel} to {to}: {answer}")).to_owned()
}

/// The events of every message, by its id, in the order of their time stamps.
fn lives(emulator: &Emulator) -> BTreeMap<String, Vec<Value>> {
    emulator.post("/_smsvoice/clock/advance", r#"{"seconds": 700000}"#);
    emulator.settle();
    let mut lives: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in emulator.request("GET", "/_smsvoice/events", "").lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        lives.entry(event["messageId"].as_str().unwrap().to_owned()).or_default().push(event);
    }
    for events in lives.values_mut() {
        events.sort_by_key(|event| event["eventTimestamp"].as_i64());
    }
    lives
}

fn kind(event: &Value) -> &str {
    event["eventType"].as_str().unwrap()
}

const RULES: &str = r#"
[[rule]]
number = "+14255550101"
ending = "blocked"

[[rule]]
prefix = "+1425555010"
ending = "spam"

[[rule]]
country = "GB"
ending = "invalid"

[[rule]]
prefix = "+1360"
ending = "busy"                     # no text ends so, and so texts go on to the next rule

[[rule]]
channel = "voice"
ending = "no_answer"

[[rule]]
context = { campaign = "spring", group = "b" }
ending = "carrier_blocked"

[[rule]]
prefix = "+1206"
channel = "media"
country = "US"
context = { size = "large" }
ending = "file_size_exceeded"

[[rule]]
prefix = "+1360"
ending = "unknown"

[[rule]]
prefix = "+1425414"
ending = "invalid"

[[rule]]
prefix = "+1509"
channel = "text"                    # calls and media messages can end so, too
ending = "ttl_expired"
"#;

/// No rule matches, and so it arrives: one carrier confirms that with DELIVERED, another with SUCCESSFUL.
const ARRIVES: &str = "arrives";

/// Channel, destination, context, and the last event that follows from the rules.
fn cases() -> Vec<(Channel, &'static str, Value, &'static str)> {
    use Channel::{Media, Text, Voice};
    let none = || json!({});
    vec![
        (Text, "+14255550101", none(), "TEXT_BLOCKED"), // the first of two rules that match
        (Text, "+14255550102", none(), "TEXT_SPAM"),
        (Text, "+14255550111", none(), ARRIVES), // neither the number nor the prefix
        (Text, "+447700900123", none(), "TEXT_INVALID"),
        (Text, "+16135550123", none(), ARRIVES), // another country
        (Voice, "+12065550123", none(), "VOICE_NO_ANSWER"),
        (Media, "+12065550123", none(), ARRIVES), // another channel
        (Text, "+12065550123", json!({"campaign": "spring", "group": "b", "more": "m"}), "TEXT_CARRIER_BLOCKED"),
        (Text, "+12065550123", json!({"campaign": "spring"}), ARRIVES), // one entry of two
        (Text, "+12065550123", json!({"campaign": "spring", "group": "a"}), ARRIVES), // another value
        (Media, "+12065550123", json!({"size": "large"}), "MEDIA_FILE_SIZE_EXCEEDED"),
        (Media, "+14255550111", json!({"size": "large"}), ARRIVES), // all but the prefix
        (Text, "+12065550123", json!({"size": "large"}), ARRIVES),  // all but the channel
        (Media, "+12065550123", json!({"size": "small"}), ARRIVES), // all but the context
        (Text, "+13605550123", none(), "TEXT_UNKNOWN"),
        (Text, "+15095550123", none(), "TEXT_TTL_EXPIRED"),
        (Media, "+15095550123", none(), ARRIVES),
        (Text, "+14254147755", none(), "TEXT_DELIVERED"), // AWS's simulator decides before any rule
    ]
}

#[test]
fn the_first_rule_all_of_whose_matchers_match_decides_how_a_message_ends() {
    let rules = rule_file(RULES);
    let emulator = account(Config { rules: Some(rules.path().to_owned()), ..Config::default() });
    let sent: Vec<_> = cases()
        .into_iter()
        .map(|(channel, to, context, last)| (send(&emulator, channel, to, &context), to, last))
        .collect();
    let lives = lives(&emulator);
    for (at, (id, to, last)) in sent.iter().enumerate() {
        let kind = kind(lives[id].last().unwrap());
        let arrived = kind.ends_with("_DELIVERED") || kind.ends_with("_SUCCESSFUL");
        assert!(if *last == ARRIVES { arrived } else { kind == *last }, "case {at}, to {to}: {kind}, not {last}");
    }
}

/// The events of a life, after those with which any message begins: alternatives are separated by `|`, and what is final
/// has a `!`.
fn told(channel: Channel, ending: Ending) -> &'static str {
    match (channel, ending) {
        (Channel::Voice, Ending::Delivered) => "INITIATED RINGING ANSWERED COMPLETED!",
        (Channel::Voice, Ending::NoReceipt) => "INITIATED RINGING",
        (Channel::Voice, Ending::TtlExpired) => "TTL_EXPIRED!",
        (_, Ending::Delivered) => "SUCCESSFUL DELIVERED!",
        (_, Ending::Accepted) => "SUCCESSFUL!",
        (_, Ending::NoReceipt) => "SUCCESSFUL",
        (_, Ending::UnknownAfterSilence) => "UNKNOWN!|SUCCESSFUL UNKNOWN!",
        (_, Ending::Unknown) => "UNKNOWN!",
        (_, Ending::DeliveredAfterFailure) => "SUCCESSFUL UNREACHABLE! DELIVERED!",
        (_, Ending::DeliveredAfterRetry) => "UNREACHABLE DELIVERED!|CARRIER_UNREACHABLE DELIVERED!",
        (_, Ending::ExpiredAfterRetry) => "UNREACHABLE TTL_EXPIRED!|CARRIER_UNREACHABLE TTL_EXPIRED!",
        (_, Ending::StillTrying) => "UNREACHABLE",
        (_, Ending::Invalid) => "INVALID!",
        (_, Ending::InvalidMessage) => "INVALID_MESSAGE!",
        (_, Ending::Unreachable) => "SUCCESSFUL UNREACHABLE!",
        (_, Ending::CarrierUnreachable) => "CARRIER_UNREACHABLE!",
        (_, Ending::Blocked) => "BLOCKED!",
        (_, Ending::CarrierBlocked) => "CARRIER_BLOCKED!",
        (_, Ending::Spam) => "SPAM!",
        (_, Ending::TtlExpired) => "TTL_EXPIRED!|SUCCESSFUL TTL_EXPIRED!",
        (_, Ending::ProtectBlocked) => "PROTECT_BLOCKED!",
        (_, Ending::FileInaccessible) => "FILE_INACCESSIBLE!",
        (_, Ending::FileTypeUnsupported) => "FILE_TYPE_UNSUPPORTED!",
        (_, Ending::FileSizeExceeded) => "FILE_SIZE_EXCEEDED!",
        (_, Ending::Busy) => "INITIATED BUSY!",
        (_, Ending::NoAnswer) => "INITIATED RINGING NO_ANSWER!",
        (_, Ending::Failed) => "INITIATED FAILED!|INITIATED RINGING FAILED!",
        (_, Ending::Read | Ending::FellBackToSms) => "of RCS, which the emulator does not send",
    }
}

/// A life as [`told`] writes it.
fn summary(events: &[Value]) -> String {
    let words = events.iter().filter(|event| !kind(event).ends_with("_QUEUED") && !kind(event).ends_with("_PENDING"));
    let word = |event: &Value| {
        let (_, word) = kind(event).split_once('_').unwrap();
        format!("{word}{}", if event["isFinal"] == true { "!" } else { "" })
    };
    words.map(word).collect::<Vec<_>>().join(" ")
}

/// Messages of each channel and ending; each draws lots of its own.
const EACH: usize = 4;

#[test]
fn every_ending_of_every_channel_is_told_as_it_happened() {
    let channels = [Channel::Text, Channel::Voice, Channel::Media];
    let all: Vec<_> =
        channels.into_iter().flat_map(|channel| Ending::ALL.iter().map(move |ending| (channel, *ending))).collect();
    let rule = |ending: &Ending| format!("[[rule]]\ncontext = {{ ending = \"{ending}\" }}\nending = \"{ending}\"\n");
    let sent = |ending: &&Ending| channels.iter().any(|channel| ending.fits(*channel));
    let rules = rule_file(&Ending::ALL.iter().filter(sent).map(rule).collect::<String>());
    let emulator = account(Config { rules: Some(rules.path().to_owned()), seed: Some(8), ..Config::default() });
    let mut sent = Vec::new();
    for (channel, ending) in all.into_iter().filter(|(channel, ending)| ending.fits(*channel)) {
        let context = json!({"ending": ending.as_str()});
        sent.extend((0..EACH).map(|_| (channel, ending, send(&emulator, channel, "+14255550123", &context))));
    }
    assert!(sent.len() >= EACH * 40, "{} messages", sent.len());
    let lives = lives(&emulator);
    for (channel, ending, id) in sent {
        let events = &lives[&id];
        let summary = summary(events);
        assert!(told(channel, ending).split('|').any(|told| told == summary), "{channel} {ending}: {summary}");
        let last = events.last().unwrap();
        assert_eq!(kind(last), ending.last_event(channel).unwrap().as_str(), "{channel} {ending}");
        let after_ms = last["eventTimestamp"].as_i64().unwrap() - last["messageRequestTimestamp"].as_i64().unwrap();
        let late = ending == Ending::UnknownAfterSilence;
        assert!(!late || after_ms >= SILENCE_MS, "{channel} {ending}: after {after_ms} ms");
        // The longest time to live is 72 hours too; AWS notices a moment later.
        assert!(late || after_ms < SILENCE_MS + 60_000, "{channel} {ending}: after {after_ms} ms");
    }
}
