//! What is hidden in payloads of every kind, and what is left of them.

use std::io::Write;

use base64_simd::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;
use crate::privacy::{PhoneKey, PhoneNumbers};

const EVENT: &str = r#"{"destinationPhoneNumber":"+14255550142","messageId":"m","eventTimestamp":1795000000000}"#;
const MASKED: &str = r#"{"destinationPhoneNumber":"+1********42","messageId":"m","eventTimestamp":1795000000000}"#;

fn kept(payload: impl AsRef<[u8]>) -> String {
    String::from_utf8(Privacy::default().payload(payload.as_ref()).payload.into_owned()).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode_to_string(bytes)
}

#[test]
fn numbers_are_hidden_by_shape_and_by_key_across_lines_and_where_json_breaks_off() {
    for (payload, left) in [
        (r#"{"destinationPhoneNumber":"+14255550142","mes"#, r#"{"destinationPhoneNumber":"+1********42","mes"#),
        (r#"\"destinationPhoneNumber\":\"12679164820\""#, r#"\"destinationPhoneNumber\":\"*********20\""#),
        ("{\"msisdn\"\n  :\n  \"14255550142\"", "{\"msisdn\"\n  :\n  \"*********42\""),
        (r#"{"to":["14255550142",4255550142]"#, r#"{"to":["*********42","********42"]"#),
        ("m-1,14255550142,TEXT_SENT,1686975103470", "m-1,\"*********42\",TEXT_SENT,1686975103470"),
        ("to=0044 7700 900123;", "to=+44********23;"),
        (r#"{"to":"\u002b1425555014"#, r#"{"to":"+1*******14"#),
        (r#""eventTimestamp":1686975103470,"x":"+12""#, r#""eventTimestamp":1686975103470,"x":"+12""#),
    ] {
        assert_eq!(kept(payload), left, "{payload}");
    }
}

#[test]
fn what_lies_in_base64_and_compression_is_hidden_and_stays_decoded() {
    let inner = |text: &str| serde_json::from_str::<Value>(text).unwrap()["data"].as_str().unwrap().to_owned();
    let zstd = zstd::encode_all(EVENT.as_bytes(), 3).unwrap();
    for data in [
        base64(EVENT),
        base64(EVENT).replace('=', ""),
        URL_SAFE_NO_PAD.encode_to_string(EVENT),
        base64(gzip(EVENT.as_bytes())),
        base64(zstd),
        base64(base64(EVENT)),
        base64(gzip(base64(gzip(EVENT.as_bytes())).as_bytes())),
    ] {
        assert_eq!(inner(&kept(json!({"data": data}).to_string())), MASKED);
        assert_eq!(kept(&data), MASKED, "the payload itself");
        let escaped = json!({"a": json!({"data": data}).to_string()}).to_string();
        let text = kept(&escaped);
        let outer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(inner(outer["a"].as_str().unwrap()), MASKED, "in a string of JSON");
    }
    let long = base64(EVENT.repeat(2));
    let lines = long.as_bytes().chunks(76).map(|line| format!("{}\n", std::str::from_utf8(line).unwrap()));
    assert_eq!(kept(lines.collect::<String>()), format!("{}\n", MASKED.repeat(2)), "in lines");
    let escaped = format!(r#"{{"data":"{}"}}"#, base64("??>+14255550142?").replace('/', r"\/").replace('+', r"\u002b"));
    assert_eq!(inner(&kept(escaped)), "??>+1********42?");
    assert_eq!(kept(gzip(EVENT.as_bytes())), MASKED);
    let nothing = json!({"data": base64(gzip(b"nothing of anybody"))}).to_string();
    assert_eq!(kept(&nothing), nothing, "what holds no number stays as it is");
}

#[test]
fn messages_are_hidden_whole_wherever_they_end() {
    for (payload, left) in [
        (
            r#"{"messageBody":"call me","inboundMessageId":"i"}"#,
            r#"{"messageBody":"[message]","inboundMessageId":"i"}"#,
        ),
        (r#"{"messageBody":"a \"b\\","x":"y"}"#, r#"{"messageBody":"[message]","x":"y"}"#),
        (r#"{\"messageBody\":\"a \\\"b\\\" c\",\"x\":\"y\"}"#, r#"{\"messageBody\":\"[message]\",\"x\":\"y\"}"#),
        (r#"{"MessageBody" : "breaks o"#, r#"{"MessageBody" : "[message]"#),
        (r"{'message_body': 'x'}", r"{'message_body': '[message]'}"),
        (r#"{"messageBody":"","x":1}"#, r#"{"messageBody":"","x":1}"#),
        (r#"{"x":"messageBody"}"#, r#"{"x":"messageBody"}"#),
    ] {
        assert_eq!(kept(payload), left);
        assert_eq!(kept(left), left, "hidden once");
    }
    let deep =
        json!({"a": json!({"b": json!({"messageBody": "call \"me\" \\ now", "x": "y"}).to_string()}).to_string()});
    let text = kept(deep.to_string());
    assert!(!text.contains("call") && !text.contains("now"), "{text}");
    let b: Value = serde_json::from_str(serde_json::from_str::<Value>(&text).unwrap()["a"].as_str().unwrap()).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(b["b"].as_str().unwrap()).unwrap(),
        json!({"messageBody": "[message]", "x": "y"})
    );
}

#[test]
fn each_mode_leaves_its_own_in_place_of_a_number() {
    let of = |numbers, payload: &str| {
        let privacy = Privacy { numbers, ..Privacy::default() };
        String::from_utf8(privacy.payload(payload.as_bytes()).payload.into_owned()).unwrap()
    };
    let payload = r#"{"to":"+1 425 555 0142","from":14255550142,"#;
    let hmac = || PhoneNumbers::Hmac(PhoneKey::new("v1", b"secret"));
    let hash = of(hmac(), "+14255550142");
    assert!(hash.starts_with("v1:") && hash.len() == 35);
    assert_eq!(of(hmac(), payload), format!(r#"{{"to":"{hash}","from":"{hash}","#));
    assert_eq!(of(PhoneNumbers::Drop, payload), r#"{"to":"[number]","from":null,"#);
    assert_eq!(of(PhoneNumbers::Plain, payload), payload);
    for numbers in [hmac(), PhoneNumbers::Drop, PhoneNumbers::Mask] {
        let once = of(numbers.clone(), payload);
        assert_eq!(of(numbers, &once), once, "what is hidden stays as it is");
    }
}

#[test]
fn what_cannot_be_searched_is_told() {
    let is_opaque = |payload: &[u8]| Privacy::default().payload(payload).is_opaque;
    let gzip_of_event = gzip(EVENT.as_bytes());
    for opaque in [
        &gzip_of_event[..gzip_of_event.len() - 9],
        &gzip(&vec![b' '; MOST_INFLATED + 1]),
        &(0..=255u8).map(|byte| byte.wrapping_mul(37)).collect::<Vec<u8>>(),
        b"BZh91AY&SY\x01\x02\x03\x04\x05\xf7\xf8\xf9",
    ] {
        assert!(is_opaque(opaque), "{opaque:?}");
        assert_eq!(Privacy::default().payload(opaque).payload, opaque, "and stays as it is");
    }
    let utf16: Vec<u8> = EVENT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for searched in [EVENT.as_bytes(), &gzip_of_event, b"", "été\n".as_bytes(), b"caf\xe9 in the town of Latin", &utf16]
    {
        assert!(!is_opaque(searched), "{searched:?}");
    }
    assert!(!Privacy::default().payload(&utf16).payload.windows(4).any(|window| window == b"5\x005\0"), "UTF-16");
}
