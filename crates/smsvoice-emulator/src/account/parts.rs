//! In which alphabet a text travels, GSM 7-bit or UCS-2 (3GPP TS 23.038), and in how many parts (TS 23.040).

use smsvoice_event::Encoding;

/// The characters of the GSM default alphabet, without the escape character.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The characters of its extension: each is sent behind an escape character, and so takes two septets.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// The alphabet that `body` needs.
pub(crate) fn encoding_of(body: &str) -> Encoding {
    if body.chars().all(|c| septets(c).is_some()) { Encoding::Gsm } else { Encoding::Unicode }
}

/// How many parts `body` takes in this alphabet; 1 if it is empty.
pub(crate) fn parts(body: &str, encoding: Encoding) -> u32 {
    let (alone, joined) = match encoding {
        Encoding::Gsm => (160, 153),
        Encoding::Unicode => (70, 67),
    };
    let sizes = || body.chars().map(|c| size(c, encoding));
    if sizes().sum::<u32>() <= alone {
        return 1;
    }
    // The parts of one character stay together: an escape with what it escapes, a surrogate with its other half.
    let put = |(parts, used), size| if used + size > joined { (parts + 1, size) } else { (parts, used + size) };
    sizes().fold((1, 0), put).0
}

/// What a character takes: septets of the GSM alphabet, 16-bit units of UCS-2.
fn size(c: char, encoding: Encoding) -> u32 {
    match encoding {
        Encoding::Gsm => septets(c).unwrap_or(1),
        Encoding::Unicode => c.len_utf16() as u32,
    }
}

fn septets(c: char) -> Option<u32> {
    if BASIC.contains(c) {
        Some(1)
    } else if EXTENSION.contains(c) {
        Some(2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use smsvoice_event::Encoding;

    use super::{BASIC, EXTENSION, encoding_of, parts};

    #[test]
    fn the_alphabet_has_127_characters_and_its_extension_ten() {
        assert_eq!((BASIC.chars().count(), EXTENSION.chars().count()), (127, 10));
    }

    #[test]
    fn parts_are_160_and_153_septets_or_70_and_67_units() {
        let parts = |c: &str, n: usize| {
            let body = c.repeat(n);
            parts(&body, encoding_of(&body))
        };
        assert_eq!([160, 161, 306, 307].map(|n| parts("a", n)), [1, 2, 2, 3]);
        assert_eq!([70, 71, 134, 135].map(|n| parts("ж", n)), [1, 2, 2, 3]);
        assert_eq!([80, 81].map(|n| parts("€", n)), [1, 2], "an escaped character is two septets");
        assert_eq!([35, 36].map(|n| parts("😀", n)), [1, 2], "a surrogate pair is two units");
    }

    #[test]
    fn an_escape_and_its_character_are_in_one_part() {
        // 152 septets, then escaped characters: one septet of the first part stays empty.
        let body = format!("{}{}", "a".repeat(152), "€".repeat(76));
        assert_eq!(parts(&body, Encoding::Gsm), 2);
        let body = format!("{}{}", "a".repeat(152), "€".repeat(77));
        assert_eq!(parts(&body, Encoding::Gsm), 3);
    }

    #[test]
    fn one_character_outside_makes_all_of_it_unicode() {
        assert_eq!(encoding_of("plain ascii {}"), Encoding::Gsm);
        assert_eq!(encoding_of("a backtick `"), Encoding::Unicode);
        assert_eq!(encoding_of("ç"), Encoding::Unicode);
    }
}
