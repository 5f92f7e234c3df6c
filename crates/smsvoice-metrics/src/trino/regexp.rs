//! Regular expressions, and what they find. Trino's meaning: `$1` and `${name}` in a replacement, groups by number.
//!
//! Java's patterns look ahead and behind, and refer to what they found; those of the crate `regex` do not, and say so.

use std::cell::RefCell;

use regex::Regex;

use super::row_function::{Answer, Answered, Gives, Row, RowFunction, Takes};

pub(super) fn functions() -> Vec<RowFunction> {
    use Takes::{Int, Text};
    let function = RowFunction::new;
    vec![
        function("regexp_like", &[Text, Text], 2, Gives::Bool, like),
        function("regexp_extract", &[Text, Text, Int], 2, Gives::Text, extract),
        function("regexp_extract_all", &[Text, Text, Int], 2, Gives::Texts, extract_all),
        function("regexp_replace", &[Text, Text, Text], 2, Gives::Text, replace),
        function("regexp_split", &[Text, Text], 2, Gives::Texts, split),
        function("regexp_count", &[Text, Text], 2, Gives::Int, count),
        function("regexp_position", &[Text, Text, Int, Int], 2, Gives::Int, position),
    ]
}

/// The pattern of a row: in nearly all queries that of the row before.
fn compiled(pattern: &str) -> Result<Regex, String> {
    thread_local!(static LAST: RefCell<Option<Regex>> = const { RefCell::new(None) });
    LAST.with_borrow_mut(|last| match last {
        Some(last) if last.as_str() == pattern => Ok(last.clone()),
        _ => {
            let regex = Regex::new(pattern).map_err(|error| error.to_string())?;
            *last = Some(regex.clone());
            Ok(regex)
        }
    })
}

fn group(regex: &Regex, row: &Row<'_>) -> Result<usize, String> {
    let group = row.int_or(2, 0);
    let there = usize::try_from(group).ok().filter(|group| *group < regex.captures_len());
    there.ok_or_else(|| format!("the pattern has {} groups, and no group {group}", regex.captures_len() - 1))
}

fn like(row: &Row<'_>) -> Answered {
    Ok(Answer::Bool(compiled(row.text(1))?.is_match(row.text(0))))
}

fn extract(row: &Row<'_>) -> Answered {
    let regex = compiled(row.text(1))?;
    let group = group(&regex, row)?;
    let found = regex.captures(row.text(0)).and_then(|captures| Some(captures.get(group)?.as_str().to_owned()));
    Ok(found.map_or(Answer::Null, Answer::Text))
}

fn extract_all(row: &Row<'_>) -> Answered {
    let regex = compiled(row.text(1))?;
    let group = group(&regex, row)?;
    let all = regex.captures_iter(row.text(0)).map(|captures| Some(captures.get(group)?.as_str().to_owned()));
    Ok(Answer::Texts(all.collect()))
}

fn replace(row: &Row<'_>) -> Answered {
    let regex = compiled(row.text(1))?;
    let by = if row.len() > 2 { bounded(row.text(2)) } else { String::new() };
    Ok(Answer::Text(regex.replace_all(row.text(0), by).into_owned()))
}

/// Java's replacement as the crate `regex` reads it: `$1x` is group 1 and an x, and `\$` a dollar.
fn bounded(replacement: &str) -> String {
    let mut bounded = String::new();
    let mut letters = replacement.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('$') => bounded.push_str("$$"),
                Some(other) => bounded.push(other),
                None => {}
            },
            '$' if letters.peek().is_some_and(char::is_ascii_digit) => {
                bounded.push_str("${");
                while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                    bounded.push(digit);
                }
                bounded.push('}');
            }
            other => bounded.push(other),
        }
    }
    bounded
}

fn split(row: &Row<'_>) -> Answered {
    let regex = compiled(row.text(1))?;
    Ok(Answer::Texts(regex.split(row.text(0)).map(|part| Some(part.to_owned())).collect()))
}

fn count(row: &Row<'_>) -> Answered {
    Ok(Answer::Int(compiled(row.text(1))?.find_iter(row.text(0)).count() as i64))
}

/// The place of the n-th find, from 1 on, from a place on; -1 where there is none.
fn position(row: &Row<'_>) -> Answered {
    let (text, regex) = (row.text(0), compiled(row.text(1))?);
    let (start, occurrence) = (row.int_or(2, 1), row.int_or(3, 1));
    if start < 1 || occurrence < 1 {
        return Err("it begins at 1, and so do occurrences".to_owned());
    }
    let Some((from, _)) = text.char_indices().nth(start as usize - 1) else { return Ok(Answer::Int(-1)) };
    let found = regex.find_iter(&text[from..]).nth(occurrence as usize - 1);
    Ok(Answer::Int(found.map_or(-1, |found| text[..from + found.start()].chars().count() as i64 + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_are_javas() {
        assert_eq!(bounded("$1x ${name} \\$2 \\\\"), "${1}x ${name} $$2 \\");
    }
}
