//! The scanner against serde_json.

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
fn nesting_is_bounded_and_does_not_recurse() {
    let deep = "[".repeat(1_000_000);
    assert!(matches!(Scanner::new(&deep).value(), Err(ParseError::TooDeep { limit: MAX_DEPTH, .. })));
    let fits = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert!(whole(&fits).is_some());
}
