//! Patterns of times: those of MySQL and of Joda, which Trino's functions take, in the words of `chrono`.

use chrono::format::{Parsed, StrftimeItems};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeZone};

/// MySQL's pattern: `%Y-%m-%d %H:%i:%s`.
pub(super) fn of_mysql(pattern: &str) -> Result<String, String> {
    let mut of_chrono = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            of_chrono.push(letter);
            continue;
        }
        of_chrono.push_str(match letters.next() {
            Some('a') => "%a",
            Some('b') => "%b",
            Some('c') => "%-m",
            Some('d') => "%d",
            Some('e') => "%-d",
            Some('f') => "%6f",
            Some('H') => "%H",
            Some('h' | 'I') => "%I",
            Some('i') => "%M",
            Some('j') => "%j",
            Some('k') => "%-H",
            Some('l') => "%-I",
            Some('M') => "%B",
            Some('m') => "%m",
            Some('p') => "%p",
            Some('r') => "%I:%M:%S %p",
            Some('S' | 's') => "%S",
            Some('T') => "%H:%M:%S",
            Some('v') => "%V",
            Some('W') => "%A",
            Some('x') => "%G",
            Some('Y') => "%Y",
            Some('y') => "%y",
            Some('%') => "%%",
            Some(other @ ('D' | 'U' | 'u' | 'V' | 'w' | 'X')) => {
                return Err(format!("Trino does not know %{other} either"));
            }
            // As MySQL has it, any other letter stands for itself.
            Some(other) => {
                of_chrono.push(other);
                continue;
            }
            None => return Err("the pattern ends within a %".to_owned()),
        });
    }
    Ok(of_chrono)
}

/// Joda's pattern: `yyyy-MM-dd HH:mm:ss`; what is in single quotes stands for itself.
pub(super) fn of_joda(pattern: &str) -> Result<String, String> {
    let mut of_chrono = String::new();
    let letters: Vec<char> = pattern.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        let count = letters[at..].iter().take_while(|next| **next == letter).count();
        if letter == '\'' {
            let (quoted, length) = quoted(&letters[at + 1..]).ok_or("a quote is not closed")?;
            of_chrono.push_str(&quoted.replace('%', "%%"));
            at += 1 + length;
            continue;
        }
        of_chrono.push_str(match (letter, count) {
            ('y' | 'Y' | 'u', 2) => "%y",
            ('y' | 'Y' | 'u', _) => "%Y",
            ('x', _) => "%G",
            ('M', 1) => "%-m",
            ('M', 2) => "%m",
            ('M', 3) => "%b",
            ('M', _) => "%B",
            ('d', 1) => "%-d",
            ('d', _) => "%d",
            ('D', _) => "%j",
            ('w', 1) => "%-V",
            ('w', _) => "%V",
            ('e', _) => "%u",
            ('E', 1..=3) => "%a",
            ('E', _) => "%A",
            ('a', _) => "%p",
            ('H', 1) => "%-H",
            ('H', _) => "%H",
            ('h', 1) => "%-I",
            ('h', _) => "%I",
            ('m', 1) => "%-M",
            ('m', _) => "%M",
            ('s', 1) => "%-S",
            ('s', _) => "%S",
            ('S', 3) => "%3f",
            ('S', 6) => "%6f",
            ('S', 9) => "%9f",
            ('Z', 1) => "%z",
            ('Z', _) => "%:z",
            (letter, _) if letter.is_ascii_alphabetic() => {
                return Err(format!("{letter:?}, {count} times, is no part of a pattern that is known here"));
            }
            (other, _) => {
                // A sign of percent begins something in chrono's words.
                let itself = if other == '%' { "%%".to_owned() } else { other.to_string() };
                of_chrono.push_str(&itself.repeat(count));
                at += count;
                continue;
            }
        });
        at += count;
    }
    Ok(of_chrono)
}

/// What stands up to the closing quote, and how many letters that are with it. Two quotes are one; nothing but them is one, too.
fn quoted(letters: &[char]) -> Option<(String, usize)> {
    let (mut text, mut at) = (String::new(), 0);
    loop {
        match (letters.get(at)?, letters.get(at + 1)) {
            ('\'', Some('\'')) if at > 0 => {
                text.push('\'');
                at += 2;
            }
            ('\'', _) => return Some((if text.is_empty() { "'".to_owned() } else { text }, at + 1)),
            (other, _) => {
                text.push(*other);
                at += 1;
            }
        }
    }
}

/// Reads a time by a pattern of `chrono`'s. What the pattern does not name is that of 1970-01-01, midnight in UTC.
pub(super) fn parse(text: &str, pattern: &str) -> Result<DateTime<FixedOffset>, String> {
    let mut parsed = Parsed::new();
    let problem = |error: chrono::ParseError| format!("{text:?} does not fit the pattern: {error}");
    chrono::format::parse(&mut parsed, text, StrftimeItems::new(pattern)).map_err(problem)?;
    let date = parsed.to_naive_date().ok().or_else(|| {
        let year = parsed
            .year()
            .or_else(|| parsed.year_mod_100().map(|year| if year < 70 { 2000 + year } else { 1900 + year }));
        NaiveDate::from_ymd_opt(year.unwrap_or(1970), parsed.month().unwrap_or(1), parsed.day().unwrap_or(1))
    });
    let hour = parsed.hour_mod_12().map(|hour| hour + 12 * parsed.hour_div_12().unwrap_or(0));
    let time = NaiveTime::from_hms_nano_opt(
        hour.unwrap_or(0),
        parsed.minute().unwrap_or(0),
        parsed.second().unwrap_or(0),
        parsed.nanosecond().unwrap_or(0),
    );
    let offset = FixedOffset::east_opt(parsed.offset().unwrap_or(0));
    let shown = date.zip(time).map(|(date, time)| date.and_time(time));
    let time = shown.zip(offset).and_then(|(shown, offset)| offset.from_local_datetime(&shown).single());
    time.ok_or_else(|| format!("{text:?} is no time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_told_in_chronos_words() {
        assert_eq!(of_mysql("%Y-%m-%d %H:%i:%s.%f %%").unwrap(), "%Y-%m-%d %H:%M:%S.%6f %%");
        assert_eq!(of_joda("yyyy-MM-dd'T'HH:mm:ss.SSSZZ").unwrap(), "%Y-%m-%dT%H:%M:%S.%3f%:z");
        assert_eq!(of_joda("EEE, d MMM yyyy h 'o''clock' a").unwrap_or_default(), "%a, %-d %b %Y %-I o'clock %p");
        assert!(of_mysql("%D").is_err() && of_joda("QQ").is_err());
    }

    #[test]
    fn what_a_pattern_does_not_name_is_of_1970() {
        let read = |text, pattern| parse(text, pattern).unwrap().to_rfc3339();
        assert_eq!(read("2022/10/20/05", "%Y/%m/%d/%H"), "2022-10-20T05:00:00+00:00");
        assert_eq!(read("2019", "%Y"), "2019-01-01T00:00:00+00:00");
        assert_eq!(read("12 pm", "%I %p"), "1970-01-01T12:00:00+00:00");
        assert_eq!(read("2020 +0200", "%Y %z"), "2020-01-01T00:00:00+02:00");
    }
}
