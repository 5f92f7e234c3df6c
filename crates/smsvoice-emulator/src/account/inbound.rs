//! What a recipient's message to one of the account's numbers does: keywords, opt-outs, and forwarding to SNS.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use smsvoice_event::{Channel, Usd};
use smsvoice_lifecycle::DEFAULT_TTL_SECONDS;

use crate::{
    account::{
        Account, Transaction,
        accept::{NewMessage, accept, country_of},
        arn::uuid,
        keyword::{Action, Keyword, is_required},
        message::{Api, Direction, KeptMessage},
        opt_out::e164,
        origination::Origination,
        parts::{encoding_of, parts},
        phone_number::PhoneNumber,
    },
    delivery::{OutgoingEvent, Recipient, SnsTarget, Target},
    refusal::{Invalid, Refusal, Resource},
};

/// Words that AWS takes for STOP.
const STOP_WORDS: &[&str] =
    &["ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE", "STOP", "TD", "UNSUBSCRIBE"];

/// A message from a recipient.
pub(crate) struct Inbound<'a> {
    pub(crate) from: &'a str,
    /// One of the account's numbers, with or without `+`.
    pub(crate) to: &'a str,
    pub(crate) body: &'a str,
}

/// What it did.
#[derive(Serialize)]
pub(crate) struct InboundResult {
    /// Its own id.
    message_id: String,
    /// The keyword it began with.
    keyword: Option<String>,
    /// What was done because of that keyword. Nothing, for HELP and STOP to a sender who manages opt-outs himself.
    action: Option<Action>,
    /// The automatic answer.
    reply: Option<String>,
    /// The message that carries the answer; none if the sender's number cannot be sent to.
    reply_message_id: Option<String>,
    /// What SNS gets of it, if the number's messages go there.
    #[serde(skip)]
    pub(crate) forwarded: Option<OutgoingEvent>,
}

/// Fails if none of the account's numbers has these digits, if the sender has no number, or if there is no text.
pub(crate) fn receive(tx: &mut Transaction<'_>, inbound: &Inbound<'_>) -> Result<InboundResult, Refusal> {
    let from = sender(inbound.from)?;
    require_text(inbound.body)?;
    let account = &mut *tx.account;
    let unknown = || Refusal::not_found(Resource::PhoneNumber, inbound.to);
    let number = account.phone_number_called(inbound.to).ok_or_else(unknown)?.clone();
    let pool = number.pool_id.as_ref().and_then(|id| account.pools.get(id));
    let settings = pool.map_or(&number.settings, |pool| &pool.settings).clone();
    let holder = pool.map_or(number.phone_number_id.as_str(), |pool| pool.id()).to_owned();
    let keyword = keyword_in(account, &holder, inbound.body);
    let done = keyword.as_ref().filter(|one| !(settings.self_managed_opt_outs_enabled && is_required(&one.keyword)));
    match done.map(|keyword| keyword.keyword_action) {
        Some(Action::OptOut) => drop(account.opt_out(&settings.opt_out_list_name, &from, true, tx.now)),
        Some(Action::OptIn) => account.opt_in(&settings.opt_out_list_name, &from),
        Some(Action::AutomaticResponse) | None => {}
    }
    let (action, reply) = (done.map(|one| one.keyword_action), done.map(|one| one.keyword_message.clone()));
    let keyword = keyword.map(|one| one.keyword);
    let topic_arn = settings.two_way_channel_arn.filter(|arn| settings.two_way_enabled && is_topic(arn));
    let message_id = keep(tx, &number, &from, inbound.body, keyword.clone());
    let forwarded = topic_arn.map(|topic_arn| {
        let mut payload = json!({
            "originationNumber": from, "destinationNumber": number.phone_number, "messageBody": inbound.body,
            "inboundMessageId": message_id,
        });
        if let Some(keyword) = &keyword {
            payload["messageKeyword"] = json!(keyword);
        }
        two_way_event(topic_arn, payload.to_string(), tx)
    });
    let reply_message_id = reply.as_ref().and_then(|body| answer(tx, &number, from, body, &message_id));
    Ok(InboundResult { message_id, keyword, action, reply, reply_message_id, forwarded })
}

/// The sender's number with its `+`; E.164 has it that a number has at most 15 digits, the first of them not 0.
fn sender(given: &str) -> Result<String, Refusal> {
    let digits = given.strip_prefix('+').unwrap_or(given);
    let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && !digits.starts_with('0') {
        return Ok(e164(digits));
    }
    Err(Refusal::invalid(Invalid::InvalidParameter, "from", "`from` is a telephone number such as +14255550100"))
}

fn require_text(body: &str) -> Result<(), Refusal> {
    if body.trim().is_empty() {
        return Err(Refusal::invalid(Invalid::InvalidParameter, "body", "`body` is the text of the message"));
    }
    Ok(())
}

/// Keeps a received message, and answers with its id.
fn keep(tx: &mut Transaction<'_>, number: &PhoneNumber, from: &str, body: &str, keyword: Option<String>) -> String {
    let count = tx.account.next("inbound");
    let id = uuid(tx.account.seed, u64::MAX - count);
    let encoding = encoding_of(body);
    let message = KeptMessage {
        id: id.clone(),
        place: tx.account.place.clone(),
        direction: Direction::Inbound,
        keyword,
        in_reply_to: None,
        channel: Channel::Text,
        api: Api::V2,
        configuration_set: None,
        requested: tx.now,
        origination: from.to_owned(),
        destination: number.phone_number.clone(),
        country: number.iso_country_code.clone(),
        body: body.to_owned(),
        media_url: None,
        encoding,
        parts: parts(body, encoding),
        message_type: number.message_type,
        context: BTreeMap::new(),
        ttl_seconds: DEFAULT_TTL_SECONDS,
        international: false,
        // What AWS charges for receiving is not emulated.
        price: Usd::from_micros(0),
        feedback: None,
        events: Vec::new(),
    };
    let number = tx.messages.next_number();
    tx.messages.add(number, message);
    id
}

/// Sends the automatic reply, as any other message but without a configuration set; its id. None where the sender's
/// number cannot be sent to.
fn answer(tx: &mut Transaction<'_>, number: &PhoneNumber, to: String, body: &str, in_reply_to: &str) -> Option<String> {
    let country = country_of(&to)?;
    let message = NewMessage {
        channel: Channel::Text,
        api: Api::V2,
        configuration_set: None,
        origination: Origination {
            shown: number.phone_number.clone(),
            message_type: number.message_type,
            opt_out_list: None,
            international: number.iso_country_code != country.iso,
        },
        destination: to,
        country,
        body: body.to_owned(),
        media_url: None,
        context: BTreeMap::new(),
        ttl_seconds: DEFAULT_TTL_SECONDS,
        feedback: false,
        in_reply_to: Some(in_reply_to.to_owned()),
    };
    let price = message.price().ok()?;
    let message = message.at_price(tx, price);
    accept(tx, message).ok()
}

fn is_topic(arn: &str) -> bool {
    arn.split(':').nth(2) == Some("sns")
}

fn two_way_event(topic_arn: String, payload: String, tx: &Transaction<'_>) -> OutgoingEvent {
    OutgoingEvent {
        recipient: Recipient::Target(Target::Sns(SnsTarget { topic_arn })),
        payload,
        event_type: "TWO_WAY".to_owned(),
        at_ms: tx.now.0,
        place: tx.account.place.clone(),
        configuration_set: None,
        delivery: None,
        attempts: 0,
    }
}

/// The keyword of the number or pool that `body` begins with, the longest if it begins with several.
fn keyword_in(account: &Account, holder: &str, body: &str) -> Option<Keyword> {
    let text = body.trim().to_uppercase();
    let begins = |word: &str| {
        text.strip_prefix(word).is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_alphanumeric()))
    };
    let own = || account.keywords_of(holder).map(|(_, one)| one);
    let longest = own().filter(|one| begins(&one.keyword)).max_by_key(|one| one.keyword.len());
    let first = text.split(|c: char| !(c.is_alphanumeric() || c == '-')).next().unwrap_or_default();
    let stop = || own().find(|one| one.keyword == "STOP").filter(|_| STOP_WORDS.contains(&first));
    longest.or_else(stop).cloned()
}
