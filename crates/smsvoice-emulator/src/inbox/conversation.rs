//! The messages between one of the account's identities and one recipient, as a conversation: on the recipient's side a
//! box to reply with, on the account's a box to send from.

use super::html::{Text, time};
use super::row::{badge, picture};
use crate::account::message::{Direction, KeptMessage};

/// Who talks with whom, and what they said, the oldest first.
pub(super) struct Conversation<'a> {
    pub(super) place: &'a str,
    pub(super) own: &'a str,
    pub(super) with: &'a str,
    /// The account's number, if what is at its end is one: it takes replies then.
    pub(super) number_id: Option<&'a str>,
    pub(super) messages: Vec<&'a KeptMessage>,
    /// What was refused: which box, its text, and why.
    pub(super) refused: Option<(&'a str, &'a str, &'a str)>,
}

pub(super) fn main(talk: &Conversation<'_>) -> String {
    let said: String = talk.messages.iter().map(|message| bubble(message)).collect();
    let said =
        if said.is_empty() { "<p class=empty>They have not written to each other.</p>".to_owned() } else { said };
    let boxes = match talk.number_id {
        None => "<p class=empty>A sender ID takes no replies.</p>".to_owned(),
        Some(id) => format!(
            "{}{}",
            answer_box(talk, "inbound", &format!("Reply as {}", talk.with), id),
            answer_box(talk, "outbound", &format!("Send from {}", talk.own), id)
        ),
    };
    format!(
        "<main class=single><p><a href=/>All messages</a></p><h2>{with} <span class=dim>and</span> {own}</h2>\
         <div id=talk aria-live=polite>{said}</div><div class=boxes>{boxes}</div></main>",
        with = Text(talk.with),
        own = Text(talk.own),
    )
}

fn bubble(message: &KeptMessage) -> String {
    let whose = match message.direction {
        Direction::Inbound => "theirs",
        Direction::Outbound => "ours",
    };
    let how = if message.in_reply_to.is_some() { " · automatic reply" } else { "" };
    let keyword = message.keyword.as_ref().map_or(String::new(), |word| format!(" · keyword {}", Text(word)));
    format!(
        "<article class={whose}><p>{}</p>{}<footer>{} · {} · {}{how}{keyword}</footer></article>",
        Text(&message.body),
        picture(message),
        badge(message),
        message.channel.as_str(),
        time(message.requested),
    )
}

fn answer_box(talk: &Conversation<'_>, way: &str, label: &str, number_id: &str) -> String {
    let refused = talk.refused.filter(|(refused, ..)| *refused == way);
    let (body, error) = refused.map_or((String::new(), String::new()), |(_, body, why)| {
        (Text(body).to_string(), format!("<p class=error role=alert>{}</p>", Text(why)))
    });
    format!(
        "<form method=post action=/inbox/reply class={way}>{error}<label>{label}\
         <textarea name=body rows=2 required>{body}</textarea></label>\
         <input type=hidden name=way value={way}><input type=hidden name=place value=\"{place}\">\
         <input type=hidden name=own value=\"{own}\"><input type=hidden name=with value=\"{with}\">\
         <input type=hidden name=number_id value=\"{id}\"><button>{word}</button></form>",
        label = Text(label),
        place = Text(talk.place),
        own = Text(talk.own),
        with = Text(talk.with),
        id = Text(number_id),
        word = if way == "inbound" { "Reply" } else { "Send" },
    )
}
