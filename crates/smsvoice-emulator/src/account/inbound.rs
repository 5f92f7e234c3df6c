//! What a recipient's message to one of the account's numbers does: keywords, opt-outs, and forwarding to SNS.

use serde::Serialize;
use serde_json::json;

use crate::{
    account::{
        Account, Transaction,
        arn::uuid,
        keyword::{Action, Keyword, is_required},
    },
    clock::EpochMs,
    delivery::{OutgoingEvent, Recipient, SnsTarget, Target},
    refusal::{Refusal, Resource},
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
    /// The keyword it began with.
    keyword: Option<String>,
    /// What was done because of that keyword. Nothing, for HELP and STOP to a sender who manages opt-outs himself.
    action: Option<Action>,
    /// The automatic answer.
    reply: Option<String>,
    /// What SNS gets of it, if the number's messages go there.
    #[serde(skip)]
    pub(crate) forwarded: Option<OutgoingEvent>,
}

/// Fails if none of the account's numbers has these digits.
pub(crate) fn receive(tx: &mut Transaction<'_>, inbound: &Inbound<'_>) -> Result<InboundResult, Refusal> {
    let account = &mut *tx.account;
    let unknown = || Refusal::not_found(Resource::PhoneNumber, inbound.to);
    let number = account.phone_number_called(inbound.to).ok_or_else(unknown)?;
    let (number_id, called) = (number.phone_number_id.clone(), number.phone_number.clone());
    let pool = number.pool_id.as_ref().and_then(|id| account.pools.get(id));
    let settings = pool.map_or(&number.settings, |pool| &pool.settings).clone();
    let holder = pool.map_or(number_id, |pool| pool.id().to_owned());
    let keyword = keyword_in(account, &holder, inbound.body);
    let done = keyword.as_ref().filter(|one| !(settings.self_managed_opt_outs_enabled && is_required(&one.keyword)));
    match done.map(|keyword| keyword.keyword_action) {
        Some(Action::OptOut) => drop(account.opt_out(&settings.opt_out_list_name, inbound.from, true, tx.now)),
        Some(Action::OptIn) => account.opt_in(&settings.opt_out_list_name, inbound.from),
        Some(Action::AutomaticResponse) | None => {}
    }
    let (action, reply) = (done.map(|one| one.keyword_action), done.map(|one| one.keyword_message.clone()));
    let keyword = keyword.map(|one| one.keyword);
    let count = account.next("inbound");
    let id = uuid(account.seed, u64::MAX - count);
    let topic_arn = settings.two_way_channel_arn.filter(|arn| settings.two_way_enabled && is_topic(arn));
    let forwarded = topic_arn.map(|topic_arn| {
        let payload = json!({
            "originationNumber": inbound.from, "destinationNumber": called, "messageBody": inbound.body,
            "inboundMessageId": id, "messageKeyword": keyword,
        });
        two_way_event(topic_arn, payload.to_string(), tx.now)
    });
    Ok(InboundResult { keyword, action, reply, forwarded })
}

fn is_topic(arn: &str) -> bool {
    arn.split(':').nth(2) == Some("sns")
}

fn two_way_event(topic_arn: String, payload: String, now: EpochMs) -> OutgoingEvent {
    OutgoingEvent {
        recipient: Recipient::Target(Target::Sns(SnsTarget { topic_arn })),
        payload,
        event_type: "TWO_WAY".to_owned(),
        at_ms: now.0,
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
