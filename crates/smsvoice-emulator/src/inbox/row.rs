//! One message as a line that opens to all that is known of it.

use smsvoice_event::Channel;

use super::html::{Text, encoded, json, time};
use crate::{
    account::{
        feedback::FeedbackStatus,
        message::{Delivery, Direction, KeptMessage, PlannedEvent},
    },
    clock::EpochMs,
    delivery::DeliveryState,
    pictures::picture_address,
};

pub(super) fn row(key: &str, message: &KeptMessage, now: EpochMs) -> String {
    let timeline: String = message.events.iter().filter(|event| event.emitted).map(event_item).collect();
    let to_come = message.events.iter().filter(|event| !event.emitted).count();
    let to_come = if to_come > 0 { format!("<li class=coming>{to_come} more to come") } else { String::new() };
    format!(
        "<details id=m{key} class=\"{channel} {direction}\"><summary>{badge}<span class=channel>{channel}</span>\
         <span class=to>{to}</span><span class=body>{body}</span>{failed}<span class=price>{price}</span>{at}</summary>\
         <p class=full>{body}</p>{picture}{facts}<p class=links><a href=\"{conversation}\">Conversation with {to}</a></p>\
         <ol>{timeline}{to_come}</ol></details>",
        channel = message.channel.as_str(),
        direction = message.direction.as_str(),
        badge = badge(message),
        to = Text(message.recipient()),
        body = Text(&message.body),
        failed = failed(message),
        picture = picture(message),
        price = if message.direction == Direction::Inbound { String::new() } else { price(message) },
        at = time(message.requested),
        facts = facts(message, now),
        conversation = Text(conversation_address(message)),
    )
}

/// Where all messages between the same two are.
pub(super) fn conversation_address(message: &KeptMessage) -> String {
    let (place, own, with) = (message.place.to_string(), message.own_identity(), message.recipient());
    format!("/inbox/conversation?place={}&own={}&with={}", encoded(&place), encoded(own), encoded(with))
}

pub(super) fn badge(message: &KeptMessage) -> String {
    let status = message.status();
    let short = status.split_once('_').map_or(status, |(_, rest)| rest);
    format!("<span class=\"badge {}\">{}</span>", tone(short), Text(short.replace('_', " ")))
}

fn tone(status: &str) -> &'static str {
    match status {
        "DELIVERED" | "COMPLETED" | "SUCCESSFUL" => "good",
        "PENDING" | "QUEUED" | "INITIATED" | "RINGING" | "ANSWERED" | "accepted" => "wait",
        "received" => "in",
        "UNKNOWN" => "odd",
        _ => "bad",
    }
}

/// How many deliveries of its events were given up.
fn failed(message: &KeptMessage) -> String {
    match message.given_up() {
        0 => "<span class=undelivered></span>".to_owned(),
        count => format!(
            "<span class=\"undelivered bad\" title=\"deliveries of its events that failed\">{count} failed</span>"
        ),
    }
}

/// A picture that came by the form is shown; of others only the address is known.
pub(super) fn picture(message: &KeptMessage) -> String {
    let own = message.media_url.as_deref().and_then(picture_address);
    own.map_or(String::new(), |address| {
        format!("<p class=picture><img src=\"{}\" alt=\"the picture sent\"></p>", Text(address))
    })
}

fn price(message: &KeptMessage) -> String {
    let minute = if message.channel == Channel::Voice { " a minute" } else { "" };
    // Prices have five decimals as a rule.
    let digits = message.price.to_string();
    format!("${}{minute}", digits.strip_suffix('0').unwrap_or(&digits))
}

fn facts(message: &KeptMessage, now: EpochMs) -> String {
    let mut facts = vec![
        ("Message", message.id.clone()),
        ("From", message.origination.clone()),
        ("To", message.destination.clone()),
        ("Country", message.country.clone()),
        ("Account", message.place.to_string()),
    ];
    if message.direction == Direction::Outbound {
        facts.push(("Price", price(message)));
    }
    if message.channel == Channel::Text {
        facts.push(("Parts", format!("{} ({})", message.parts, message.encoding)));
    }
    facts.extend(message.keyword.iter().map(|word| ("Keyword", word.clone())));
    facts.extend(message.in_reply_to.iter().map(|id| ("Answers", id.clone())));
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
        "<li>{} <b>{}</b>{deliveries}<details class=raw><summary>as sent</summary>{}</details>",
        time(event.at),
        Text(&event.event_type),
        json(&event.payload)
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
