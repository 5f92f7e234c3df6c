//! The scanner against serde_json.

#![allow(clippy::redundant_closure_for_method_calls)] // a method is of one lifetime, and what reads is of any

use super::*;
use proptest::prelude::*;

fn whole(text: &str) -> Option<Value<'_>> {
    let mut scanner = Scanner::new(text);
    let value = scanner.value().ok()?;
    (scanner.peek().is_none()).then_some(value)
}

fn agrees(text: &str) {
    // Raw, because serde_json alone would also refuse numbers beyond f64, which is a matter of types, not of syntax.
    let theirs = serde_json::from_str::<&serde_json::value::RawValue>(text).ok();
    let ours = whole(text);
    assert_eq!(ours.is_some(), theirs.is_some(), "{text:?}");
    if let (Some(Value::String(ours)), Some(theirs)) = (ours, theirs) {
        assert_eq!(serde_json::from_str::<String>(theirs.get()).ok().as_deref(), Some(ours.as_ref()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn accepts_what_serde_json_accepts(text in r#"[\[\]{},:"\\ntrue0-9.eE+\-u a\n\té]{0,24}"#) {
        agrees(&text);
    }

    #[test]
    fn strings_read_as_serde_json_reads_them(text in r#""([ -~é東]|\\["\\/bfnrtu]|\\u[0-9a-fD-d]{4}|\\ud83d\\ude00){0,20}""#) {
        // A lone surrogate inside RawValue passes serde_json unread, so compare the typed reading.
        let theirs = serde_json::from_str::<String>(&text).ok();
        let ours = match whole(&text) { Some(Value::String(ours)) => Some(ours.into_owned()), _ => None };
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn rendered_json_reads_back(depth in 0usize..6, text in ".{0,12}") {
        let mut value = serde_json::json!(text);
        for level in 0..depth {
            value = if level % 2 == 0 { serde_json::json!([value, 1.5e3]) } else { serde_json::json!({text.clone(): value, "": null}) };
        }
        agrees(&value.to_string());
        agrees(&serde_json::to_string_pretty(&value).unwrap());
    }
}

#[test]
fn every_kind_of_value_is_read_whole_or_refused() {
    const WORDS: &str = "true false null tru fals nul truefalse True";
    const NUMBERS: &str = "0 -0 - +1 01 -01 7 10 1. 1.5 .5 0.05 1.5.5 1e5 1E5 1e+5 1e-5 1e 1e+ 1e- 1e+-5 -1.25E-10 --1";
    const NESTED: &str = r#"{} [] {] [} [[],{}] [1,] [,1] {"a":{}} {"a":[{}]} {"a"} {"a":1,}"#;
    for text in [WORDS, NUMBERS, NESTED].into_iter().flat_map(str::split_whitespace).chain(["{ }", "[ ]"]) {
        for text in [text.to_owned(), format!("[{text}]"), format!(r#"{{"a":{text}}}"#), format!("{text},1")] {
            agrees(&text);
        }
    }
}

#[test]
fn halves_of_a_pair_and_broken_escapes_are_refused() {
    for text in r"\ud83d\ude00 \ud83d \ud83dx \ud83d\n \ud83d\ud83d \ude00 \uFFFF \u00g0 \u00 \u+123 \x \".split(' ') {
        let text = format!("\"{text}\"");
        let theirs = serde_json::from_str::<String>(&text).ok();
        assert_eq!(whole(&text), theirs.map(|theirs| Value::String(theirs.into())), "{text}");
    }
}

#[test]
fn blanks_are_the_four_of_json_and_no_other_character() {
    for c in ('\0'..='\u{a1}').chain(['\u{2003}', '\u{3000}', '\u{feff}']) {
        for text in
            [format!("{c}[1]"), format!("[{c}1]"), format!("[1{c}]"), format!("[1]{c}"), format!("{{{c}\"a\":{c}1}}")]
        {
            agrees(&text);
        }
    }
}

#[test]
fn nesting_is_bounded_and_does_not_recurse() {
    let deep = "[".repeat(1_000_000);
    assert!(matches!(Scanner::new(&deep).value(), Err(ParseError::TooDeep { limit: MAX_DEPTH, .. })));
    let fits = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert!(whole(&fits).is_some());
}

/// What a quick reader makes of a text, behind blanks that it may pass over: the value, and the bytes it took.
fn quick<T>(text: &str, read: impl Fn(&mut Scanner<'_>) -> Option<T>) -> Option<(T, usize)> {
    let text = format!("{:20}{text}", "");
    let mut scanner = Scanner::new(&text);
    let value = read(&mut scanner)?;
    Some((value, scanner.pos() - 20))
}

#[test]
fn whole_numbers_in_range_are_read_quickly_and_others_are_left() {
    let of = |text| quick(text, |scanner| scanner.plain_whole(5, 100));
    for (text, number) in [("5", 5), ("100,", 100), ("42}", 42), ("7 ", 7)] {
        assert_eq!(of(text), Some((number, text.trim_end_matches([',', '}', ' ']).len())), "{text}");
    }
    for text in ["", "4", "101", "05", "-7", "7.0", "7e1", "7E1", "x", "\"7\"", "9999999999999999999999"] {
        assert_eq!(of(text), None, "{text}");
    }
    assert_eq!(of("5:"), Some((5, 1)), "what follows digits in the table of characters is none");
    let any = |text| quick(text, |scanner| scanner.plain_whole(0, i64::MAX));
    assert_eq!((any("0"), any("123456789012345678")), (Some((0, 1)), Some((123_456_789_012_345_678, 18))));
    assert_eq!(any("1234567890123456789"), None, "so many digits are not surely in range");
}

#[test]
fn amounts_are_read_quickly_and_what_could_lose_digits_is_left() {
    let of = |text| quick(text, |scanner| scanner.plain_millionths());
    for (text, micros) in [
        ("0", 0),
        ("0.00581", 5_810),
        ("0.050000", 50_000),
        ("5", 5_000_000),
        ("123456789012", 123_456_789_012_000_000),
        ("123456789012.345678", 123_456_789_012_345_678),
    ] {
        assert_eq!(of(text), Some((micros, text.len())), "{text}");
    }
    for text in ["", "1.", ".5", "00.5", "-0.5", "1234567890123", "0.1234567", "0.5.5", "0.5e1", "1e-3", "free"] {
        assert_eq!(of(text), None, "{text}");
    }
}

#[test]
fn words_and_keys_are_read_quickly_or_left() {
    assert_eq!(quick("true", |scanner| scanner.plain_bool()), Some((true, 4)));
    assert_eq!(quick("false}", |scanner| scanner.plain_bool()), Some((false, 5)));
    assert!(["tru", "null", "1", ""].iter().all(|text| quick(text, |scanner| scanner.plain_bool()).is_none()));
    let mut scanner = Scanner::new("\"a\":1");
    assert_eq!((scanner.skip("\"b\":"), scanner.pos(), scanner.skip("\"a\":"), scanner.pos()), (false, 0, true, 4));
}

#[test]
fn an_error_names_the_place() {
    for (text, at) in [
        (r#""ab\q""#, 4),
        (r#""ab\"#, 4),
        ("\"ab\ncd\"", 3),
        ("\"abcd", 5),
        (r#""\u12g4""#, 3),
        (r#""\ud83dx""#, 7),
        (r#""\ud83d\u0041""#, 13),
        ("1.x", 2),
        ("1e+", 3),
        ("nul", 0),
        (r#"{"a" 1}"#, 5),
        (r#"{"a":1 "b"}"#, 7),
        ("[1 2]", 3),
        ("[1,]", 3),
        ("", 0),
    ] {
        let wrong = Scanner::new(text).value();
        assert!(matches!(wrong, Err(ParseError::Syntax { offset, .. }) if offset == at), "{text}: {wrong:?}");
    }
}
