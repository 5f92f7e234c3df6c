//! How a text travels: the GSM 7-bit alphabet or UCS-2 (3GPP TS 23.038), and in how many parts (TS 23.040).

/// The alphabet of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum Encoding {
    Gsm,
    Unicode,
}

/// The default alphabet, without its escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Characters that take an escape and so two septets.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

impl Encoding {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Gsm => "GSM",
            Self::Unicode => "UNICODE",
        }
    }

    pub(crate) fn of(body: &str) -> Self {
        if body.chars().all(|c| septets(c).is_some()) { Self::Gsm } else { Self::Unicode }
    }

    /// Parts of `body` in this alphabet; 1 for an empty one.
    pub(crate) fn parts(self, body: &str) -> u32 {
        let (single, joined) = match self {
            Self::Gsm => (160, 153),
            Self::Unicode => (70, 67),
        };
        let sizes = || body.chars().map(|c| self.units(c));
        if sizes().sum::<u32>() <= single {
            return 1;
        }
        // A character is never torn: not an escape from what it escapes, not a surrogate from its other half.
        let (parts, _) =
            sizes().fold(
                (1, 0),
                |(parts, used), size| {
                    if used + size > joined { (parts + 1, size) } else { (parts, used + size) }
                },
            );
        parts
    }

    fn units(self, c: char) -> u32 {
        match self {
            Self::Gsm => septets(c).unwrap_or(1),
            Self::Unicode => c.len_utf16() as u32,
        }
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
    use super::{BASIC, EXTENSION, Encoding};

    #[test]
    fn the_alphabet_has_127_characters_and_its_extension_ten() {
        assert_eq!((BASIC.chars().count(), EXTENSION.chars().count()), (127, 10));
    }

    #[test]
    fn parts_are_160_and_153_septets_or_70_and_67_units() {
        let parts = |c: &str, n: usize| {
            let body = c.repeat(n);
            Encoding::of(&body).parts(&body)
        };
        assert_eq!([160, 161, 306, 307].map(|n| parts("a", n)), [1, 2, 2, 3]);
        assert_eq!([70, 71, 134, 135].map(|n| parts("é".replace('é', "ж").as_str(), n)), [1, 2, 2, 3]);
        assert_eq!([80, 81].map(|n| parts("€", n)), [1, 2], "an escaped character is two septets");
        assert_eq!([35, 36].map(|n| parts("😀", n)), [1, 2], "a surrogate pair is two units");
    }

    #[test]
    fn no_escape_is_torn_from_its_character() {
        // 152 septets, then escaped characters: one septet of the first part stays empty.
        let body = format!("{}{}", "a".repeat(152), "€".repeat(76));
        assert_eq!(Encoding::Gsm.parts(&body), 2);
        let body = format!("{}{}", "a".repeat(152), "€".repeat(77));
        assert_eq!(Encoding::Gsm.parts(&body), 3);
    }

    #[test]
    fn one_character_outside_makes_all_of_it_unicode() {
        assert_eq!(Encoding::of("plain ascii {}"), Encoding::Gsm);
        assert_eq!(Encoding::of("a backtick `"), Encoding::Unicode);
        assert_eq!(Encoding::of("ç"), Encoding::Unicode);
    }
}
