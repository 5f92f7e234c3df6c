//! One character, however a text writes it: as itself, as an escape of JSON or Python, percent-encoded, as an HTML entity,
//! each of these also encoded again; and what it means in a telephone number.

/// What a character means in a telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glyph {
    Digit(u8),
    Plus,
    /// Stands between the groups of a number. It is told as ASCII: a full-width full stop is a `.`.
    Separator(u8),
    /// Parts what is on its two sides, and stands in a number only by accident: the end of a line, a tab.
    Break,
    /// Takes no room: a zero-width space, or every other byte of UTF-16.
    Invisible,
    Other,
}

/// How many backslashes before a letter are read as an escape that was escaped again. Four times are 15.
const MOST_BACKSLASHES: usize = 16;

/// The glyph at a place in a text, and how many bytes it takes. Bytes that are no UTF-8 are other glyphs of one byte.
pub(super) fn glyph(bytes: &[u8], at: usize) -> (Glyph, usize) {
    let rest = &bytes[at..];
    let read = match rest[0] {
        b'\\' => backslash(rest),
        b'%' => percent(rest),
        b'&' => entity(rest),
        ascii if ascii < 0x80 => return (of_ascii(ascii), 1),
        _ => utf8(rest),
    };
    read.map_or((Glyph::Other, 1), |(character, len)| (of(character), len))
}

/// `\u002b`, `\\u002b`, `\x2b`, `\/`, `\n`: an escape, and how many bytes it takes.
fn backslash(rest: &[u8]) -> Option<(char, usize)> {
    let slashes = rest.iter().take(MOST_BACKSLASHES).take_while(|byte| **byte == b'\\').count();
    match rest.get(slashes)? {
        b'u' => {
            let unit = hex(rest, slashes + 1, 4)?;
            let end = slashes + 5;
            if let Some(character) = char::from_u32(unit) {
                return Some((character, end));
            }
            // The second half of a surrogate pair is escaped as the first.
            let again = rest.get(end..end + slashes + 1).filter(|again| **again == rest[..=slashes]);
            let low =
                again.and_then(|_| hex(rest, end + slashes + 1, 4)).filter(|low| (0xdc00..0xe000).contains(low))?;
            let code = 0x1_0000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
            Some((char::from_u32(code)?, end + slashes + 5))
        }
        b'x' => Some((char::from_u32(hex(rest, slashes + 1, 2)?)?, slashes + 3)),
        b'n' | b'r' => Some(('\n', slashes + 1)),
        b't' => Some(('\t', slashes + 1)),
        b'/' => Some(('/', slashes + 1)),
        _ => None,
    }
}

/// `%2B`, or `%252B` where that was encoded again; several of them where they are one character of UTF-8.
fn percent(rest: &[u8]) -> Option<(char, usize)> {
    let (first, mut len) = percent_byte(rest)?;
    let mut bytes = [first, 0, 0, 0];
    let wanted = utf8_len(first)?;
    for byte in &mut bytes[1..wanted] {
        let (next, more) = percent_byte(rest.get(len..)?)?;
        *byte = next;
        len += more;
    }
    Some((std::str::from_utf8(&bytes[..wanted]).ok()?.chars().next()?, len))
}

fn percent_byte(rest: &[u8]) -> Option<(u8, usize)> {
    let mut at = 1;
    if rest.first() != Some(&b'%') {
        return None;
    }
    // Each further encoding writes the percent sign itself as `%25`.
    while at < 9 && rest.get(at..at + 2) == Some(b"25") && hex(rest, at + 2, 2).is_some() {
        at += 2;
    }
    Some((hex(rest, at, 2)? as u8, at + 2))
}

/// `&#43;`, `&#x2b;`, `&plus;`, and these with `&amp;` for the first character.
fn entity(rest: &[u8]) -> Option<(char, usize)> {
    let mut at = 1;
    while at < 12 && rest.get(at..at + 4) == Some(b"amp;") {
        at += 4;
    }
    let window = rest.get(at..rest.len().min(at + 10))?;
    let end = window.iter().position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&window[..end]).ok()?;
    let character = match name.strip_prefix('#') {
        Some(number) => {
            let hex = number.strip_prefix(['x', 'X']).map(|hex| u32::from_str_radix(hex, 16));
            char::from_u32(hex.unwrap_or_else(|| number.parse()).ok()?)?
        }
        None => match name {
            "plus" => '+',
            "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
            "hyphen" | "dash" | "ndash" | "mdash" | "minus" => '-',
            "lpar" => '(',
            "rpar" => ')',
            "period" | "middot" => '.',
            "sol" => '/',
            _ => return None,
        },
    };
    Some((character, at + end + 1))
}

fn utf8(rest: &[u8]) -> Option<(char, usize)> {
    let len = utf8_len(rest[0])?;
    Some((std::str::from_utf8(rest.get(..len)?).ok()?.chars().next()?, len))
}

fn utf8_len(first: u8) -> Option<usize> {
    match first {
        0..0x80 => Some(1),
        0xc2..0xe0 => Some(2),
        0xe0..0xf0 => Some(3),
        0xf0..0xf5 => Some(4),
        _ => None,
    }
}

fn hex(rest: &[u8], at: usize, digits: usize) -> Option<u32> {
    let text = rest.get(at..at + digits)?.iter();
    text.copied().try_fold(0, |value, digit| Some(value * 16 + char::from(digit).to_digit(16)?))
}

fn of_ascii(byte: u8) -> Glyph {
    match byte {
        b'0'..=b'9' => Glyph::Digit(byte - b'0'),
        b'+' => Glyph::Plus,
        b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'[' | b']' => Glyph::Separator(byte),
        b'\n' | b'\r' | b'\t' => Glyph::Break,
        0 => Glyph::Invisible,
        _ => Glyph::Other,
    }
}

fn of(character: char) -> Glyph {
    let code = character as u32;
    match character {
        ascii if ascii.is_ascii() => of_ascii(ascii as u8),
        '\u{b2}' | '\u{b3}' => Glyph::Digit((code - 0xb0) as u8),
        '\u{b9}' => Glyph::Digit(1),
        '\u{2070}' | '\u{2074}'..='\u{2079}' => Glyph::Digit((code - 0x2070) as u8),
        '\u{2080}'..='\u{2089}' => Glyph::Digit((code - 0x2080) as u8),
        '\u{2460}'..='\u{2468}' => Glyph::Digit((code - 0x245f) as u8),
        '\u{24ea}' => Glyph::Digit(0),
        '\u{ff0b}' | '\u{207a}' | '\u{208a}' | '\u{fe62}' | '\u{2795}' => Glyph::Plus,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{30fc}' => {
            Glyph::Separator(b'-')
        }
        '\u{b7}' | '\u{2022}' | '\u{2024}' | '\u{ff0e}' | '\u{30fb}' | '\u{3002}' => Glyph::Separator(b'.'),
        '\u{ff08}' => Glyph::Separator(b'('),
        '\u{ff09}' => Glyph::Separator(b')'),
        '\u{ff0f}' | '\u{2044}' | '\u{2215}' => Glyph::Separator(b'/'),
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{20e3}' => Glyph::Invisible,
        '\u{85}' | '\u{2028}' | '\u{2029}' => Glyph::Break,
        space if space.is_whitespace() => Glyph::Separator(b' '),
        _ => digit(code).map_or(Glyph::Other, Glyph::Digit),
    }
}

/// The decimal digits that are not ASCII (Unicode's category Nd): the zero of each script, which its other nine follow.
const ZEROS: [u32; 65] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0,
    0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0,
    0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

fn digit(code: u32) -> Option<u8> {
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= code)].last()?;
    (code - zero < 10).then_some((code - zero) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_known_however_it_is_written() {
        use Glyph::{Break, Digit, Invisible, Other, Plus, Separator};
        for (text, read) in [
            ("7", Digit(7)),
            ("７", Digit(7)),
            ("٧", Digit(7)),
            ("𝟳", Digit(7)),
            ("⁷", Digit(7)),
            ("⑦", Digit(7)),
            (r"\u0037", Digit(7)),
            (r"\\\u0037", Digit(7)),
            (r"\uff17", Digit(7)),
            (r"\ud835\udff3", Digit(7)),
            (r"\x37", Digit(7)),
            ("%37", Digit(7)),
            ("%252537", Digit(7)),
            ("%EF%BC%97", Digit(7)),
            ("&#55;", Digit(7)),
            ("&#x37;", Digit(7)),
            ("+", Plus),
            ("＋", Plus),
            (r"\u002B", Plus),
            ("%2b", Plus),
            ("%252B", Plus),
            ("&plus;", Plus),
            ("&amp;#43;", Plus),
            ("\u{a0}", Separator(b' ')),
            ("%20", Separator(b' ')),
            ("&nbsp;", Separator(b' ')),
            ("–", Separator(b'-')),
            ("（", Separator(b'(')),
            (r"\/", Separator(b'/')),
            (r"\n", Break),
            ("\u{200b}", Invisible),
            ("x", Other),
            ("é", Other),
        ] {
            assert_eq!(glyph(text.as_bytes(), 0), (read, text.len()), "{text}");
        }
        for broken in [r"\u00", r"\", "%", "%2", "&", "&#", "&#99999999;", r"\ud835", "\u{80}"] {
            assert!(matches!(glyph(broken.as_bytes(), 0), (Other, _)), "{broken}");
        }
        assert_eq!(glyph(b"\xff7", 0), (Other, 1), "bytes that are no UTF-8 are passed over one by one");
    }
}
