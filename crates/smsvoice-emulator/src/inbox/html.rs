//! What all pages are made of. Everything that came from outside goes through `Text`, which escapes it.

use std::fmt::{self, Display, Write as _};

use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use crate::{clock::EpochMs, place::Place};

/// Text in which nothing is taken for HTML.
pub(super) struct Text<T>(pub(super) T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.to_string().chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// As it may stand in an address.
pub(super) fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

/// Date and time in UTC; the page's script shows them in the reader's own time zone.
pub(super) fn time(at: EpochMs) -> String {
    let date = chrono::DateTime::from_timestamp_millis(at.0 as i64).unwrap_or_default();
    let (full, short) = (date.format("%Y-%m-%dT%H:%M:%S%.3fZ"), date.format("%-d %b %Y %H:%M:%S"));
    format!("<time datetime={full} title=\"{full}\">{short}</time>")
}

pub(super) fn option(value: &str, shown: &str, chosen: &str) -> String {
    let selected = if value == chosen { " selected" } else { "" };
    format!("<option value=\"{}\"{selected}>{}</option>", Text(value), Text(shown))
}

/// What stands in the head of every page.
pub(super) struct Head<'a> {
    pub(super) home: &'a Place,
    pub(super) now: EpochMs,
    /// Emulated seconds in a real one.
    pub(super) speed: f64,
    /// Deliveries that were given up.
    pub(super) given_up: usize,
}

/// Links in the head: address and word.
const PAGES: [(&str, &str); 5] = [
    ("/", "Messages"),
    ("/inbox/numbers", "Numbers"),
    ("/inbox/pools", "Pools"),
    ("/inbox/opt-outs", "Opt-outs"),
    ("/inbox/sets", "Sets"),
];

/// A whole page: `main` is its content, `at` its address.
pub(super) fn page(head: &Head<'_>, at: &str, main: &str) -> String {
    let link = |(to, word): &(&str, &str)| {
        let current = if *to == at { " aria-current=page" } else { "" };
        format!("<a href={to}{current}>{word}</a>")
    };
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\">\
         <title>SMS and voice inbox</title><link rel=stylesheet href=/inbox/inbox.css><script src=/inbox/inbox.js defer></script>\
         <header><h1>Inbox</h1><nav aria-label=Pages>{links}</nav><a class=compose href=\"/#send\">New message</a>\
         <span id=live class=off>not live</span>{failed}<span class=place>{home}</span>{clock}</header>{main}</html>",
        links = PAGES.iter().map(link).collect::<String>(),
        failed = failed(head.given_up),
        home = Text(head.home),
        clock = clock(head),
    )
}

/// The count of deliveries that were given up, and the button that tries them again; hidden while there are none.
pub(super) fn failed(count: usize) -> String {
    let (hidden, plural) = if count == 0 { (" hidden", "ies") } else { ("", if count == 1 { "y" } else { "ies" }) };
    format!(
        "<form method=post action=/inbox/redeliver id=failed class=inline{hidden}>\
         <a class=bad href=\"/?status=undelivered\"><b>{count}</b> deliver{plural} failed</a><button>Deliver again</button></form>"
    )
}

fn clock(head: &Head<'_>) -> String {
    let speed = if (head.speed - 1.0).abs() > f64::EPSILON { format!(" · {}×", head.speed) } else { String::new() };
    let step = |seconds: u32, word: &str| format!("<button name=seconds value={seconds}>+{word}</button>");
    format!(
        "<form method=post action=/inbox/clock class=inline id=clock aria-label=Clock>\
         <span>{time}{speed}</span>{minute}{hour}{day}<button name=finish value=1 title=\"to the last event that is to come\">to the end</button></form>",
        time = time(head.now).replacen("<time", &format!("<time data-now={} data-speed={}", head.now.0, head.speed), 1),
        minute = step(60, "1 min"),
        hour = step(3600, "1 h"),
        day = step(86_400, "1 day"),
    )
}

/// JSON, indented, with a button that copies it.
pub(super) fn json(payload: &str) -> String {
    let parsed = serde_json::from_str::<serde_json::Value>(payload);
    // The order of members is the sender's, which a parsed value does not keep; only what is no object is shown as it came.
    let shown = parsed.ok().map_or_else(|| payload.to_owned(), |_| indented(payload));
    format!("<div class=json><button type=button class=copy hidden>Copy</button><pre>{}</pre></div>", Text(shown))
}

/// Indents JSON without touching its members' order or its numbers' digits.
fn indented(json: &str) -> String {
    let (mut out, mut depth, mut in_text, mut escaped) = (String::with_capacity(json.len() * 2), 0_usize, false, false);
    let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
    let mut before = ' ';
    for c in json.chars() {
        if in_text {
            out.push(c);
            in_text = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
            before = c;
            continue;
        }
        match c {
            '{' | '[' => {
                out.push(c);
                depth += 1;
                out.push_str(&line(depth));
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if matches!(before, '{' | '[') {
                    out.truncate(out.trim_end().len());
                } else {
                    out.push_str(&line(depth));
                }
                out.push(c);
            }
            ',' => out.push_str(&format!(",{}", line(depth))),
            ':' => out.push_str(": "),
            c if c.is_whitespace() => continue,
            c => {
                in_text = c == '"';
                out.push(c);
            }
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Text, indented, time};
    use crate::clock::EpochMs;

    #[test]
    fn nothing_from_outside_becomes_html() {
        assert_eq!(Text("<a href='x\"&").to_string(), "&lt;a href=&#39;x&quot;&amp;");
    }

    #[test]
    fn times_are_utc_with_milliseconds_and_have_a_date() {
        let shown = time(EpochMs(1_686_975_103_471));
        assert!(
            shown.contains("datetime=2023-06-17T04:11:43.471Z") && shown.contains(">17 Jun 2023 04:11:43<"),
            "{shown}"
        );
    }

    #[test]
    fn json_is_indented_in_its_own_order_and_digits() {
        let shown = indented(r#"{"z":0.00581,"a":{"q":"x\",{}[]:"},"e":[],"f":[1,2]}"#);
        let lines = [
            "{",
            "  \"z\": 0.00581,",
            "  \"a\": {",
            "    \"q\": \"x\\\",{}[]:\"",
            "  },",
            "  \"e\": [],",
            "  \"f\": [",
            "    1,",
            "    2",
            "  ]",
            "}",
        ];
        assert_eq!(shown, lines.join("\n"));
    }
}
