//! One number in many spellings, and what looks like a number and is none.

use super::*;
use crate::privacy::keys::Key;

const NUMBER: &str = "+14255550142";

fn mask(number: &Number) -> String {
    format!("<{}>", number.text())
}

/// The text with known numbers as `<known>`, and others as `<digits>`.
fn searched(text: &str, form: Form, key: Key, known: &[&str]) -> String {
    let known: Vec<Known> =
        known.iter().map(|text| Known { number: Number::read(text).unwrap(), stored: "<known>".to_owned() }).collect();
    let search = Search { known: &known, others: Some(&mask), kept: &["order".to_owned()], drops: false };
    search.text(text, form, key).into_owned()
}

fn known(text: &str) -> String {
    searched(text, Form::Text, Key::Kept, &[NUMBER])
}

fn others(text: &str) -> String {
    searched(text, Form::Text, Key::Unknown, &[])
}

/// Spellings of [`NUMBER`] as a whole.
const SPELLINGS: [&str; 24] = [
    "+14255550142",
    "14255550142",
    "0014255550142",
    "01114255550142",
    "+1 425 555 0142",
    "+1-425-555-0142",
    "+1.425.555.0142",
    "+1 (425) 555-0142",
    "(+1) 425 555 0142",
    "+1/425/5550142",
    "+1\u{a0}425\u{a0}555\u{a0}0142",
    "+1\u{202f}425–555–0142",
    "＋１４２５５５５０１４２",
    "+١٤٢٥٥٥٥٠١٤٢",
    r"\u002b14255550142",
    r"\u002B1\u0034\u0032\u0035\u0035\u0035\u0035\u0030\u0031\u0034\u0032",
    r"\\u002b14255550142",
    r"\uff0b\uff11\uff14\uff12\uff15\uff15\uff15\uff15\uff10\uff11\uff14\uff12",
    "%2B14255550142",
    "%252B1%20425%20555%200142",
    "&#43;14255550142",
    "&plus;1&nbsp;425&nbsp;555&nbsp;0142",
    "+1\u{200b}425\u{200b}555\u{200b}0142",
    "1 4 2 5 5 5 5 0 1 4 2",
];

#[test]
fn a_known_number_is_found_in_every_spelling_and_between_any_words() {
    for spelling in SPELLINGS {
        assert_eq!(known(spelling), "<known>", "{spelling}");
        let around = format!("call {spelling}, or not");
        assert_eq!(known(&around), "call <known>, or not", "{spelling}");
        for around in [format!("id_{spelling}_7"), format!("x{spelling}y"), format!("mailto:{spelling}@x.example")] {
            let hidden = known(&around);
            assert!(hidden.contains("<known>") && !hidden.contains("0142"), "{around}: {hidden}");
        }
        assert!(could_hold(spelling), "{spelling}");
    }
}

#[test]
fn a_known_number_is_found_without_its_country_code_and_among_other_digits() {
    for (text, expected) in [
        ("4255550142", "<known>"),
        ("(425) 555-0142", "<known>"),
        ("04255550142", "<known>"),
        ("555-0142", "<known>"),
        ("5550142", "<known>"),
        ("2026-11-18 14255550142", "2026-11-18 <known>"),
        ("99914255550142777", "999<known>777"),
        ("1425555\n0142", "<known>"),
        ("14255550142 14255550142", "<known> <known>"),
        ("1+425+555+0142", "<known>"),
        ("14255550143", "14255550143"),
        ("5550143", "5550143"),
        ("12345550142", "12345550142"),
    ] {
        assert_eq!(known(text), expected, "{text}");
    }
    let british = |text: &str| searched(text, Form::Text, Key::Kept, &["+447700900123"]);
    for text in ["+44 (0) 7700 900123", "07700 900123", "7700900123", "0044 7700 900123", "+44(0)7700900123"] {
        assert_eq!(british(text), "<known>", "{text}");
    }
}

#[test]
fn all_spellings_are_one_number() {
    for spelling in SPELLINGS {
        assert_eq!(
            Number::read(spelling).map(|number| number.e164_digits()).as_deref(),
            Some("14255550142"),
            "{spelling}"
        );
    }
    for (text, is_number) in
        [("+1 (425) 555-0142", true), ("555555", false), ("NOTIFY", false), ("call +14255550142", false)]
    {
        assert_eq!(Number::is_all_of(text), is_number, "{text}");
    }
}

#[test]
fn other_numbers_are_told_by_their_shape() {
    for (text, expected) in [
        ("+14255550143", "<+14255550143>"),
        ("call +1 425 555 0143 or 0044 7700 900123", "call <+14255550143> or <+447700900123>"),
        ("order 1234567", "order <1234567>"),
        ("(425) 555-0143", "<4255550143>"),
        ("user14255550143@x.example", "user<14255550143>@x.example"),
        ("+14255550143+14255550144", "<+14255550143><+14255550144>"),
        ("14255550143 14255550144", "<14255550143> <14255550144>"),
        ("14255550143\n14255550144", "<14255550143>\n<14255550144>"),
        ("+1425\n5550143", "<+14255550143>"),
        ("2026-11-18 11:06 +447700900123", "2026-11-18 11:06 <+447700900123>"),
        ("14255550143-3f2504e0-4f89-11d3-9a0c-0305e82c3301", "<14255550143>-3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
    ] {
        assert_eq!(others(text), expected, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_number_stays() {
    for text in [
        "310260",
        "555555",
        "2026-11-18",
        "18.11.2026",
        "2026-11-18T11:06:40.123Z",
        "2026-11-18 11:06:40.123456",
        "20261118T110640Z",
        "20261118110640",
        "1795000000000",
        "0.0058100",
        "12.345678",
        "192.168.100.200",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "12345678-1234-1234-1234-123456789012",
        "arn:aws:sns:us-east-1:111122223333:sms",
        "https://sqs.us-east-1.amazonaws.com/111122223333/sms",
        "49546986683135544286507457936321625675700192471156785154",
        "v1:959441b81fe838e85213340c1fe65d6e",
        "sms-1-2026-11-18-11-06-40-12345678-4f89-11d3-9a0c-0305e82c3301",
        "2026/11/18/11/",
        "+1********42",
        "[number]",
    ] {
        assert_eq!(others(text), text);
        assert_eq!(searched(text, Form::Payload, Key::Unknown, &[]), text);
        assert_eq!(searched(text, Form::Name, Key::Unknown, &[]), text);
    }
}

#[test]
fn keys_say_what_digits_are() {
    for (text, expected) in [
        (r#"{"to":"1795000000000"}"#, r#"{"to":"<1795000000000>"}"#),
        (r#"{"eventTimestamp":1795000000}"#, r#"{"eventTimestamp":1795000000}"#),
        (r#"{"accountId":"111122223333"}"#, r#"{"accountId":"111122223333"}"#),
        (r#"{"messageId":"12345678"}"#, r#"{"messageId":"12345678"}"#),
        (r#"{"order":"+14255550143"}"#, r#"{"order":"+14255550143"}"#),
        (r#"{"other":"+14255550143"}"#, r#"{"other":"<+14255550143>"}"#),
        ("{\"a\" :\n [\"14255550143\"]}", "{\"a\" :\n [\"<14255550143>\"]}"),
    ] {
        for form in [Form::Json, Form::Payload] {
            assert_eq!(searched(text, form, Key::Unknown, &[]), expected, "{text}");
        }
    }
}

#[test]
fn json_stays_json() {
    for (text, expected) in [
        ("14255550142", r#""<known>""#),
        (
            r#"{"a":14255550142,"b":[14255550143,1],"c":-14255550142}"#,
            r#"{"a":"<known>","b":["<14255550143>",1],"c":"<known>"}"#,
        ),
        (r#"{"a":"{\"b\":14255550142}"}"#, r#"{"a":"{\"b\":\"<known>\"}"}"#),
        (r#"{"a":["{\"k\":1}",14255550142]}"#, r#"{"a":["{\"k\":1}","<known>"]}"#),
        (r#"{"a":1425555014200000000e1}"#, r#"{"a":"<known>"}"#),
        (r#"{"a":-12345678,"b":1234567e5}"#, r#"{"a":"<12345678>","b":"<1234567>"}"#),
    ] {
        let hidden = searched(text, Form::Json, Key::Unknown, &[NUMBER]);
        assert_eq!(hidden, expected, "{text}");
        assert!(serde_json::from_str::<serde_json::Value>(&hidden).is_ok());
    }
    for (text, expected) in [
        (r#"{"to":14255550142,"mes"#, r#"{"to":"<known>","mes"#),
        (r#"\"to\":14255550142}"#, r#"\"to\":\"<known>\"}"#),
        (r#"{"to":14255550142"#, r#"{"to":"<known>""#),
        ("ids: 14255550142", "ids: <known>"),
    ] {
        assert_eq!(searched(text, Form::Payload, Key::Unknown, &[NUMBER]), expected, "{text}");
    }
}

#[test]
fn names_of_files_lose_numbers_and_keep_counters() {
    let name = |text: &str| searched(text, Form::Name, Key::Unknown, &[]);
    assert_eq!(name("exports/+14255550143.json:17"), "exports/<+14255550143>.json:17");
    assert_eq!(name("exports/14255550143/4255550143.json"), "exports/<14255550143>/<4255550143>.json");
    for counted in ["part-00000012.json", "/tmp/x1234567890/in", "batch-20261118/0001"] {
        assert_eq!(name(counted), counted);
    }
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    /// Between two digits; the number of a spelling is the same whatever stands there.
    const BETWEEN: [&str; 14] =
        ["", "", "", "", " ", "-", ".", "/", "\u{a0}", "–", "%20", "&nbsp;", "\u{200b}", r"\u00a0"];
    /// In front of the first.
    const PREFIXES: [&str; 9] = ["+", "+ ", "00", "", "＋", "%2B", r"\u002b", "&#43;", "%252b"];

    fn digit(value: u8, how: usize) -> String {
        let ascii = char::from(b'0' + value);
        match how {
            0 => char::from_u32(0xff10 + u32::from(value)).unwrap().to_string(),
            1 => char::from_u32(0x660 + u32::from(value)).unwrap().to_string(),
            2 => format!("\\u{:04x}", ascii as u32),
            3 => format!("%{:02X}", ascii as u32),
            4 => format!("%25{:02x}", ascii as u32),
            5 => format!("&#{};", ascii as u32),
            _ => ascii.to_string(),
        }
    }

    prop_compose! {
        fn spelled()(
            rest in prop::collection::vec(0u8..10, 9..14),
            first in 1u8..10,
            prefix in 0..PREFIXES.len(),
            hows in prop::collection::vec((0usize..30, 0..BETWEEN.len()), 15),
        ) -> (String, String) {
            let digits: Vec<u8> = std::iter::once(first).chain(rest).collect();
            let number: String = digits.iter().map(|value| char::from(b'0' + value)).collect();
            let mut spelled = PREFIXES[prefix].to_owned();
            for (at, (value, (how, between))) in digits.iter().zip(hows).enumerate() {
                // What is encoded begins with digits of its own, which would run into those before.
                spelled += if at == 0 { "" } else { BETWEEN[between] };
                spelled += &digit(*value, how);
            }
            (number, spelled)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_number_is_itself_in_any_spelling((number, spelled) in spelled(), before in "[a-z :\"]{0,6}", after in "[a-z,\"}]{0,6}") {
            let read = Number::read(&spelled).map(|read| read.e164_digits());
            prop_assert_eq!(read, Some(number.clone()), "{}", spelled);
            let text = format!("{before}{spelled}{after}");
            let hidden = searched(&text, Form::Text, Key::Kept, &[&format!("+{number}")]);
            prop_assert_eq!(hidden, format!("{before}<known>{after}"), "{}", text);
            // And to somebody who does not know it, unless it could be a time.
            let hidden = searched(&text, Form::Payload, Key::Unknown, &[]);
            let is_time = number.len() == 13 && number.starts_with('1') || number.contains("19") || number.contains("20");
            prop_assert!(hidden.contains('<') || is_time, "{text}: {hidden}");
        }

        #[test]
        fn any_text_is_searched_without_a_panic_and_nothing_is_found_twice(text in "\\PC{0,60}|[0-9+ ().%&\\\\u\"{}:\\-]{0,60}") {
            for form in [Form::Text, Form::Json, Form::Payload, Form::Name] {
                let bytes = text.as_bytes();
                let stored = |_: &Number| "[number]".to_owned();
                let search = Search { known: &[], others: Some(&stored), kept: &[], drops: true };
                let once = search.bytes(bytes, form, Key::Unknown).into_owned();
                prop_assert!(std::str::from_utf8(&once).is_ok());
                prop_assert_eq!(search.bytes(&once, form, Key::Unknown).into_owned(), once.clone(), "{}", text);
            }
        }
    }
}
