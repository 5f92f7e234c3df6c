//! One telephone number, in many spellings and many places: it comes to rest nowhere, in no mode that hides numbers, and no
//! reply tells it.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::sync::Arc;
use std::time::Duration;

use base64_simd::STANDARD;
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use serde_json::{Value, json};
use smsvoice_event::Timestamp;
use smsvoice_ingest::{PhoneKey, PhoneNumbers, Privacy};
use smsvoice_lake::Table;

use crate::payloads;
use crate::world::{bucket, consumer};

/// A number that Ofcom keeps for fiction, and the digits of it that no stored text may hold one after the other.
pub(crate) const NUMBER: &str = "+447700900187";
const DIGITS: &str = "0900187";

/// The same number as people and programs write it.
const SPELLINGS: [&str; 20] = [
    "+447700900187",
    "447700900187",
    "00447700900187",
    "011447700900187",
    "07700900187",
    "7700900187",
    "+44 7700 900187",
    "+44-7700-900187",
    "+44.7700.900187",
    "+44/7700/900187",
    "(+44) 7700 900187",
    "+44 (0) 7700 900187",
    "+44\u{a0}7700\u{2009}900–187",
    "＋４４７７００９００１８７",
    "+٤٤٧٧٠٠٩٠٠١٨٧",
    r"\u002b447700\u0039\u0030\u0030187",
    "%2B447700900187",
    "%252B44%25207700%2520900187",
    "&#43;44&nbsp;7700&nbsp;900187",
    "+44\u{200b}7700\u{200b}900187",
];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn event(id: &str, more: &Value) -> String {
    let mut event = json!({"eventType": "TEXT_DELIVERED", "messageId": id, "eventTimestamp": 1_795_000_000_000u64,
        "destinationPhoneNumber": NUMBER});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event.to_string()
}

/// Events that are read, with the number in a place where nobody expects it.
fn events(which: usize, spelled: &str) -> Vec<String> {
    [
        json!({"destinationPhoneNumber": spelled}),
        json!({"context": {"customer": spelled, "note": format!("call {spelled}, soon")}}),
        json!({"context": {spelled: "x"}}),
        json!({"context": {"json": json!({"to": spelled}).to_string()}}),
        json!({"somethingNew": spelled}),
        json!({"somethingNew": {"deep": [{"to": [spelled]}], spelled: 1}}),
        json!({spelled: 1}),
        json!({"somethingNew": 447_700_900_187u64, "list": [447_700_900_187u64, 7_700_900_187u64]}),
        json!({"messageStatusDescription": format!("no route to {spelled}")}),
        json!({"carrierName": spelled}),
        json!({"messageStatus": spelled, "mcc": spelled, "eventVersion": spelled, "rcsBusinessId": spelled}),
        json!({"protectConfiguration": {"protectConfigurationId": spelled, "new": spelled}}),
        json!({"eventType": format!("TEXT_{spelled}")}),
    ]
    .iter()
    .enumerate()
    .map(|(at, more)| event(&format!("m-{which}-{at}"), more))
    .collect()
}

/// What is no event and goes to quarantine.
fn unreadable(spelled: &str) -> Vec<String> {
    let broken = format!(r#"{{"eventType":"TEXT_SENT","destinationPhoneNumber":{},"mess"#, json!(spelled));
    let known =
        json!({"eventTimestamp": "never", "messageId": "m", "eventType": "TEXT_SENT", "to": spelled}).to_string();
    let inbound = json!({"originationNumber": spelled, "destinationNumber": "+12065550100", "inboundMessageId": "i",
        "messageBody": format!("it is me, {spelled}")});
    vec![
        broken.clone(),
        known.clone(),
        inbound.to_string(),
        json!({"msisdn": spelled}).to_string(),
        json!({"recipient": {"phone": [spelled]}, "callerNumber": spelled}).to_string(),
        serde_json::to_string_pretty(&json!({"to": spelled, "a": {"b": spelled}})).unwrap(),
        format!("{{\"to\"\n:\n\"{spelled}"),
        format!("a line of a log about {spelled} and nothing else"),
        format!("m-1;{spelled};TEXT_SENT"),
        json!({"a": known}).to_string(),
        json!({"data": STANDARD.encode_to_string(&known)}).to_string(),
        json!({"data": STANDARD.encode_to_string(gzip(known.as_bytes()))}).to_string(),
        json!({"data": STANDARD.encode_to_string(STANDARD.encode_to_string(&known))}).to_string(),
        STANDARD.encode_to_string(&broken),
        STANDARD.encode_to_string(zstd::encode_all(known.as_bytes(), 1).unwrap()),
    ]
}

/// Payloads of a function, each with the number in it.
pub(crate) fn inputs() -> Vec<String> {
    let mut inputs = Vec::new();
    for (which, spelled) in SPELLINGS.into_iter().enumerate() {
        let (events, unreadable) = (events(which, spelled), unreadable(spelled));
        inputs.push(payloads::sqs(&events, "arn:aws:sqs:us-east-1:111122223333:sms").to_string());
        inputs.push(payloads::sqs(&unreadable, "arn:aws:sqs:us-east-1:111122223333:sms").to_string());
        inputs.push(payloads::kinesis(&unreadable).to_string());
        inputs.push(payloads::logs(&unreadable).to_string());
        inputs.push(json!({"Records": [{"eventSource": "aws:elsewhere", "what": unreadable}]}).to_string());
    }
    inputs
}

/// Everything a text says, once what is encoded in it is decoded, as ASCII digits. None of the product's own code.
fn digits(text: &str) -> String {
    let mut digits = String::new();
    for character in text.chars() {
        let value = match character {
            '0'..='9' => character as u32 - 0x30,
            '０'..='９' => character as u32 - 0xff10,
            '٠'..='٩' => character as u32 - 0x660,
            _ => continue,
        };
        write!(digits, "{value}").unwrap();
    }
    digits
}

fn replaced(text: &str, escape: &str, len: usize) -> String {
    let mut parts = text.split(escape);
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.get(..len).and_then(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?)) {
            Some(character) => decoded.extend(std::iter::once(character).chain(part[len..].chars())),
            None => decoded.extend([escape, part]),
        }
    }
    decoded
}

/// Whether the number can be got out of these bytes.
pub(crate) fn leaks(bytes: &[u8], depth: u8) -> bool {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let percent = |text: &str| replaced(&text.replace("%25", "%"), "%", 2);
    let decoded = percent(&replaced(&text, "\\u", 4));
    if [&text, &decoded].iter().any(|text| digits(text).contains(DIGITS)) {
        return true;
    }
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    depth < 4
        && text.split(|c| !is_base64(c)).filter(|token| token.len() > 11).any(|token| {
            STANDARD.decode_to_vec(token).is_ok_and(|inner| {
                let mut inflated = Vec::new();
                let _ = flate2::read::MultiGzDecoder::new(&inner[..]).read_to_end(&mut inflated);
                let zstd = zstd::decode_all(&inner[..]).unwrap_or_default();
                [inner, inflated, zstd].iter().any(|inner| leaks(inner, depth + 1))
            })
        })
}

fn modes() -> [PhoneNumbers; 3] {
    [PhoneNumbers::Mask, PhoneNumbers::Hmac(PhoneKey::new("v1", b"0123456789abcdef")), PhoneNumbers::Drop]
}

#[test]
fn the_detector_finds_every_spelling() {
    for spelled in SPELLINGS {
        for text in events(0, spelled).iter().chain(&unreadable(spelled)) {
            assert!(leaks(text.as_bytes(), 0), "{text}");
        }
    }
}

#[tokio::test]
async fn no_number_comes_to_rest_or_is_told_in_any_mode() {
    for numbers in modes() {
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let mut consumer = consumer(store.clone(), Arc::new(InMemory::new()));
        consumer.settings.privacy = Privacy { numbers, ..Privacy::default() };
        let now = Timestamp::from_millis(1_795_000_000_000).unwrap();
        let (mut written, mut quarantined) = (0, 0);
        for payload in inputs() {
            let handled = consumer.invoke(&payload, now, Duration::from_mins(1)).await;
            assert!(handled.ledger.adds_up() && handled.ledger.to_retry == 0, "{:?}", handled.ledger);
            written += handled.ledger.written;
            quarantined += handled.ledger.quarantined;
            let told = match handled.reply {
                Ok(reply) => serde_json::to_string(&reply).unwrap(),
                Err(failure) => failure.to_string(),
            };
            assert!(!leaks(told.as_bytes(), 0), "{told}");
        }
        assert!(written >= 240 && quarantined >= 900, "{written} {quarantined}");
        let names: Vec<_> = store.list(None).map_ok(|object| object.location.to_string()).try_collect().await.unwrap();
        assert!(!leaks(names.join(" ").as_bytes(), 0));
        let mut leaked = Vec::new();
        for file in consumer.lake.files(Table::Events).await.unwrap() {
            for batch in consumer.lake.read_events(&file).await.unwrap() {
                for row in 0..batch.num_rows() {
                    let row = format!("{:?}", batch.slice(row, 1));
                    leaked.extend(leaks(row.as_bytes(), 0).then_some(row));
                }
            }
        }
        for file in consumer.lake.files(Table::Quarantine).await.unwrap() {
            for row in consumer.lake.read_quarantine(&file).await.unwrap() {
                let all = [row.source_id.as_bytes(), row.reason.as_bytes(), &row.payload].concat();
                leaked.extend(leaks(&all, 0).then(|| String::from_utf8_lossy(&all).into_owned()));
            }
        }
        assert!(leaked.is_empty(), "{:?} leaks {} times: {leaked:#?}", consumer.settings.privacy, leaked.len());
    }
}

#[tokio::test]
async fn the_key_of_an_object_is_told_without_its_number() {
    for spelled in ["+447700900187", "447700900187", "%2B44+7700+900187"] {
        let key = format!("exports/{spelled}.json");
        let notification = payloads::s3(&key.replace('+', "%2B")).to_string();
        let now = Timestamp::from_millis(1_795_000_000_000).unwrap();
        for objects in [Arc::new(InMemory::new()) as Arc<dyn ObjectStore>, bucket(&key, b"{\"broken".to_vec()).await] {
            let mut consumer = consumer(Arc::new(InMemory::new()), objects);
            consumer.settings.privacy = Privacy::default();
            let handled = consumer.invoke(&notification, now, Duration::from_secs(1)).await;
            let told = format!("{:?} {:?}", handled.reply, handled.ledger);
            assert!(!leaks(told.as_bytes(), 0), "{told}");
            for file in consumer.lake.files(Table::Quarantine).await.unwrap() {
                for row in consumer.lake.read_quarantine(&file).await.unwrap() {
                    assert!(!leaks(row.source_id.as_bytes(), 0), "{}", row.source_id);
                }
            }
        }
    }
}
