//! A report as one page: nothing is fetched, by the page's own policy, and nothing of it is taken for markup.

mod page;
mod table;

use std::fmt::Write;

use base64_simd::STANDARD;
use sha2::{Digest, Sha256};

use crate::report::Report;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// What a reader can change, where a server makes the page anew for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Controls {
    /// The first day asked for, as `2026-11-01`.
    pub since: String,
    /// The day behind the last one asked for.
    pub until: String,
    /// Conditions, as `country=DE`, separated by spaces.
    pub filters: String,
    /// Dimensions, as `context.campaign`, separated by commas.
    pub by: String,
    /// Seconds until the page asks for itself again; never if absent.
    pub refresh: Option<u32>,
}

impl Report {
    /// The page as a file of its own.
    pub fn html(&self) -> String {
        self.page(None)
    }

    /// The page as a server gives it, with controls.
    pub fn served(&self, controls: &Controls) -> String {
        self.page(Some(controls))
    }

    fn page(&self, controls: Option<&Controls>) -> String {
        let policy = format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action {}",
            source(STYLE),
            source(SCRIPT),
            if controls.is_some() { "'self'" } else { "'none'" }
        );
        let refresh = controls.and_then(|controls| controls.refresh);
        let refresh = refresh.map(|seconds| format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">\n"));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n{}\
             <title>Delivery report · {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{}\
             <script type=\"application/json\" id=\"report\">{}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
            refresh.unwrap_or_default(),
            escaped(&self.lake),
            page::body(self, controls),
            self.json().trim_end().replace('<', "\\u003c"),
        )
    }
}

/// How the policy names a text that may be there: by its hash.
fn source(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode_to_string(Sha256::digest(text)))
}

/// A text of unknown origin, for any place between tags or within quotes. Control codes, and those that turn the
/// direction of writing, are shown as their numbers.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' => safe.push('\n'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => write_number(&mut safe, letter),
            control if control.is_control() => write_number(&mut safe, control),
            other => safe.push(other),
        }
    }
    safe
}

fn write_number(text: &mut String, letter: char) {
    let _ = write!(text, "\\u{{{:x}}}", u32::from(letter)); // writing to a String cannot fail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(
            escaped("<b a=\"1\" c='2'>&\u{7}\u{202e}"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\\u{7}\\u{202e}"
        );
    }
}
