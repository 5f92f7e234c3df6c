//! Parts of URLs, and their escapes. Trino's meaning.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::row_function::{Answer, Answered, Gives, Row, RowFunction, Takes};

pub(super) fn functions() -> Vec<RowFunction> {
    use Takes::Text;
    let part = |name, run| RowFunction::new(name, &[Text], 1, Gives::Text, run);
    vec![
        part("url_extract_protocol", |row| of(row, |url| Some(url.scheme().to_owned()))),
        part("url_extract_host", |row| of(row, |url| Some(url.host_str().unwrap_or_default().to_owned()))),
        part("url_extract_path", |row| of(row, |url| Some(path(row.text(0), url)))),
        part("url_extract_query", |row| of(row, |url| Some(url.query().unwrap_or_default().to_owned()))),
        part("url_extract_fragment", |row| of(row, |url| Some(url.fragment().unwrap_or_default().to_owned()))),
        RowFunction::new("url_extract_port", &[Text], 1, Gives::Int, port),
        RowFunction::new("url_extract_parameter", &[Text, Text], 2, Gives::Text, parameter),
        part("url_encode", encode),
        part("url_decode", decode),
    ]
}

/// A part of a URL; null where the text is none.
#[allow(clippy::unnecessary_wraps)] // as the others
fn of(row: &Row<'_>, part: impl Fn(&Url) -> Option<String>) -> Answered {
    let url = Url::parse(row.text(0)).ok();
    Ok(url.and_then(|url| part(&url)).map_or(Answer::Null, Answer::Text))
}

/// Without the slash that is added where a URL has no path.
fn path(text: &str, url: &Url) -> String {
    let has_one = text
        .split_once("://")
        .is_none_or(|(_, behind)| behind.split(['?', '#']).next().is_some_and(|host| host.contains('/')));
    if has_one { url.path().to_owned() } else { String::new() }
}

#[allow(clippy::unnecessary_wraps)] // as the others
fn port(row: &Row<'_>) -> Answered {
    let port = Url::parse(row.text(0)).ok().and_then(|url| url.port());
    Ok(port.map_or(Answer::Null, |port| Answer::Int(port.into())))
}

fn parameter(row: &Row<'_>) -> Answered {
    of(row, |url| url.query_pairs().find(|(name, _)| name == row.text(1)).map(|(_, value)| value.into_owned()))
}

/// Letters, digits and `.-*_` stay, a blank becomes a plus: the form encoding.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'*').remove(b'_').remove(b' ');

#[allow(clippy::unnecessary_wraps)] // as the others
fn encode(row: &Row<'_>) -> Answered {
    Ok(Answer::Text(utf8_percent_encode(row.text(0), ESCAPED).to_string().replace(' ', "+")))
}

fn decode(row: &Row<'_>) -> Answered {
    let text = row.text(0).replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8().map_err(|error| error.to_string())?;
    Ok(Answer::Text(decoded.into_owned()))
}
