//! The numbers of whole events.

use super::*;
use smsvoice_event::Event;

const NUMBER: &str = "+14255550156";

fn settings(numbers: PhoneNumbers) -> Privacy {
    Privacy { numbers, ..Privacy::default() }
}

fn hmac() -> PhoneNumbers {
    PhoneNumbers::Hmac(PhoneKey::new("v1", b"secret"))
}

fn with(fields: &str) -> String {
    format!(r#"{{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795305600000{fields}}}"#)
}

/// The destination as it is stored.
fn stored(privacy: &Privacy, number: &str) -> (Option<String>, bool) {
    let text = with(&format!(r#","destinationPhoneNumber":{}"#, serde_json::Value::from(number)));
    let mut event = Event::parse(&text).unwrap();
    let applied = privacy.apply(&mut event);
    (event.destination_phone_number.map(|number| number.as_str().to_owned()), applied.was_hidden)
}

#[test]
fn destination_numbers_rest_as_configured() {
    let of = |numbers| stored(&settings(numbers), NUMBER).0;
    assert_eq!(of(PhoneNumbers::Plain).as_deref(), Some(NUMBER));
    assert_eq!(of(PhoneNumbers::Mask).as_deref(), Some("+1********56"));
    assert_eq!(of(PhoneNumbers::Drop), None);
    // printf %s 14255550156 | openssl dgst -sha256 -hmac secret
    insta::assert_snapshot!(of(hmac()).unwrap(), @"v1:e3886d7145499dda28a6c1f47927496a");
    assert_ne!(of(PhoneNumbers::Hmac(PhoneKey::new("v1", b"other"))), of(hmac()));
}

/// What stands for the destination's prefix, and all the rest of the event that is stored.
fn prefix(privacy: &Privacy, number: &str) -> (Option<String>, String) {
    let text = with(&format!(r#","destinationPhoneNumber":{}"#, serde_json::Value::from(number)));
    let mut event = Event::parse(&text).unwrap();
    privacy.apply(&mut event);
    let prefix = event.destination_prefix_hash.take().map(Cow::into_owned);
    (prefix, format!("{:?} {event:?}", event.destination_phone_number.as_ref().map(PhoneNumber::as_str)))
}

#[test]
fn prefixes_are_hashed_where_there_is_a_key_and_numbers_are_not_kept() {
    let of = |privacy: &Privacy| prefix(privacy, NUMBER).0;
    // printf '\xffprefix:1425555' | openssl dgst -sha256 -hmac secret
    insta::assert_snapshot!(of(&settings(hmac())).unwrap(), @"v1:966f0481c65acbff4beae98e69d3053d");
    let key = || Some(PhoneKey::new("v1", b"secret"));
    let masked = Privacy { prefix_key: key(), ..settings(PhoneNumbers::Mask) };
    assert_eq!(of(&masked), of(&settings(hmac())), "the key alone decides");
    assert_eq!(prefix(&masked, NUMBER).1, prefix(&settings(PhoneNumbers::Mask), NUMBER).1, "and nothing else changes");
    assert_ne!(of(&settings(PhoneNumbers::Hmac(PhoneKey::new("v1", b"other")))), of(&masked));
    for numbers in [PhoneNumbers::Plain, PhoneNumbers::Mask, PhoneNumbers::Drop] {
        assert_eq!(of(&settings(numbers)), None);
    }
    for numbers in [PhoneNumbers::Plain, PhoneNumbers::Drop] {
        assert_eq!(of(&Privacy { prefix_key: key(), ..settings(numbers) }), None, "a key is no reason to store more");
    }
}

#[test]
fn a_prefix_is_that_of_all_numbers_around_it_and_of_no_other() {
    let privacy = settings(hmac());
    let of = |number: &str| prefix(&privacy, number).0;
    for same in ["+14255550000", "+1 (425) 555-9999", "0014255550156", "１４２５５５５０１５６"] {
        assert_eq!(of(same), of(NUMBER), "{same}");
    }
    for other in ["+14255560156", "+1425555015", "+142555501561"] {
        assert!(of(other).is_some() && of(other) != of(NUMBER), "{other}");
    }
    let hidden = stored(&privacy, NUMBER).0.unwrap();
    for none in ["555555", "+1425555", "NOTIFY", "", "+1********56", "[number]", &hidden] {
        assert_eq!(of(none), None, "{none}");
    }
}

/// Nor of a name that looks like what is hashed for a prefix.
#[test]
fn a_prefix_never_has_the_hash_of_a_number() {
    let privacy = settings(hmac());
    for number in ["+142555501560156", "+14255550156", "+12345678"] {
        let digits = number.trim_start_matches('+');
        let prefix = prefix(&privacy, number).0.unwrap();
        let shorter = &digits[..digits.len() - 4];
        for text in
            [shorter.to_owned(), format!("+{shorter}"), format!("prefix:{shorter}"), format!("ÿprefix:{shorter}")]
        {
            assert_ne!(stored(&privacy, &text).0.as_deref(), Some(prefix.as_str()), "{text}");
        }
    }
}

#[test]
fn one_number_has_one_hash_in_every_spelling() {
    let spellings = [
        "+14255550156",
        "14255550156",
        "0014255550156",
        "01114255550156",
        "+1 425 555 0156",
        "+1-425-555-0156",
        "+1.425.555.0156",
        "+1 (425) 555-0156",
        "(+1) 425 555 0156",
        "+1/425/555/0156",
        "tel:+1-425-555-0156",
        "+1\u{a0}425\u{a0}555\u{a0}0156",
        "＋１４２５５５５０１５６",
        "%2B14255550156",
        r"\u002b14255550156",
        " +14255550156 ",
    ];
    for numbers in [hmac(), PhoneNumbers::Mask] {
        let privacy = settings(numbers);
        let one = stored(&privacy, NUMBER).0;
        for spelling in spellings {
            let is_without_plus = spelling.starts_with('1') && !privacy.hashes();
            assert!(stored(&privacy, spelling).0 == one || is_without_plus, "{privacy:?} {spelling}");
        }
    }
}

#[test]
fn what_was_hidden_before_is_never_hidden_again() {
    let mask = settings(PhoneNumbers::Mask);
    let hash = stored(&settings(hmac()), NUMBER).0.unwrap();
    for hidden in ["+1********56", "*********56", &hash, "[number]"] {
        for privacy in [settings(PhoneNumbers::Plain), mask.clone(), settings(hmac()), settings(PhoneNumbers::Drop)] {
            let is_ours =
                privacy.hashes() && hidden == hash || hidden.contains("**") && format!("{privacy:?}").contains("mask");
            let wanted = if is_ours { (Some(hidden.to_owned()), false) } else { (None, true) };
            assert_eq!(stored(&privacy, hidden), wanted, "{privacy:?} {hidden}");
        }
    }
}

/// The event in words, with all its texts.
fn shown(privacy: &Privacy, fields: &str) -> String {
    let text = with(fields);
    let mut event = Event::parse(&text).unwrap();
    privacy.apply(&mut event);
    let own = [&event.destination_phone_number, &event.origination_identity];
    let own = own.map(|number| number.as_ref().map(PhoneNumber::as_str));
    format!(
        "{own:?} {:?} {:?} {:?} {:?}",
        event.message_status_description,
        event.carrier_name,
        event.context,
        event.extra_json()
    )
}

const EVERYWHERE: &str = r#","destinationPhoneNumber":"+14255550156","originationPhoneNumber":"+12065550152",
    "messageStatusDescription":"sent to (425) 555-0156","carrierName":"x 14255550156",
    "context":{"to 0014255550156":"a","order":"12345678","from":"+12065550152","who":"%2B14255550156"},
    "new":{"order":[14255550156,7],"friend":"+12065550153"}"#;

#[test]
fn an_events_numbers_are_hidden_wherever_they_stand() {
    let all = |numbers, origination_too, kept: &[&str]| {
        let context_keep = kept.iter().map(|key| (*key).to_owned()).collect();
        shown(&Privacy { numbers, origination_too, context_keep, ..Privacy::default() }, EVERYWHERE)
    };
    insta::assert_snapshot!([
        all(PhoneNumbers::Mask, false, &[]),
        all(PhoneNumbers::Mask, true, &["order", "from"]),
        all(hmac(), true, &["order"]),
        all(PhoneNumbers::Drop, false, &["new"]),
    ].join("\n"), @r#"
    [Some("+1********56"), Some("+12065550152")] Some("sent to +1********56") Some("x +1********56") [("to +1********56", "a"), ("order", "******78"), ("from", "+1********52"), ("who", "+1********56")] Some("{\"new\":{\"order\":[\"+1********56\",7],\"friend\":\"+1********53\"}}")
    [Some("+1********56"), Some("+1********52")] Some("sent to +1********56") Some("x +1********56") [("to +1********56", "a"), ("order", "12345678"), ("from", "+1********52"), ("who", "+1********56")] Some("{\"new\":{\"order\":[\"+1********56\",7],\"friend\":\"+1********53\"}}")
    [Some("v1:e3886d7145499dda28a6c1f47927496a"), Some("v1:356e01136071ddf99d33a977be079835")] Some("sent to v1:e3886d7145499dda28a6c1f47927496a") Some("x v1:e3886d7145499dda28a6c1f47927496a") [("to v1:e3886d7145499dda28a6c1f47927496a", "a"), ("order", "12345678"), ("from", "v1:356e01136071ddf99d33a977be079835"), ("who", "v1:e3886d7145499dda28a6c1f47927496a")] Some("{\"new\":{\"order\":[\"v1:e3886d7145499dda28a6c1f47927496a\",7],\"friend\":\"v1:132bc093cad64795f652bf53c36fda0a\"}}")
    [None, Some("+12065550152")] Some("sent to [number]") Some("x [number]") [("to [number]", "a"), ("order", "[number]"), ("from", "[number]"), ("who", "[number]")] Some("{\"new\":{\"order\":[null,7],\"friend\":\"[number]\"}}")
    "#);
    assert_eq!(all(PhoneNumbers::Plain, true, &[]), {
        let text = with(EVERYWHERE);
        let event = Event::parse(&text).unwrap();
        format!(
            "{:?} {:?} {:?} {:?} {:?}",
            [Some(NUMBER), Some("+12065550152")],
            event.message_status_description,
            event.carrier_name,
            event.context,
            event.extra_json()
        )
    });
}

#[test]
fn keys_that_become_the_same_stay_apart() {
    let shown = shown(
        &settings(PhoneNumbers::Mask),
        r#","context":{"+12065550152":"a","+12065550252":"b","+12065550352":"c"}"#,
    );
    assert!(
        shown.contains(r#"[("+1********52", "a"), ("+1********52 (2)", "b"), ("+1********52 (3)", "c")]"#),
        "{shown}"
    );
}

#[test]
fn names_of_senders_and_identifiers_of_aws_stay() {
    let privacy = Privacy { origination_too: true, ..Privacy::default() };
    for (field, value) in [
        ("originationPhoneNumber", "NOTIFY-POC"),
        ("originationPhoneNumber", "555555"),
        ("messageStatusDescription", "error 4255550 at 2026-11-18T11:06:40Z"),
        ("rcsBusinessId", "rcs-cb1e6e519e9049fabf8c0ae38e4d876b"),
    ] {
        let text = with(&format!(r#","destinationPhoneNumber":"{NUMBER}","{field}":"{value}""#));
        let (mut event, before) = (Event::parse(&text).unwrap(), Event::parse(&text).unwrap());
        privacy.apply(&mut event);
        event.destination_phone_number = before.destination_phone_number.clone();
        assert_eq!(event, before, "{field}");
    }
    let text = r#"{"eventType":"TEXT_SENT","messageId":"14255550156","eventTimestamp":1795305600000,"destinationPhoneNumber":"+14255550156"}"#;
    let mut event = Event::parse(text).unwrap();
    privacy.apply(&mut event);
    assert_eq!(event.message_id, "14255550156");
}
