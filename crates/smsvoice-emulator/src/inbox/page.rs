//! The inbox's HTML. Everything that came from outside goes through `Text`, which escapes it.

use std::fmt::{self, Display, Write as _};

use smsvoice_event::Channel;

use super::Address;
use crate::{
    account::{
        Account,
        feedback::FeedbackStatus,
        message::{Delivery, PlannedEvent, SentMessage},
    },
    clock::EpochMs,
    delivery::DeliveryState,
};

/// Text in which nothing is taken for HTML.
struct Text<T>(T);

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

pub(super) fn whole(
    account: &Account,
    address: &Address,
    rows: &[(&str, &SentMessage)],
    more: bool,
    now: EpochMs,
) -> String {
    let list: String = rows.iter().map(|(key, message)| row(key, message, now)).collect();
    let empty = if rows.is_empty() {
        "<p class=empty>No message yet. Send one with the form, or point an AWS client here.</p>"
    } else {
        ""
    };
    let older = rows.last().filter(|_| more).map_or(String::new(), |(key, _)| older(address, key));
    let error = if address.error.is_empty() {
        String::new()
    } else {
        format!("<p class=error role=alert>Not sent: {}</p>", Text(&address.error))
    };
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\">\
         <title>SMS and voice inbox</title><link rel=stylesheet href=/inbox/inbox.css><script src=/inbox/inbox.js defer></script>\
         <header><h1>Inbox</h1><span id=live class=off>not live</span><span class=place>{region} · {account_id}</span></header>\
         <main><aside>{form}{filters}<p class=keys><kbd>j</kbd> <kbd>k</kbd> next, previous · <kbd>n</kbd> new · <kbd>/</kbd> filter</p></aside>\
         <section aria-label=Messages>{error}<div id=rows data-paged={paged}>{list}</div>{empty}{older}</section></main></html>",
        region = Text(&account.place.region),
        account_id = Text(&account.place.account_id),
        form = form(account),
        filters = filters(address),
        paged = !address.before.is_empty(),
    )
}

fn option(value: &str, shown: &str, chosen: &str) -> String {
    let selected = if value == chosen { " selected" } else { "" };
    format!("<option value=\"{}\"{selected}>{}</option>", Text(value), Text(shown))
}

fn form(account: &Account) -> String {
    let sets: String = account.configuration_sets.rows().map(|(name, _)| option(name, name, "")).collect();
    let numbers: String = account
        .phone_numbers
        .values()
        .map(|number| {
            option(&number.phone_number_id, &format!("{} {}", number.iso_country_code, number.phone_number), "")
        })
        .collect();
    let first = if account.phone_numbers.len() == 0 { "new" } else { "" };
    format!(
        "<form method=post action=/inbox/send id=send><h2>New message</h2>\
         <label>Channel<select name=channel><option value=text>Text<option value=voice>Voice<option value=media>Media</select></label>\
         <label>To<input name=to type=tel required placeholder=+14255550100 autocomplete=off></label>\
         <label>From<select name=from>{any}{new}{numbers}</select></label>\
         <label>Configuration set<select name=set><option value=\"\">none{sets}</select></label>\
         <label>Message<textarea name=body rows=3 required></textarea></label><button>Send</button></form>",
        any = option("", "any that fits", first),
        new = option("new", "a new US number", first),
    )
}

fn filters(address: &Address) -> String {
    let channels = [("", "all"), ("text", "Text"), ("voice", "Voice"), ("media", "Media")];
    let channels: String = channels.iter().map(|(value, shown)| option(value, shown, &address.channel)).collect();
    let words = [
        "",
        "DELIVERED",
        "SUCCESSFUL",
        "COMPLETED",
        "PENDING",
        "QUEUED",
        "BLOCKED",
        "UNREACHABLE",
        "INVALID",
        "TTL_EXPIRED",
        "UNKNOWN",
        "BUSY",
        "NO_ANSWER",
        "FAILED",
    ];
    let statuses: String =
        words.iter().map(|word| option(word, if word.is_empty() { "all" } else { word }, &address.status)).collect();
    format!(
        "<form method=get action=/ id=filter role=search><h2>Filter</h2>\
         <label>Number<input name=to value=\"{}\" inputmode=tel></label><label>Text<input name=text value=\"{}\"></label>\
         <label>Channel<select name=channel>{channels}</select></label><label>Status<select name=status>{statuses}</select></label>\
         <button>Filter</button> <a href=/>all</a></form>",
        Text(&address.to),
        Text(&address.text)
    )
}

fn older(address: &Address, key: &str) -> String {
    let encoded = super::encoded;
    format!(
        "<p><a href=\"/?before={}&amp;to={}&amp;text={}&amp;channel={}&amp;status={}\">Older messages</a></p>",
        encoded(key),
        encoded(&address.to),
        encoded(&address.text),
        encoded(&address.channel),
        encoded(&address.status)
    )
}

/// One message: a line that opens to all that is known of it.
pub(super) fn row(key: &str, message: &SentMessage, now: EpochMs) -> String {
    let latest = message.latest().map_or("accepted", |event| event.event_type.as_str());
    let short = latest.split_once('_').map_or(latest, |(_, rest)| rest);
    let timeline: String = message.events.iter().filter(|event| event.emitted).map(event_item).collect();
    let to_come = message.events.iter().filter(|event| !event.emitted).count();
    let to_come = if to_come > 0 { format!("<li class=coming>{to_come} more to come") } else { String::new() };
    format!(
        "<details id=m{key} class={channel}><summary><span class=\"badge {tone}\">{status}</span>\
         <span class=to>{to}</span><span class=body>{body}</span><span class=price>{price}</span>{at}</summary>\
         <p class=full>{body}</p>{facts}<ol>{timeline}{to_come}</ol></details>",
        channel = message.channel.as_str(),
        tone = tone(short),
        status = Text(short.replace('_', " ")),
        to = Text(&message.destination),
        body = Text(&message.body),
        price = price(message),
        at = time(message.requested),
        facts = facts(message, now),
    )
}

fn tone(status: &str) -> &'static str {
    match status {
        "DELIVERED" | "COMPLETED" | "SUCCESSFUL" => "good",
        "PENDING" | "QUEUED" | "INITIATED" | "RINGING" | "ANSWERED" | "accepted" => "wait",
        "UNKNOWN" => "odd",
        _ => "bad",
    }
}

fn price(message: &SentMessage) -> String {
    let minute = if message.channel == Channel::Voice { " a minute" } else { "" };
    // Prices have five decimals as a rule.
    let digits = message.price.to_string();
    format!("${}{minute}", digits.strip_suffix('0').unwrap_or(&digits))
}

fn time(at: EpochMs) -> String {
    let date = chrono::DateTime::from_timestamp_millis(at.0 as i64).unwrap_or_default();
    let (full, short) = (date.format("%Y-%m-%dT%H:%M:%S%.3fZ"), date.format("%H:%M:%S"));
    format!("<time datetime={full} title=\"{full}\">{short}</time>")
}

fn facts(message: &SentMessage, now: EpochMs) -> String {
    let mut facts = vec![
        ("Message", message.id.clone()),
        ("From", message.origination.clone()),
        ("Country", message.country.clone()),
        ("Price", price(message)),
    ];
    if message.channel == Channel::Text {
        facts.push(("Parts", format!("{} ({})", message.parts, message.encoding)));
    }
    facts.extend(message.media_url.iter().map(|url| ("Media", url.clone())));
    facts.extend(message.configuration_set.iter().map(|set| ("Configuration set", set.clone())));
    facts.extend(message.context.iter().map(|(key, value)| ("Context", format!("{key} = {value}"))));
    if let Some(feedback) = message.feedback {
        let word = match feedback.at(now) {
            Some(FeedbackStatus::Received) => "received",
            Some(FeedbackStatus::Failed) => "failed",
            None => "awaited",
        };
        facts.push(("Feedback", word.to_owned()));
    }
    let items: String = facts.iter().map(|(name, value)| format!("<dt>{name}<dd>{}", Text(value))).collect();
    format!("<dl>{items}</dl>")
}

fn event_item(event: &PlannedEvent) -> String {
    let deliveries: String = event.deliveries.iter().map(delivery_item).collect();
    let deliveries = if deliveries.is_empty() {
        "<p class=none>no destination takes it</p>".to_owned()
    } else {
        format!("<ul>{deliveries}</ul>")
    };
    format!(
        "<li>{} <b>{}</b>{deliveries}<details class=raw><summary>as sent</summary><pre>{}</pre></details>",
        time(event.at),
        Text(&event.event_type),
        Text(&event.payload)
    )
}

fn delivery_item(delivery: &Delivery) -> String {
    let (class, word) = match delivery.state {
        DeliveryState::Delivered => ("good", "delivered".to_owned()),
        DeliveryState::Owed if delivery.attempts == 0 => ("wait", "on its way".to_owned()),
        DeliveryState::Owed => ("wait", format!("failed {} times, tried again", delivery.attempts)),
        DeliveryState::GaveUp => ("bad", format!("given up after {} attempts", delivery.attempts)),
    };
    let error = delivery.error.as_ref().map_or(String::new(), |error| format!(": {}", Text(error)));
    format!("<li class={class}>{} {word}{error}", Text(&delivery.destination))
}

#[cfg(test)]
mod tests {
    use super::{Text, time};
    use crate::clock::EpochMs;

    #[test]
    fn nothing_from_outside_becomes_html() {
        assert_eq!(Text("<a href='x\"&").to_string(), "&lt;a href=&#39;x&quot;&amp;");
    }

    #[test]
    fn times_are_utc_with_milliseconds() {
        assert!(time(EpochMs(1_686_975_103_471)).contains("datetime=2023-06-17T04:11:43.471Z"));
    }
}
