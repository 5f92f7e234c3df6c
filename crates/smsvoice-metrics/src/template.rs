//! The slots of the SQL files. A slot is a comment, a default and a comment, so a file is a whole query as it stands:
//!
//! ```text
//! FROM /*{messages}*/ messages /*{}*/
//! ```
//!
//! Filling replaces the default (and the comments around it) by a text; a slot that is not filled keeps its default.

use std::fmt::Write;

use chrono::{DateTime, Utc};

const OPEN: &str = "/*{";
const NAMED: &str = "}*/";
const CLOSE: &str = "/*{}*/";

/// Fills the slots of `template`. What `fill` returns is taken as it is: it is not searched for slots again.
///
/// # Panics
/// If a slot is not closed. Templates are files of this crate, and a test fills every one.
pub(crate) fn fill<'a>(template: &'a str, mut fill: impl FnMut(&'a str) -> Option<String>) -> String {
    let mut sql = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, slot)) = rest.split_once(OPEN) {
        let (name, slot) = slot.split_once(NAMED).expect("a slot has a name");
        let (default, after) = slot.split_once(CLOSE).expect("a slot is closed");
        sql.push_str(before);
        sql.push_str(fill(name).as_deref().unwrap_or(default.trim()));
        rest = after;
    }
    sql.push_str(rest);
    sql
}

/// A text as an SQL string literal: a quote is doubled, and nothing else is special in Trino or DataFusion.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// An instant as a literal of the type the lake's timestamps have: without zone in Athena, where UTC is understood.
pub(crate) fn timestamp(at: DateTime<Utc>) -> String {
    format!("TIMESTAMP '{}'", at.format("%Y-%m-%d %H:%M:%S%.3f"))
}

/// A name as a delimited SQL identifier.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `items`, each written by `write`, with `between` between them.
pub(crate) fn join<T>(items: &[T], between: &str, write: impl Fn(&T) -> String) -> String {
    items.iter().enumerate().fold(String::new(), |mut joined, (at, item)| {
        let separator = if at == 0 { "" } else { between };
        let _ = write!(joined, "{separator}{}", write(item)); // writing to a String cannot fail
        joined
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slot_that_is_not_filled_keeps_its_default() {
        let sql = fill("SELECT /*{a}*/ 1 /*{}*/, /*{b}*/ 2 /*{}*/;", |name| (name == "b").then(|| "/*{a}*/".into()));
        assert_eq!(sql, "SELECT 1, /*{a}*/;");
    }

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(identifier(r#"a"b"#), r#""a""b""#);
    }
}
